internal import GateCore
internal import GateInsight
internal import TestSupport
internal import Testing

/// The faults of real instances: nginx, uWSGI and Django, and servers below HTTP.
///
/// The evidence is what a run against them recorded.
@Suite struct RealFaultTests {
  struct Fault: CustomTestStringConvertible {
    var name: String
    var failure: Failure
    var marks: String
    var first: DiagnosisCode
    /// Others that are no less likely: from outside they look the same.
    var alsoLikely: Set<DiagnosisCode>
    var words: [String]

    init(
      _ name: String, _ failure: Failure, _ marks: String = "---", is first: DiagnosisCode,
      or alsoLikely: Set<DiagnosisCode> = [], _ words: String...
    ) {
      self.name = name
      self.failure = failure
      self.marks = marks
      self.first = first
      self.alsoLikely = alsoLikely
      self.words = words
    }

    var testDescription: String { name }
  }

  static let badGateway = Failure.nginx(502, "Bad Gateway")
  static let silence = Failure(.timeoutResponse, "connected, but no answer within 400ms")
  static let refusal = Failure(.connectionRefused, "connection refused")

  static func unwell(_ failed: String) -> Failure {
    .status(
      503, server: "nginx", type: "application/json",
      "{\"status\": \"fail\", \"version\": \"v42\", \"instance\": \"127.0.11.3\", \"failed\": "
        + "[\"\(failed)\"], \"check\": 2}")
  }

  static let cases = faults.map { RuleTests.Case($0.name, $0.failure, $0.first) }

  static let faults = [
    Fault(
      "missing-secret",
      .status(500, server: "nginx", type: "text/plain; charset=utf-8", "Internal Server Error"),
      is: .applicationDown, "environment variable", "uWSGI"),
    Fault(
      "missing-secret-needapp", badGateway, is: .applicationDown, or: [.slowBoot], "nginx", "502",
      "environment variable"),
    Fault("unapplied-migration", unwell("migrations"), is: .unappliedMigrations, "migrate"),
    Fault(
      "allowed-hosts", .django(400, "Bad Request (400)"), is: .disallowedHost, "ALLOWED_HOSTS",
      "10.0.0.1"),
    Fault(
      "tls-redirect",
      .status(
        301, server: "nginx", location: "https://127.0.11.5/health", type: "text/html",
        "<html> <head><title>301 Moved Permanently</title></head> <body> <center><h1>301 Moved "
          + "Permanently</h1></center> <hr><center>nginx</center> </body> </html>"),
      is: .tlsRedirect, "SECURE_REDIRECT_EXEMPT", "https://127.0.11.5/health"),
    Fault(
      "wrong-path", .django(404, "Not Found"), is: .pathMissing, "/health", "this build"),
    Fault(
      "append-slash",
      .status(301, server: "nginx", location: "/health/", type: "text/html; charset=utf-8"),
      is: .trailingSlashRedirect, "/health/", "APPEND_SLASH"),
    Fault(
      "stale-version",
      Failure(
        .wrongVersion, "version 'v0-stale', not 'v42'", status: 200,
        Evidence(
          server: "nginx", contentType: "application/json",
          excerpt: "{\"status\": \"ok\", \"version\": \"v0-stale\", \"instance\": \"127.0.11.8\"}"),
        version: "v0-stale"),
      is: .staleVersion, "v0-stale on web-1"),
    Fault("app-down", badGateway, is: .applicationDown, or: [.slowBoot], "nginx"),
    Fault(
      "db-broken", .django(500, "Server Error (500)"), is: .applicationError, "Django", "database"),
    Fault(
      "homepage-broken", unwell("homepage"), is: .applicationNotReady,
      "'homepage' fails"),
    Fault("slow-response", silence, is: .tooSlow, or: [.slowBoot], "400ms", "timeout"),
    Fault("slow-boot", badGateway, "--+", is: .slowBoot, "grace_period"),
    Fault("slow-boot, given up early", badGateway, is: .applicationDown, or: [.slowBoot]),
    Fault("slow-import", silence, "--+", is: .slowBoot, "grace_period"),
    Fault("late-start", refusal, "--+", is: .slowBoot),
    Fault(
      "flapping", unwell("scripted"), "++-++-++-++-++-++-", is: .flapping, "every 3rd check (1.5s)",
      "one of 3 workers"),
    Fault("fail-after", unwell("scripted"), "+++---", is: .diesLater, "'scripted' fails"),
    Fault("refused", refusal, is: .nothingListens, or: [.slowBoot], "port 80"),
    Fault(
      "blackhole", Failure(.timeoutConnect, "no connection within 400ms"),
      is: .firewallOrWrongAddress, or: [.slowBoot], "security group"),
    Fault("hang", silence, is: .tooSlow, or: [.slowBoot], "none was answered", "stuck"),
    Fault(
      "reset", Failure(.connectionReset, "connection reset"), is: .connectionDropped, "reset"),
    Fault(
      "close", Failure(.connectionReset, "closed without an answer", .closedWithoutAnswer),
      is: .connectionDropped,
      "closed the connection without a response"),
    Fault(
      "garbage", Failure(.protocolError, "the answer is not HTTP/1.1", .notHTTP1),
      is: .protocolMismatch,
      "not in HTTP/1.1"),
    Fault("trickle", silence, is: .tooSlow, or: [.slowBoot]),
    Fault(
      "truncated",
      Failure(
        .protocolError, "closed after 10 bytes of the body", .truncatedBody, status: 200,
        Evidence(excerpt: "0123456789")), is: .truncatedAnswer, "Content-Length"),
    Fault(
      "endless",
      Failure(
        .timeoutResponse,
        "no whole answer within 400ms: 47 bytes of header and 60416 of body came",
        .unfinishedAnswer,
        status: 200,
        Evidence(excerpt: String(repeating: "x", count: 200))), is: .unfinishedAnswer, "60416"),
    Fault(
      "hugeheader",
      Failure(.protocolError, "a header line without end", .headerTooLarge, status: 200),
      is: .oversizedAnswer),
    Fault("status-301", .status(301), is: .redirectedElsewhere),
    Fault("status-401", .status(401), is: .authenticationWanted),
    Fault("status-403", .status(403), is: .authenticationWanted),
    Fault("status-404", .status(404), is: .pathMissing),
    Fault("status-405", .status(405), is: .methodRefused),
    Fault("status-418", .status(418), is: .unexpectedStatus),
    Fault("status-429", .status(429), is: .rateLimited),
    Fault("status-500", .status(500), is: .applicationError),
    Fault("status-503", .status(503), is: .applicationNotReady, or: [.slowBoot]),
    Fault("status-504", .status(504), is: .proxyTimeout),
    Fault(
      "a TLS check of a plain port", Failure(.tlsError, "SSL connect error", port: 8087),
      is: .tlsOnPlainPort, "HTTP:8087/health"),
    Fault(
      "a plain check of a TLS port",
      .status(
        400, server: "nginx", type: "text/html; charset=utf-8",
        "<html> <head><title>400 The plain HTTP request was sent to HTTPS port</title></head> "
          + "<body> "
          + "<center><h1>400 Bad Request</h1></center> <center>The plain HTTP request was sent to "
          + "HTTPS port</center>"), is: .plainOnTLSPort, "HTTPS:80/health"),
    Fault(
      "a certificate of nobody",
      Failure(
        .tlsError, "SSL peer certificate or SSH remote key was not OK", .certificateRefused),
      is: .certificateUntrusted, "ca_file"),
  ]

