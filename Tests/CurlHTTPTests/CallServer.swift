import Glibc

/// Answers one call over HTTP/2, when it has come as a whole, with bytes that are given.
struct CallServer {
  let port: Int

  struct NoSocket: Error {}

  /// - Throws: `NoSocket` when the system gives none.
  init(answering answer: [UInt8]) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        bind(listener, name, size) == 0 && getsockname(listener, name, &size) == 0
      }
    }
    guard isBound, listen(listener, 1) == 0 else { throw NoSocket() }
    port = Int(UInt16(bigEndian: name.sin_port))
    let call = Unmanaged.passRetained(Call(listener, answer))
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<Call>.fromOpaque(context).takeRetainedValue().serve()
        return nil
      }, call.toOpaque())
    pthread_detach(thread)
  }

  private final class Call {
    private let listener: Int32
    private let answer: [UInt8]

    init(_ listener: Int32, _ answer: [UInt8]) {
      self.listener = listener
      self.answer = answer
    }

    func serve() {
      let connection = accept(listener, nil, nil)
      close(listener)
      var received: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 4096)
      while !Self.isWhole(received) {
        let count = read(connection, &buffer, buffer.count)
        guard count > 0 else { break }
        received += buffer[..<count]
      }
      write(connection, answer, answer.count)
      // Held until the peer has had enough.
      while read(connection, &buffer, buffer.count) > 0 {}
      close(connection)
    }

    /// Whether the frames end with the last of the request (RFC 9113, sections 3.4 and 4.1).
    private static func isWhole(_ bytes: [UInt8]) -> Bool {
      var start = 24
      while start + 9 <= bytes.count {
        let length = bytes[start..<start + 3].reduce(0) { $0 << 8 | Int($1) }
        let isData = bytes[start + 3] == 0
        if isData, bytes[start + 4] & 1 == 1, start + 9 + length <= bytes.count { return true }
        start += 9 + length
      }
      return false
    }
  }
}
