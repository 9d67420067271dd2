/// A feature of a response on which rules depend; it is found at the check, and kept in the
/// journal.
package enum Sign: String, CaseIterable, Sendable {
  case plainRequestToTLS = "plain_request_to_tls"
  case clientCertificateMissing = "client_certificate_missing"
  case clientCertificateRefused = "client_certificate_refused"
  case serverNameWanted = "server_name_wanted"
  case http2Wanted = "http2_wanted"
  case proxyHeader = "proxy_header"
  case captivePortal = "captive_portal"
  case djangoHost = "django_host"
  case blockedHost = "blocked_host"
  case otherHost = "other_host"
  case signedOut = "signed_out"
  case schema = "schema"
  case database = "database"
  case notLoaded = "not_loaded"
  case bareError = "bare_error"
  case bareErrorUnframed = "bare_error_unframed"
  case startFailed = "start_failed"
  case poolStopped = "pool_stopped"
  case welcomePage = "welcome_page"
  case tooManyRequests = "too_many_requests"
  case overloaded = "overloaded"
  case maintenance = "maintenance"
  case noBackend = "no_backend"
  case backendSilent = "backend_silent"
  case backendEnded = "backend_ended"
  case backendUnknown = "backend_unknown"
  case backendTLS = "backend_tls"
  case ruleRefused = "rule_refused"
  case scriptMissing = "script_missing"
  case contextMissing = "context_missing"
  case headerTooLarge = "header_too_large"
  case fetchFailed = "fetch_failed"
  case json = "json"
  case html = "html"
  case bodyless = "bodyless"
  case passedOn = "passed_on"
  case saysUnwell = "says_unwell"
  case saysWarning = "says_warning"
  case saysNotReady = "says_not_ready"

  /// Signs of a proxy's messages about its back ends.
  static let ofBackends: [Sign] = [
    .noBackend, .backendSilent, .backendEnded, .backendUnknown, .backendTLS, .fetchFailed,
  ]

  /// The mark of the sign; nil if the words of the body decide (`Wellbeing`).
  var mark: Mark? {
    switch self {
    // nginx, Apache, Go, Kubernetes' ingress, Tomcat, HAProxy's documentation.
    case .plainRequestToTLS:
      .pages(
        "plain http request was sent to https port", "client sent an http request to an https",
        "speaking plain http to an ssl-enabled", "combination of host and port requires tls",
        "speaking http to an https port")
    case .clientCertificateMissing: .page("no required ssl certificate was sent")
    case .clientCertificateRefused: .page("the ssl certificate error")
    case .serverNameWanted: .page("server name indication (sni)")
    // Node's http2 module without allowHTTP1.
    case .http2Wanted:
      .pages("alpn protocol, expected `h2`", "http/2 only", "http2 only", "requires http/2")
    case .proxyHeader:
      .pages("proxy tcp4 ", "proxy tcp6 ", "proxy unknown", "proxy protocol")
    case .captivePortal:
      .any(
        .status(511), .titles("captive portal", "network authentication required"),
        .notes("captive portal", "network authentication required"),
        .titles("wifi login", "wi-fi login"))
    case .djangoHost: .pages("disallowedhost", "invalid http_host header", "allowed_hosts")
    case .blockedHost: .pages("blocked host", "blocked request. this host")
    case .otherHost:
      .any(
        .notes(
          "invalid hostname", "invalid host header", "untrusted host", "host not allowed",
          "invalid host"),
        .pages("the request hostname is invalid", "bad request - invalid hostname"))
    case .signedOut: .has("www-authenticate")
    case .schema: Self.schemaMark
    case .database:
      .pages(
        "operationalerror", "could not connect to server", "could not translate host name",
        "connection to server at", "database is locked", "too many connections",
        "error establishing a database connection", "sqlstate[", "connectionnotestablished",
        "activerecord::databaseconnectionerror", "psqlexception", "communications link failure")
    // uWSGI's words if it runs without its application.
    case .notLoaded:
      .pages("python application not found", "no python application found", "uwsgi error")
    case .bareError: .only("internal server error")
    // uWSGI itself sends neither a length nor a date; a web server in front of it adds the date.
    case .bareErrorUnframed:
      .all(
        .only("internal server error"), .lacks("content-length"),
        .field("content-type", has: "text/plain"))
    case .startFailed:
      .pages(
        "http error 500.30", "http error 500.31", "http error 500.32", "http error 500.33",
        "http error 500.37", "http error 500.38", "http error 502.5", "http error 500.19",
        "could not be started by the phusion passenger", "app failed to start")
    case .poolStopped:
      .all(
        .status(503),
        .any(.server("microsoft-httpapi"), .page("http error 503. the service is unavailable")))
    case .welcomePage: Self.welcomeMark
    case .tooManyRequests:
      .any(
        .status(429), .titles("too many requests"),
        .notes("too many requests", "rate limit exceeded", "local_rate_limited"))
    case .overloaded:
      .any(
        .only("envoy overloaded"), .page("reset reason: overflow"),
        // Flask's page for an exception has this in its middle: either the server is overloaded or
        // …
        .begins("server is overloaded"), .begins("the server is overloaded"),
        .notes("server too busy", "at capacity"),
        .all(.server("uvicorn"), .status(503), .only("service unavailable")))
    case .maintenance:
      .any(
        .titles("maintenance", "be right back"),
        .notes("in maintenance", "under maintenance", "maintenance mode"),
        .page("briefly unavailable for scheduled maintenance"))
    case .noBackend:
      .any(
        .page("no server is available to handle this request"), .begins("no healthy upstream"),
        .only("no available server"), .page("no backend"),
        .pages("reset reason: connection failure", "reset reason: remote connection failure"),
        .page("temporarily unable to service your"))
    case .backendSilent:
      .any(
        .status(504), .status(524), .only("upstream request timeout"),
        .all(.server("h2o"), .only("i/o timeout")), .only(Author.timeoutOfGo),
        .page("reset reason: connection timeout"), .page("did not receive a timely response"),
        .page("application failed to respond within time limit"))
    case .backendEnded:
      .pages(
        "error reading from remote server", "reset reason: connection termination",
        "reset reason: remote reset", "the server returned an invalid or incomplete response",
        "reset reason: protocol error", "i/o error (head)")
    case .backendUnknown:
      .any(
        .pages(
          "dns lookup failure", "name resolution failed", "dns resolution failed", "no such host"),
        .all(.server("ats/"), .titles("unknown host")))
    case .backendTLS:
      .pages("error during ssl handshake with remote server", "tls_error", "tls error: ")
    case .ruleRefused:
      .any(
        .begins("rbac: access denied"), .page("request forbidden by administrative rules"),
        .pages("mod_security", "modsecurity"),
        .page("you don't have permission to access this resource"))
    case .scriptMissing: .only("file not found.")
    case .contextMissing:
      .any(
        .begins("<h1>404 not found</h1>no context found for request"),
        .page("no context on this server matched"))
    case .headerTooLarge:
      .pages(
        "request header or cookie too large", "request header fields too large",
        "size of a request header field exceeds server limit", "request header is too large",
        "request line is too large", "bytes when reading")
    case .fetchFailed: .pages("backend fetch failed", "error 503 backend")
    case .json:
      .any(.field("content-type", has: "json"), .begins("{"), .begins("[{"), .begins("[\""))
    case .html: .any(.pages("<html", "<!doctype html"), .field("content-type", has: "text/html"))
    case .bodyless: .bodyless
    // Envoy and Kong add the server's time; Caddy adds Via.
    case .passedOn:
      .any(
        .has("x-envoy-upstream-service-time"), .has("x-kong-upstream-latency"),
        .field("via", has: "caddy"))
    case .saysUnwell, .saysWarning: nil
    case .saysNotReady:
      .notes(
        "not ready", "notready", "not_ready", "starting", "warming", "initializing", "initialising",
        "unhealthy", "is down", "degraded", "booting")
    }
  }

  private static let schemaMark = Mark.any(
    .pages(
      "no such table", "no such column", "unknown column", "undefinedtable", "undefinedcolumn",
      "pendingmigration", "pending migration", "migrations are pending", "unapplied migration",
      "base table or view not found", "invalid object name '"),
    .all(
      .pages("does not exist", "doesn't exist"), .pages("relation ", "table ", "column "),
      .pages(
        "sqlstate", "pg::", "programmingerror", "psycopg", "error: relation", "sqlexception",
        "mysql", "relation \"")),
    .all(.any(.field("content-type", has: "json"), .begins("{")), .page("migration")))

  private static let welcomeMark = Mark.any(
    .pages(
      "welcome to nginx", "welcome to openresty", "welcome to caddy", "caddy works",
      "apache2 ubuntu default page", "apache2 debian default page", "<h1>it works!</h1>",
      "iis windows server", "test page for", "default web site page",
      "directory listing for", "your new web server is ready to use", "welcome to tengine",
      "if you see this page, the nginx web server is successfully installed",
      "this is the default index page of", "placeholder page",
      "if you're seeing this, you've successfully installed tomcat"),
    .titles("index of /", "apache tomcat/"))
}
