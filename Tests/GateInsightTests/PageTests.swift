internal import GateCore
@testable internal import GateInsight
internal import TestSupport
internal import Testing

/// The pages by which programs answer for an application, or in its place.
///
/// They have the form of the programs' own; the real ones make theirs in `Tests/Peers/pages`.
@Suite struct PageTests {
  struct Row: CustomTestStringConvertible {
    var name: String
    var failure: Failure
    var code: DiagnosisCode
    /// Among the words there is this, and not that.
    var said: String
    var unsaid: String

    init(
      _ name: String, _ status: Int, _ fields: [(String, String)] = [], _ body: String,
      is code: DiagnosisCode, _ said: String, not unsaid: String = "\u{1}", after: Duration? = nil
    ) {
      self.name = name
      failure = Failure(
        .statusMismatch, "HTTP \(status), not 200", status: status,
        .read(status, fields: fields, body), latency: after)
      self.code = code
      self.said = said
      self.unsaid = unsaid
    }

    var testDescription: String { name }
  }

  private static let apache = [("Server", "Apache/2.4.71 (Debian)")]
  private static let envoy = [("server", "envoy")]
  private static let json = [("Content-Type", "application/json")]
  private static let plain = [("Content-Type", "text/plain; charset=utf-8")]

  private static func apachePage(_ title: String, _ words: String) -> String {
    "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"http://www.w3.org/TR/html4/strict.dtd\">\n"
      + "<html><head>\n<title>\(title)</title>\n</head><body>\n<p>\(words)</p>\n</body></html>\n"
  }

  private static let trafficServer = [("Server", "ATS/9.2.9")]

  private static func trafficPage(_ title: String) -> String {
    "<HTML>\n<HEAD>\n<TITLE>\(title)</TITLE>\n</HEAD>\n\n"
      + "<BODY BGCOLOR=\"white\" FGCOLOR=\"black\">\n<H1>\(title)</H1>\n</BODY>\n</HTML>\n"
  }

  private static func haproxyPage(_ title: String, _ words: String) -> String {
    "<html><body><h1>\(title)</h1>\n\(words)\n</body></html>\n"
  }

  static let rows: [Row] = fronts + hosts + frameworks + views

