internal import GateCore

/// Rules about what answers: the application, or something in front of it.
extension LintRule {
  static let origin = [
    catchAll, prefixMounted, looseMatcher, webServerAnswers, answersWithoutApplication, staticFile,
    cachedAnswer, noSignOfApplication,
    cacheable, viaProxy,
  ]

  private static let catchAll = LintRule.ofEach(
    .error, "catch-all", finds: "a path that cannot exist is answered as a success too",
    why: "the response says nothing about the requested path: a wrong path passes, and so may an "
      + "application that has no such view",
    advice: "answer 404 for unknown paths (in nginx 'location = /health' and not 'location "
      + "/health'; a single-page application's fallback only for its own pages), and give the "
      + "health check its own view"
  ) { member in
    member.all(.missingPath, .missingForwarded, .unknownMethod).first {
      $0.succeeds(of: member)
    }.map { member.seen($0) }
  }

  /// Servlets, WSGI mounts, CGI with PATH_INFO and Java's own server answer so on purpose.
  private static let prefixMounted = LintRule.ofEach(
    .note, "prefix-mounted", finds: "paths below the health check's are answered as a success too",
    why: "a view that is mounted on a prefix answers for every path below it: a misspelled path "
      + "there passes as well",
    advice: "match only the exact path, where the framework allows it", yieldsTo: ["catch-all"]
  ) { member in
    member.all(.missingBelow).first { $0.succeeds(of: member) }.map { member.seen($0) }
  }

  /// The strongest evidence: others get a proxy's page for want of an application, the check does
  /// not.
  private static let answersWithoutApplication = LintRule.ofEach(
    .error, "passes-without-application",
    finds: "the health check passes, but other paths have no application behind them",
    why: "something in front of the application answers the check itself (monitor-uri, 'return "
      + "200', a filter): it keeps answering 200 with the application down, as it does now",
    advice: "pass the path to the application, and find out why that is down"
  ) { member in
    guard let pass = member.pass, member.isHTTP else { return nil }
    return member.exchanges.first { exchange in
      guard let reply = exchange.answer, [502, 503, 504].contains(reply.status) else {
        return false
      }
      // For a path that nobody has, none but a gateway answers so.
      let isMadeUp = [.missingPath, .missingBelow].contains(exchange.inquiry.purpose)
      if isMadeUp, reply.status != 503 { return true }
      let evidence = Evidence(of: reply, without: [])
      return Author.named(evidence?.author)?.role == .front
        || evidence?.signs.contains(Sign.noBackend.rawValue) ?? false
    }.map { "\(member.seen(pass)); \(member.seen($0))" }
  }

  private static let looseMatcher = LintRule.ofEach(
    .warning, "loose-matcher",
    finds: "the matcher accepts the response for a path that cannot exist",
    why: "a redirect or an error page counts as a success: the check cannot tell a broken "
      + "application from a working one",
    advice: "narrow the matcher to the status that the health view gives: 200"
  ) { member in
    guard member.isHTTP else { return nil }
    return member.all(.missingPath, .missingBelow).first {
      guard let reply = $0.answer, !(200...299).contains(reply.status) else { return false }
      return member.check.matcher.accepts(reply.status)
    }.map { member.seen($0, ", and the matcher is \(member.check.matcher)") }
  }

  private static let webServerAnswers = LintRule.ofEach(
    .error, "web-server-answers", finds: "the web server answers the check itself",
    why: "it answers 200 with the application down, broken or not even installed",
    advice: "pass the path to the application (proxy_pass, uwsgi_pass) in place of 'return 200', "
      + "remove the default site, and check with 'nginx -T' which server block answers"
  ) { member in
    guard let pass = member.pass, let reply = pass.answer else { return nil }
    let page = reply.body.prefix(4096).map(\.folded)
    if let own = ownViews.first(where: { $0.matches(reply, page) }) {
      return member.seen(pass, ": \(own.name)")
    }
    if let phrase = welcomePages.first(where: { page.contains(phrase: $0) }) {
      return member.seen(pass, ": the page of a fresh web server ('\(phrase)')")
    }
    // nginx sends 'add_header Content-Type' beside its own, and names no type for 'return 200'.
    let types = reply.values(of: "content-type")
    if types.count > 1 {
      return member.seen(pass, ": two Content-Type (\(types.joined(separator: " and ")))")
    }
    guard member.isHTTP, WebServer.isNamed(by: reply.server), !reply.body.isEmpty,
      reply.mediaType == "application/octet-stream", reply.body.allSatisfy({ $0 < 0x80 })
    else { return nil }
    return member.seen(pass, ": text without a type, by \(reply.server)")
  }

