internal import GateCore
@testable internal import GateInsight
internal import TestSupport
internal import Testing

/// Which rule explains which failure.
@Suite struct RuleTests {
  struct Case: CustomTestStringConvertible {
    var name: String
    var failure: Failure
    var code: DiagnosisCode
    var scheme: HealthCheckTarget.Scheme
    var host: String?

    init(
      _ name: String, _ failure: Failure, _ code: DiagnosisCode,
      _ scheme: HealthCheckTarget.Scheme = .http, host: String? = nil
    ) {
      self.name = name
      self.failure = failure
      self.code = code
      self.scheme = scheme
      self.host = host
    }

    var testDescription: String { name }
  }

  private static func grpc(
    _ status: Int?, _ detail: String, _ cause: FailureCause? = nil
  ) -> Failure {
    Failure(.grpcStatusMismatch, detail, cause, status: status)
  }

  private static func tls(
    _ detail: String, _ cause: FailureCause? = nil, port: Int = 443
  ) -> Failure {
    Failure(.tlsError, detail, cause, port: port)
  }

  private static func page(
    _ kind: FailureKind, _ excerpt: String, type: String = "text/html"
  ) -> Failure {
    Failure(
      kind, "version missing, not 'v42'", status: 200,
      .read(server: "nginx", type: type, excerpt))
  }