  private static let fronts = [
    Row(
      "Traefik has no server", 503, plain, "no available server\n", is: .applicationDown, "Traefik"),
    Row(
      "Apache, refused", 503, apache,
      apachePage(
        "503 Service Unavailable",
        "The server is temporarily unable to service your\nrequest due to maintenance downtime or "
          + "capacity\nproblems. Please try again later."),
      is: .applicationDown, "Apache", not: "in maintenance"),
    Row(
      "Apache, of old", 503, [],
      "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<title>503 Service Unavailable</title>",
      is: .applicationDown, "Apache"),
    Row(
      "Apache waits too long", 502, apache,
      apachePage(
        "502 Proxy Error", "Reason: <strong>Error reading from remote server</strong>"),
      is: .proxyTimeout, "too slow", not: "exited at startup", after: .seconds(1)),
    Row(
      "Apache's back end hangs up", 502, apache,
      apachePage("502 Proxy Error", "Reason: <strong>Error reading from remote server</strong>"),
      is: .proxyTimeout, "died on the request", not: "exited at startup"),
    Row(
      "Apache finds no name", 502, apache,
      apachePage("502 Proxy Error", "Reason: <strong>DNS lookup failure for: app.invalid</strong>"),
      is: .applicationDown, "resolve"),
    Row(
      "Apache's back end has no TLS", 500, apache,
      apachePage(
        "500 Proxy Error", "Reason: <strong>Error during SSL Handshake with remote server</strong>"),
      is: .protocolMismatch, "TLS"),
    Row(
      "Apache's back end has no TLS, 502", 502, apache,
      apachePage(
        "502 Proxy Error", "Reason: <strong>Error during SSL Handshake with remote server</strong>"),
      is: .protocolMismatch, "TLS"),
    Row(
      "Apache denies", 403, apache,
      apachePage("403 Forbidden", "You don't have permission to access this resource."),
      is: .authenticationWanted, "Apache", not: "the application refuses"),
    Row(
      "Apache wants SNI", 403, apache,
      apachePage(
        "403 Forbidden",
        "The client software did not provide a hostname using Server Name Indication (SNI), which is "
          + "required to access this server.<br />"),
      is: .certificateName, "SNI"),
    Row(
      "Apache's TLS port", 400, apache,
      apachePage(
        "400 Bad Request",
        "Your browser sent a request that this server could not understand.<br />\nReason: You're "
          + "speaking plain HTTP to an SSL-enabled server port.<br />"),
      is: .plainOnTLSPort, "plain HTTP"),
    Row(
      "lighttpd, refused", 503, [("Server", "lighttpd/1.4.69")],
      "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<html><head>\n"
        + "<title>503 - Service Not Available</title>", is: .applicationDown, "lighttpd"),
    Row("Caddy, refused", 502, [("Server", "Caddy")], "", is: .applicationDown, "Caddy"),
    Row("Caddy has no upstream", 503, [("Server", "Caddy")], "", is: .applicationDown, "Caddy"),
    Row("Envoy has no route", 404, envoy, "", is: .pathMissing, "Envoy", not: "this build"),
    Row(
      "an application behind Envoy", 404, envoy + [("x-envoy-upstream-service-time", "3")], "",
      is: .pathMissing, "this build", not: "Envoy"),
    Row("Envoy denies", 403, envoy, "RBAC: access denied", is: .authenticationWanted, "Envoy"),
    Row("Envoy sheds load", 503, envoy, "envoy overloaded", is: .overloaded, "Envoy"),
    Row(
      "Envoy's circuit breaker", 503, envoy,
      "upstream connect error or disconnect/reset before headers. reset reason: overflow",
      is: .overloaded, "circuit"),
    Row(
      "Envoy waits too long", 504, envoy, "upstream request timeout", is: .proxyTimeout, "in time"),
    Row("Envoy limits", 429, envoy, "local_rate_limited", is: .rateLimited, "limit"),
    Row(
      "HAProxy denies", 403, [],
      haproxyPage("403 Forbidden", "Request forbidden by administrative rules."),
      is: .authenticationWanted, "HAProxy", not: "the application refuses"),
    Row(
      "HAProxy denies with 400", 400, [],
      haproxyPage("400 Bad request", "Your browser sent an invalid request."),
      is: .unexpectedStatus, "HAProxy", not: "often for its Host"),
    Row(
      "HAProxy's tarpit", 500, [],
      haproxyPage("500 Internal Server Error", "An internal server error occurred."),
      is: .applicationError, "tarpit", not: "exception ends"),
    Row(
      "HAProxy, hung up on", 502, [],
      haproxyPage("502 Bad Gateway", "The server returned an invalid or incomplete response."),
      is: .applicationDown, "hung up"),
    Row(
      "Varnish, refused", 503, [("Via", "1.1 varnish (Varnish/7.1)")],
      "<html><head><title>503 Backend fetch failed</title></head><h3>Guru Meditation:</h3>",
      is: .applicationDown, "Varnish"),
    Row(
      "AWS has no target", 503, [("Server", "awselb/2.0")], "<html></html>", is: .applicationDown,
      "AWS"),
    Row(
      "Varnish, hung up on", 503, [("Server", "Varnish"), ("Retry-After", "5")],
      "<title>503 Backend fetch failed</title><h3>Guru Meditation:</h3>", is: .applicationDown,
      "hangs up on the request"),
    Row(
      "Varnish waits too long", 503, [("Server", "Varnish"), ("Retry-After", "5")],
      "<title>503 Backend fetch failed</title><h3>Guru Meditation:</h3>", is: .applicationDown,
      "too slow", after: .seconds(1)),
    Row(
      "Envoy, hung up on", 503, envoy,
      "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
      is: .applicationDown, "hung up", not: "none is up"),
    Row("Envoy's fault filter", 503, envoy, "fault filter abort", is: .applicationDown, "a rule"),
    Row(
      "Traffic Server, refused", 502, trafficServer, trafficPage("Could Not Connect"),
      is: .applicationDown, "Traffic Server"),
    Row(
      "Traffic Server finds no name", 500, trafficServer, trafficPage("Unknown Host"),
      is: .applicationDown, "resolve", not: "exception"),
    Row(
      "Traffic Server has no map", 404, trafficServer, trafficPage("Not Found on Accelerator"),
      is: .pathMissing, "Traffic Server", not: "this build"),
    Row(
      "H2O, refused", 502, [("Server", "h2o/2.2.5")], "connection failed", is: .applicationDown,
      "H2O"),
    Row(
      "H2O waits too long", 502, [("Server", "h2o/2.2.5")], "I/O timeout", is: .proxyTimeout, "H2O"),
    Row(
      "H2O, hung up on", 502, [("Server", "h2o/2.2.5")], "I/O error (head)", is: .applicationDown,
      "hung up"),
    Row(
      "nginx wants a login", 401, [("WWW-Authenticate", "Basic")],
      "<title>401 Authorization Required</title><hr><center>nginx</center>",
      is: .authenticationWanted, "nginx in front", not: "the path requires"),
    Row(
      "nginx has a file", 405, [], "<title>405 Not Allowed</title><hr><center>nginx</center>",
      is: .methodRefused, "nginx in front", not: "the view accepts"),
    Row(
      "nginx's long path", 414, [],
      "<title>414 Request-URI Too Large</title><hr><center>nginx</center>", is: .unexpectedStatus,
      "too long"),
    Row(
      "Apache's large header", 400, apache,
      apachePage("400 Bad Request", "Size of a request header field exceeds server limit."),
      is: .unexpectedStatus, "too large", not: "Host"),
    Row(
      "an exception inside of Apache", 500, apache,
      apachePage("500 Internal Server Error", "The server encountered an internal error"),
      is: .applicationError, "mod_wsgi"),
    Row(
      "nginx's large header", 400, [("Server", "nginx")],
      "<html>\n<head><title>400 Request Header Or Cookie Too Large</title></head>\n<center>nginx</center>",
      is: .unexpectedStatus, "too large"),
    Row(
      "an error page of nginx's, kept", 502, [],
      "<title>Error</title><h1>An error occurred.</h1><p>Faithfully yours, nginx.",
      is: .applicationDown,
      "nginx"),
    Row(
      "Linkerd", 503, [("l5d-proxy-error", "connect refused")], "", is: .applicationDown, "Linkerd"),
    Row(
      "a link to a CDN", 503, [("Server", "app"), ("Content-Type", "text/html")],
      "<script src=\"https://cdnjs.cloudflare.com/ajax/libs/x/1/x.min.js\"></script>\n"
        + "<title>Down</title>Not ready: database", is: .applicationNotReady, "not ready",
      not: "Cloudflare"),
    Row(
      "nobody knows who", 503, [], "come back later", is: .applicationNotReady,
      "or a proxy in front of it"),
    Row(
      "nobody knows who denies", 403, [], "no", is: .authenticationWanted,
      "or a proxy in front of it"),
  ]

