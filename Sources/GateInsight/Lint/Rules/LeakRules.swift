internal import GateCore

/// What the instance tells to whoever asks; the health check's path is often open to all.
extension LintRule {
  static let leaks = [debugPage, stackTrace, environment, privateAddress, versionBanner]

  private static let debugPage = LintRule.ofEach(
    .error, "debug-page", finds: "the application answers with its debug pages",
    why: "it runs with the settings of a developer's machine: its pages show code, settings and "
      + "queries to anyone",
    advice: "switch debugging off (Django: DEBUG = False; Flask: no --debug; Laravel: "
      + "APP_DEBUG=false; Rails: RAILS_ENV=production) and see from which file the setting came"
  ) { member in
    member.firstBody(with: [
      "you're seeing this error because you have <code>debug = true",
      "django tried these url patterns", "using the urlconf defined in", "werkzeug debugger",
      "__debugger__", "action controller: exception caught", "routing error</h1>",
      "whoops, looks like something went wrong", "facade\\ignition", "laravel-ignition",
      "symfony exception", "web debug toolbar", "the developer exception page",
    ])
  }

  private static let stackTrace = LintRule.ofEach(
    .error, "stack-trace", finds: "an answer shows a stack trace",
    why: "it tells strangers of the code, its libraries and its paths",
    advice: "answer errors with a page of their own, and write the trace to the log",
    yieldsTo: ["debug-page"]
  ) { member in
    member.firstBody(with: [
      "traceback (most recent call last)", "\tat java.", "\tat org.", "\tat com.",
      "exception in thread", "goroutine 1 [running]", "panic: runtime error",
      "\n    at object.", "\n    at process.", "\n    at module.", "node:internal/",
      "stack trace:\n#0", "fatal error: uncaught", "system.nullreferenceexception",
      " in /app/vendor/",
    ])
  }

  private static let environment = LintRule.ofEach(
    .error, "leaks-environment", finds: "an answer shows the process's environment or secrets",
    why: "what deploys the application hands its keys over in there",
    advice: "take the environment out of the body (Spring: management.endpoint.env, "
      + "show-details=never), and change the keys that were shown",
    yieldsTo: ["debug-page"]
  ) { member in
    for exchange in member.exchanges {
      guard let reply = exchange.reply else { continue }
      if let name = variables.first(where: { reply.body.contains(phrase: $0) }) {
        return "\(exchange.inquiry.words): HTTP \(reply.status), with \(name)"
      }
      if let scheme = schemeOfPassword(in: reply.text) {
        return
          "\(exchange.inquiry.words): HTTP \(reply.status), with the password of a \(scheme) URL"
      }
    }
    return nil
  }

  private static let variables = [
    "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "SECRET_KEY", "DATABASE_URL", "DB_PASSWORD",
    "PGPASSWORD", "POSTGRES_PASSWORD", "MYSQL_PASSWORD", "REDIS_URL", "PRIVATE KEY-----",
    "DJANGO_SETTINGS_MODULE", "LD_LIBRARY_PATH", "JAVA_HOME",
  ]

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
    .note, "private-address", finds: "an answer shows private addresses",
    why: "it draws a map of the network for whoever can ask through the load balancer",
    advice: "leave the addresses of databases and neighbours out of bodies and headers"
  ) { member in
    for exchange in member.exchanges {
      guard let reply = exchange.reply else { continue }
      let header = reply.fields.map(\.value).joined(separator: "\n")
      // Its own address is known to whoever asked there.
      let known = [member.instance.address, member.request.host ?? ""]
      let found = PrivateAddress.first(in: header + "\n" + reply.text, besides: known)
      if let found { return "\(exchange.inquiry.words): HTTP \(reply.status), with \(found)" }
    }
    return nil
  }

  private static let versionBanner = LintRule.ofEach(
    .note, "version-banner", finds: "the header names programs and their versions",
    why: "it says which known holes are worth a try",
    advice: "switch it off: server_tokens off (nginx), ServerTokens Prod (Apache), expose_php = "
      + "Off, app.disable('x-powered-by') (Express)"
  ) { member in
    for exchange in member.exchanges {
      guard let reply = exchange.reply else { continue }
      let told = reply.fields.first { field in
        switch field.name.lowercased() {
        case "server": field.value.contains { $0.isNumber } && field.value.contains("/")
        case "x-powered-by", "x-aspnet-version", "x-aspnetmvc-version", "x-generator": true
        default: false
        }
      }
      if let told { return "\(exchange.inquiry.words): \(told.name): \(told.value)" }
    }
    return nil
  }
}

extension Examined {
  /// The first answer to anything whose body has one of these phrases, in lower case.
  fileprivate func firstBody(with phrases: [String]) -> String? {
    for exchange in exchanges {
      guard let reply = exchange.reply, !reply.body.isEmpty else { continue }
      let page = reply.body.map(\.folded)
      guard let phrase = phrases.first(where: { page.contains(phrase: $0) }) else { continue }
      return seen(exchange, ": '\(phrase.trimmed)'")
    }
    return nil
  }
}

/// Addresses that no one outside can reach (RFC 1918, RFC 3927), as they stand in a text.
enum PrivateAddress {
  static func first(in text: String, besides known: [String]) -> String? {
    let words = text.utf8.split { !(0x30...0x39).contains($0) && $0 != UInt8(ascii: ".") }
    for word in words where (7...15).contains(word.count) {
      let address = String(decoding: word, as: UTF8.self)
      if isPrivate(address), !known.contains(where: { $0.contains(address) }) { return address }
    }
    return nil
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
