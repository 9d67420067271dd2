internal import GateCore

/// Rules about information that the instance discloses; the health check's path is often public.
extension LintRule {
  static let leaks = [debugPage, stackTrace, environment, privateAddress, versionBanner]

  private static let debugPage = LintRule.ofEach(
    .error, "debug-page", finds: "the application answers with its debug pages",
    why: "it runs with the settings of a developer's machine: its pages show code, settings and "
      + "queries to anyone",
    advice: "switch debugging off (Django: DEBUG = False; Flask: no --debug; Laravel: "
      + "APP_DEBUG=false; Rails: RAILS_ENV=production) and find which file the setting came from"
  ) { member in
    member.firstBody(with: debugPhrases)
  }

  private static let debugPhrases = PhraseFinder(
    [
      "you're seeing this error because you have <code>debug = true",
      "django tried these url patterns", "using the urlconf defined in", "werkzeug debugger",
      "__debugger__", "action controller: exception caught", "routing error</h1>",
      "whoops, looks like something went wrong", "facade\\ignition", "laravel-ignition",
      "symfony exception", "web debug toolbar", "the developer exception page",
    ], .alike)

  private static let stackTrace = LintRule.ofEach(
    .error, "stack-trace", finds: "a response shows a stack trace",
    why: "it shows the code, its libraries and its paths to anyone",
    advice: "answer errors with an error page, and write the trace to the log",
    yieldsTo: ["debug-page"]
  ) { member in
    member.firstBody(with: tracePhrases)
  }

  private static let tracePhrases = PhraseFinder(
    [
      "traceback (most recent call last)", "\tat java.", "\tat org.", "\tat com.",
      "exception in thread", "goroutine 1 [running]", "panic: runtime error",
      "\n    at object.", "\n    at process.", "\n    at module.", "node:internal/",
      "stack trace:\n#0", "fatal error: uncaught", "system.nullreferenceexception",
      " in /app/vendor/",
    ], .alike)

  private static let environment = LintRule.ofEach(
    .error, "leaks-environment", finds: "a response shows the process's environment or secrets",
    why: "deployments pass keys to the application in its environment",
    advice: "take the environment out of the body (Spring: management.endpoint.env, "
      + "show-details=never), and change the keys that were shown",
    yieldsTo: ["debug-page"]
  ) { member in
    member.firstReply { reply in
      if let name = variables.first(in: reply.body) { return "HTTP \(reply.status), with \(name)" }
      guard urlSign.first(in: reply.body) != nil else { return nil }
      return schemeOfPassword(in: reply.text).map {
        "HTTP \(reply.status), with the password of a \($0) URL"
      }
    }
  }

  private static let variables = PhraseFinder(
    [
      "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "SECRET_KEY", "DATABASE_URL", "DB_PASSWORD",
      "PGPASSWORD", "POSTGRES_PASSWORD", "MYSQL_PASSWORD", "REDIS_URL", "PRIVATE KEY-----",
      "DJANGO_SETTINGS_MODULE", "LD_LIBRARY_PATH", "JAVA_HOME",
    ], .exact)

  private static let urlSign = PhraseFinder(["://"], .exact)

  /// The scheme of the first URL that has a password in it: `postgres` of `postgres://u:p@db/`.
  private static func schemeOfPassword(in text: String) -> String? {
    for range in text.ranges(of: "://") {
      let authority = text[range.upperBound...].prefix(200).prefix { !"/?#\"'<> \n".contains($0) }
      guard let at = authority.lastIndex(of: "@"), let colon = authority.firstIndex(of: ":"),
        colon < at, authority.index(after: colon) < at,
        authority[authority.index(after: colon)..<at].contains(where: { $0 != "*" })
      else { continue }
      let scheme = text[..<range.lowerBound].reversed().prefix { $0.isLetter || $0.isNumber }
      return String(scheme.reversed()).cleaned(to: 20)
    }
    return nil
  }

  private static let privateAddress = LintRule.ofEach(
    .note, "private-address", finds: "a response shows private addresses",
    why: "it maps the network for anyone who can send requests through the load balancer",
    advice: "leave the addresses of databases and neighbours out of bodies and headers"
  ) { member in
    member.firstReply { reply in
      let header = Array(reply.fields.map(\.value).joined(separator: "\n").utf8)
      // Its own address is known to whoever asked there.
      let known = [member.instance.address, member.request.host ?? ""]
      let found =
        PrivateAddress.first(in: header, besides: known)
        ?? PrivateAddress.first(in: reply.body, besides: known)
      return found.map { "HTTP \(reply.status), with \($0)" }
    }
  }

  private static let versionBanner = LintRule.ofEach(
    .note, "version-banner", finds: "the header names programs and their versions",
    why: "it tells an attacker which known vulnerabilities to try",
    advice: "switch it off: server_tokens off (nginx), ServerTokens Prod (Apache), expose_php = "
      + "Off, app.disable('x-powered-by') (Express)"
  ) { member in
    member.firstReply { reply in
      reply.fields.first { field in
        switch field.name.lowercased() {
        case "server": field.value.contains { $0.isNumber } && field.value.contains("/")
        case "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator": true
        default: false
        }
      }.map { "\($0.name): \($0.value)" }
    }
  }
}

extension LintSubject {
  /// The first answer to anything in which something is found, and what.
  fileprivate func firstReply(_ found: (Answer) -> String?) -> String? {
    for exchange in exchanges {
      guard let words = exchange.reply.flatMap(found) else { continue }
      return "\(exchange.inquiry.words): \(words)"
    }
    return nil
  }

  /// The first answer to anything whose body has one of these phrases, in lower case.
  fileprivate func firstBody(with phrases: PhraseFinder) -> String? {
    for exchange in exchanges {
      guard let phrase = exchange.reply.flatMap({ phrases.first(in: $0.body) }) else { continue }
      return seen(exchange, ": '\(phrase.trimmed)'")
    }
    return nil
  }
}

/// Addresses that no one outside can reach (RFC 1918, RFC 3927), as they stand in a text.
enum PrivateAddress {
  static func first(in text: [UInt8], besides known: [String]) -> String? {
    var start = 0
    while start < text.count {
      guard isOfAddress(text[start]) else {
        start += 1
        continue
      }
      var end = start
      while end < text.count, isOfAddress(text[end]) { end += 1 }
      defer { start = end }
      guard (7...15).contains(end - start) else { continue }
      let address = String(decoding: text[start..<end], as: UTF8.self)
      if isPrivate(address), !known.contains(where: { $0.contains(address) }) { return address }
    }
    return nil
  }

  private static func isOfAddress(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".")
  }

  private static func isPrivate(_ address: String) -> Bool {
    let parts = address.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { UInt8($0) }
    guard parts.count == 4, bytes.count == 4 else { return false }
    switch (bytes[0], bytes[1]) {
    case (10, _), (192, 168), (169, 254), (172, 16...31): return true
    default: return false
    }
  }
}
