internal import GateCore

/// 5xx: the application, or what stands before it, is at fault and says so.
extension Rule {
  static let serverErrors = [
    migrations, applicationNotLoaded, databaseNamed, errorOfProxy, applicationError, badGateway,
    maintenance, unavailableByProxy, notReady, unavailableSilently, proxyTimeout, otherServerError,
  ]

  private static let migrations = Rule(
    .unappliedMigrations, .likely, when: { $0.isStatus(in: 500...503) && $0.speaksOfMigrations }
  ) {
    Words(
      "\($0.who) answered \($0.statuses), and the body speaks of the database's schema",
      cause: "the new code probably runs on a database without its migrations",
      advice: "run the migrations before the instances start ('manage.py migrate', 'rails "
        + "db:migrate'), once and not on each instance; 'manage.py migrate --check' shows what is "
        + "missing")
  }

  private static let applicationNotLoaded = Rule(
    .applicationDown, .likely,
    when: {
      $0.status == 500
        && ($0.says("python application not found", "no python application found", "uwsgi error")
          || $0.saysOnly("internal server error")
            && !$0.isServed(by: "uvicorn", "hypercorn", "granian", "daphne"))
    }
  ) {
    Words(
      "\($0.who) answered 500, 'Internal Server Error' and no more",
      cause: "uWSGI answers so when it runs without its application: the import probably failed, "
        + "often for want of an environment variable; some frameworks answer so to an exception",
      advice: "look for 'no python application found' and the traceback above it in uWSGI's log; "
        + "compare the instance's environment with that of the old group; with need-app = true "
        + "uWSGI ends instead of pretending")
  }

  private static let databaseNamed = Rule(
    .applicationError, .likely,
    when: {
      $0.isStatus(in: 500...500)
        && $0.says(
          "operationalerror", "could not connect to server", "could not translate host name",
          "connection to server at", "database is locked", "too many connections")
    }
  ) {
    Words(
      "\($0.who) answered 500, and the body speaks of the database",
      cause: "the application probably cannot reach its database, or not log in to it",
      advice: "compare DATABASE_URL (or DATABASES in Django) and the database's security group "
        + "with "
        + "those of the old group, and count the connections that the database allows")
  }

