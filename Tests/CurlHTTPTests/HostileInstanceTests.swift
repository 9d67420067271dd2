import CurlHTTP
import DemoFleet
import GateCore
import HostileReplies
import Testing

/// Whatever an instance does, it costs one failed check of the right kind, and nothing else.
@Suite(.serialized) struct HostileInstanceTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var behaviour: InstanceBehaviour
    var semantics: Semantics
    var scheme: HealthCheckTarget.Scheme
    var timeout: Duration
    var outcome: Outcome

    init(
      _ name: String, _ reply: Reply, _ semantics: Semantics = .alb,
      _ scheme: HealthCheckTarget.Scheme = .http, timeout: Duration = .seconds(10),
      gives outcome: Outcome = .none
    ) {
      // Only the first check is ill-treated: the checker must be good for a second.
      self.init(
        name, .always(.accept(Replies([reply], repeating: [.healthy]))), semantics, scheme,
        timeout: timeout, gives: outcome)
    }

    init(
      _ name: String, _ behaviour: InstanceBehaviour, _ semantics: Semantics = .alb,
      _ scheme: HealthCheckTarget.Scheme = .http, timeout: Duration = .seconds(10),
      gives outcome: Outcome = .none
    ) {
      testDescription = "\(name) (\(semantics), \(scheme.rawValue))"
      self.behaviour = behaviour
      self.semantics = semantics
      self.scheme = scheme
      self.timeout = timeout
      self.outcome = outcome
    }
  }

  // MARK: - An answer that never ends, or never begins

  private static let short = Duration.milliseconds(600)

  static let timeouts: [Row] = [
    Row(
      "a hang", .hang, timeout: short,
      gives: .failure(.timeoutResponse, nil, "connected, but no answer within 600ms")),
    Row(
      "silence after the request", .silence, timeout: short,
      gives: .failure(.timeoutResponse, nil, "connected, but no answer within 600ms")),
    Row(
      "an answer that is too slow", .response(.healthy(), after: .seconds(30)), timeout: short,
      gives: .failure(.timeoutResponse, nil, "connected, but no answer within 600ms")),
  ]

  @Test(arguments: timeouts) func anAnswerThatDoesNotComeTimesOut(row: Row) async throws {
    try await expectOneFailure(row)
  }

  /// The number of bytes that came is the machine's matter.
  static let beginnings: [(row: Row, status: Int?)] = [
    (
      Row(
        "a trickle", .trickle(every: .milliseconds(8)), timeout: short,
        gives: .failure(.timeoutResponse, 200, "")), 200
    ),
    (
      Row(
        "a slow body without end", .endlessBody(every: .milliseconds(20)), timeout: short,
        gives: .failure(.timeoutResponse, 200, "")), 200
    ),
    (
      Row(
        "half a status line",
        Reply([.awaitRequest, .send(Array("HTTP/1.1 20".utf8))], then: .hold),
        timeout: short, gives: .failure(.timeoutResponse, nil, "")), nil
    ),
  ]

  @Test(arguments: beginnings) func anAnswerThatOnlyBeginsTimesOut(
    row: Row, status: Int?
  ) async throws {
    try await DemoFleet.serving([row.behaviour]) { fleet in
      var probing = try Probing(.sample(row.semantics, timeout: row.timeout), fleet)
      let report = try probing.report()
      #expect(report.result == .failure(.timeoutResponse))
      #expect(report.status == status)
      #expect(report.latencyMicroseconds >= row.timeout.inMicroseconds)
      if status != nil {
        #expect(report.detail?.hasPrefix("no whole answer within 600ms: ") == true)
        #expect(report.evidence?.server == "nginx")
      }
      #expect(probing.checkAll() == [.success(200)])
    }
  }

  // MARK: - A connection that breaks

  static let breaks: [Row] = [
    Row(
      "a reset at once", .resetAtOnce, gives: .failure(.connectionReset, nil, "connection reset")),
    Row(
      "a reset after the request", .resetAfterRequest,
      gives: .failure(.connectionReset, nil, "connection reset")),
    Row(
      "a reset within the header",
      Reply(
        [
          .awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nServer: x\r\n".utf8)),
          .wait(.milliseconds(50)),
        ], then: .reset),
      gives: .failure(.connectionReset, 200, "connection reset")),
    Row(
      "a close without a byte", .closeWithoutByte,
      gives: .failure(.connectionReset, nil, "closed without an answer")),
    Row(
      "a body that is cut off", .truncatedBody,
      gives: .failure(.protocolError, 200, "closed after 10 bytes of the body")),
  ]

  @Test(arguments: breaks) func aConnectionThatBreaksIsAFailure(row: Row) async throws {
    try await expectOneFailure(row)
  }

  // MARK: - What is no answer

  private static let endlessStatusLine = Reply([
    .awaitRequest, .send(Array("HTTP/1.1 200 ".utf8)),
    .fill([UInt8](repeating: 97, count: 1024), times: nil, every: nil),
  ])

  private static let endlessInterimAnswers = Reply([
    .awaitRequest, .fill(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), times: nil, every: nil),
  ])

  private static func raw(_ text: String) -> Reply {
    Reply([.awaitRequest, .send(Array(text.utf8))])
  }

  static let garbage: [(row: Row, detail: String?)] = [
    (
      Row("a mail server's greeting", .garbage),
      "the answer is not HTTP/1.1: its status line is '220 mail ESMTP'"
    ),
    (Row("a header without end", .endlessHeader), "more than 32 KiB of header"),
    (Row("a header line of 2 MiB", .hugeHeader()), "a header line without end"),
    (Row("a status line without end", endlessStatusLine), "a header line without end"),
    (
      Row("interim answers without end", endlessInterimAnswers), "more than 32 KiB of header"
    ),
    (Row("a body without end", .endlessBody()), "more than 16 MiB of body"),
    (Row("a body of 17 MiB", .largeBody(bytes: 17 << 20)), "more than 16 MiB of body"),
    (
      Row("a status that is no number", raw("HTTP/1.1 OK 200\r\n\r\n")), nil
    ),
    (
      Row(
        "a chunk that has no size",
        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n")),
      nil
    ),
    (
      Row(
        "a length that is negative",
        raw("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok")), nil
    ),
    (
      Row(
        "a NUL in the header", raw("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n")), nil
    ),
  ]

  @Test(arguments: garbage) func whatIsNoAnswerIsAProtocolError(
    row: Row, detail: String?
  ) async throws {
    try await DemoFleet.serving([row.behaviour, .healthy(), .healthy()]) { fleet in
      var probing = try Probing(.sample(row.semantics), fleet)
      let outcomes = probing.checkAll()
      #expect(outcomes.first?.kind == .protocolError, "\(outcomes.first as Any)")
      if let detail, case .failure(_, _, let found) = outcomes.first {
        #expect(found == detail)
      }
      #expect(Array(outcomes.dropFirst()) == [.success(200), .success(200)])
      #expect(probing.checkAll() == [.success(200), .success(200), .success(200)])
    }
  }

  // MARK: - What is one all the same, to one load balancer or the other

  private static let moved = Reply.response(.movedPermanently(to: "https://example.com/"))
  private static let unframed =
    "HTTP 200, but the body has neither Content-Length nor chunks, which a Classic Load Balancer "
    + "does not accept"

  static let answers: [Row] = [
    Row(
      "a close-delimited body", .closeDelimitedBody, .classic,
      gives: .failure(.protocolError, 200, unframed)),
    Row("a close-delimited body", .closeDelimitedBody, .alb, gives: .success(200)),
    Row("a close-delimited body", .closeDelimitedBody, .nlb, gives: .success(200)),
    Row(
      "an answer without body or length", raw("HTTP/1.1 200 OK\r\n\r\n"), .classic,
      gives: .success(200)),
    Row("a chunked body", .chunkedBody, .classic, gives: .success(200)),
    Row("a chunked body", .chunkedBody, .alb, gives: .success(200)),
    Row("a body of 15 MiB", .largeBody(bytes: 15 << 20), .classic, gives: .success(200)),
    Row("an interim answer first", .continueFirst, .classic, gives: .success(200)),
    Row("an interim answer first", .continueFirst, .alb, gives: .success(200)),
    Row("a compressed bomb", .compressedBomb, .classic, gives: .success(200)),
    Row("a compressed bomb", .compressedBomb, .alb, gives: .success(200)),
    Row("an answer of HTTP/1.0", raw("HTTP/1.0 200 OK\r\n\r\nok"), .alb, gives: .success(200)),
    Row(
      "bare line feeds", raw("HTTP/1.1 200 OK\nContent-Length: 2\n\nok"), .alb, gives: .success(200)
    ),
    Row(
      "status 503", .status(503), .classic,
      gives: .failure(.statusMismatch, 503, "HTTP 503, not 200")),
    Row(
      "status 204", .status(204), .classic,
      gives: .failure(.statusMismatch, 204, "HTTP 204, not 200")),
    Row(
      "status 500", .status(500), .nlb,
      gives: .failure(.statusMismatch, 500, "HTTP 500, not 200-399")),
    Row(
      "a redirect", moved, .alb,
      gives: .failure(.statusMismatch, 301, "HTTP 301 to https://example.com/, not 200")),
    Row("a redirect", moved, .nlb, gives: .success(301)),
    Row(
      "a close-delimited error", raw("HTTP/1.1 500 No\r\n\r\nno"), .classic,
      gives: .failure(.statusMismatch, 500, "HTTP 500, not 200")),
  ]

  @Test(arguments: answers) func anAnswerIsJudgedByTheRulesThatHold(row: Row) async throws {
    try await expectOneFailure(row)
  }

  // MARK: - No connection

  @Test(arguments: [HealthCheckTarget.Scheme.http, .https, .tcp, .ssl])
  func aRefusalAndASilentNetworkAreTold(scheme: HealthCheckTarget.Scheme) async throws {
    try await DemoFleet.serving([.neverStarts, .blackhole, .healthy()]) { fleet in
      var probing = try Probing(.sample(.alb, scheme, timeout: Self.short), fleet)
      let outcomes = probing.checkAll()
      #expect(outcomes.first == .failure(.connectionRefused, nil, "connection refused"))
      #expect(outcomes[1] == .failure(.timeoutConnect, nil, "no connection within 600ms"))
      #expect(fleet.instances[1].observed.connections == 0)
      if !scheme.isTLS { #expect(outcomes[2].isSuccess) }
    }
  }

  @Test func whatRefusedAtFirstIsHealthyOnceItListens() async throws {
    let boot = InstanceBehaviour.slowBoot(listensAfter: .seconds(1), healthyAfter: .seconds(2))
    let fleet = try DemoFleet.start([boot])
    var probing = try Probing(.sample(), fleet)
    #expect(probing.checkAll() == [.failure(.connectionRefused, nil, "connection refused")])
    try fleet.advance(to: .seconds(1))
    #expect(probing.checkAll() == [.failure(.statusMismatch, 502, "HTTP 502, not 200")])
    try fleet.advance(to: .seconds(2))
    #expect(probing.checkAll() == [.success(200)])
    fleet.stop()
  }

  // MARK: - TCP and TLS

  static let connections: [Row] = [
    Row("a hang", .hang, .classic, .tcp, gives: .success(nil)),
    Row(
      "a hang", .hang, .classic, .ssl, timeout: short,
      gives: .failure(.timeoutTLS, nil, "no TLS handshake within 600ms")),
    Row(
      "silence", .silence, .alb, .https, timeout: short,
      gives: .failure(.timeoutTLS, nil, "no TLS handshake within 600ms")),
    Row(
      "a reset", .resetAfterRequest, .alb, .https,
      gives: .failure(.connectionReset, nil, "connection reset")),
  ]

  @Test(arguments: connections) func aHandshakeIsAllThatIsAskedFor(row: Row) async throws {
    try await DemoFleet.serving([row.behaviour]) { fleet in
      var probing = try Probing(.sample(row.semantics, row.scheme, timeout: row.timeout), fleet)
      #expect(probing.checkAll() == [row.outcome])
      if row.scheme == .tcp { #expect(fleet.instances[0].observed.lastHead == []) }
    }
  }

  @Test(arguments: [HealthCheckTarget.Scheme.https, .ssl], [Reply.garbage, .healthy])
  func aServiceThatDoesNotSpeakTLSIsATLSError(
    scheme: HealthCheckTarget.Scheme, reply: Reply
  ) async throws {
    try await DemoFleet.serving(reply) { _, instance in
      var probing = try Probing(.sample(.classic, scheme), [instance])
      #expect(probing.checkAll().first?.kind == .tlsError)
    }
  }

  // MARK: - All at once

  /// The hostile ones together, and beside them those that are well.
  @Test func aGroupOfTheWorstLeavesTheOthersAlone() async throws {
    let worst: [(Reply, FailureKind)] = [
      (.hang, .timeoutResponse), (.silence, .timeoutResponse), (.resetAtOnce, .connectionReset),
      (.garbage, .protocolError), (.endlessHeader, .protocolError), (.hugeHeader(), .protocolError),
      (.truncatedBody, .protocolError), (.endlessBody(every: .milliseconds(5)), .timeoutResponse),
      (.trickle(), .timeoutResponse), (.closeWithoutByte, .connectionReset),
      (.status(500), .statusMismatch),
    ]
    let behaviours = worst.flatMap { [.always($0.0), InstanceBehaviour.healthy()] }
    try await DemoFleet.serving(behaviours) { fleet in
      var probing = try Probing(.sample(timeout: .seconds(2)), fleet)
      for _ in 0..<2 {
        let outcomes = probing.checkAll()
        for (index, hostile) in worst.enumerated() {
          #expect(outcomes[2 * index].kind == hostile.1, "\(hostile.0)")
          #expect(outcomes[2 * index + 1] == .success(200))
        }
      }
    }
  }

  // MARK: -

  private func expectOneFailure(_ row: Row) async throws {
    try await DemoFleet.serving([row.behaviour, .healthy(), .healthy()]) { fleet in
      var probing = try Probing(.sample(row.semantics, row.scheme, timeout: row.timeout), fleet)
      let outcomes = probing.checkAll()
      #expect(outcomes == [row.outcome, .success(200), .success(200)])
      #expect(probing.checkAll() == [.success(200), .success(200), .success(200)])
      #expect(fleet.instances.map(\.observed.connections) == [2, 2, 2])
    }
  }
}
