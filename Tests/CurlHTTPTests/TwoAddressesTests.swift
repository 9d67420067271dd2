import CSystem
import Curl
import GateCore
import Glibc
import Testing

@testable import CurlHTTP

/// A name with two addresses: the second is tried while the first is slow, and the first answers.
@Suite(.serialized) struct TwoAddressesTests {
  /// A listener that drops whatever wants to connect: its queue is full.
  private final class FullListener: Sendable {
    private let listener: Socket
    private let filler: Socket

    init(_ family: Int32, _ wanted: Int) throws {
      listener = try Socket(of: family)
      filler = try Socket(of: family)
      // One connection more than this is queued (listen(2)).
      try #require(listener.bind(family, wanted) && listen(listener.descriptor, 0) == 0)
      try #require(filler.connect(family, listener.port))
    }

    var port: Int { listener.port }

    /// Takes whatever connects from now on, and says nothing to it.
    func openUp(after delay: Duration) {
      onThread { [listener] in
        usleep(UInt32(delay.inMicroseconds))
        var held: [Socket] = []
        while let socket = try? Socket(accept(listener.descriptor, nil, nil)) {
          held.append(socket)
        }
      }
    }

    deinit { shutdown(listener.descriptor, Int32(SHUT_RDWR)) }
  }

  /// One of each family, on the same port.
  private static func pair() throws -> (first: FullListener, second: FullListener) {
    for _ in 0..<20 {
      let first = try FullListener(AF_INET6, 0)
      if let second = try? FullListener(AF_INET, first.port) { return (first, second) }
    }
    throw Socket.NoSocket()
  }

  private static let hasIPv6 = (try? Socket(of: AF_INET6))?.bind(AF_INET6, 0) ?? false

  /// That the other address was tried last, and given up, says nothing of the connection.
  @Test(.enabled(if: hasIPv6, "there is no ::1"), arguments: [nil, "http", "socks5"])
  func aConnectionThatWasMadeIsNotSaidToBeMissing(proxy: String?) throws {
    let (slow, dead) = try Self.pair()
    let timeout = Duration.seconds(2)
    var plan = RequestTemplate.sample(timeout: timeout)
    var instance = Instance(id: "web-1", address: "web-1.example", port: slow.port)
    if let proxy {
      plan.proxy = "\(proxy)://web-1.example:\(slow.port)"
      instance = Instance(id: "web-1", address: "192.0.2.1", port: 80)
    }
    let runner = try TransferRunner()
    let transfer = try runner.make(plan)
    try transfer.aim(
      at: Place(instance, plan), headers: StringList(plan.headerLines(host: nil)), mappings: nil)
    transfer.addresses = ["+web-1.example:\(slow.port):[::1],127.0.0.1"]
    try transfer.useAddresses()
    try runner.begin(transfer, looking: [])
    // Later than the second address is tried (200 ms), sooner than the first is asked again (1 s).
    slow.openUp(after: .milliseconds(500))
    let start = ContinuousClock.now
    while ContinuousClock.now - start < timeout {
      runner.runTimer(at: hg_monotonic_us())
      try #require(runner.nextEnd { _ in plan.way } == nil)
      _ = runner.loop.serve(waitingAtMost: 10_000) {}
    }
    let end = runner.timedOut(transfer, after: timeout, plan.way)
    guard case .failed(let kind, let detail, _) = end else {
      Issue.record("it is taken for a fault of the gate's: \(end)")
      return
    }
    #expect(kind == (proxy == nil ? .timeoutResponse : .timeoutConnect))
    #expect(
      detail
        == (proxy == nil
          ? "connected, but no answer within 2s" : "no connection through the proxy within 2s"))
    if proxy == nil { #expect(transfer.handle.primaryIP == "::1") }
    runner.drop(transfer)
    withExtendedLifetime((slow, dead)) {}
  }
}

extension Socket {
  /// One of TCP over a family of addresses.
  fileprivate convenience init(of family: Int32) throws {
    try self.init(socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    guard family == AF_INET6 else { return }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  fileprivate func bind(_ family: Int32, _ port: Int) -> Bool {
    Self.withLoopback(family, port) { Glibc.bind(descriptor, $0, $1) == 0 }
  }

  fileprivate func connect(_ family: Int32, _ port: Int) -> Bool {
    Self.withLoopback(family, port) { Glibc.connect(descriptor, $0, $1) == 0 }
  }

  /// The port that it is bound to.
  fileprivate var port: Int {
    var name = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    _ = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &size)
      }
    }
    // At the same place in both families (ip(7), ipv6(7)).
    return Int(UInt16(bigEndian: name.sin6_port))
  }

  private static func withLoopback(
    _ family: Int32, _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
  ) -> Bool {
    func rebound<Name>(_ name: Name) -> Bool {
      withUnsafePointer(to: name) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          body($0, socklen_t(MemoryLayout<Name>.size))
        }
      }
    }
    guard family == AF_INET6 else { return rebound(sockaddr_in.loopback(port: port)) }
    var name = sockaddr_in6()
    name.sin6_family = sa_family_t(AF_INET6)
    name.sin6_port = UInt16(port).bigEndian
    name.sin6_addr = in6addr_loopback
    return rebound(name)
  }
}
