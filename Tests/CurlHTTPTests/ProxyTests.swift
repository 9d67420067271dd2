import CurlHTTP
import DemoFleet
import GateCore
import HostileReplies
import Testing

/// The ways to an instance: each protocol on each, with an instance that lives and one that is dead.
@Suite(.serialized) struct ProxyTests {
  enum Way: String, CaseIterable, CustomTestStringConvertible {
    case direct, httpProxy, socks5, socks5h, connectTo

    var testDescription: String { rawValue }

    /// Points a plan this way; the instance is then elsewhere than it is told to be.
    func take(_ plan: inout RequestTemplate, to port: Int) throws -> (
      instance: Instance, proxy: RawPeer?
    ) {
      var instance = Instance(id: "web-1", address: "127.0.0.1", port: port)
      switch self {
      case .direct: return (instance, nil)
      case .httpProxy:
        let proxy = try RawPeer.httpProxy()
        plan.proxy = "http://127.0.0.1:\(proxy.port)"
        return (instance, proxy)
      case .socks5, .socks5h:
        let proxy = try RawPeer.socksProxy()
        plan.proxy = "\(rawValue)://127.0.0.1:\(proxy.port)"
        return (instance, proxy)
      case .connectTo:
        instance.address = "192.0.2.1"
        plan.connectTo = ["192.0.2.1:\(port):127.0.0.1:\(port)"]
        return (instance, nil)
      }
    }
  }

  enum Wire: String, CaseIterable, CustomTestStringConvertible {
    case http, http2, tcp, grpc

    var testDescription: String { rawValue }

    var plan: RequestTemplate {
      var plan: RequestTemplate
      switch self {
      case .http: plan = .sample(.alb, .http)
      case .http2:
        plan = .sample(.alb, .http)
        plan.protocolVersion = .http2
      case .tcp: plan = .sample(.alb, .tcp)
      case .grpc:
        plan = .sample(.alb, .grpc, path: HealthCheckTarget.standardGRPCPath, matcher: [0...0])
      }
      plan.check.timeout = .seconds(5)
      return plan
    }

    func living() throws -> RawPeer {
      switch self {
      case .http, .tcp:
        return try RawPeer { connection in
          let head = connection.readHead()
          connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
          connection.hold()
          return head
        }
      case .http2:
        return try .calls(
          answering: Frames.greeting + Frames.headers([0x88]) + Frames.data([111, 107], ends: true))
      case .grpc:
        return try .calls(
          answering: Frames.greeting
            + Frames.headers([0x88] + Frames.field("content-type", "application/grpc"))
            + Frames.data([0, 0, 0, 0, 2, 8, 1])
            + Frames.headers(Frames.field("grpc-status", "0"), ends: true))
      }
    }

    var success: Outcome {
      switch self {
      case .http, .http2: .success(200)
      case .tcp: .success(nil)
      case .grpc: .success(0)
      }
    }
  }

