/// A program whose own pages are known, so that they are not taken for the application's.
///
/// The marks are from the programs' sources, and from pages that they sent.
struct Author: Sendable {
  var name: String
  var role: Role
  var mark: Mark

  enum Role: Sendable {
    /// In front of an application: a proxy, a web server, a load balancer, an edge.
    case front
    /// Runs the application in its own process, or responds for one that it could not start.
    case host
    /// The application itself, or its framework.
    case framework
  }

  init(_ name: String, _ role: Role, _ mark: Mark) {
    self.name = name
    self.role = role
    self.mark = mark
  }

  static func named(_ name: String?) -> Author? {
    name.flatMap { name in all.first { $0.name == name } }
  }

  /// The first program whose mark a response has is its author.
  static let all = fronts + hosts + frameworks

  /// HAProxy's own responses have no Server header, and these are their only pages.
  private static let haproxy = Mark.all(
    .begins("<html><body><h1>"),
    .pages(
      "no server is available to handle this request",
      "the server returned an invalid or incomplete response",
      "the server didn't respond in time", "request forbidden by administrative rules",
      "your browser sent an invalid request", "an internal server error occurred",
      "you have sent too many requests in a given amount of time",
      "your browser didn't send a complete request in time",
      "you need a valid user and password to access this content",
      "the resource could not be found", "the request entity exceeds the maximum allowed",
      "request sent to a non-authoritative server", "your browser sent early data",
      "a request was made of a resource using a request method not supported",
      "the server does not support the functionality required",
      "the resource is no longer available and will not be available again",
      "the server cannot process the contained instructions"))

  /// Apache's pages changed their document type in 2.4.59; Microsoft's type has no blank.
  private static let apache = Mark.any(
    .page("-//ietf//dtd html 2.0//en"), .page("<address>apache"),
    .all(.server("apache"), .page("-//w3c//dtd html 4.01//en\" \"http")),
    .page("the proxy server received an invalid\nresponse from an upstream server"))

  /// Envoy also sets Server on responses that it forwards, but then adds the server's time.
  private static let envoy = Mark.any(
    .all(.server("envoy"), .lacks("x-envoy-upstream-service-time"), .lacks("x-powered-by")),
    .begins("no healthy upstream"), .begins("upstream connect error or disconnect/reset"),
    .only("upstream request timeout"), .begins("rbac: access denied"), .only("envoy overloaded"),
    .only("local_rate_limited"), .begins("jwt is missing"), .begins("jwt verification fails"),
    .begins("jwt issuer is not configured"), .only("stream timeout"), .only("fault filter abort"))

  /// All pages of Apache Traffic Server have this body.
  private static let trafficServer = Mark.all(
    .server("ats/"), .page("<body bgcolor=\"white\" fgcolor=\"black\">"))

  /// H2O's words about its back ends; an application behind it can also say that a path is not
  /// found.
  private static let h2o = Mark.all(
    .server("h2o"),
    .any(
      .only("connection failed"), .only("connection refused"), .begins("i/o error"),
      .only("i/o timeout"), .only("no address"), .only("bad gateway")))

  /// The body of net/http's TimeoutHandler.
  static let timeoutOfGo =
    "<html><head><title>timeout</title></head><body><h1>timeout</h1></body></html>"

  /// The words of Starlette and of Django REST framework, both in `detail`.
  private static let fastAPI = Mark.any(
    .only("{\"detail\":\"not found\"}"), .only("{\"detail\":\"method not allowed\"}"),
    .begins("{\"detail\":[{\"type\":"))
  private static let djangoREST = Mark.all(
    .begins("{\"detail\":"),
    .any(
      .only("{\"detail\":\"not found.\"}"), .begins("{\"detail\":\"method \\\""),
      .begins("{\"detail\":\"request was throttled"),
      .begins("{\"detail\":\"authentication credentials were not provided"),
      .begins("{\"detail\":\"you do not have permission"),
      .begins("{\"detail\":\"could not satisfy the request accept header"),
      // It names the methods in every response; the other field is from Django's middleware.
      .all(.has("allow"), .has("x-frame-options"))))

  private static let fronts = [
    Author("nginx", .front, .pages("<center>nginx", "faithfully yours, nginx")),
    Author("OpenResty", .front, .page("<center>openresty")),
    Author("Tengine", .front, .pages("<center>tengine", "powered by tengine")),
    Author("Angie", .front, .page("<center>angie")),
    Author("freenginx", .front, .page("<center>freenginx")),
    Author("nginx Unit", .front, .all(.server("unit/"), .begins("<!doctype html><title>error "))),
    Author("the ingress controller", .front, .begins("default backend - 404")),
    Author(
      "Kong", .front,
      .all(
        .any(.server("kong"), .has("x-kong-request-id"), .has("x-kong-response-latency")),
        .lacks("x-kong-upstream-latency"))),
    Author("APISIX", .front, .all(.server("apisix"), .note("error_msg"))),
    Author("HAProxy", .front, haproxy),
    Author("Linkerd", .front, .has("l5d-proxy-error")),
    Author("Envoy", .front, envoy),
    Author(
      "Traefik", .front, .any(.only("no available server"), .has("x-retry-in"))),
    Author("Squid", .front, .any(.has("x-squid-error"), .page("generated by squid"))),
    Author("tinyproxy", .front, .page("generated by <a href=\"https://tinyproxy")),
    Author("Traffic Server", .front, trafficServer),
    Author("H2O", .front, h2o),
    Author("Varnish", .front, .pages("varnish cache server", "guru meditation")),
    Author(
      "CloudFront", .front,
      .any(.field("x-cache", has: "error from cloudfront"), .page("generated by cloudfront"))),
    Author(
      "Cloudflare", .front,
      .all(
        .server("cloudflare"),
        .any(
          .pages("cf-error-details", "cloudflare ray id", "<center>cloudflare"),
          .note("error code: ")))),
    Author("Fastly", .front, .begins("fastly error")),
    Author("Akamai", .front, .server("akamaighost")),
    Author(
      "Google's load balancer", .front,
      .all(.page("<title>error 502 (server error)!!1"), .page("google"))),
    Author(
      "Azure Application Gateway", .front,
      .any(
        .page("<center>microsoft-azure-application-gateway"),
        .server("microsoft-azure-application-gateway"))),
    Author("a load balancer of AWS", .front, .server("awselb")),
    Author("API Gateway", .front, .has("x-amzn-errortype")),
    Author("oauth2-proxy", .front, .page("oauth2 proxy")),
    Author("ModSecurity", .front, .pages("mod_security", "modsecurity")),
    // It sends most errors without a body, and adds Via to responses that it forwards.
    Author("Caddy", .front, .all(.server("caddy"), .bodyless, .lacks("via"), .status(400...599))),
    Author(
      "lighttpd", .front,
      .all(
        .server("lighttpd"),
        .any((400...505).map { .title("\($0) ") } + [.bodyless]))),
    Author("LiteSpeed", .front, .pages("proudly powered by litespeed", "litespeed technologies")),
    Author("Apache", .front, apache),
  ]