  /// What web servers and proxies answer of themselves, whatever stands behind them.
  ///
  /// Sources: HAProxy (monitor-uri), nginx (stub_status), PHP-FPM (ping.path), Apache (server-status),
  /// Envoy (health_check filter without pass_through_mode).
  private static let ownViews:
    [(name: String, matches: @Sendable (_ reply: Answer, _ page: [UInt8]) -> Bool)] = [
      (
        "HAProxy's monitor-uri",
        { $1.starts(with: "<html><body><h1>200 ok</h1>\nservice ready.".utf8) }
      ),
      ("nginx's stub_status", { $1.starts(with: "active connections: ".utf8) }),
      ("PHP-FPM's ping", { $1.elementsEqual("pong".utf8) && !$0.has("x-powered-by") }),
      ("Apache's server-status", { $1.contains(phrase: "<title>apache status") }),
      (
        "Envoy's own answer, without an upstream's time",
        {
          $0.server.lowercased() == "envoy" && !$0.has("x-envoy-upstream-service-time")
            && $1.isEmpty
        }
      ),
    ]

  private static let welcomePages = [
    "welcome to nginx", "welcome to openresty", "welcome to caddy", "caddy works",
    "apache2 ubuntu default page", "apache2 debian default page", "<h1>it works!</h1>",
    "iis windows server", "default web site page", "<title>index of /", "directory listing for",
  ]

  private static let staticFile = LintRule.ofEach(
    .error, "static-file", finds: "the response is a static file",
    why: "a file is served whether the application runs or not",
    advice: "make the path a view of the application, and make sure that no file, 'alias' or "
      + "'try_files' takes precedence"
  ) { member in
    guard let pass = member.pass, let reply = pass.answer else { return nil }
    // What was cut out of an answer by a proxy is a part too: a file has a time or a tag of its own.
    let control = reply.values(of: "cache-control").joined(separator: ",").lowercased()
    let isOfProxy =
      control.contains("no-store") || ["age", "via", "x-varnish"].contains(where: reply.has)
    let hasOwnSign = reply.has("last-modified") || reply.has("etag")
    if let part = member.first(.range), part.answer?.status == 206, hasOwnSign, !isOfProxy {
      return member.seen(part)
    }
    guard !isOfProxy, let modified = reply.values(of: "last-modified").last else { return nil }
    let tag = reply.values(of: "etag").last ?? ""
    if FileTag(tag)?.isOfFile(changedAt: secondsSince1970(modified)) ?? false {
      return member.seen(pass, ": the ETag \(tag) is made of a file's time and size")
    }
    guard reply.values(of: "accept-ranges").last?.lowercased() == "bytes" else { return nil }
    return member.seen(pass, ": Last-Modified \(modified), Accept-Ranges bytes")
  }

  private static let cachedAnswer = LintRule.ofEach(
    .error, "cached-answer", finds: "the response comes from a cache",
    why: "the cache keeps answering 200 after the application has died, for as long as it keeps "
      + "the response",
    advice: "exclude the path from the cache (proxy_cache off, uwsgi_cache off, a CDN behavior "
      + "without caching), and let the health view send Cache-Control: no-store"
  ) { member in
    for exchange in member.checks {
      if let sign = exchange.answer.flatMap(cacheSign) { return member.seen(exchange, ": \(sign)") }
    }
    // What a cache never tells: the check is answered alike for ever, the same with a new query
    // is not.
    let bodies = Set(member.checks.map { $0.answer?.body })
    let queries = member.all(.query)
    guard member.checks.count > 2, bodies.count == 1, let body = bodies.first, let body,
      queries.count == 2, queries.allSatisfy({ $0.passes(member.check) })
    else { return nil }
    let others = Set(queries.compactMap { $0.answer.map { $0.text.withoutQueries } })
    guard others.count == 2,
      !others.contains(String(decoding: body, as: UTF8.self).withoutQueries)
    else { return nil }
    return "\(member.checks.count) responses are identical, byte for byte, but with a new query "
      + "each is different: \(queries[0].inquiry.words)"
  }

  /// The header field by which a cache tells that it had the answer.
  @Sendable private static func cacheSign(_ reply: Answer) -> String? {
    if let age = reply.values(of: "age").last, (age.trimmed.asWholeNumber ?? 0) > 0 {
      return "Age \(age)"
    }
    if let ids = reply.values(of: "x-varnish").last, ids.split(separator: " ").count > 1 {
      return "X-Varnish \(ids)"
    }
    return reply.fields.first {
      let name = $0.name.lowercased()
      return name.contains("cache") && name != "cache-control"
        && $0.value.lowercased().split { !$0.isLetter }.contains { ["hit", "stale"].contains($0) }
    }.map { "\($0.name) \($0.value)" }
  }