  static let cases = [
    Case(
      "Rails", .status(403, "<h1>Blocked hosts: 10.0.0.1</h1> Blocked host: 10.0.0.1"),
      .disallowedHost),
    Case(
      "ASP.NET", .status(400, "<h2>Bad Request - Invalid Hostname</h2>"), .disallowedHost),
    Case("Django in debug", .status(400, "DisallowedHost at /health"), .disallowedHost),
    Case(
      "Django's page to a name", .django(400, "Bad Request (400)"), .disallowedHost,
      host: "shop.example"),
    Case("a bad request", .nginx(400, "Bad Request"), .unexpectedStatus),
    Case("a bare 400", .status(400, "no"), .unexpectedStatus),
    Case("a teapot", .status(418, "no"), .unexpectedStatus),
    Case("misdirected", .status(421), .disallowedHost),
    Case("307 to https", .status(307, location: "https://shop.example/health"), .tlsRedirect),
    Case("302 to https, the root", .status(302, location: "https://shop.example"), .tlsRedirect),
    Case(
      "https to the same", .status(301, location: "https://10.0.0.1/health"), .redirectedElsewhere,
      .https),
    Case(
      "a canonical host", .status(301, location: "http://www.shop.example/health"),
      .canonicalHostRedirect),
    Case(
      "a host without scheme", .status(301, location: "//www.shop.example/health"),
      .canonicalHostRedirect),
    Case("lower case", .status(301, location: "/Health"), .redirectedElsewhere),
    Case(
      "a login", .status(302, location: "/accounts/login/?next=/health"), .loginRedirect),
    Case(
      "single sign-on", .status(302, location: "https://id.example/oauth2/authorize?x=/health"),
      .loginRedirect),
    Case("not quite a login", .status(302, location: "/author/blogin"), .redirectedElsewhere),
    Case("a redirect without a place", .status(302), .redirectedElsewhere),
    Case("a challenge", .nginx(401, "Authorization Required"), .authenticationWanted),
    Case("nginx forbids", .nginx(403, "Forbidden"), .authenticationWanted),
    Case("a proxy's login", .status(407), .authenticationWanted),
    Case("a captive portal", .status(511), .staticAnswer),
    Case("nginx has no location", .nginx(404, "Not Found"), .pathMissing),
    Case("gone", .status(410), .pathMissing),
    Case("upgrade", .status(426), .protocolMismatch),
    Case("limited with 503", .status(503, "Too Many Requests"), .rateLimited),
    Case(
      "HAProxy",
      .status(
        503,
        "<html><body><h1>503 Service Unavailable</h1> No server is available "
          + "to handle this request. </body></html>"), .applicationDown),
    Case("Envoy", .status(503, server: "envoy", "no healthy upstream"), .applicationDown),
    Case("nginx", .nginx(503, "Service Temporarily Unavailable"), .applicationDown),
    Case("maintenance", .status(503, "Site is down for maintenance"), .applicationNotReady),
    Case(
      "Spring",
      .status(
        503, type: "application/vnd.spring-boot.actuator.v3+json",
        "{\"status\":\"DOWN\",\"components\":{\"db\":{\"status\":\"DOWN\"}}}"),
      .applicationNotReady),
    Case(
      "uWSGI, of old", .status(500, "uWSGI Error Python application not found"), .applicationDown),
    Case(
      "Starlette behind uvicorn", .status(500, server: "uvicorn", "Internal Server Error"),
      .applicationError),
    Case("nginx errs", .nginx(500, "Internal Server Error"), .applicationError),
    Case(
      "a missing table", .status(500, "OperationalError at /health no such table: shop_item"),
      .unappliedMigrations),
    Case(
      "PostgreSQL's missing table", .status(500, "relation \"shop_item\" does not exist"),
      .unappliedMigrations),
    Case(
      "Rails, pending", .status(500, "ActiveRecord::PendingMigrationError"), .unappliedMigrations),
    Case(
      "no database", .status(500, "OperationalError: could not translate host name \"db\""),
      .applicationError),
    Case("504 of nginx", .nginx(504, "Gateway Time-out"), .proxyTimeout),
    Case("507", .status(507), .unexpectedStatus),
    Case("204 where 200 is wanted", .status(204), .unexpectedStatus),
    Case(
      "nginx welcomes", page(.wrongVersion, "<title>Welcome to nginx!</title>"), .staticAnswer),
    Case(
      "Apache welcomes", page(.expectationFailed, "<h1>It works!</h1>"), .staticAnswer),
    Case("another page", page(.wrongVersion, "<!doctype html> <p>hello"), .staticAnswer),
    Case(
      "no version in JSON", page(.wrongVersion, "{\"status\": \"ok\"}", type: "application/json"),
      .staleVersion),
    Case(
      "200, but down",
      page(.expectationFailed, "{\"status\":\"DOWN\"}", type: "application/json"),
      .applicationNotReady),
    Case(
      "other content", Failure(.expectationFailed, "the body does not match 'ok'", status: 200),
      .unexpectedContent),
    Case("no such host", Failure(.hostUnreachable, "no route to host"), .firewallOrWrongAddress),
    Case(
      "a reset on 443",
      Failure(.connectionReset, "closed without an answer", .closedWithoutAnswer, port: 443),
      .plainOnTLSPort),
    Case(
      "an alert on 443",
      Failure(.protocolError, "the answer is not HTTP/1.1", .notHTTP1, port: 443),
      .plainOnTLSPort),
    Case(
      "the PROXY protocol", .status(400, "PROXY TCP4 10.0.0.9 10.0.0.1 4711 80"), .proxyProtocol),
    Case(
      "Classic's rule",
      Failure(
        .protocolError,
        "HTTP 200, but the body has neither Content-Length nor chunks, which a Classic Load "
          + "Balancer does not accept", .unframedBody, status: 200), .unframedBody),
    Case(
      "too much body", Failure(.protocolError, "more than 16 MiB of body", .bodyTooLarge),
      .oversizedAnswer),
    Case(
      "too much header",
      Failure(.protocolError, "more than 32 KiB of header", .headerTooLarge), .oversizedAnswer),
    Case("half an answer", Failure(.protocolError, "transferred a partial file"), .brokenAnswer),
    Case(
      "the wrong version of TLS, or none", tls("wrong version number", .plainText, port: 8086),
      .tlsOnPlainPort,
      .https),
    Case(
      "expired", tls("certificate has expired", .certificateExpired), .certificateExpired, .https),
    Case(
      "another name",
      tls(
        "no alternative certificate subject name matches target host name", .certificateName),
      .certificateName, .https),
    Case(
      "self-signed", tls("SSL certificate problem: self-signed certificate", .certificateUntrusted),
      .certificateUntrusted,
      .https),
    Case(
      "mutual TLS", tls("tlsv13 alert certificate required", .clientCertificateWanted),
      .clientCertificateWanted, .https),
    Case(
      "mutual TLS of nginx", .status(400, "400 No required SSL certificate was sent"),
      .clientCertificateWanted, .https),
    Case("no SNI", tls("tlsv1 unrecognized name", .unrecognizedName), .certificateName, .https),
    Case(
      "an alert without a name", tls("sslv3 alert handshake failure", .handshakeFailure),
      .certificateName, .https),
    Case("no common version", tls("TLS alert protocol version", .tlsParameters), .tlsParameters),
    Case(
      "closed in the handshake",
      tls("the connection was closed during the TLS handshake", .closedInHandshake),
      .connectionDropped),
    Case(
      "a zero byte",
      Failure(.protocolError, "the answer is malformed: nul byte in header", .malformedHeader),
      .brokenAnswer),
    Case(
      "a commit cut short",
      Failure(.wrongVersion, "version 'v4', not 'v42'", status: 200, version: "80e3b71"),
      .staleVersion),
    Case(
      "a handshake that the server denies", tls("TLS alert 'access denied'", .accessDenied),
      .certificateName, .https),
    Case(
      "a certificate that does not stand",
      tls("SSL peer certificate or SSH remote key was not OK", .certificateRefused),
      .certificateUntrusted, .https),
    Case(
      "a header of the PROXY protocol",
      Failure(
        .protocolError, "the answer is not HTTP/1.1: its status line is 'PROXY TCP4 10.0.0.9'",
        .proxyHeader), .proxyProtocol),
    Case(
      "half a body", Failure(.protocolError, "closed after 10 bytes of the body", .truncatedBody),
      .truncatedAnswer),
    Case(
      "an answer that came late",
      Failure(.timeoutResponse, "the answer took longer than 2s", .lateAnswer), .tooSlow),
    Case("any handshake", tls("SSL connect error"), .tlsOnPlainPort, .https),
    Case("a handshake on 80", tls("SSL connect error", port: 80), .tlsOnPlainPort, .https),
    Case("a slow handshake", Failure(.timeoutTLS, "no TLS handshake within 2s"), .tooSlow, .https),
    Case("12 for 0", grpc(12, "gRPC status 12, not 0"), .grpcMatcher, .grpc),
    Case("0 for 12", grpc(0, "gRPC status 0, not 12"), .grpcMatcher, .grpc),
    Case("gRPC not found", grpc(5, "gRPC status 5 (unknown service), not 0"), .pathMissing, .grpc),
    Case("gRPC denied", grpc(7, "gRPC status 7, not 0"), .authenticationWanted, .grpc),
    Case("gRPC unavailable", grpc(14, "gRPC status 14, not 0"), .applicationNotReady, .grpc),
    Case("gRPC gave up", grpc(4, "gRPC status 4, not 0"), .proxyTimeout, .grpc),
    Case("gRPC exhausted", grpc(8, "gRPC status 8, not 0"), .rateLimited, .grpc),
    Case("gRPC failed", grpc(13, "gRPC status 13, not 0"), .applicationError, .grpc),
    Case("gRPC otherwise", grpc(3, "gRPC status 3, not 0"), .unexpectedStatus, .grpc),
    Case(
      "gRPC forbidden",
      grpc(nil, "HTTP 403 without a grpc-status", .grpcRefused), .authenticationWanted, .grpc),
    Case(
      "HTTP/2 breaks",
      Failure(.protocolError, "error in the HTTP2 framing layer", .notHTTP2), .protocolMismatch,
      .grpc),
    Case(
      "HTTP/1 for HTTP/2", Failure(.protocolError, "the answer is HTTP/1, not HTTP/2", .notHTTP2),
      .protocolMismatch, .grpc),
    Case(
      "a stream that is refused",
      Failure(.connectionReset, "the server reset the stream: REFUSED_STREAM", .streamReset),
      .connectionDropped,
      .grpc),
    Case(
      "a gRPC answer without its trailers",
      Failure(
        .grpcStatusMismatch, "HTTP 200 without a grpc-status", .noGRPCStatus,
        .read(type: "application/grpc", "")),
      .brokenAnswer, .grpc),
    Case(
      "a proxy that reaches nobody",
      Failure(
        .hostUnreachable, "the proxy answered 503 to CONNECT: it does not reach the instance",
        .unreachableFromProxy),
      .firewallOrWrongAddress),
    Case("no status at all", .status(999), .unexpectedStatus),
    Case(
      "no gRPC", grpc(nil, "HTTP 200 without a grpc-status", .noGRPCStatus), .protocolMismatch,
      .grpc),
    Case(
      "a proxy for gRPC", grpc(nil, "HTTP 502 without a grpc-status", .noGRPCServer),
      .applicationDown, .grpc),
    Case(
      "HTTP for gRPC", grpc(nil, "HTTP 404 without a grpc-status", .noGRPCRoute), .pathMissing,
      .grpc),
    Case(
      "gRPC hangs up", Failure(.connectionReset, "closed without an answer", .closedWithoutAnswer),
      .protocolMismatch,
      .grpc),
    Case(
      "NOT_SERVING",
      Failure(.expectationFailed, "the service says NOT_SERVING, not SERVING", status: 0),
      .applicationNotReady, .grpc),
    Case(
      "a 500 that did not end",
      Failure(
        .timeoutResponse, "no whole answer within 2s: 40 bytes of header", .unfinishedAnswer,
        status: 500),
      .unfinishedAnswer),
  ]

