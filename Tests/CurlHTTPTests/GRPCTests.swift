import GateCore
import Glibc
import Testing

@testable import CurlHTTP

@Suite struct GRPCAnswerTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var body: [UInt8]
    /// Nil: no message that can be read.
    var serving: Int32?

    init(_ name: String, message: [UInt8], gives serving: Int32? = nil) {
      self.init(name, body: [0, 0, 0, 0, UInt8(message.count)] + message, gives: serving)
    }

    init(_ name: String, body: [UInt8], gives serving: Int32? = nil) {
      testDescription = name
      self.body = body
      self.serving = serving
    }
  }

  static let rows: [Row] = [
    Row("no message", body: []),
    Row("half a frame's head", body: [0, 0, 0, 0]),
    Row("an empty message", message: [], gives: 0),
    Row("unknown", message: [8, 0], gives: 0),
    Row("serving", message: [8, 1], gives: 1),
    Row("not serving", message: [8, 2], gives: 2),
    Row("no such service", message: [8, 3], gives: 3),
    Row("a number that nobody knows", message: [8, 4], gives: 4),
    Row("the last of two", message: [8, 1, 8, 2], gives: 2),
    Row("the last of two, the other way round", message: [8, 2, 8, 1], gives: 1),
    Row("a number that is longer than it must be", message: [8, 0x81, 0], gives: 1),
    Row(
      "a number of ten bytes", message: [8, 0x81] + [UInt8](repeating: 0x80, count: 8) + [0],
      gives: 1),
    Row("129, which is not 1", message: [8, 0x81, 1], gives: 129),
    Row("a tag that is longer than it must be", message: [0x88, 0, 1], gives: 1),
    Row("other fields around it", message: [16, 5, 8, 1, 26, 2, 7, 7, 37, 1, 2, 3, 4], gives: 1),
    Row("eight bytes before it", message: [17, 1, 2, 3, 4, 5, 6, 7, 8, 8, 1], gives: 1),
    Row("another field alone", message: [16, 1], gives: 0),
    Row("the number as a text", message: [10, 1, 49], gives: 0),
    Row("a text that is no number after it", message: [8, 1, 10, 1, 50], gives: 1),
    Row("a group with the field in it", message: [19, 8, 2, 20, 8, 1], gives: 1),
    Row("a group in a group", message: [19, 27, 8, 2, 28, 20], gives: 0),
    Row("a group without end", message: [19, 8, 1]),
    Row("an end without a group", message: [20, 8, 1]),
    Row("a group that ends as another", message: [19, 28]),
    Row("groups without end", message: [UInt8](repeating: 19, count: 120)),
    Row("a field without a number", message: [0, 1]),
    Row("a type that there is not", message: [14, 1]),
    Row("a number without end", message: [8] + [UInt8](repeating: 0x80, count: 11)),
    Row("a number that is cut off", message: [8, 0x80]),
    Row("a field that is cut off", message: [26, 9, 1]),
    Row("a compressed message", body: [1, 0, 0, 0, 2, 8, 1]),
    Row("a flag that there is not", body: [2, 0, 0, 0, 2, 8, 1]),
    Row("a message that is cut off", body: [0, 0, 0, 0, 2, 8]),
    Row("a length without end", body: [0, 0xFF, 0xFF, 0xFF, 0xFF, 8, 1]),
    Row("a second message", body: [0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0, 2, 8, 2]),
    Row("something after the message", body: [0, 0, 0, 0, 2, 8, 1, 0]),
  ]

  @Test(arguments: rows) func theMessageSaysWhetherItServes(row: Row) {
    let answer = Answer(status: 200, fields: [], body: row.body, isBodyWhole: true)
    let serving = GRPCAnswer(answer, trailers: []).serving
    if let wanted = row.serving {
      #expect(serving == .status(wanted))
    } else {
      #expect(!serving.isMessage, "\(serving)")
    }
  }

  @Test func aMessageThatWasNotKeptWholeIsNotGuessed() {
    let answer = Answer(status: 200, fields: [], body: [0, 0, 0, 0, 2, 8, 1], isBodyWhole: false)
    #expect(GRPCAnswer(answer, trailers: []).serving == .unreadable("more than 64 KiB"))
  }

  @Test(arguments: [
    (["0"], 0), (["14"], 14), (["2", "0"], 0), ([" 7 "], 7), ([], nil), ([""], nil),
    (["ok"], nil), (["-1"], nil), (["0x0"], nil), (["99999999999999999999"], nil),
  ])
  func theStatusIsThatOfTheLastField(values: [String], status: Int?) {
    let trailers =
      values.map { Answer.Field("Grpc-Status", $0) } + [.init("grpc-message", "m")]
    let answer = Answer(
      status: 200, fields: [.init("grpc-status", "9")] + trailers, body: [], isBodyWhole: true)
    #expect(GRPCAnswer(answer, trailers: trailers).status == status)
    #expect(GRPCAnswer(answer, trailers: trailers).message == "m")
  }

  @Test(arguments: [
    ("application/grpc", true), ("application/grpc+proto", true), ("Application/GRPC", true),
    ("application/grpc; charset=utf-8", true), ("application/grpc-web", false),
    ("application/grpcx", false), ("text/html", false), (nil, false),
  ])
  func theContentTypeTellsGRPC(type: String?, isGRPC: Bool) {
    let answer = Answer(
      status: 200, fields: type.map { [.init("content-type", $0)] } ?? [], body: [],
      isBodyWhole: true)
    #expect(GRPCAnswer(answer, trailers: []).isGRPC == isGRPC)
  }
}