  private static let noSignOfApplication = LintRule.ofEach(
    .warning, "no-sign-of-application", finds: "nothing in the response shows the application",
    why: "a web server's 'return 200' looks the same: from outside the two cannot be told apart, "
      + "not even by the gate",
    advice: "let the health view give its version (in a header or its body), and check it with "
      + "expect_version and version_from",
    yieldsTo: ["web-server-answers", "static-file", "cached-answer"]
  ) { member in
    guard let pass = member.pass, let reply = pass.answer, member.isHTTP,
      WebServer.isNamed(by: reply.server), reply.fields.allSatisfy({ WebServer.sends($0.name) }),
      Set(member.passes.map(\.body)).count == 1,
      Set(member.all(.query).compactMap { $0.answer?.text.withoutQueries }).count < 2
    else { return nil }
    let own = Set(reply.fields.map { $0.name.lowercased() })
    let contrast = member.all(.missingPath, .missingForwarded).compactMap(\.answer)
      .filter { $0.status == 404 }.flatMap(\.fields)
      .first { !own.contains($0.name.lowercased()) && !WebServer.sends($0.name) }
    let more = contrast.map { ", while another path answers with \($0.name)" } ?? ""
    return member.seen(
      pass, ": always the same bytes, and no header that \(reply.server) does not send\(more)")
  }

  private static let cacheable = LintRule.ofEach(
    .warning, "cacheable", finds: "a cache may keep the response",
    why: "any cache that is put in front will answer in place of the application",
    advice: "send Cache-Control: no-store with the health check's response"
  ) { member in
    for exchange in member.checks where exchange.passes(member.check) {
      guard let reply = exchange.answer else { continue }
      let control = reply.values(of: "cache-control").joined(separator: ", ").lowercased()
      let words = control.split { ", ".contains($0) }
      guard !words.contains("no-store"), !words.contains("private"), !words.contains("no-cache")
      else { continue }
      let ages = words.filter { $0.hasPrefix("max-age=") || $0.hasPrefix("s-maxage=") }
        .compactMap { $0.split(separator: "=").last?.asWholeNumber }
      if words.contains("public") || ages.contains(where: { $0 > 0 }) {
        return member.seen(exchange, ": Cache-Control \(control)")
      }
      if ages.isEmpty, let expires = reply.values(of: "expires").last,
        let end = secondsSince1970(expires),
        let now = reply.values(of: "date").last.flatMap(secondsSince1970), end > now
      {
        return member.seen(exchange, ": Expires \(expires)")
      }
    }
    return nil
  }

  private static let viaProxy = LintRule.ofEach(
    .note, "via-proxy", finds: "the response came through a proxy",
    why: "a proxy in between may answer, retry or route on its own: the check covers more than the "
      + "instance",
    advice: "check the instance's own port if that is what you mean"
  ) { member in
    member.checks.first { $0.answer?.has("via") ?? false }.map {
      member.seen($0, ": Via \($0.reply?.values(of: "via").joined(separator: ", ") ?? "")")
    }
  }
}

extension Exchange {
  fileprivate func succeeds(of member: LintSubject) -> Bool {
    guard let reply = answer else { return false }
    return member.isGRPC ? grpcStatus == 0 : (200...299).contains(reply.status)
  }
}

/// Programs that answer in front of an application, or in its place.
enum WebServer {
  static func isNamed(by server: String) -> Bool {
    let folded = server.foldedBytes
    return names.contains { folded.contains(phrase: $0) }
  }

  /// Whether a header field of this name is nothing that only an application would send.
  static func sends(_ name: String) -> Bool {
    let name = name.lowercased()
    return fields.contains(name) || name.hasPrefix("access-control-")
      || name.hasPrefix("cross-origin-") || name.contains("cache")
  }

  private static let names = [
    "nginx", "openresty", "tengine", "apache", "caddy", "lighttpd", "microsoft-iis", "litespeed",
    "h2o", "haproxy", "envoy", "varnish", "cloudfront", "cloudflare", "akamai", "awselb",
  ]
  private static let fields: Set = [
    "server", "date", "content-type", "content-length", "content-encoding", "transfer-encoding",
    "connection", "keep-alive", "last-modified", "etag", "accept-ranges", "vary", "expires",
    "pragma", "via", "age", "alt-svc", "strict-transport-security", "x-frame-options",
    "x-content-type-options", "x-xss-protection", "content-security-policy", "referrer-policy",
    "permissions-policy", "x-varnish",
  ]
}

/// An ETag as web servers make it of a file.
private struct FileTag {
  var numbers: [Int64]

  init?(_ text: String) {
    let parts = text.replacing("W/", with: "").filter { $0 != "\"" }.split(separator: "-")
    numbers = parts.compactMap { Int64($0, radix: 16) }
    guard numbers.count == 2, parts.count == 2 else { return nil }
  }

  /// Whether it is made of this change: nginx has its seconds and the size, Apache the size and its
  /// microseconds.
  func isOfFile(changedAt time: Int64?) -> Bool {
    guard let time else { return false }
    return numbers[0] == time || numbers[1] / 1_000_000 == time
  }
}

extension String {
  /// Without what lint itself put into a query, which a page may repeat.
  fileprivate var withoutQueries: String {
    guard let start = firstRange(of: "lint=") else { return self }
    let rest = self[start.upperBound...].drop { $0.isLetter || $0.isNumber }
    return String(self[..<start.lowerBound]) + String(rest).withoutQueries
  }
}
