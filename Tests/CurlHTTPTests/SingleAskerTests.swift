import DemoFleet
import GateCore
import HostileReplies
import Testing

@testable import CurlHTTP
@testable import GateInsight

/// Single requests: more of the answer than a check keeps, and no more than is bounded.
@Suite(.serialized) struct SingleAskerTests {
  private static func ask(
    _ plan: RequestTemplate, _ instance: Instance
  ) throws -> Exchange {
    try SingleAsker().ask(.check(on: .own), plan, of: instance)
  }

  @Test func theAnswerIsWholeAndTimed() async throws {
    let body = String(repeating: "well ", count: 1000)
    try await DemoFleet.serving(.response(.init(200, ["X-App-Version": "v42"], text: body))) {
      _, instance in
      let single = try Self.ask(.sample(), instance)
      #expect(single.end == .answered)
      #expect(single.reply?.status == 200)
      #expect(single.reply?.values(of: "x-app-version") == ["v42"])
      #expect(single.reply.map { String(decoding: $0.body, as: UTF8.self) } == body)
      #expect(single.bodySize == 5000)
      #expect(single.httpVersion == "1.1")
      #expect(0 < single.latencyMicroseconds)
      #expect(single.certificate == nil)
    }
  }

  @Test func aLargeBodyIsCutAndAnEndlessOneGivenUp() async throws {
    let large = [UInt8](repeating: 0x78, count: 100_000)
    try await DemoFleet.serving(.response(.init(200, body: large))) { _, instance in
      let single = try Self.ask(.sample(), instance)
      #expect(single.end == .answered)
      #expect(single.bodySize == 100_000)
      #expect(single.reply?.body.count == 65_536)
      #expect(single.reply?.isBodyWhole == false)
    }
    let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
    let endless = Reply([
      .awaitRequest, .send(head), .fill(large, times: nil, every: nil),
    ])
    try await DemoFleet.serving(endless) { _, instance in
      let single = try Self.ask(.sample(), instance)
      #expect(single.end == .answered)
      #expect(single.bodySize > 1_048_576)
      #expect(single.reply?.body.count == 65_536)
    }
  }

  @Test func aSilentInstanceIsGivenUpAtTheTimeOut() async throws {
    try await DemoFleet.serving(Reply([.awaitRequest], then: .hold)) { _, instance in
      let single = try Self.ask(.sample(timeout: .milliseconds(200)), instance)
      #expect(
        single.end == .failed(.timeoutResponse, "connected, but no answer within 200ms"))
      #expect(single.reply == nil)
    }
  }

  @Test func nobodyThere() throws {
    let closed = Instance(id: "closed", address: "127.0.0.1", port: 1)
    let single = try Self.ask(.sample(), closed)
    #expect(single.end == .failed(.connectionRefused, "connection refused"))
  }

  @Test func aSecretThatTheAnswerRepeatsIsMasked() async throws {
    let echo = Reply.Response(200, ["X-Echo": "Bearer hush-hush"], text: "you sent hush-hush")
    try await DemoFleet.serving(.response(echo)) { _, instance in
      var plan = RequestTemplate.sample()
      plan.secrets = ["Bearer hush-hush"]
      let single = try Self.ask(plan, instance)
      #expect(single.reply?.values(of: "x-echo") == ["Bearer ***"])
      #expect(single.reply.map { String(decoding: $0.body, as: UTF8.self) } == "you sent ***")
    }
  }

  @Test func aConnectionThatIsClosedIsMadeAnew() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      let asker = try SingleAsker()
      let first = asker.ask(.check(on: .opened), .sample(), of: instance)
      let second = asker.ask(.check(on: .kept), .sample(), of: instance)
      #expect(first.end == .answered && second.end == .answered)
      #expect(second.madeConnection, "the demo's instances say Connection: close")
    }
  }
}

extension LintRequest {
  /// The health check, on this connection.
  static func check(on connection: Connection) -> LintRequest {
    LintRequest(.check, .get, "/health", on: connection)
  }
}
