import CurlHTTP
import DemoFleet
import GateCore
import HostileReplies
import Testing

/// What goes on the wire.
///
/// Source: the captured requests of docs/semantics.md.
@Suite(.serialized) struct RequestTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var semantics: Semantics
    /// `%` stands for the instance's address and port.
    var lines: [String]
  }

  static let rows: [Row] = [
    Row(
      testDescription: "classic", semantics: .classic,
      lines: [
        "GET /health HTTP/1.1", "Host: %", "User-Agent: ELB-HealthChecker/1.0", "Accept: */*",
        "Connection: keep-alive",
      ]),
    Row(
      testDescription: "alb", semantics: .alb,
      lines: [
        "GET /health HTTP/1.1", "Host: %", "User-Agent: ELB-HealthChecker/2.0",
        "Connection: close", "Accept-Encoding: gzip, compressed",
      ]),
    Row(
      testDescription: "nlb", semantics: .nlb,
      lines: [
        "GET /health HTTP/1.1", "Host: %", "User-Agent: ELB-HealthChecker/2.0",
        "Connection: close",
      ]),
  ]

  @Test(arguments: rows) func aCheckSendsWhatTheLoadBalancerSends(row: Row) async throws {
    try await expectHead(row.lines, .sample(row.semantics))
  }

  @Test(arguments: [
    "/", "/a/../b?x=1&y=%2F", "/./a//b/", "/a?b?c=/../", "/%2e%2E/%zz", "/a;b=c,d",
    "/{a}|\\^`'\"<>", "/?", "/" + String(repeating: "a", count: 1023),
  ])
  func aPathIsSentAsItIsWritten(path: String) async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var probing = try Probing(.sample(.classic, path: path), [instance])
      #expect(probing.checkAll().first?.isSuccess == true)
      #expect(observed.requestLine == "GET \(path) HTTP/1.1")
    }
  }

  @Test func whatIsNoASCIIIsEscapedAsAURLWantsIt() async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var probing = try Probing(.sample(.classic, path: "/h\u{E9}alth"), [instance])
      #expect(probing.checkAll() == [.success(200)])
      #expect(observed.requestLine?.lowercased() == "get /h%c3%a9alth http/1.1")
    }
  }

  // MARK: - The host

  @Test(arguments: Semantics.allCases)
  func theHostHasNoPortWhereItIsTheSchemesOwn(semantics: Semantics) async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var plan = RequestTemplate.sample(semantics)
      // The instance is on port 80 as far as it is told.
      plan.connectTo = ["\(instance.address):80:\(instance.address):\(instance.port)"]
      var told = instance
      told.port = 80
      var probing = try Probing(plan, [told])
      #expect(probing.checkAll() == [.success(200)])
      #expect(observed.field("Host") == [instance.address])
    }
  }

  @Test(arguments: ["example.com", "example.com:8080", "[::1]:80", "Ünïcode"])
  func aHostOfTheUsersOwnIsSentInstead(host: String) async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var plan = RequestTemplate.sample()
      plan.host = host
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [.success(200)])
      #expect(observed.field("Host") == [host])
    }
  }

  @Test func anApplicationThatAllowsOneHostIsHealthyUnderIt() async throws {
    try await DemoFleet.serving([.disallowedHost]) { fleet in
      var probing = try Probing(.sample(), fleet)
      #expect(probing.checkAll() == [.failure(.statusMismatch, 400, "HTTP 400, not 200")])
      var plan = RequestTemplate.sample()
      plan.host = "example.com"
      probing = try Probing(plan, fleet)
      #expect(probing.checkAll() == [.success(200)])
    }
  }

  // MARK: - The user's own

  @Test func fieldsOfTheUsersOwnReplaceTheLoadBalancers() async throws {
    var plan = RequestTemplate.sample(.classic)
    plan.userAgent = "gate/1"
    plan.headers = [
      .init("connection", "close"), .init("Accept", "text/plain"), .init("X-Token", "secret"),
      .init("X-Empty", ""), .init("X-Twice", "1"), .init("X-Twice", "2"),
    ]
    try await expectHead(
      [
        "GET /health HTTP/1.1", "Host: %", "User-Agent: gate/1", "connection: close",
        "Accept: text/plain", "X-Token: secret", "X-Empty:", "X-Twice: 1", "X-Twice: 2",
      ], plan)
  }

  @Test(arguments: ["HEAD", "OPTIONS", "POST", "PURGE"])
  func aMethodOfTheUsersOwnIsSent(method: String) async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var plan = RequestTemplate.sample(.classic)
      plan.method = method
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [.success(200)])
      #expect(observed.requestLine == "\(method) /health HTTP/1.1")
      #expect(observed.field("Content-Length") == [])
    }
  }

  @Test func anAnswerToHEADIsWholeWithoutItsBody() async throws {
    // It announces a body, and holds the connection open.
    let head = Reply.Response.healthy().head
    try await DemoFleet.serving(Reply([.awaitRequest, .send(head)], then: .hold)) { _, instance in
      var plan = RequestTemplate.sample(.classic)
      plan.method = "HEAD"
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [.success(200)])
    }
  }

  // MARK: - Connections

  @Test(arguments: Semantics.allCases)
  func eachCheckIsOneRequestOnAConnectionOfItsOwn(semantics: Semantics) async throws {
    // An answer that would let the connection be used again.
    let alive = Reply(
      [.awaitRequest, .send(Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".utf8))],
      then: .hold)
    try await DemoFleet.serving(alive) { observed, instance in
      var probing = try Probing(.sample(semantics), [instance])
      for count in 1...5 {
        #expect(probing.checkAll() == [.success(200)])
        #expect(observed.observed.connections == count)
        #expect(observed.observed.requests == count)
      }
    }
  }

  @Test func aRedirectIsNotFollowed() async throws {
    try await DemoFleet.serving([.tlsRedirect, .trailingSlashRedirect]) { fleet in
      var probing = try Probing(.sample(), fleet)
      #expect(probing.checkAll().map(\.kind) == [.statusMismatch, .statusMismatch])
      #expect(fleet.instances.map(\.observed.connections) == [1, 1])
    }
  }

  // MARK: - The environment

  /// A CI runner's environment is not the user's wish.
  @Test func theEnvironmentsProxiesAreNotUsed() async {
    await #expect(processExitsWith: .success) {
      for name in ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"] {
        setEnvironment(name, "http://127.0.0.1:1")
      }
      setEnvironment("no_proxy", "")
      try await DemoFleet.serving(.healthy) { observed, instance in
        var probing = try Probing(.sample(.classic), [instance])
        #expect(probing.checkAll() == [.success(200)])
        #expect(observed.requestLine == "GET /health HTTP/1.1")
      }
    }
  }

  // MARK: -

  private func expectHead(_ lines: [String], _ plan: RequestTemplate) async throws {
    try await DemoFleet.serving(.healthy) { observed, instance in
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [.success(200)])
      let place = "\(instance.address):\(instance.port)"
      #expect(observed.head == lines.map { $0.replacing("%", with: place) })
    }
  }
}

extension DemoInstance {
  /// The lines of the newest request's head.
  fileprivate var head: [String] {
    let text = String(decoding: observed.lastHead, as: UTF8.self)
    return text.split(separator: "\r\n").map(String.init)
  }

  fileprivate var requestLine: String? { head.first }

  fileprivate func field(_ name: String) -> [String] {
    head.dropFirst().filter { $0.lowercased().hasPrefix("\(name.lowercased()):") }
      .map { String($0.dropFirst(name.count + 1).drop { $0 == " " }) }
  }
}
