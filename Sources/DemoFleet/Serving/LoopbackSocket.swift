internal import CSystem
internal import LibC

/// A socket operation on a loopback address that the system refused.
package struct LoopbackError: Error, CustomStringConvertible {
  package var operation: String
  package var address: String
  package var port: Int
  package var code: CInt

  package var description: String {
    let hint =
      code == EMFILE ? "; each instance and each connection takes one: raise ulimit -n" : ""
    return "cannot \(operation) \(address):\(port): \(String(cString: strerror(code)))\(hint)"
  }
}

/// A loopback IPv4 address and a port.
struct LoopbackEndpoint: Sendable {
  var address: String
  var port: Int

  /// The address of the n-th instance: 127.0.10.1, …, 127.0.10.254, 127.0.11.1.
  static func address(_ index: Int, network: Int) -> String {
    let (block, host) = index.quotientAndRemainder(dividingBy: 254)
    precondition((0...255).contains(network + block), "more instances than 127.0.0.0/16 has room")
    return "127.0.\(network + block).\(host + 1)"
  }

  /// A socket that is bound but does not listen: it reserves the port, which refuses clients.
  func bindSocket() throws(LoopbackError) -> CInt {
    let descriptor = makeSocket()
    guard descriptor >= 0 else { throw failure("make a socket for") }
    var on: CInt = 1
    setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout.size(ofValue: on)))
    guard withSocketAddress({ bind(descriptor, $0, $1) }) == 0 else {
      let error = failure("bind")
      LibC.close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Begins a connection, which may fail later.
  func beginConnecting() -> CInt {
    let descriptor = makeSocket()
    _ = withSocketAddress { connect(descriptor, $0, $1) }
    return descriptor
  }

  func failure(_ operation: String, code: CInt = errno) -> LoopbackError {
    LoopbackError(operation: operation, address: address, port: port, code: code)
  }

  /// A nonblocking socket, so that one of many never holds up the others.
  private func makeSocket() -> CInt {
    hg_socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  }

  static func port(of descriptor: CInt) -> Int {
    var bound = sockaddr_in()
    var length = socklen_t(MemoryLayout.size(ofValue: bound))
    withUnsafeMutablePointer(to: &bound) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        _ = getsockname(descriptor, $0, &length)
      }
    }
    return Int(UInt16(bigEndian: bound.sin_port))
  }

  private func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(port).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    let length = socklen_t(MemoryLayout.size(ofValue: name))
    return withUnsafePointer(to: name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }
}