  private static let errorOfProxy = Rule(
    .applicationError, .possible, when: { $0.status == 500 && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) before \($0.who) answered 500 with a page of its own",
      cause: "a fault in the proxy's configuration (a loop of rewrites, auth_request, a script), "
        + "or "
        + "it puts its own page over an error of the application's (proxy_intercept_errors)",
      advice: "read the proxy's error log first, then that of the application")
  }

  private static let applicationError = Rule(
    .applicationError, .likely, when: { $0.status == 500 && !$0.scheme.isGRPC }
  ) {
    let page = $0.first.says("server error (500)") ? ", with Django's page" : ""
    return Words(
      "\($0.who) answered 500 to \($0.path)\(page)",
      cause: "the application runs, and an exception ends the request: often the database, a table "
        + "or setting that is missing, or a template",
      advice: "read the traceback in the application's log; ask for \($0.path) on the instance "
        + "itself; a health check that catches the exception and answers 503 would name what fails")
  }

  private static let badGateway = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.status == 502 && !$0.scheme.isGRPC }
  ) {
    Words(
      "\($0.proxies) before \($0.who) answered 502",
      cause: "the proxy is up and the application behind it is not: it probably ended at its start "
        + "(a missing environment variable, an import error, a failed migration), or listens on "
        + "another socket",
      advice: "read the log of the application's service first, then the proxy's error log "
        + "('connect() failed' names the socket): compare it with the one that the application "
        + "opens, and its permissions")
  }

  private static let maintenance = Rule(
    .applicationNotReady, .likely, when: { $0.status == 503 && $0.says("maintenance") }
  ) {
    Words(
      "\($0.who) answered 503: in maintenance",
      cause: "the maintenance mode is probably still on",
      advice: "switch it off on the new group, or exempt \($0.path) from it")
  }

  private static let unavailableByProxy = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.status == 503 && $0.proxyPage != nil }
  ) {
    Words(
      "\($0.proxies) before \($0.who) answered 503 with a page of its own",
      cause: "the proxy has probably no application to pass the request to: none is up, or its own "
        + "checks of it fail; in nginx a limit (limit_req) or a 'return 503' looks the same",
      advice: "read the log of the application's service, then the proxy's: which back end does it "
        + "take for down, and since when")
  }

  private static let notReady = Rule(
    .applicationNotReady, .likely, boot: .canLookLikeThis,
    when: { $0.status == 503 && !$0.isSilent }
  ) {
    let failing = $0.failingParts
    return Words(
      failing.isEmpty
        ? "\($0.who) answered 503, and the application itself says so"
        : "\($0.who) answered 503: the application says that \(failing) fails",
      cause: failing.isEmpty
        ? "the application runs and is not ready: something that it needs is probably missing"
        : "the application runs, and its own check of \(failing) fails",
      advice: "the body names what fails, and the application's log why: try it on the instance "
        + "itself")
  }

  private static let unavailableSilently = Rule(
    .applicationNotReady, .possible, boot: .looksLikeThis,
    when: { $0.status == 503 && !$0.scheme.isGRPC }
  ) {
    Words(
      "\($0.who) answered 503, without a word",
      cause: "the application is not ready, or a proxy before it has no application to ask",
      advice: "read the application's log; let \($0.path) name what fails in its body, for the "
        + "next "
        + "time")
  }

  private static let proxyTimeout = Rule(
    .proxyTimeout, .likely, when: { $0.isStatus(in: 504...504) || $0.isStatus(in: 524...524) }
  ) {
    Words(
      "\($0.proxies) before \($0.who) answered \($0.statuses): the application did not answer it "
        + "in "
        + "time",
      cause: "the application accepts requests and does not finish them: its workers are probably "
        + "all busy, or \($0.path) waits for something that does not answer",
      advice: "look at the workers (uwsgitop, a dump of the stacks) and at what \($0.path) asks "
        + "for; "
        + "give each of those a time-out shorter than the proxy's")
  }

  private static let otherServerError = Rule(
    .unexpectedStatus, .possible, when: { $0.isStatus(in: 500...599) }
  ) {
    Words(
      "\($0.who) answered \($0.statuses) to \($0.path)",
      cause: "the application or a proxy before it failed on the request",
      advice: "read the application's log, then the proxy's, at the time of the check")
  }
}

extension Symptom {
  fileprivate var speaksOfMigrations: Bool {
    says(
      "no such table", "no such column", "unknown column", "undefinedtable", "undefinedcolumn",
      "pendingmigration", "pending migration", "migrations are pending", "unapplied migration")
      || says("does not exist", "doesn't exist") && says("relation", "table", "column")
      || isJSON && says("migration")
  }

  /// What the body says that fails: `"failed": ["homepage"]`, `"db": {"status": "DOWN"`.
  ///
  /// The body is from the network: what is no plain name is no name.
  fileprivate var failingParts: [String] {
    guard isJSON, let excerpt = report.evidence?.excerpt else { return [] }
    let listed = #/"(?:failed|failing|failures|unhealthy)"\s*:\s*\[([^\]\[{}]*)/#.ignoresCase()
    if let match = excerpt.firstMatch(of: listed) {
      return match.output.1.split(separator: ",").compactMap { item in
        let name = item.trimmed
        guard name.hasPrefix("\""), name.hasSuffix("\""), name.count > 2 else { return nil }
        return String(name.dropFirst().dropLast()).plainName
      }
    }
    let down =
      #/"([^"]{1,40})"\s*:\s*\{\s*"status"\s*:\s*"(?:down|fail|failed|error|unhealthy|out_of_service)"/#
      .ignoresCase()
    return excerpt.matches(of: down).compactMap { String($0.output.1).plainName }
  }
}

extension String {
  /// Itself, if it is made of what names are made of.
  fileprivate var plainName: String? {
    let isPlain = utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_-.: ".utf8.contains(byte)
      }
    }
    return isPlain && utf8.count <= 40 ? self : nil
  }
}

extension Occurrence {
  /// What the bodies say that fails, quoted; empty when they do not say.
  fileprivate var failingParts: String {
    var parts: [String] = []
    for part in members.prefix(5).flatMap(\.failingParts) where !parts.contains(part) {
      parts.append(part)
    }
    return parts.prefix(3).map { "'\($0)'" }.joined(separator: ", ")
  }
}