  private static let hosts = [
    Row(
      "an exception in Koa", 500, plain + [("Content-Length", "21")], "Internal Server Error",
      is: .applicationError, "exception", not: "uWSGI"),
    Row(
      "no more than the words", 500, [], "Internal Server Error", is: .applicationError,
      "exception", not: "uWSGI"),
    Row(
      "gunicorn", 500, [],
      "<html>\n  <head>\n    <title>Internal Server Error</title>\n  </head>\n  <body>\n    "
        + "<h1><p>Internal Server Error</p></h1>", is: .applicationError, "gunicorn"),
    Row(
      "waitress", 500, [("Server", "waitress")],
      "Internal Server Error\n\nThe server encountered an unexpected internal server error\n\n"
        + "(generated by waitress)", is: .applicationError, "waitress"),
    Row(
      "uvicorn at its limit", 503, [("Server", "uvicorn")], "Service Unavailable", is: .overloaded,
      "limit"),
    Row("hypercorn", 500, [("server", "hypercorn-h11")], "", is: .applicationError, "hypercorn"),
    Row(
      "Puma", 500, [],
      "An unhandled lowlevel error occurred. The application logs may have details.\n",
      is: .applicationError, "Puma"),
    Row(
      "Tomcat, not deployed", 404, [],
      "<html><head><title>HTTP Status 404 – Not Found</title><h3>Apache Tomcat/10.1</h3>",
      is: .pathMissing, "deployed"),
    Row(
      "Tomcat, stopped", 503, [], "<title>HTTP Status 503 – Service Unavailable</title>",
      is: .applicationDown, "Tomcat"),
    Row(
      "Java's own server", 404, [], "<h1>404 Not Found</h1>No context found for request",
      is: .pathMissing, "path"),
    Row(
      "PHP-FPM", 404, [("X-Powered-By", "PHP/8.2")], "File not found.\n", is: .pathMissing,
      "SCRIPT_FILENAME"),
    Row(
      "PHP-FPM, no script", 403, [("X-Powered-By", "PHP/8.2")], "Access denied.\n",
      is: .authenticationWanted, "limit_extensions", not: "login"),
    Row("Thin", 500, [("Server", "thin")], "Internal server error", is: .applicationError, "Thin"),
    Row(
      "Go's time is over", 503, [],
      "<html><head><title>Timeout</title></head><body><h1>Timeout</h1></body></html>",
      is: .proxyTimeout, "in time"),
    Row(
      "Tomcat's large header", 400, [],
      "<title>HTTP Status 400 – Bad Request</title><b>Message</b> Request header is too large",
      is: .unexpectedStatus, "too large", not: "Host"),
    Row(
      "aiohttp's large header", 400, [("Server", "Python/3.11 aiohttp/3.14.5")],
      "Got more than 8190 bytes when reading: b'x'.", is: .unexpectedStatus, "too large"),
    Row(
      "a stopped pool", 503, [("Server", "Microsoft-HTTPAPI/2.0")],
      "<h2>Service Unavailable</h2>\n<hr><p>HTTP Error 503. The service is unavailable.</p>",
      is: .applicationDown, "pool"),
    Row(
      "ANCM", 500, [("Server", "Microsoft-IIS/10.0")],
      "<h2>HTTP Error 500.30 - ASP.NET Core app failed to start</h2>", is: .applicationDown,
      "failed to start"),
    Row(
      "Kestrel's Host", 400, [("Server", "Kestrel")],
      "<h2>Bad Request - Invalid Hostname</h2>\n<hr><p>HTTP Error 400. The request hostname is invalid.</p>",
      is: .disallowedHost, "Host"),
    Row(
      "Passenger", 500, [("Server", "nginx + Phusion Passenger")],
      "<h1>Web application could not be started by the Phusion Passenger application server",
      is: .applicationDown, "Passenger"),
    Row(
      "uWSGI without application", 500, [("Content-Type", "text/plain")], "Internal Server Error",
      is: .applicationDown, "uWSGI"),
  ]