  @Test(arguments: Wire.allCases, Way.allCases)
  func whoLivesIsHealthyAndWhoIsDeadIsNot(wire: Wire, way: Way) throws {
    let server = try wire.living()
    var plan = wire.plan
    let (instance, proxy) = try way.take(&plan, to: server.port)
    var probing = try Probing(plan, [instance])
    #expect(probing.checkAll() == [wire.success])
    withExtendedLifetime((server, proxy)) {}

    let dead = try DeadPort()
    var other = wire.plan
    let (nobody, otherProxy) = try way.take(&other, to: dead.number)
    var failing = try Probing(other, [nobody])
    let kind = failing.checkAll().first?.kind
    #expect(
      kind == (way == .httpProxy ? .hostUnreachable : .connectionRefused), "\(failing.happenings)")
    withExtendedLifetime((dead, otherProxy)) {}
  }

  /// To the byte, or else what is checked is not what the load balancer will check.
  @Test(arguments: Wire.allCases, Way.allCases.filter { $0 != .direct })
  func theInstanceGetsWhatItGetsWithoutAProxy(wire: Wire, way: Way) throws {
    guard wire != .tcp else { return }
    func request(_ way: Way) throws -> String {
      let server = try wire.living()
      var plan = wire.plan
      plan.host = "example.com"
      let (instance, proxy) = try way.take(&plan, to: server.port)
      if way == .httpProxy { plan.proxy = plan.proxy?.replacing("//", with: "//robot:secret@") }
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [wire.success])
      if way == .httpProxy {
        let heads = try #require(proxy).texts()
        #expect(heads.first?.hasPrefix("CONNECT 127.0.0.1:\(server.port) HTTP/1.1\r\n") == true)
        #expect(heads.first?.contains("Proxy-Authorization: Basic ") == true)
        #expect(
          heads.first?.contains("ELB") == true || heads.first?.contains("User-Agent") == false)
      }
      return try #require(server.texts().first)
    }
    let direct = try request(.direct)
    #expect(try request(way) == direct)
    #expect(!direct.lowercased().contains("proxy"))
  }

  // MARK: - What the proxy itself says

  struct Refusal: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var outcome: Outcome
  }

  @Test(
    arguments: [
      "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "407 Authenticate",
      "403 Forbidden", "405 Not Allowed", "429 Too Many", "400 Bad", "500 No", "302 Found",
      "401 No",
    ], Wire.allCases)
  func anAnswerToCONNECTTellsWhoseFaultItIs(status: String, wire: Wire) throws {
    let proxy = try RawPeer.httpProxy(answering: status)
    var plan = wire.plan
    plan.proxy = "http://127.0.0.1:\(proxy.port)"
    var probing = try Probing(plan, [Instance(id: "web-1", address: "192.0.2.1", port: 80)])
    let outcome = try #require(probing.checkAll().first)
    let number = try #require(Int(status.prefix(3)))
    let words = "the proxy answered \(number) to CONNECT"
    if [502, 503, 504].contains(number) {
      #expect(
        outcome == .failure(.hostUnreachable, nil, "\(words): it does not reach the instance"))
    } else {
      #expect(outcome == .fault(words))
      let cause: GateFault.Cause =
        [407: .proxyCredentials, 429: .proxyLimit][number] ?? .proxyRefused
      #expect(probing.lastFault?.cause == cause)
    }
  }

  static let replies: [(UInt8, Outcome)] = [
    (1, .fault("the proxy answered 1 to SOCKS5: general failure")),
    (2, .fault("the proxy answered 2 to SOCKS5: not allowed by its rules")),
    (3, .failure(.hostUnreachable, nil, "network unreachable, says the proxy")),
    (4, .failure(.hostUnreachable, nil, "host unreachable, says the proxy")),
    (5, .failure(.connectionRefused, nil, "connection refused, says the proxy")),
    (6, .failure(.timeoutConnect, nil, "no connection, says the proxy")),
    (7, .fault("the proxy answered 7 to SOCKS5: command not supported")),
    (8, .fault("the proxy answered 8 to SOCKS5: address type not supported")),
  ]

  @Test(arguments: replies, Wire.allCases)
  func aReplyOfSOCKSTellsWhoseFaultItIs(reply: (code: UInt8, outcome: Outcome), wire: Wire)
    throws
  {
    let proxy = try RawPeer.socksProxy(answering: reply.code)
    var plan = wire.plan
    plan.proxy = "socks5://127.0.0.1:\(proxy.port)"
    var probing = try Probing(plan, [Instance(id: "web-1", address: "192.0.2.1", port: 80)])
    #expect(probing.checkAll() == [reply.outcome])
  }

  @Test(arguments: ["http", "socks5"]) func aProxyThatIsNotThereIsTheGatesFault(scheme: String)
    throws
  {
    let dead = try DeadPort()
    var plan = RequestTemplate.sample(.classic)
    plan.proxy = "\(scheme)://127.0.0.1:\(dead.number)"
    var probing = try Probing(plan, [Instance(id: "web-1", address: "192.0.2.1", port: 80)])
    #expect(probing.checkAll() == [.fault("the proxy: connection refused")])
    withExtendedLifetime(dead) {}
    #expect(probing.lastFault?.cause == .proxyUnusable)
  }

  @Test(arguments: ["http", "socks5"], ["", "garbage\r\n\r\n", "HTTP/1.1"])
  func aProxyThatIsNoneIsTheGatesFault(scheme: String, answer: String) throws {
    let proxy = try RawPeer { connection in
      let bytes = connection.read()
      connection.write(answer)
      return bytes
    }
    var plan = RequestTemplate.sample(.classic)
    plan.proxy = "\(scheme)://127.0.0.1:\(proxy.port)"
    var probing = try Probing(plan, [Instance(id: "web-1", address: "192.0.2.1", port: 80)])
    _ = probing.checkAll()
    #expect(probing.lastFault?.cause == .proxyUnusable, "\(probing.happenings)")
  }

  /// An instance that drops packets must not look like a fault of the proxy's.
  @Test(arguments: ["http", "socks5"], Wire.allCases)
  func aProxyThatStillTriesAtTheTimeOutDoesNotReachTheInstance(scheme: String, wire: Wire)
    throws
  {
    let proxy = try RawPeer { connection in
      let bytes = connection.read()
      if bytes.first == 5 { connection.write([5, 0]) }
      connection.hold()
      return bytes
    }
    var plan = wire.plan
    plan.check.timeout = .milliseconds(300)
    plan.proxy = "\(scheme)://127.0.0.1:\(proxy.port)"
    var probing = try Probing(plan, [Instance(id: "web-1", address: "192.0.2.1", port: 80)])
    #expect(
      probing.checkAll()
        == [.failure(.timeoutConnect, nil, "no connection through the proxy within 300ms")])
  }
}

extension Probing {
  var lastFault: GateFault? {
    guard case .checkLost(_, let fault) = happenings.last?.event else { return nil }
    return fault
  }
}