  @Test(arguments: faults)
  func theFaultIsNamedAndNoneIsLikelier(_ fault: Fault) throws {
    let scene = Scene(
      deadline: fault.first == .slowBoot ? .seconds(1.6) : .seconds(30),
      maxUnhealthy: fault.first == .slowBoot ? .number(1) : .number(0))
    var stricter = scene
    if fault.first == .flapping {
      stricter.check.unhealthyWindow = UnhealthyWindow(failures: 3, of: 10)
      stricter.soak = .seconds(20)
    } else if fault.first == .diesLater {
      stricter.soak = .seconds(20)
    }
    let found = stricter.diagnoses([Scene.Player(fault.marks, fault.failure)])
    let first = try #require(found.first)
    #expect(first.code == fault.first)
    #expect(first.instances == ["web-1"])
    let rivals = found.dropFirst().filter { $0.confidence == .likely && $0.code != first.code }
    #expect(first.confidence == .likely || rivals.isEmpty)
    #expect(fault.alsoLikely.isSuperset(of: rivals.map(\.code)))
    let all = found.map { "\($0.summary) \($0.likelyCause) \($0.advice) \($0.evidence ?? "")" }
      .joined(separator: " ")
    for words in fault.words { #expect(all.contains(words)) }
  }

  @Test(arguments: faults)
  func aSingleCheckIsExplainedToo(_ fault: Fault) throws {
    let instance = Instance(id: "web-1", address: "10.0.0.1", port: fault.failure.port)
    let report = fault.failure.report(from: .start, taking: .milliseconds(3))
    let found = try #require(
      diagnosis(of: report, from: instance, check: Scene().check, request: RequestFacts()))
    let courses: Set<DiagnosisCode> = [.slowBoot, .flapping, .diesLater]
    if !courses.contains(fault.first) { #expect(found.code == fault.first) }
    #expect(found.evidence?.isEmpty == false)
  }

  @Test func aSuccessIsNotExplained() {
    let report = CheckReport(started: .start, result: .success, latencyMicroseconds: 1)
    #expect(diagnosis(of: report, from: .sample("a"), check: Scene().check) == nil)
  }
}