  private static let frameworks = [
    Row(
      "Rails' hosts", 403, [],
      String(repeating: "<!-- -->", count: 60) + "<h1>Blocked hosts: 127.0.0.1</h1>",
      is: .disallowedHost, "blocked"),
    Row(
      "SQLite's table", 500, [],
      String(repeating: "<!-- -->", count: 60) + "OperationalError: no such table: app_user",
      is: .unappliedMigrations, "migrations"),
    Row(
      "Flask's page of an exception", 500, [],
      "<title>500 Internal Server Error</title><h1>Internal Server Error</h1><p>The server encountered "
        + "an internal error and was unable to complete your request. Either the server is overloaded "
        + "or there is an error in the application.</p>", is: .applicationError, "with Flask's",
      not: "limit"),
    Row(
      "Rails' hosts, in production", 403, [("Content-Type", "text/html")], "",
      is: .authenticationWanted, "config.hosts"),
    Row(
      "Django's page of an exception", 500, [],
      "<title>KeyError\n at /health</title>" + String(repeating: "<!-- -->", count: 60)
        + "<th scope=\"row\">Django Version:</th>", is: .applicationError, "Django"),
    Row(
      "Django REST framework", 500,
      json + [("Vary", "Accept"), ("Allow", "GET"), ("X-Frame-Options", "DENY")],
      "{\"detail\":\"A server error occurred.\"}", is: .applicationError,
      "with Django REST framework's", not: "FastAPI"),
    Row(
      "Django REST framework's 404", 404, json, "{\"detail\":\"Not found.\"}", is: .pathMissing,
      "this build", not: "FastAPI"),
    Row(
      "FastAPI's or Django REST framework's", 500, json, "{\"detail\":\"no\"}",
      is: .applicationError, "with FastAPI or Django REST framework's"),
    Row(
      "WordPress", 500, [], "<h1>Error establishing a database connection</h1>",
      is: .applicationError, "database"),
    Row(
      "maintenance of WordPress", 503, [],
      "Briefly unavailable for scheduled maintenance. Check back in a minute.",
      is: .applicationNotReady, "maintenance"),
    Row(
      "HTTP/2 alone, in Node", 403, plain, "Missing ALPN Protocol, expected `h2` to be available.",
      is: .protocolMismatch, "only HTTP/2"),
    Row(
      "Spring's page", 404, json,
      "{\"timestamp\":\"x\",\"status\":404,\"error\":\"Not Found\",\"path\":\"/health\"}",
      is: .pathMissing, "this build", not: "a proxy in front"),
    Row(
      "Phoenix", 500, [("content-length", "21"), ("content-type", "text/html; charset=utf-8")],
      "Internal Server Error", is: .applicationError, "exception"),
  ]

