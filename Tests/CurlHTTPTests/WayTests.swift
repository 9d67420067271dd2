import GateCore
import Glibc
import Testing

@testable import CurlHTTP

/// Names that are looked up, and a header before everything else.
@Suite(.serialized) struct WayTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private static func web() throws -> RawPeer {
    try RawPeer { connection in
      let head = connection.readHead()
      connection.write(answer)
      connection.hold()
      return head
    }
  }

  // MARK: - Names

  struct Names: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var address = "web-1.example"
    var scheme = HealthCheckTarget.Scheme.http
    var proxy: String?
    var connectTo: [String] = []
    var serverName: String?
    var names: [String]
  }

  static let names: [Names] = [
    Names(testDescription: "an address", address: "10.0.0.5", names: []),
    Names(testDescription: "IPv6", address: "2001:db8::5", names: []),
    Names(testDescription: "a name", names: ["web-1.example:80"]),
    Names(
      testDescription: "a proxy that looks it up", proxy: "http://u:p@bastion:3128",
      names: ["bastion:3128"]),
    Names(
      testDescription: "a proxy at an address", proxy: "https://[::1]:3128", names: []),
    Names(testDescription: "a proxy on its port", proxy: "http://bastion", names: ["bastion:1080"]),
    Names(
      testDescription: "a proxy over TLS on its port", proxy: "https://bastion/",
      names: ["bastion:443"]),
    Names(
      testDescription: "SOCKS that is told addresses", proxy: "socks5://bastion:1080",
      names: ["bastion:1080", "web-1.example:80"]),
    Names(
      testDescription: "SOCKS that is told names", proxy: "socks5h://10.0.0.1", names: []),
    Names(
      testDescription: "a mapping to a name", address: "10.0.0.5",
      connectTo: ["10.0.0.5:80:bastion:8080"], names: ["bastion:8080"]),
    Names(
      testDescription: "a mapping of its port alone", connectTo: ["::bastion:"],
      names: ["bastion:80"]),
    Names(
      testDescription: "a mapping to an address", connectTo: ["web-1.example:80:10.0.0.9:"],
      names: []),
    Names(
      testDescription: "a mapping of another", connectTo: ["web-2.example:80:bastion:"],
      names: ["web-1.example:80"]),
    Names(
      testDescription: "a server name has no part in it", address: "10.0.0.5", scheme: .https,
      serverName: "shop.example", names: []),
    Names(
      testDescription: "a server name and a name", scheme: .https, serverName: "shop.example",
      names: ["web-1.example:80"]),
  ]

  @Test(arguments: names) func namesAreLookedUpWhereTheyAreNeeded(row: Names) {
    var plan = RequestTemplate.sample(.alb, row.scheme)
    plan.proxy = row.proxy
    plan.connectTo = row.connectTo
    plan.serverName = row.serverName
    let instance = Instance(id: "web-1", address: row.address, port: 80)
    #expect(plan.names(of: instance).map { "\($0.host):\($0.port)" } == row.names)
  }

  @Test func aNameIsLookedUpWhereverItStands() throws {
    let web = try Self.web()
    let socks = try RawPeer.socksProxy()
    let http = try RawPeer.httpProxy()
    let named = Instance(id: "web-1", address: "localhost", port: web.port)
    let mapped = Instance(id: "web-2", address: "192.0.2.1", port: web.port)
    var plans = [RequestTemplate](repeating: .sample(), count: 4)
    plans[1].proxy = "socks5://localhost:\(socks.port)"
    plans[2].proxy = "http://localhost:\(http.port)"
    plans[3].connectTo = ["192.0.2.1:\(web.port):localhost:\(web.port)"]
    for (index, plan) in plans.enumerated() {
      var probing = try Probing(plan, [index == 3 ? mapped : named])
      // Each check looks its name up anew.
      for _ in 0..<3 { #expect(probing.checkAll() == [.success(200)], "\(plan.proxy as Any)") }
    }
  }

  @Test func whoAsksForANameThatIsLookedUpGetsTheSameAnswer() throws {
    let resolver = try NameResolver()
    var outcomes: [String] = []
    for _ in 0..<3 {
      resolver.lookUp("localhost") { outcome in
        if case .addresses(let text) = outcome { outcomes.append(text) }
      }
    }
    for _ in 0..<2000 where outcomes.count < 3 {
      resolver.takeDone()
      usleep(1000)
    }
    #expect(outcomes.count == 3)
    #expect(Set(outcomes).count == 1)
    #expect(outcomes.first?.contains("127.0.0.1") == true)
  }

  @Test func aNameThatThereIsNotIsNoFaultOfTheInstance() throws {
    var probing = try Probing(
      .sample(timeout: .seconds(8)), [Instance(id: "i", address: "no-such-host.invalid", port: 80)])
    guard case .fault(let detail) = probing.checkAll().first else {
      Issue.record("it is held against the instance")
      return
    }
    #expect(detail.hasPrefix("the name server: "))
  }

  @Test func aRunnerThatEndsWaitsForNoName() throws {
    for _ in 0..<20 {
      var probing = try Probing(
        .sample(), [Instance(id: "i", address: "no-such-host.invalid", port: 80)])
      probing.start(0)
      probing.checker.cancel(InstanceKey(0))
      probing.wait(.milliseconds(1))
    }
  }

  // MARK: - The PROXY header

  private static let header: [UInt8] =
    [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10] + [0x20, 0, 0, 0]

  private static func behindHeader(
    _ answer: [UInt8], isWhole: @escaping @Sendable ([UInt8]) -> Bool
  ) throws -> RawPeer {
    try RawPeer { connection in
      let bytes = connection.read { $0.count >= 16 && isWhole(Array($0.dropFirst(16))) }
      connection.write(answer)
      connection.hold()
      return bytes
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost"])
  func theHeaderComesBeforeEverythingElse(address: String) throws {
    let web = try Self.behindHeader(Array(Self.answer.utf8)) {
      $0.suffix(4).elementsEqual([13, 10, 13, 10])
    }
    let call = try Self.behindHeader(
      Frames.greeting + Frames.headers([0x88], ends: true), isWhole: Frames.isWholeRequest)
    let tcp = try RawPeer { connection in connection.read { $0.count >= 16 } }
    var plans: [(RequestTemplate, RawPeer, Outcome)] = [
      (.sample(.nlb), web, .success(200)), (.sample(.alb), call, .success(200)),
      (.sample(.nlb, .tcp), tcp, .success(nil)),
    ]
    plans[1].0.protocolVersion = .http2
    for (plan, peer, outcome) in plans {
      var headed = plan
      headed.proxyProtocol = .v2
      var probing = try Probing(headed, [Instance(id: "i", address: address, port: peer.port)])
      for _ in 0..<3 { #expect(probing.checkAll() == [outcome]) }
      probing.checker.onEnd = { _, trace in
        #expect(trace.connectedTo == "127.0.0.1")
        #expect(trace.phases.connect != nil)
      }
      #expect(probing.checkAll() == [outcome])
    }
    for peer in [web, call, tcp] {
      _ = peer.texts(4)
      for bytes in peer.received { #expect(Array(bytes.prefix(16)) == Self.header) }
    }
    #expect(tcp.received.allSatisfy { $0.count == 16 }, "and of TCP nothing else is sent")
  }

  @Test func whoIsNotThereGetsNoHeader() throws {
    let dead = try DeadPort()
    var plan = RequestTemplate.sample(.nlb, .tcp)
    plan.proxyProtocol = .v2
    var probing = try Probing(plan, [Instance(id: "i", address: "127.0.0.1", port: dead.number)])
    #expect(probing.checkAll() == [.failure(.connectionRefused, nil, "connection refused")])
    withExtendedLifetime(dead) {}
  }

  @Test func manyChecksWithTheHeaderLeaveNothingBehind() throws {
    let web = try Self.behindHeader(Array(Self.answer.utf8)) {
      $0.suffix(4).elementsEqual([13, 10, 13, 10])
    }
    var plan = RequestTemplate.sample(.nlb)
    plan.proxyProtocol = .v2
    let instances = (0..<8).map { Instance(id: "\($0)", address: "127.0.0.1", port: web.port) }
    var probing = try Probing(plan, instances)
    for _ in 0..<20 { #expect(probing.checkAll().allSatisfy { $0 == .success(200) }) }
    #expect(openConnections(to: web.port) == 0)
  }
}
