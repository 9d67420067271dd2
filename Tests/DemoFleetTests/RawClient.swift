import Dispatch
import Glibc

/// A client of plain sockets, so that the tests see bytes and resets and no library's view of them.
struct RawClient {
  /// How the connection, or the attempt, ended.
  enum End: Hashable {
    case refused
    case connectTimedOut
    case closed
    case reset
    /// Neither an end nor enough bytes in time.
    case timedOut
    /// The wanted number of bytes came.
    case enough
  }

  var address: String
  var port: Int

  /// How an exchange ends that waits for what the test does next.
  ///
  /// It has a thread of its own: two that wait on the threads of the tests would leave none to the
  /// tests.
  func end() async -> End {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: exchange().end) }
    }
  }

  /// Connects, sends, and reads to the end.
  func exchange(
    _ request: String? = "GET /health HTTP/1.1\r\nHost: {address}\r\n\r\n",
    atMost limit: Int = .max, within timeout: Duration = .seconds(240)
  ) -> (text: String, bytes: [UInt8], end: End) {
    let deadline = ContinuousClock.now + timeout
    var bytes: [UInt8] = []
    var end = End.enough
    let descriptor = makeSocket()
    defer { close(descriptor) }
    if let failure = connect(descriptor, by: deadline) { return ("", [], failure) }
    if let request {
      let data = Array(request.replacing("{address}", with: address).utf8)
      _ = send(descriptor, data, data.count, CInt(MSG_NOSIGNAL))
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count < limit {
      guard wait(descriptor, for: POLLIN, until: deadline) else {
        end = .timedOut
        break
      }
      let count = recv(descriptor, &buffer, min(buffer.count, limit - bytes.count), 0)
      guard count > 0 else {
        end = count == 0 ? .closed : .reset
        break
      }
      bytes += buffer.prefix(count)
    }
    return (String(decoding: bytes, as: UTF8.self), bytes, end)
  }

  func makeSocket() -> CInt {
    socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
  }

  /// Connects and sends, and reads nothing; whoever calls closes what it returns.
  func open() -> CInt {
    let descriptor = makeSocket()
    _ = connect(descriptor, by: .now + .seconds(60))
    let data = Array("GET / HTTP/1.1\r\n\r\n".utf8)
    _ = send(descriptor, data, data.count, CInt(MSG_NOSIGNAL))
    return descriptor
  }

  func connect(_ descriptor: CInt, by deadline: ContinuousClock.Instant) -> End? {
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = UInt16(port).bigEndian
    inet_pton(AF_INET, address, &name.sin_addr)
    let length = socklen_t(MemoryLayout.size(ofValue: name))
    _ = withUnsafePointer(to: name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, length)
      }
    }
    guard wait(descriptor, for: POLLOUT, until: deadline) else { return .connectTimedOut }
    var code: CInt = 0
    var size = socklen_t(MemoryLayout.size(ofValue: code))
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
    switch code {
    case ECONNREFUSED: return .refused
    // A reset that comes before anyone looked: the connection stood, and is gone.
    case ECONNRESET: return .reset
    default: return nil
    }
  }

  func wait(
    _ descriptor: CInt, for event: CInt, until deadline: ContinuousClock.Instant
  ) -> Bool {
    let left = (deadline - .now) / .milliseconds(1)
    guard left > 0 else { return false }
    var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    return poll(&entry, 1, CInt(left.rounded(.up))) > 0
  }
}
