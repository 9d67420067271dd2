import Glibc
import Synchronization

/// A socket with as many owners as hold it: closed once, when the last of them lets go.
///
/// Whoever uses the number holds the socket, so the number is nobody else's meanwhile.
final class Socket: Sendable {
  let descriptor: Int32

  struct NoSocket: Error {}

  /// Takes a descriptor over, which the system may have refused.
  init(_ descriptor: Int32) throws(NoSocket) {
    guard descriptor >= 0 else { throw NoSocket() }
    self.descriptor = descriptor
  }

  /// A new one for TCP.
  convenience init() throws(NoSocket) {
    try self.init(socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
  }

  deinit { close(descriptor) }

  /// Takes a port of the loopback that is free; returns it.
  func bindToLoopback() throws(NoSocket) -> Int {
    var name = sockaddr_in.loopback(port: 0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { name in
        bind(descriptor, name, size) == 0 && getsockname(descriptor, name, &size) == 0
      }
    }
    guard isBound else { throw NoSocket() }
    return Int(UInt16(bigEndian: name.sin_port))
  }

  /// What comes next; empty at the end.
  func read(atMost count: Int = 16_384) -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: count)
    let got = Glibc.read(descriptor, &buffer, count)
    return got > 0 ? Array(buffer[..<got]) : []
  }

  func write(_ bytes: [UInt8]) {
    _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// No more is sent; the other direction stays open.
  func end() { shutdown(descriptor, Int32(SHUT_WR)) }
}

/// A port of the loopback on which nobody listens, and that nobody else is given as long as this
/// is there.
final class DeadPort: Sendable {
  let number: Int
  private let socket: Socket

  init() throws(Socket.NoSocket) {
    socket = try Socket()
    number = try socket.bindToLoopback()
  }
}

/// A server on the loopback that does with each connection what it is told, on a thread of its own.
final class RawPeer: Sendable {
  let port: Int
  private let listener: Socket
  private let seen = Mutex<[[UInt8]]>([])

  /// One accepted connection.
  final class Connection {
    let socket: Socket
    private var isBrokenOff = false

    init(_ socket: Socket) { self.socket = socket }

    var descriptor: Int32 { socket.descriptor }

    /// What comes next; empty at the end.
    func read() -> [UInt8] { socket.read() }

    /// Reads until this is so, or the end has come; returns all that came.
    func read(until isEnough: ([UInt8]) -> Bool) -> [UInt8] {
      var all: [UInt8] = []
      while !isEnough(all) {
        let more = read()
        guard !more.isEmpty else { break }
        all += more
      }
      return all
    }

    /// Reads a head, up to its empty line.
    func readHead() -> [UInt8] {
      read { $0.suffix(4).elementsEqual([13, 10, 13, 10]) }
    }

    func write(_ bytes: [UInt8]) { socket.write(bytes) }
    func write(_ text: String) { write(Array(text.utf8)) }

    /// No more is sent; the other direction stays open.
    func end() { socket.end() }

    /// Holds the connection until the peer has had enough.
    func hold() { while !read().isEmpty {} }

    /// Breaks the connection off.
    func reset() {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(
        descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      isBrokenOff = true
    }

    /// Ends it as a server does that means well: what came and was not read would reset it.
    fileprivate func finish() {
      guard !isBrokenOff else { return }
      end()
      hold()
    }
  }

  /// Serves until it is let go; `serve` returns what it has read of a connection, which is ended
  /// after it.
  ///
  /// - Throws: `NoSocket` when the system gives none.
  init(backlog: Int32 = 64, serve: @escaping @Sendable (Connection) -> [UInt8]) throws {
    let listener = try Socket()
    self.listener = listener
    port = try listener.bindToLoopback()
    guard listen(listener.descriptor, backlog) == 0 else { throw Socket.NoSocket() }
    onThread { [weak self] in
      while let socket = try? Socket(accept(listener.descriptor, nil, nil)) {
        let peer = self
        onThread {
          let connection = Connection(socket)
          let bytes = serve(connection)
          peer?.seen.withLock { $0.append(bytes) }
          connection.finish()
        }
      }
    }
  }

  deinit {
    shutdown(listener.descriptor, Int32(SHUT_RDWR))
  }

  /// What was read of each connection that is over.
  var received: [[UInt8]] { seen.withLock { $0 } }

  /// The same as text, once there are so many.
  func texts(_ count: Int = 1) -> [String] {
    for _ in 0..<2000 where received.count < count { usleep(1000) }
    return received.map { String(decoding: $0, as: UTF8.self) }
  }
}

extension sockaddr_in {
  static func loopback(port: Int) -> sockaddr_in {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(port).bigEndian
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return name
  }
}

/// Runs `body` on a thread that nobody waits for.
func onThread(_ body: @escaping @Sendable () -> Void) {
  final class Box {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, Unmanaged.passRetained(Box(body)).toOpaque())
  pthread_detach(thread)
}

/// A connection to a port on the loopback; nil: nobody listens there.
func connectToLoopback(_ port: Int) -> Socket? {
  guard let socket = try? Socket() else { return nil }
  var name = sockaddr_in.loopback(port: port)
  let code = withUnsafePointer(to: &name) { pointer in
    pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
    }
  }
  return code == 0 ? socket : nil
}

