internal import GateCore

/// 5xx: the application, or what stands in front of it, is at fault and says so.
extension Rule {
  static let serverErrors: [Rule] =
    [
      migrations, startFailed, poolStopped, applicationNotLoaded, bareErrorUnframed, databaseNamed,
      overloaded, proxyTimeout, maintenance,
    ] + gateways + ofApplications + [otherServerError]

  /// A proxy whose back end is at fault.
  private static let gateways = [
    backendUnknown, backendTLS, errorOfProxy, backendEnded, backendGone, badGateway,
    unavailableByProxy, unavailableByHost,
  ]

  private static let ofApplications = [
    unwell, errorOfHost, applicationError, unavailable, unavailableSilently,
  ]

  private static let migrations = Rule(
    .unappliedMigrations, .likely,
    when: { $0.isStatus(in: 500...503) && $0.shows(.schema) && $0.proxyPage == nil }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), and the body mentions the database schema",
      cause: "the new code runs on a database without the required migrations",
      advice: "run the migrations before the instances start ('manage.py migrate', 'rails "
        + "db:migrate'), once, not on each instance; 'manage.py migrate --check' shows what is "
        + "missing")
  }

  /// IIS with ASP.NET Core, and Passenger, say so in pages of their own.
  private static let startFailed = Rule(
    .applicationDown, .likely, when: { $0.isStatus(in: 500...502) && $0.shows(.startFailed) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses): \($0.author) says that the "
        + "application failed to start",
      cause: "the application exited at startup: a missing setting, a missing runtime or "
        + "library, or an unreadable configuration",
      advice:
        "read the application's startup log (the event log, or stdoutLogEnabled, with IIS; "
        + "the web server's error log with Passenger), and compare with the old group")
  }

  private static let poolStopped = Rule(
    .applicationDown, .likely, boot: .canLookLikeThis, when: { $0.shows(.poolStopped) }
  ) {
    Words(
      "\($0.who) answered 503 with the page of HTTP.sys: no application pool takes the request",
      cause: "the application pool is stopped: its process failed five times within five "
        + "minutes, or its identity cannot log on",
      advice: "read in the system's event log (WAS) why the pool was stopped, and start it again")
  }

  private static let applicationNotLoaded = Rule(
    .applicationDown, .likely, when: { $0.status == 500 && $0.shows(.notLoaded) },
    words: { notLoaded($0, cause: "the import failed") })

  /// From outside an exception in Node can look the same.
  private static let bareErrorUnframed = Rule(
    .applicationDown, .possible,
    when: { $0.status == 500 && $0.shows(.bareErrorUnframed) && $0.author == nil },
    words: {
      notLoaded(
        $0,
        cause:
          "the import failed, often for lack of an environment variable; an exception "
          + "in the application can look the same")
    })

  private static func notLoaded(_ occurrence: Occurrence, cause: String) -> Words {
    Words(
      "\(occurrence.who) answered 500, with just 'Internal Server Error'",
      cause: "uWSGI answers like this when it runs without its application: \(cause)",
      advice: "look for 'no python application found' and the traceback above it in uWSGI's log; "
        + "compare the instance's environment with that of the old group; with need-app = true "
        + "uWSGI exits instead")
  }

  private static let databaseNamed = Rule(
    .applicationError, .likely,
    when: { $0.status == 500 && !$0.scheme.isGRPC && $0.shows(.database) && $0.proxyPage == nil }
  ) {
    Words(
      "\($0.who) answered 500, and the body mentions the database",
      cause: "the application cannot reach its database, or cannot log in to it",
      advice:
        "compare DATABASE_URL\($0.inDjango(" (or DATABASES in Django)")) and the database's security group "
        + "with those of the old group, and check the database's limit of connections")
  }

  private static let overloaded = Rule(
    .overloaded, .likely, when: { $0.isStatus(in: 500...599) && $0.shows(.overloaded) }
  ) {
    Words(
      "\($0.author) of \($0.who) answered \($0.statuses): it is overloaded",
      cause:
        "a limit of connections, requests or memory is reached, and requests beyond it are refused",
      advice:
        "check the load and the limits (circuit breakers and the overload manager in Envoy, "
        + "--limit-concurrency in uvicorn); exempt \($0.path), and find out why the instance is so busy "
        + "already")
  }

  private static let maintenance = Rule(
    .applicationNotReady, .likely,
    when: { $0.status == 503 && $0.shows(.maintenance) && $0.proxyPage == nil }
  ) {
    Words(
      "\($0.who) answered 503: in maintenance",
      cause: "maintenance mode is still on",
      advice: "switch it off on the new group, or exempt \($0.path) from it")
  }

  // MARK: - A proxy's own pages

  private static let errorOfProxy = Rule(
    .applicationError, .possible, when: { $0.status == 500 && $0.proxyPage != nil }
  ) {
    let inside =
      $0.first.isBy("Apache", "lighttpd")
      ? "; or an exception in an application that runs inside it (mod_wsgi, FastCGI, CGI), or one "
        + "that hung up" : ""
    return Words(
      "\($0.proxies) in front of \($0.who) answered 500 with a page of its own",
      cause: "a fault in the proxy's configuration (a loop of rewrites, auth_request, a script), a "
        + "rule that refuses (tarpit in HAProxy), or it replaces an error of the application "
        + "with its own page (proxy_intercept_errors)\(inside)",
      advice: "read the proxy's error log first, then that of the application")
  }

  private static let backendUnknown = Rule(
    .applicationDown, .likely,
    when: { $0.isStatus(in: 500...504) && $0.shows(.backendUnknown) && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered \($0.statuses): it cannot resolve the name of its "
        + "back end",
      cause: "the name that the proxy passes requests to cannot be resolved on the instance: a "
        + "mistake in it, or a name server that does not answer there",
      advice: "'getent hosts NAME' on the instance; compare the proxy's configuration with that of "
        + "the old group")
  }

  private static let backendTLS = Rule(
    .protocolMismatch, .likely,
    when: { $0.isStatus(in: 500...504) && $0.shows(.backendTLS) && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered \($0.statuses): no TLS handshake with its back end",
      cause: "the proxy speaks TLS to a back end that does not, or rejects its certificate",
      advice: "compare the scheme in the proxy's configuration with what the application speaks")
  }

  /// Apache says the same of a back end that hangs up and of one that is too slow (ProxyTimeout).
  private static let backendEnded = Rule(
    .proxyTimeout, .likely,
    when: { $0.status == 502 && $0.isBy("Apache") && $0.shows(.backendEnded) && $0.isSlow }
  ) { notAnswered($0, ", after \($0.first.waited)") }

  private static let backendGone = Rule(
    .proxyTimeout, .possible,
    when: { $0.status == 502 && $0.isBy("Apache") && $0.shows(.backendEnded) }
  ) { notAnswered($0, "") }

  private static func notAnswered(_ occurrence: Occurrence, _ after: String) -> Words {
    Words(
      "\(occurrence.proxies) in front of \(occurrence.who) answered 502\(after): the application took "
        + "the request and did not answer",
      cause: occurrence.first.isSlow
        ? "the application is too slow for the proxy (ProxyTimeout): its workers are all "
          + "busy, or \(occurrence.path) waits for something that does not answer"
        : "the application is too slow for the proxy (ProxyTimeout), or it died on the request",
      advice:
        "read the application's log at the time of the check; check its workers, and what "
        + "\(occurrence.path) calls: give each call a timeout shorter than the proxy's")
  }

  private static let badGateway = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.status == 502 && !$0.scheme.isGRPC }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered 502",
      cause: $0.first.shows(.backendEnded)
        ? hungUp
        : "the proxy is up, but the application behind it is not: it exited at startup "
          + "(a missing environment variable, an import error, a failed migration), or listens on "
          + "another socket",
      advice: "read the log of the application's service first, then the proxy's error log "
        + "('connect() failed' names the socket): compare it with the one that the application "
        + "opens, and its permissions")
  }

  private static let hungUp =
    "the proxy reached the application, which hung up or sent an incomplete response: it dies on "
    + "the request, or speaks another protocol than the proxy expects"

  private static let unavailableByProxy = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.status == 503 && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) in front of \($0.who) answered 503 itself",
      cause: $0.first.shows(.backendEnded) ? hungUp : noApplication($0.first),
      advice: "read the log of the application's service, then the proxy's: which back end it "
        + "considers down, and since when")
  }

  private static func noApplication(_ symptom: Symptom) -> String {
    let cause =
      "the proxy has no application to pass the request to: none is up, or its own checks "
      + "of it fail"
    // What a proxy says of its back ends is no answer of a rule's.
    if symptom.shows(.noBackend) { return cause }
    if symptom.shows(.fetchFailed) {
      return cause
        + (symptom.isSlow
          ? "; after \(symptom.waited), it can also have been too slow (first_byte_timeout)"
          : "; one that hangs up on the request looks the same")
    }
    return cause
      + (symptom.isBy("nginx")
        ? "; a limit (limit_req) or a 'return 503' looks the same"
        : "; a rule that answers 503 by itself looks the same")
  }

  /// Tomcat and Jetty are up before their applications are.
  private static let unavailableByHost = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.status == 503 && $0.author?.role == .host }
  ) {
    Words(
      "\($0.author) of \($0.who) answered 503 itself",
      cause:
        "the server runs, but its application does not: it failed to start, was stopped, or is "
        + "still starting",
      advice: "look for the application's startup in the log of \($0.author)")
  }

  private static let proxyTimeout = Rule(
    .proxyTimeout, .likely,
    when: { $0.isStatus(in: 500...599) && $0.shows(.backendSilent) }
  ) {
    Words(
      "\($0.first.isOfApplication ? $0.author : $0.proxies) in front of "
        + "\($0.who) answered \($0.statuses): the application did not answer it in time",
      cause: "the application accepts requests but does not finish them: its workers are "
        + "all busy, or \($0.path) waits for something that does not answer",
      advice:
        "check the workers (uwsgitop, a stack dump) and what \($0.path) calls; "
        + "give each call a timeout shorter than the proxy's")
  }

  // MARK: - The application's own

  private static let unwell = Rule(
    .applicationNotReady, .likely, boot: .canLookLikeThis,
    when: {
      $0.isStatus(in: 500...503)
        && ($0.shows(.saysUnwell) || !$0.failing.isEmpty
          || $0.status == 503 && $0.shows(.saysNotReady, .json))
    }
  ) {
    let failing = $0.failingParts
    return Words(
      failing.isEmpty
        ? "\($0.who) answered \($0.statuses), and the body says that it is not ready"
        : "\($0.who) answered \($0.statuses): the application says that \(failing) fails",
      cause: failing.isEmpty
        ? "the application runs but is not ready: something that it needs is missing"
        : "the application runs, but its own check of \(failing) fails",
      advice:
        "the body says what fails, and the application's log says why: try it on the instance "
        + "itself")
  }

  /// A server answers so for an application that let an exception through.
  private static let errorOfHost = Rule(
    .applicationError, .likely, when: { $0.status == 500 && $0.author?.role == .host }
  ) {
    Words(
      "\($0.author) of \($0.who) answered 500 to \($0.path) for the application",
      cause:
        "an uncaught exception in the application ends the request: often the database, a missing "
        + "setting, or the application's own startup",
      advice:
        "read the traceback in the log of \($0.author); request \($0.path) on the instance itself")
  }

  private static let applicationError = Rule(
    .applicationError, .likely, when: { $0.status == 500 && !$0.scheme.isGRPC }
  ) {
    let framework = $0.first.author.map { ", with \($0.name)'s page" } ?? ""
    let proxy = $0.first.isOfApplication ? "" : "; a proxy in front of it can answer the same"
    return Words(
      "\($0.who) answered 500 to \($0.path)\(framework)",
      cause:
        "the application runs, but an exception ends the request: often the database, a "
        + "missing table or setting, or a template\(proxy)",
      advice: "read the traceback in the application's log; request \($0.path) on the instance "
        + "itself; a health check that catches the exception and answers 503 can name what fails")
  }

  private static let unavailable = Rule(
    .applicationNotReady, .possible, boot: .looksLikeThis,
    when: { $0.status == 503 && !$0.scheme.isGRPC && !$0.isSilent }
  ) {
    Words(
      "\($0.who) answered 503",
      cause: "\($0.speaker) says so: it is not ready, or has nothing to pass the request to",
      advice:
        "read the application's log, then that of a proxy in front of it; have \($0.path) name "
        + "what fails in its body, for the next time")
  }

  private static let unavailableSilently = Rule(
    .applicationNotReady, .possible, boot: .looksLikeThis,
    when: { $0.status == 503 && !$0.scheme.isGRPC }
  ) {
    Words(
      "\($0.who) answered 503, without a body",
      cause: "the application is not ready, or a proxy in front of it has no application to call",
      advice: "read the application's log; have \($0.path) name what fails in its body, for the "
        + "next time")
  }

  private static let otherServerError = Rule(
    .unexpectedStatus, .possible, when: { $0.isStatus(in: 500...599) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) to \($0.path)",
      cause: "the application or a proxy in front of it failed on the request",
      advice: "read the application's log, then the proxy's, at the time of the check")
  }
}

extension Symptom {
  /// Whether the answer took so long that somebody waited for something.
  fileprivate var isSlow: Bool { report.latencyMicroseconds >= 500_000 }

  fileprivate var waited: String {
    Duration.microseconds(report.latencyMicroseconds).rounded.inWords
  }
}