/// Calls against frames that are written by hand.
@Suite(.serialized) struct GRPCCheckTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// What follows the settings.
    var frames: [UInt8]
    var path = HealthCheckTarget.standardGRPCPath
    var matcher: Matcher = [0...0]
    var outcome: Outcome
  }

  private static let ok = Frames.headers([0x88] + Frames.field("content-type", "application/grpc"))

  private static func trailers(_ status: String, _ message: String? = nil) -> [UInt8] {
    Frames.headers(
      Frames.field("grpc-status", status)
        + (message.map { Frames.field("grpc-message", $0) } ?? []), ends: true)
  }

  private static func says(_ status: UInt8) -> [UInt8] { Frames.data([0, 0, 0, 0, 2, 8, status]) }

  static let rows: [Row] = [
    Row(
      testDescription: "serving", frames: ok + says(1) + trailers("0"), outcome: .success(0)),
    Row(
      testDescription: "not serving", frames: ok + says(2) + trailers("0"),
      outcome: .failure(
        .expectationFailed, 0, "the service says NOT_SERVING, not SERVING")),
    Row(
      testDescription: "status 0 without a message", frames: ok + trailers("0"),
      outcome: .failure(.expectationFailed, 0, "the service says nothing, not SERVING")),
    Row(
      testDescription: "not serving, on a method of its own",
      frames: ok + says(2) + trailers("0"), path: "/shop.Health/Check", outcome: .success(0)),
    Row(
      testDescription: "unimplemented, as the load balancer's default wants it",
      frames: Frames.headers(
        [0x88] + Frames.field("content-type", "application/grpc")
          + Frames.field("grpc-status", "12"), ends: true),
      path: HealthCheckTarget.albGRPCPath, matcher: [12...12], outcome: .success(12)),
    Row(
      testDescription: "unavailable", frames: ok + trailers("14", "no database"),
      outcome: .failure(.grpcStatusMismatch, 14, "gRPC status 14 (no database), not 0")),
    Row(
      testDescription: "no status",
      frames: ok + says(1)
        + Frames.headers(
          Frames.field("x-other", "1"), ends: true),
      outcome: .failure(.grpcStatusMismatch, nil, "HTTP 200 without a grpc-status")),
    Row(
      testDescription: "an empty status", frames: ok + trailers(""),
      outcome: .failure(.grpcStatusMismatch, nil, "HTTP 200 without a grpc-status")),
    Row(
      testDescription: "a web server that knows no gRPC",
      frames: Frames.headers([0x8D], ends: true),
      outcome: .failure(.grpcStatusMismatch, nil, "HTTP 404 without a grpc-status")),
  ]

  @Test(arguments: rows) func aCallIsJudgedByItsStatus(row: Row) throws {
    let server = try RawPeer.calls(answering: Frames.greeting + row.frames)
    #expect(try Self.call(server, row) == row.outcome)
  }

  /// What ends the connection with the answer takes nothing away from it (RFC 9113, section 6.8).
  @Test(arguments: rows) func anAnswerCountsThoughTheConnectionEndsWithIt(row: Row) throws {
    for last: UInt8 in [1, 127] {
      let goAway = Frames.goAway(last: last)
      let leaving = try RawPeer.calls(answering: Frames.greeting + row.frames + goAway) { _ in }
      #expect(try Self.call(leaving, row) == row.outcome, "GOAWAY and the end after it")
      let warning = try RawPeer.calls(answering: Frames.greeting + goAway + row.frames)
      #expect(try Self.call(warning, row) == row.outcome, "GOAWAY before it")
    }
    let ending = try RawPeer.calls(answering: Frames.greeting + row.frames) { _ in }
    #expect(try Self.call(ending, row) == row.outcome, "the end after it")
    let resetting = try RawPeer.calls(answering: Frames.greeting + row.frames + Frames.reset(0))
    #expect(try Self.call(resetting, row) == row.outcome, "RST_STREAM after it")
  }

  private static func call(_ server: RawPeer, _ row: Row) throws -> Outcome? {
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: server.port)
    var probing = try Probing(
      .sample(.alb, .grpc, path: row.path, matcher: row.matcher), [instance])
    return probing.checkAll().first
  }

  struct Broken: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var frames: [UInt8]
    var ends = true
    var kind: FailureKind
    var detail: String
  }

  static let broken: [Broken] = [
    Broken(
      testDescription: "refused", frames: Frames.reset(7), ends: false, kind: .connectionReset,
      detail: "the server reset the stream: REFUSED_STREAM"),
    Broken(
      testDescription: "reset without a reason", frames: Frames.reset(0), ends: false,
      kind: .connectionReset, detail: "the server reset the stream: NO_ERROR"),
    Broken(
      testDescription: "left out by a GOAWAY", frames: Frames.goAway(last: 0), ends: false,
      kind: .connectionReset, detail: "the server reset the stream: REFUSED_STREAM"),
    Broken(
      testDescription: "ended at once", frames: [], kind: .connectionReset,
      detail: "closed without an answer"),
    Broken(
      testDescription: "ended without trailers", frames: ok + says(1), kind: .protocolError,
      detail: "closed after 7 bytes of the body, before the end of the answer"),
    Broken(
      testDescription: "trailers that do not end the answer",
      frames: ok + says(1) + Frames.headers(Frames.field("grpc-status", "0")),
      kind: .protocolError, detail: "the answer breaks HTTP/2's rules: "),
    Broken(
      testDescription: "reset after the message", frames: ok + says(1) + Frames.reset(2),
      ends: false, kind: .protocolError,
      detail: "the server reset the stream: INTERNAL_ERROR"),
    Broken(
      testDescription: "a status in a header that does not end the answer",
      frames: Frames.headers(
        [0x88] + Frames.field("content-type", "application/grpc")
          + Frames.field("grpc-status", "0")) + Frames.data([], ends: true),
      ends: false, kind: .grpcStatusMismatch, detail: "HTTP 200 without a grpc-status"),
    Broken(
      testDescription: "a trailer with an upper-case name",
      frames: ok + says(1)
        + Frames.headers(
          Frames.field("grpc-status", "0") + Frames.field("Bad-Name", "1"), ends: true),
      ends: false, kind: .protocolError, detail: "the answer breaks HTTP/2's rules: "),
    Broken(
      testDescription: "a body that is longer than its length",
      frames: Frames.headers(
        [0x88] + Frames.field("content-type", "application/grpc")
          + Frames.field("content-length", "2")) + says(1) + trailers("0"),
      ends: false, kind: .protocolError, detail: "the answer breaks HTTP/2's rules: "),
    Broken(
      testDescription: "a frame that is too long", frames: [0x7F, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1],
      ends: false, kind: .protocolError, detail: "the answer breaks HTTP/2's rules: "),
    Broken(
      testDescription: "a page of a web server under a gRPC status",
      frames: Frames.headers(
        Frames.status(503) + Frames.field("content-type", "text/html")
          + Frames.field("grpc-status", "0"), ends: true),
      ends: false, kind: .grpcStatusMismatch,
      detail: "HTTP 503 of 'text/html' is no answer of gRPC, for all its grpc-status"),
    Broken(
      testDescription: "gRPC's type under another status",
      frames: Frames.headers(
        Frames.status(503) + Frames.field("content-type", "application/grpc")
          + Frames.field("grpc-status", "0"), ends: true),
      ends: false, kind: .grpcStatusMismatch,
      detail: "HTTP 503 of 'application/grpc' is no answer of gRPC, for all its grpc-status"),
    Broken(
      testDescription: "a header without end",
      frames: (0..<400).flatMap { index in
        Frames.frame(
          1, 4, 1,
          Frames.status(100)
            + Frames.field("x-long", String(repeating: "\(index % 10)", count: 120)))
      }, ends: false, kind: .protocolError, detail: "more than 32 KiB of header"),
  ]

  @Test(arguments: broken) func anAnswerThatIsNotWholeIsTheInstancesFailure(row: Broken) throws {
    let server = try RawPeer.calls(answering: Frames.greeting + row.frames) { connection in
      if !row.ends { connection.hold() }
    }
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: server.port)
    var probing = try Probing(
      .sample(.alb, .grpc, path: "/a.B/C", matcher: [0...0]), [instance])
    guard case .failure(let kind, _, let detail) = probing.checkAll().first else {
      Issue.record("it is no failure: \(probing.happenings)")
      return
    }
    #expect(kind == row.kind)
    #expect(detail.hasPrefix(row.detail), "\(detail)")
    #expect(server.texts().count == 1, "a check is one request on one connection")
  }

  @Test func framesWithoutEndAreGivenUpAndHoldUpNobody() throws {
    let pings = (0..<4000).flatMap { _ in Frames.frame(6, 1, 0, [0, 0, 0, 0, 0, 0, 0, 0]) }
    let noisy = try RawPeer.calls(answering: Frames.greeting) { connection in
      // Until the checker has had enough.
      while send(connection.descriptor, pings, pings.count, Int32(MSG_NOSIGNAL)) > 0 {}
    }
    let well = try RawPeer.calls(answering: Frames.greeting + Self.ok + Self.trailers("0"))
    let instances = [noisy, well].map {
      Instance(id: "\($0.port)", address: "127.0.0.1", port: $0.port)
    }
    var probing = try Probing(.sample(.alb, .grpc, path: "/a.B/C", matcher: [0...0]), instances)
    let outcomes = probing.checkAll()
    #expect(outcomes.first?.kind == .protocolError)
    #expect(outcomes.last == .success(0))
  }

  @Test func aServerOfHTTP1IsNoGRPC() async throws {
    let greeting = try RawPeer { connection in
      let request = connection.read(until: Frames.isWholeRequest)
      connection.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
      connection.hold()
      return request
    }
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: greeting.port)
    var probing = try Probing(.sample(.alb, .grpc, path: "/a.B/C"), [instance])
    #expect(
      probing.checkAll() == [.failure(.protocolError, nil, "the answer is HTTP/1, not HTTP/2")])
  }

  @Test func aServerThatSaysNothingTimesOut() throws {
    let server = try RawPeer.calls(answering: [])
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: server.port)
    var probing = try Probing(
      .sample(.alb, .grpc, path: "/a.B/C", timeout: .milliseconds(300)), [instance])
    #expect(
      probing.checkAll()
        == [.failure(.timeoutResponse, nil, "connected, but no answer within 300ms")])
  }

  @Test func manyCallsOnOneCheckerLeaveNothingBehind() throws {
    let server = try RawPeer.calls(answering: Frames.greeting + Self.ok + Self.trailers("0"))
    let instances = (0..<8).map { Instance(id: "\($0)", address: "127.0.0.1", port: server.port) }
    var probing = try Probing(.sample(.alb, .grpc, path: "/a.B/C", matcher: [0...0]), instances)
    for _ in 0..<20 { #expect(probing.checkAll().allSatisfy { $0 == .success(0) }) }
    #expect(openConnections(to: server.port) == 0)
  }
}