  @Test(arguments: cases) func explains(_ row: Case) throws {
    var check = Scene().check
    check.target.scheme = row.scheme
    let instance = Instance(id: "a", address: "10.0.0.1", port: row.failure.port)
    let report = row.failure.report(from: .start, taking: .milliseconds(3))
    let found = try #require(
      diagnosis(
        of: report, from: instance, check: check, request: RequestFacts(host: row.host)))
    #expect(found.code == row.code)
  }

  /// A journal that was written before it had causes gives the same diagnoses.
  @Test(arguments: cases + RealFaultTests.cases) func theWordsTellTheCause(_ row: Case) {
    #expect(FailureCause(words: row.failure.detail, of: row.failure.kind) == row.failure.cause)
  }

  @Test func everyCauseHasItsWords() {
    #expect(Set(Self.cases.compactMap(\.failure.cause)) == Set(FailureCause.allCases))
  }

  /// Who is asked on a loopback address may listen on it alone.
  @Test(arguments: [
    ("127.0.0.1", true), ("127.9.0.1", true), ("::1", true), ("::ffff:127.0.0.1", true),
    ("localhost", true), ("api.localhost", true), ("10.0.0.1", false), ("128.0.0.1", false),
    ("2001:db8::1", false), ("localhost.example", false),
  ])
  func aRefusalIsNotBlamedOnTheLoopbackAddressThatIsChecked(_ address: String, _ isLoopback: Bool)
    throws
  {
    let report = Failure(.connectionRefused, "connection refused").report(
      from: .start, taking: .zero)
    let instance = Instance(id: "a", address: address, port: 80)
    let found = try #require(diagnosis(of: report, from: instance, check: Scene().check))
    #expect(found.code == .nothingListens)
    #expect(found.likelyCause.contains("127.0.0.1") != isLoopback, "\(found.likelyCause)")
    #expect(found.advice.contains("0.0.0.0") != isLoopback, "\(found.advice)")
  }

  /// Django's settings are named unless something says that it is none.
  @Test(
    arguments: [
      (nil, "no", true), ("nginx/1.26.0", "no", true), ("gunicorn", "no", true),
      ("WSGIServer/0.2 CPython/3.12.3", "no", true), ("SimpleHTTP/0.6 Python/3.12.3", "no", false),
      ("Python/3.12 aiohttp/3.9", "no", false), ("Kestrel", "no", false),
      (nil, "<pre>Cannot GET /health</pre>", false),
      (nil, "<p>The requested resource was not found on this server.</p>", true),
    ] as [(String?, String, Bool)])
  func djangoIsNamedWhereItCanBe(_ server: String?, _ body: String, _ isNamed: Bool) throws {
    let report = Failure.status(404, server: server, body).report(from: .start, taking: .zero)
    let found = try #require(diagnosis(of: report, from: .sample("a"), check: Scene().check))
    #expect(found.code == .pathMissing)
    #expect(found.advice.contains("Django") == isNamed, "\(found.advice)")
  }

  @Test func everyKindOfFailureIsExplained() {
    for kind in FailureKind.allCases {
      let report = Failure(kind, "").report(from: .start, taking: .zero)
      #expect(diagnosis(of: report, from: .sample("a"), check: Scene().check) != nil)
    }
  }

  @Test func everyStatusIsExplained() {
    for status in 100...999 {
      let report = Failure.status(status).report(from: .start, taking: .zero)
      let found = diagnosis(of: report, from: .sample("a"), check: Scene().check)
      #expect(found?.summary.contains("\(status)") ?? false || status == 511, "\(status)")
    }
  }

  private static let symptoms =
    (cases + PageTests.rows.map { Case($0.name, $0.failure, $0.code) }
    + RealFaultTests.cases).map { row in
      var check = Scene().check
      check.target.scheme = row.scheme
      return Symptom(
        of: Instance(id: "a", address: "10.0.0.1", port: row.failure.port), kind: row.failure.kind,
        report: row.failure.report(from: .start, taking: row.failure.latency ?? .milliseconds(3)),
        check: check,
        request: RequestFacts(
          host: row.host, expectedVersion: "80e3b71f5d0c2a4b6e8f9a1b3c5d7e9f0a2b4c6d"), record: nil)
    }

  /// With whatever symptom it matches, of one instance, of all and of some.
  @Test func everyRuleHasWordsForItsSymptoms() {
    let policy = GatePolicy(deadline: .seconds(10), expected: 3)
    for symptom in Self.symptoms {
      for total in 1...3 {
        let occurrence = Occurrence(
          members: Array(repeating: symptom, count: min(total, 2)), total: total)
        for rule in Rule.all where rule.matches(symptom) {
          expectGood(rule.words(occurrence), of: rule.code)
        }
        for course in CourseClaim.allCases {
          expectGood(course.words(occurrence, policy, at: .seconds(1)), of: course.code)
        }
      }
    }
  }

  private func expectGood(_ words: Words, of code: DiagnosisCode) {
    for text in [words.summary, words.cause, words.advice] {
      let isWhole = text.count > 10 && !text.hasSuffix(".") && !text.hasSuffix(" ")
      let hasGap = text.contains("  ") || text.contains("Optional(") || text.contains("\n")
      #expect(isWhole && !hasGap, "\(code): \(text)")
    }
    #expect(words.summary.count < 400, "\(code): \(words.summary)")
    // How sure it is the confidence says.
    #expect(!words.cause.contains("probably"), "\(code): \(words.cause)")
  }

  /// Of an instance that answered with the right version before, and of one that a load balancer
  /// knows to be stopped.
  private static var placesThatNeedAHistory: Set<Int> {
    let old = Failure(.wrongVersion, "version 'v41', not 'v42'", status: 200, version: "v41")
    let (gate, _) = Scene().played([Scene.Player("+-+---", old, version: "v42")])
    let policy = GatePolicy(
      deadline: .seconds(9), expected: 1, loadBalancer: .confirms,
      polling: .init(refresh: .seconds(1), timeout: .seconds(1)))
    var stopped = VirtualRun(check: Scene().check, policy: policy)
    stopped.join(["a"])
    let view = LoadBalancerView(state: .unhealthy, reasonCode: "Target.InvalidState")
    stopped.send(.loadBalancerSaw(InstanceKey(0), view), at: .seconds(0))
    let report = CheckReport.sample(.failure(.timeoutConnect), from: .start, to: .seconds(0.01))
    stopped.send(.checked(InstanceKey(0), report), at: .seconds(0.01))
    return Set(
      (Array(gate.records) + Array(stopped.gate.records)).compactMap { record in
        record.history.lastFailure.map { failure in
          Rule.place(
            for: Symptom(
              of: record.instance, kind: failure.kind, report: failure.report, check: gate.check,
              request: RequestFacts(), record: record))
        }
      })
  }

  @Test func noRuleIsHiddenByAnother() {
    var used = Set(Self.symptoms.map { Rule.place(for: $0) })
    used.formUnion(Self.placesThatNeedAHistory)
    let unused = Rule.all.indices.filter { !used.contains($0) }.map { (place: Int) in
      "\(place): \(Rule.all[place].code)"
    }
    #expect(unused.isEmpty)
  }

  @Test func everyCodeOfASymptomIsReached() {
    let ofGroup: Set<DiagnosisCode> = [
      .deadlineTooShort, .instancesMissing, .instancesReplaced, .loadBalancerDisagrees,
      .oneZoneOnly,
      .oneBadOfMany, .allAlike, .gateFault, .guardFailed, .sharedCause, .worseThanBaseline,
    ]
    let ofTime = Set(CourseClaim.allCases.map(\.code))
    let reached = Set((Self.cases.map(\.code) + PageTests.rows.map(\.code)))
      .union(RealFaultTests.faults.map(\.first))
    #expect(reached.union(ofGroup).union(ofTime) == Set(DiagnosisCode.allCases))
  }
}