  private static let hosts = [
    Author(
      "Phusion Passenger", .host,
      .any(
        .page("could not be started by the phusion passenger"),
        .all(
          .has("x-powered-by"), .field("x-powered-by", has: "phusion passenger"), .page("passenger")
        ))),
    Author("waitress", .host, .page("(generated by waitress)")),
    // It sends no Server with this page.
    Author("gunicorn", .host, .all(.page("<h1><p>"), .page("</p></h1>"))),
    Author("Daphne", .host, .page("<footer>daphne</footer>")),
    Author(
      "uvicorn", .host,
      .all(
        .server("uvicorn"),
        .any(
          .only("internal server error"), .only("invalid http request received."),
          .only("service unavailable")))),
    Author("hypercorn", .host, .all(.server("hypercorn"), .bodyless)),
    Author("Puma", .host, .pages("puma caught this error", "an unhandled lowlevel error occurred")),
    Author("Thin", .host, .all(.server("thin"), .only("internal server error"))),
    Author("Go's TimeoutHandler", .host, .only(timeoutOfGo)),
    Author("WEBrick", .host, .page("webrick/")),
    Author("Tomcat", .host, .pages("<h3>apache tomcat", "<title>http status ")),
    Author(
      "Jetty", .host,
      .pages(
        "powered by jetty", "powered by <a href=\"http://eclipse.org/jetty",
        "<title>error 503 service unavailable</title>\n</head>\n<body><h2>http error")),
    Author(
      "Java's HTTP server", .host, .begins("<h1>404 not found</h1>no context found for request")),
    Author("PHP-FPM", .host, .any(.only("file not found."), .only("access denied."))),
    Author(
      "IIS", .host,
      .any(
        .pages(
          "iis detailed error", "iis 10.0 detailed error", "<title>iis ", "http error 500.30",
          "http error 500.31", "http error 502.5", "http error 500.19", "http error 500.0 "),
        .all(.server("microsoft-iis"), .pages("<title>4", "<title>5")))),
    // The kernel's part of IIS, which responds if there is no application pool.
    Author("HTTP.sys", .host, .any(.server("microsoft-httpapi"), .page("<hr><p>http error "))),
  ]

  private static let frameworks = [
    Author(
      "Django", .framework,
      .any(
        .titles("bad request (400)", "server error (500)", "disallowedhost at"),
        .pages(
          "<h1>bad request (400)</h1>", "<h1>server error (500)</h1>", "invalid http_host header",
          "you're seeing this error because you have <code>debug = true",
          "the requested resource was not found on this server.</p>",
          "csrf verification failed"),
        // The end of the page, which says this too, is beyond the part that is kept.
        .all(.status(500), .page("django version:")))),
    Author(
      "Rails", .framework,
      .pages(
        "blocked hosts:", "blocked host:", "action controller: exception caught",
        "we're sorry, but something went wrong", "if you are the application owner check the logs",
        "the page you were looking for doesn't exist")),
    Author(
      "Spring Boot", .framework,
      .any(
        .page("whitelabel error page"),
        .all(.page("\"timestamp\":"), .page("\"path\":"), .page("\"error\":")))),
    Author("ASP.NET", .framework, .pages("<h1>server error in '", "[httpexception")),
    Author(
      "Flask", .framework,
      .pages(
        "the server encountered an internal error and was unable to complete your request. either",
        "if you entered the url manually please check your spelling")),
    Author("Express", .framework, .pages("<pre>cannot get ", "<pre>cannot head ")),
    Author("Django REST framework", .framework, djangoREST),
    Author("FastAPI", .framework, fastAPI),
    Author("FastAPI or Django REST framework", .framework, .begins("{\"detail\":")),
    Author("Phoenix", .framework, .pages("phoenix.router.norouteerror", "plug.debugger")),
    Author(
      "WordPress", .framework,
      .pages(
        "error establishing a database connection",
        "there has been a critical error on this website",
        "briefly unavailable for scheduled maintenance")),
    Author("PHP", .framework, .pages("<b>fatal error</b>:", "php fatal error:")),
    Author(
      "Kubernetes", .framework,
      .pages("readyz check failed", "livez check failed", "healthz check failed")),
  ]
}
