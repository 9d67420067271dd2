internal import GateCore

/// 4xx: what was asked for is refused.
extension Rule {
  static let refusals = [
    captivePortal, proxyAuthentication, http2Wanted, djangoHost, djangoRefusal, railsHost,
    otherHost,
    misdirected, authentication, forbiddenByProxy, forbiddenByHost, forbidden, pathMissingAtProxy,
    pathMissingAtHost,
    pathMissing, methodRefused, protocolRefused, warning, rateLimited, headerTooLarge, pathTooLong,
    badRequestByProxy, badRequest, otherRefusal,
  ]

  private static let captivePortal = Rule(
    .staticAnswer, .likely,
    when: { $0.shows(.captivePortal) }
  ) {
    Words(
      "something on the way answered for \($0.who): a network that requires a login",
      cause: "a captive portal or a filtering proxy is between this host and the instance",
      advice: "run the gate where the instances can be reached directly, and unset http_proxy "
        + "there")
  }

  private static let proxyAuthentication = Rule(
    .authenticationWanted, .likely, when: { $0.status == 407 }
  ) {
    Words(
      "a proxy answered for \($0.who): 407, it requires a login",
      cause: "the check goes through a proxy that requires credentials",
      advice: "give the proxy's user and password in --proxy, or reach the instances directly")
  }

  /// Node's http2 module without allowHTTP1 says so with a 403.
  private static let http2Wanted = Rule(
    .protocolMismatch, .likely, when: { $0.shows(.http2Wanted) && !$0.scheme.isGRPC }
  ) {
    Words(
      "\($0.who) answered \($0.statuses): it speaks only HTTP/2",
      cause: "the server accepts only HTTP/2 (ALPN h2), and the check uses HTTP/1.1",
      advice: "set protocol_version http2, here and in the target group, or let the server accept "
        + "HTTP/1.1 too (allowHTTP1 in Node)")
  }

  private static let djangoHost = Rule(
    .disallowedHost, .likely,
    when: {
      $0.status == 400
        && ($0.shows(.djangoHost) || $0.isBy("Django") && $0.isHostAnAddress)
    }
  ) {
    Words(
      "\($0.who) answered 400 to the Host \($0.hosts), with Django's page",
      cause: "the Host is not in ALLOWED_HOSTS: a health check sends the instance's "
        + "address as Host, not the name of the site",
      advice: "add the instance's private address to ALLOWED_HOSTS at boot (from the metadata "
        + "service), or answer \($0.path) before the Host is checked: a middleware before "
        + "CommonMiddleware, or nginx with 'proxy_set_header Host NAME' for this location; "
        + "'host: NAME' here would pass, but not on the load balancer")
  }

  /// Django's page has more reasons, of which a name that is not allowed is the commonest.
  private static let djangoRefusal = Rule(
    .disallowedHost, .possible, when: { $0.status == 400 && $0.isBy("Django") }
  ) {
    Words(
      "\($0.who) answered 400 with Django's page, to the Host \($0.hosts)",
      cause: "the Host is not in ALLOWED_HOSTS, or Django finds the request suspicious (a "
        + "header, a cookie, the path)",
      advice: "Django's log says which ('Invalid HTTP_HOST header', 'SuspiciousOperation')")
  }