  /// Health views of their own.
  private static let views = [
    Row(
      "Consul warns", 429, json, "[{\"CheckID\":\"mem\",\"Status\":\"warning\"}]",
      is: .applicationNotReady, "'mem'", not: "rate limit counts"),
    Row(
      "Kubernetes' form", 500, plain,
      "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n",
      is: .applicationNotReady, "'etcd' fails", not: "exception"),
    Row(
      "django-health-check", 500, json,
      "{\"DatabaseBackend\": \"unavailable: Database error\", \"CacheBackend\": \"working\"}",
      is: .applicationNotReady, "'DatabaseBackend' fails", not: "CacheBackend"),
    Row(
      "the IETF's form", 503, [("Content-Type", "application/health+json")],
      "{\"status\":\"fail\",\"checks\":{\"cassandra:connections\":[{\"status\":\"fail\"}]}}",
      is: .applicationNotReady, "'cassandra:connections' fails"),
    Row(
      "Laravel's form", 503, json,
      "{\"finishedAt\":1,\"checkResults\":[{\"name\":\"Database\",\"status\":\"failed\"},{\"name\":\"Cache\",\"status\":\"ok\"}]}",
      is: .applicationNotReady, "'Database' fails", not: "'Cache'"),
    Row(
      "MicroProfile", 503, json,
      "{\"status\":\"DOWN\",\"checks\":[{\"name\":\"db\",\"status\":\"DOWN\"},{\"name\":\"mq\",\"status\":\"UP\"}]}",
      is: .applicationNotReady, "'db' fails", not: "'mq'"),
    Row(
      "Terminus", 503, json,
      "{\"status\":\"error\",\"info\":{},\"error\":{\"redis\":{\"status\":\"down\"}}}",
      is: .applicationNotReady, "'redis' fails"),
    Row(
      "ASP.NET's health checks", 503, json,
      "{\"status\":\"Unhealthy\",\"results\":{\"sql\":{\"status\":\"Unhealthy\"}}}",
      is: .applicationNotReady, "'sql' fails"),
    Row("Lightship", 500, plain, "SERVER_IS_NOT_READY", is: .applicationNotReady, "not ready"),
    Row("a word", 503, plain, "Unhealthy", is: .applicationNotReady, "not ready"),
  ]

  @Test(arguments: rows) func namesWhoSpokeAndWhy(_ row: Row) throws {
    let report = row.failure.report(
      from: .start, taking: row.failure.latency ?? .milliseconds(3))
    let found = try #require(
      diagnosis(of: report, from: .sample("a"), check: Scene().check))
    #expect(found.code == row.code)
    let words = "\(found.summary) \(found.likelyCause) \(found.advice)"
    #expect(words.contains(row.said), "\(words)")
    #expect(!words.contains(row.unsaid), "\(words)")
  }

  @Test func eachAuthorIsKnownByName() {
    let names = Author.all.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names { #expect(Author.named(name)?.name == name) }
  }

  @Test(arguments: [
    ("80e3b71", "80e3b71f5d0c2a4b6e8f9a1b3c5d7e9f0a2b4c6d", "beginning of the same commit"),
    ("80e3b71f5d0c2a4b6e8f9a1b3c5d7e9f0a2b4c6d", "80e3b71", "begins with it"),
    ("80E3B71", "80e3b71", "letter case"), ("v2.1.9", "2.1.9", "with a 'v'"),
    ("2.1.9", "2.1.9+g6a6bc87e", "without the build metadata"),
    ("v2.1.9+b1", "2.1.9", "build metadata"),
  ])
  func theSameVersionIsKnownInOtherForms(_ came: String, _ wanted: String, _ words: String) {
    let found = VersionForm(came).likeness(to: VersionForm(wanted))
    #expect(found?.contains(words) ?? false, "\(found ?? "none")")
  }

  @Test(arguments: [
    ("2.1.8", "2.1.9"), ("80e3b71", "80e3b72f5d0c2a4b6e8f9a1b3c5d7e9f0a2b4c6d"), ("v41", "v42"),
    ("80e3", "80e3b71f5d0c2a4b6e8f9a1b3c5d7e9f0a2b4c6d"), ("2.1", "2.1.9"),
  ])
  func anotherVersionIsAnother(_ came: String, _ wanted: String) {
    #expect(VersionForm(came).likeness(to: VersionForm(wanted)) == nil)
  }
}