/// Carries bytes both ways until both ends have had enough.
func relay(_ one: Socket, _ other: Socket) {
  onThread { pump(other, one) }
  pump(one, other)
}

private func pump(_ source: Socket, _ sink: Socket) {
  while case let bytes = source.read(), !bytes.isEmpty { sink.write(bytes) }
  sink.end()
}

/// A server's side of one call on stream 1 (RFC 9113, sections 4 and 6).
enum Frames {
  static let settings = frame(4, 0, 0, [])
  static let acknowledgement = frame(4, 1, 0, [])
  /// What a server begins with.
  static let greeting = settings + acknowledgement

  static func headers(_ block: [UInt8], ends: Bool = false) -> [UInt8] {
    frame(1, ends ? 5 : 4, 1, block)
  }

  static func data(_ bytes: [UInt8], ends: Bool = false) -> [UInt8] {
    frame(0, ends ? 1 : 0, 1, bytes)
  }

  static func reset(_ code: UInt8) -> [UInt8] { frame(3, 0, 1, [0, 0, 0, code]) }

  static func goAway(last stream: UInt8, _ code: UInt8 = 0) -> [UInt8] {
    frame(7, 0, 0, [0, 0, 0, stream, 0, 0, 0, code])
  }

  /// A field that is neither indexed nor packed (RFC 7541, section 6.2.2).
  static func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)]
      + Array(value.utf8)
  }

  static func status(_ status: Int) -> [UInt8] { field(":status", String(status)) }

  static func frame(
    _ type: UInt8, _ flags: UInt8, _ stream: UInt8, _ payload: [UInt8]
  ) -> [UInt8] {
    [UInt8(payload.count >> 16), UInt8(payload.count >> 8 & 255), UInt8(payload.count & 255), type]
      + [flags, 0, 0, 0, stream] + payload
  }

  /// Whether the frames end with the last of a request (RFC 9113, sections 3.4 and 4.1).
  static func isWholeRequest(_ bytes: [UInt8]) -> Bool {
    var start = 24
    while start + 9 <= bytes.count {
      let length = bytes[start..<start + 3].reduce(0) { $0 << 8 | Int($1) }
      let carries = bytes[start + 3] <= 1
      if carries, bytes[start + 4] & 1 == 1, start + 9 + length <= bytes.count { return true }
      start += 9 + length
    }
    return false
  }
}

extension RawPeer {
  /// Answers each call over HTTP/2, when it has come as a whole, with bytes that are given.
  static func calls(
    answering answer: [UInt8], then: @escaping @Sendable (Connection) -> Void = { $0.hold() }
  ) throws -> RawPeer {
    try RawPeer { connection in
      let request = connection.read(until: Frames.isWholeRequest)
      connection.write(answer)
      then(connection)
      return request
    }
  }

  /// A proxy: takes CONNECT and answers with `status`, or makes the connection if that is nil.
  static func httpProxy(answering status: String? = nil) throws -> RawPeer {
    try RawPeer { connection in
      let head = connection.readHead()
      let port = String(decoding: head, as: UTF8.self).prefix { $0 != "\r\n" }
        .split(separator: " ").dropFirst().first?.split(separator: ":").last.flatMap { Int($0) }
      if let status {
        connection.write(
          "HTTP/1.1 \(status)\r\nContent-Length: 5\r\nConnection: close\r\n\r\nerror")
      } else if let port, let other = connectToLoopback(port) {
        connection.write("HTTP/1.1 200 Connection established\r\n\r\n")
        relay(connection.socket, other)
      } else {
        connection.write("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
      }
      return head
    }
  }

  /// A SOCKS5 proxy that makes the connection, or answers with `reply` (RFC 1928, section 6).
  static func socksProxy(answering reply: UInt8? = nil) throws -> RawPeer {
    try RawPeer { connection in
      _ = connection.read { $0.count >= 2 && $0.count >= 2 + Int($0[1]) }
      connection.write([5, 0])
      let request = connection.read { bytes in
        guard bytes.count > 4 else { return false }
        return bytes.count >= (bytes[3] == 1 ? 10 : bytes[3] == 4 ? 22 : 7 + Int(bytes[4]))
      }
      guard request.count >= 10 else { return request }
      let port = Int(request[request.count - 2]) << 8 | Int(request[request.count - 1])
      func answer(_ code: UInt8) { connection.write([5, code, 0, 1, 0, 0, 0, 0, 0, 0]) }
      if let reply {
        answer(reply)
      } else if let other = connectToLoopback(port) {
        answer(0)
        relay(connection.socket, other)
      } else {
        answer(5)
      }
      return request
    }
  }
}