  private static let railsHost = Rule(
    .disallowedHost, .likely,
    when: { $0.isStatus(in: 400...499) && $0.shows(.blockedHost) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses): the Host \($0.hosts) is blocked",
      cause: "the framework allows only the site's own names, and a health check sends the "
        + "instance's address as Host",
      advice: "exclude the path: config.host_authorization = { exclude: ->(request) { request.path "
        + "== \"\($0.path)\" } } in Rails; do not empty config.hosts")
  }

  private static let otherHost = Rule(
    .disallowedHost, .likely,
    when: { $0.isStatus(in: 400...499) && $0.shows(.otherHost) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) to the Host \($0.hosts)",
      cause: "the server or framework allows only certain names, and a health check sends "
        + "the "
        + "instance's address as Host",
      advice: "allow the instance's private address as Host, or answer \($0.path) before the Host "
        + "is checked")
  }

  private static let misdirected = Rule(
    .disallowedHost, .possible, when: { $0.status == 421 }
  ) {
    Words(
      "\($0.who) answered 421: not responsible for the Host \($0.hosts)",
      cause: "the server has no site of that name on this connection",
      advice: "answer \($0.path) in the default site, or set host, and server_name for TLS")
  }

  private static let authentication = Rule(
    .authenticationWanted, .likely, when: { $0.status == 401 }
  ) {
    Words(
      "\($0.answerer) answered 401 to \($0.path)",
      cause: $0.isByProxies
        ? "the proxy itself requires a login (auth_basic or auth_request in nginx, basic "
          + "authentication in others), and a load balancer's check has none"
        : "the path requires a login (basic authentication of a staging site, Spring Security on the "
          + "actuator), and a load balancer's check has none",
      advice: "exempt \($0.path) from the login ('auth_basic off' in an nginx location, "
        + "permitAll in Spring Security), and keep details out of its body")
  }

  private static let forbiddenByProxy = Rule(
    .authenticationWanted, .likely,
    when: { $0.status == 403 && ($0.proxyPage != nil || $0.shows(.ruleRefused)) }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered 403 to \($0.path)",
      cause: "a rule of the proxy: a list of allowed addresses, a web application "
        + "firewall, or a site without an index that answers for unknown hosts",
      advice: "allow this host and the load balancer's subnets there, and put \($0.path) in the "
        + "default server")
  }

  private static let forbiddenByHost = Rule(
    .authenticationWanted, .likely, when: { $0.status == 403 && $0.isBy("PHP-FPM") }
  ) {
    Words(
      "PHP-FPM of \($0.who) answered 403 to \($0.path) itself",
      cause: "the path does not name a script that it runs: extensions other than .php are refused "
        + "(security.limit_extensions)",
      advice: "let the web server pass paths that end with .php alone, or the target's path name "
        + "one")
  }

  private static let forbidden = Rule(
    .authenticationWanted, .possible, when: { $0.status == 403 }
  ) {
    let host =
      $0.first.isSilent && $0.first.isHostAnAddress
      ? ", or the names of the site as Host (config.hosts in Rails says no more)" : ""
    return Words(
      "\($0.who) answered 403 to \($0.path)",
      cause:
        "\($0.speaker) refuses the check: it requires a login or a token, or allows only certain "
        + "addresses or user agents\(host)",
      advice: "allow requests to \($0.path) without a login, from this host and from the load "
        + "balancer's subnets")
  }

  private static let pathMissingAtProxy = Rule(
    .pathMissing, .likely, when: { $0.isMissing && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered \($0.statuses) to \($0.path) itself",
      cause:
        "the request did not reach the application: no location or route for the path, "
        + "or the default site answers because none has \($0.hosts) as its name",
      advice: "put the location for \($0.path) in the default server ('listen 80 default_server' "
        + "in nginx, a virtual host '*' in Envoy), and compare with the configuration of the old "
        + "group")
  }

  /// Tomcat, IIS, PHP-FPM and others answer so where they have no application for the path.
  private static let pathMissingAtHost = Rule(
    .pathMissing, .likely,
    when: {
      $0.isMissing && ($0.author?.role == .host || $0.shows(.scriptMissing, .contextMissing))
    }
  ) {
    Words(
      "\($0.author) of \($0.who) answered \($0.statuses) to \($0.path) itself",
      cause: $0.first.shows(.scriptMissing)
        ? "the script is not where the web server says (SCRIPT_FILENAME, root): another path, or an "
          + "incomplete release"
        : "no application answers there: it was not deployed, or was deployed under another path, or "
          + "the path is wrong",
      advice: $0.first.shows(.scriptMissing)
        ? "compare root and SCRIPT_FILENAME in the web server with the place of the release; PHP-FPM "
          + "logs 'Primary script unknown'"
        : "check in the log of \($0.author) which applications it has, and under which paths; request "
          + "\($0.path) from the old group")
  }

  private static let pathMissing = Rule(
    .pathMissing, .likely, when: { $0.isMissing }
  ) {
    let proxy =
      $0.first.isOfApplication
      ? "" : "; a proxy in front of it without a route for the path can answer the same"
    return Words(
      "\($0.who) answered \($0.statuses) to \($0.path)",
      cause:
        "this build does not have the path: its route was renamed, moved under another prefix or "
        + "lost in the release\(proxy)",
      advice:
        "request \($0.path) from the old group: if it is there, the release lost it"
        + $0.inDjango(" (ROOT_URLCONF and urls.py in Django)")
        + "; if not, correct the target's path")
  }

  private static let methodRefused = Rule(
    .methodRefused, .likely, when: { $0.status == 405 || $0.status == 501 }
  ) {
    let method = ($0.first.request.method ?? "GET").cleaned(to: 20)
    return Words(
      "\($0.answerer) answered \($0.statuses): \($0.path) does not accept \(method)",
      cause: $0.isByProxies
        ? "the request did not reach the application: a rule of the proxy refuses the method, or a "
          + "static file answers there, which can only be read"
        : "the view accepts only other methods\($0.inDjango(" (@require_POST in Django)")), or the path "
          + "belongs to another view; a load balancer's check is a GET",
      advice: method == "GET"
        ? "let the view of \($0.path) accept GET"
        : "leave method out: a load balancer sends GET, and so should the check")
  }

  private static let protocolRefused = Rule(
    .protocolMismatch, .likely, when: { [426, 464, 505].contains($0.status) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses): not in this version of HTTP",
      cause: "the server requires another protocol: HTTP/2 or a WebSocket",
      advice: "check the port that speaks HTTP/1.1, or use GRPC for a gRPC service")
  }

  /// Consul's API answers 429 where a check is in the state 'warning'.
  private static let warning = Rule(
    .applicationNotReady, .likely, boot: .canLookLikeThis,
    when: {
      $0.status == 429 && ($0.shows(.saysWarning, .saysUnwell) || !$0.failing.isEmpty)
    }
  ) {
    let parts = $0.failingParts
    return Words(
      "\($0.who) answered 429: its own check\(parts.isEmpty ? "" : " of \(parts)") does not pass",
      cause:
        "not a rate limit: the body is that of a health check that says 'warning' (as Consul's)",
      advice: "the body names what is unhealthy; check it on the instance itself")
  }

  private static let rateLimited = Rule(
    .rateLimited, .likely,
    when: { $0.isStatus(in: 400...599) && $0.shows(.tooManyRequests) }
  ) {
    Words(
      "\($0.answerer) answered \($0.statuses): too many requests",
      cause: "a rate limit counts the checks: each node of a load balancer checks too, all "
        + "from "
        + "few addresses",
      advice: "exempt \($0.path) from the limit (limit_req in nginx, throttling in the framework), "
        + "or make the interval longer")
  }

  private static let headerTooLarge = Rule(
    .unexpectedStatus, .likely, when: { $0.shows(.headerTooLarge) || $0.status == 431 }
  ) {
    Words(
      "\($0.answerer) answered \($0.statuses): the header of the request is too large for it",
      cause: "the request's first line, the check's own header fields, or those that a proxy adds, "
        + "exceed the server's limit",
      advice: "send less in header, or raise the limit (large_client_header_buffers in nginx)")
  }

  private static let pathTooLong = Rule(
    .unexpectedStatus, .likely, when: { $0.status == 414 }
  ) {
    Words(
      "\($0.answerer) answered 414: the path and query of the request are too long for it",
      cause: "the target's path exceeds the server's limit for the first line of a request",
      advice: "shorten the target's path, or raise the limit (LimitRequestLine in Apache, "
        + "large_client_header_buffers in nginx, --limit-request-line in gunicorn)")
  }

  private static let badRequestByProxy = Rule(
    .unexpectedStatus, .likely,
    when: { $0.status == 400 && ($0.proxyPage != nil || $0.author?.role == .host) }
  ) {
    Words(
      ($0.isByProxies ? $0.answerer : "\($0.author) of \($0.who)")
        + " answered 400 to \($0.path) itself",
      cause:
        "the request did not reach the application: a rule refuses it (deny), or it is considered "
        + "malformed, or the port is for TLS",
      advice: "read the log of \($0.author) for the reason; exempt \($0.path) from the rule")
  }

  private static let badRequest = Rule(
    .unexpectedStatus, .possible, when: { $0.status == 400 }
  ) {
    Words(
      "\($0.who) answered 400 to \($0.path) with the Host \($0.hosts)",
      cause: "the request itself is refused: often for its Host (the address and not the name of "
        + "the site), a header that a middleware requires, or because TLS was expected",
      advice: "send the same request with the site's name ('curl -H \"Host: NAME\" "
        + "http://ADDRESS:PORT\($0.path)'): if that is a 200, it is the Host")
  }

  private static let otherRefusal = Rule(
    .unexpectedStatus, .possible, when: { $0.isStatus(in: 400...499) }
  ) {
    Words(
      "\($0.answerer) answered \($0.statuses) to \($0.path), not \($0.check.matcher)",
      cause: "the server says that the request is at fault: the path, the method or a header is "
        + "not what it requires",
      advice: "send the same request by hand and read the log of the server; add a status to the "
        + "matcher only if a broken application could not return it too")
  }
}

