import DemoFleet
import GateCore
import Testing

@testable import CurlHTTP

@Suite struct GRPCAnswerTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var body: [UInt8]
    var serving: GRPCAnswer.ServingStatus?
  }

  static let rows: [Row] = [
    Row(testDescription: "no message", body: []),
    Row(testDescription: "half a frame's head", body: [0, 0, 0, 0]),
    Row(testDescription: "an empty message", body: [0, 0, 0, 0, 0], serving: .unknown),
    Row(testDescription: "unknown", body: [0, 0, 0, 0, 2, 8, 0], serving: .unknown),
    Row(testDescription: "serving", body: [0, 0, 0, 0, 2, 8, 1], serving: .serving),
    Row(testDescription: "not serving", body: [0, 0, 0, 0, 2, 8, 2], serving: .notServing),
    Row(testDescription: "no such service", body: [0, 0, 0, 0, 2, 8, 3], serving: .serviceUnknown),
    Row(testDescription: "a number that nobody knows", body: [0, 0, 0, 0, 2, 8, 4]),
    Row(testDescription: "a long number", body: [0, 0, 0, 0, 3, 8, 0x81, 1]),
    Row(testDescription: "another field", body: [0, 0, 0, 0, 2, 16, 1]),
    Row(testDescription: "a compressed message", body: [1, 0, 0, 0, 2, 8, 1]),
    Row(testDescription: "a message that is cut off", body: [0, 0, 0, 0, 2, 8]),
    Row(testDescription: "a message of one byte", body: [0, 0, 0, 0, 1, 8]),
    Row(
      testDescription: "a length without end", body: [0, 0xFF, 0xFF, 0xFF, 0xFF, 8, 1]),
    Row(
      testDescription: "a second message", body: [0, 0, 0, 0, 2, 8, 1, 0, 0, 0, 0, 2, 8, 2],
      serving: .serving),
  ]

  @Test(arguments: rows) func theFirstMessageSaysWhetherItServes(row: Row) {
    let answer = Answer(status: 200, fields: [], body: row.body, isBodyWhole: true)
    #expect(GRPCAnswer(answer).serving == row.serving)
  }

  @Test(arguments: [
    (["0"], 0), (["14"], 14), (["2", "0"], 0), ([" 7 "], 7), ([], nil), ([""], nil),
    (["ok"], nil), (["-1"], nil), (["0x0"], nil), (["99999999999999999999"], nil),
  ])
  func theStatusIsThatOfTheLastField(values: [String], status: Int?) {
    let answer = Answer(
      status: 200, fields: values.map { .init("Grpc-Status", $0) } + [.init("grpc-message", "m")],
      body: [], isBodyWhole: true)
    #expect(GRPCAnswer(answer).status == status)
    #expect(GRPCAnswer(answer).message == "m")
  }
}

/// Calls through libcurl's HTTP/2, against frames that are written by hand.
@Suite(.serialized) struct GRPCCheckTests {
  /// A server's side of one call on stream 1 (RFC 9113, sections 4 and 6).
  private enum Frames {
    static let settings = frame(4, 0, 0, [])
    static let acknowledgement = frame(4, 1, 0, [])

    static func headers(_ block: [UInt8], ends: Bool = false) -> [UInt8] {
      frame(1, ends ? 5 : 4, 1, block)
    }

    static func data(_ bytes: [UInt8]) -> [UInt8] { frame(0, 0, 1, bytes) }

    static func reset(_ code: UInt8) -> [UInt8] { frame(3, 0, 1, [0, 0, 0, code]) }

    /// A field that is neither indexed nor packed (RFC 7541, section 6.2.2).
    static func field(_ name: String, _ value: String) -> [UInt8] {
      [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
        + Array(value.utf8)
    }

    static func frame(
      _ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]
    ) -> [UInt8] {
      [0, UInt8(payload.count >> 8), UInt8(payload.count & 255), type, flags, 0, 0, 0, stream]
        + payload
    }
  }

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
    let server = try CallServer(answering: Frames.settings + Frames.acknowledgement + row.frames)
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: server.port)
    var probing = try Probing(
      .sample(.alb, .grpc, path: row.path, matcher: row.matcher), [instance])
    #expect(probing.checkAll() == [row.outcome])
  }

  @Test func aServerOfHTTP1IsNoGRPC() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      var probing = try Probing(.sample(.alb, .grpc, path: "/a.B/C"), [instance])
      // Whether the close or the answer is seen first is the network's matter.
      let kind = probing.checkAll().first?.kind
      #expect(kind == .protocolError || kind == .connectionReset)
    }
  }

  @Test func aServerThatSaysNothingTimesOut() throws {
    let server = try CallServer(answering: [])
    let instance = Instance(id: "web-1", address: "127.0.0.1", port: server.port)
    var probing = try Probing(
      .sample(.alb, .grpc, path: "/a.B/C", timeout: .milliseconds(300)), [instance])
    #expect(
      probing.checkAll()
        == [.failure(.timeoutResponse, nil, "connected, but no answer within 300ms")])
  }
}
