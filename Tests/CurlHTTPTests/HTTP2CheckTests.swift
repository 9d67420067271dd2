import GateCore
import Glibc
import Testing

@testable import CurlHTTP

/// HTTP checks over HTTP/2, in clear text by prior knowledge.
@Suite(.serialized) struct HTTP2CheckTests {
  private static func plan(_ semantics: Semantics = .alb) -> RequestTemplate {
    var plan = RequestTemplate.sample(semantics)
    plan.protocolVersion = .http2
    return plan
  }

  private static func check(_ plan: RequestTemplate, _ answer: [UInt8]) throws -> Outcome? {
    let server = try RawPeer.calls(answering: Frames.greeting + answer)
    var probing = try Probing(
      plan, [Instance(id: "web-1", address: "127.0.0.1", port: server.port)])
    return probing.checkAll().first
  }

  private static let page = Frames.data(Array("ok".utf8), ends: true)

  @Test func anAnswerIsJudgedByItsStatus() throws {
    #expect(try Self.check(Self.plan(), Frames.headers([0x88]) + Self.page) == .success(200))
    #expect(try Self.check(Self.plan(), Frames.headers([0x88], ends: true)) == .success(200))
    #expect(
      try Self.check(Self.plan(), Frames.headers(Frames.status(503)) + Self.page)
        == .failure(.statusMismatch, 503, "HTTP 503, not 200"))
    #expect(
      try Self.check(
        Self.plan(),
        Frames.headers(Frames.status(302) + Frames.field("location", "/login"), ends: true))
        == .failure(.statusMismatch, 302, "HTTP 302 to /login, not 200"))
    #expect(
      try Self.check(Self.plan(.nlb), Frames.headers(Frames.status(302), ends: true))
        == .success(302))
  }

  @Test func anInterimAnswerIsNotTheAnswer() throws {
    let hints = Frames.headers(Frames.status(103) + Frames.field("link", "</a>"))
    #expect(
      try Self.check(Self.plan(), hints + Frames.headers([0x88]) + Self.page) == .success(200))
  }

  @Test func trailersAreNotTheHeader() throws {
    let trailers = Frames.headers(Frames.field("x-sum", "1"), ends: true)
    let body = Frames.data(Array("ok".utf8))
    #expect(try Self.check(Self.plan(), Frames.headers([0x88]) + body + trailers) == .success(200))
  }

  @Test func anAnswerIsWholeOnlyWithItsEnd() throws {
    let server = try RawPeer.calls(
      answering: Frames.greeting + Frames.headers([0x88]) + Frames.data([111, 107])
    ) { _ in }
    var probing = try Probing(
      Self.plan(), [Instance(id: "web-1", address: "127.0.0.1", port: server.port)])
    #expect(
      probing.checkAll()
        == [
          .failure(
            .protocolError, 200, "closed after 2 bytes of the body, before the end of the answer")
        ])
  }

  @Test func aBodyWithoutEndIsGivenUp() throws {
    let chunk = Frames.data([UInt8](repeating: 120, count: 16_000))
    let server = try RawPeer.calls(answering: Frames.greeting + Frames.headers([0x88])) {
      connection in
      while send(connection.descriptor, chunk, chunk.count, Int32(MSG_NOSIGNAL)) > 0 {}
    }
    var probing = try Probing(
      Self.plan(), [Instance(id: "web-1", address: "127.0.0.1", port: server.port)])
    // It minds no window, as an attacker would not.
    #expect(probing.checkAll().first?.kind == .protocolError)
  }

  @Test func theRequestHasNoFieldsOfAConnection() throws {
    var plan = Self.plan()
    plan.headers = [
      .init("Connection", "close"), .init("X-Token", "t"), .init("Upgrade", "h2c"),
      .init("Host", "shop.example"),
    ]
    let request = plan.http2Request(for: Instance(id: "i", address: "2001:db8::5", port: 80))
    #expect(
      request.fields.map { "\($0.name): \($0.value)" } == [
        ":method: GET", ":scheme: http", ":authority: shop.example", ":path: /health",
        "user-agent: ELB-HealthChecker/2.0", "accept-encoding: gzip, compressed", "x-token: t",
      ])
    #expect(request.body == nil)
    plan.headers = []
    plan.host = nil
    let other = plan.http2Request(for: Instance(id: "i", address: "2001:db8::5", port: 8080))
    #expect(other.fields[2].value == "[2001:db8::5]:8080")
  }

  @Test func aGRPCCallAsksForItsService() {
    var plan = RequestTemplate.sample(.alb, .grpc, path: HealthCheckTarget.standardGRPCPath)
    let instance = Instance(id: "i", address: "10.0.0.5", port: 50051)
    #expect(plan.http2Request(for: instance).body == [0, 0, 0, 0, 0])
    #expect(
      plan.http2Request(for: instance).fields.map { "\($0.name): \($0.value)" } == [
        ":method: POST", ":scheme: http", ":authority: 10.0.0.5:50051",
        ":path: /grpc.health.v1.Health/Check", "user-agent: ELB-HealthChecker/2.0",
        "content-type: application/grpc", "te: trailers",
      ])
    plan.grpcService = "shop"
    #expect(plan.http2Request(for: instance).body == [0, 0, 0, 0, 6, 10, 4, 115, 104, 111, 112])
  }
}