extension Symptom {
  fileprivate var isMissing: Bool { (status == 404 || status == 410) && kind == .statusMismatch }

  func isStatus(in range: ClosedRange<Int>) -> Bool {
    !scheme.isGRPC && status.map(range.contains) ?? false
  }
}

extension Occurrence {
  /// The Host that was sent, and how many others.
  fileprivate var hosts: String {
    let hosts = members.map(\.host).withoutRepetitions
    return hosts.count > 2 ? "that is the instance's own" : list(hosts)
  }

  /// Who spoke, as far as the answers tell.
  var speaker: String {
    members.allSatisfy(\.isOfApplication)
      ? "the application" : "the application or a proxy in front of it"
  }

  /// What the bodies say that fails, quoted; empty when they do not say.
  var failingParts: String {
    members.prefix(5).flatMap(\.failing).withoutRepetitions.prefix(3).map { "'\($0)'" }.joined(
      separator: ", ")
  }

  /// Whether each of the answers is a proxy's own page.
  var isByProxies: Bool { members.allSatisfy { $0.proxyPage != nil } }

  /// Who answered: `nginx in front of the instance` where it was the proxy.
  var answerer: String { isByProxies ? "\(proxies) in front of \(who)" : who }

  /// The proxies whose own pages these are.
  var proxies: String {
    let names = Set(members.compactMap(\.proxyPage)).sorted()
    return names.isEmpty ? "a proxy" : alternatives(names)
  }
}
