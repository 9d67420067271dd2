import Glibc
import Synchronization

/// A server of HTTP/1.1 on 127.0.0.1 that answers as a test says, one request a connection.
final class LoopbackPeer: Sendable {
  struct Request: Sendable {
    var method: String
    var path: String
    /// By name in lower case.
    var fields: [String: String]
    var body: String
  }

  struct Reply: Sendable {
    var status = 200
    var fields: [String] = []
    var body = ""
    /// Nothing is answered at all, for so long.
    var silence: Duration?
  }

  let port: Int
  private let listener: CInt
  private let seen = Mutex<[Request]>([])
  private let answer: @Sendable (Request) -> Reply

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { seen.withLock { $0 } }

  init(_ answer: @escaping @Sendable (Request) -> Reply) throws {
    self.answer = answer
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, $0, &length) == 0
      }
    }
    guard isBound else { throw PeerFailure(what: "cannot listen: \(errno)") }
    self.listener = listener
    port = Int(UInt16(bigEndian: name.sin_port))
    start { [weak self] in
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else {
          // Closed by whom it still blocks: closed elsewhere, its number would soon be another's.
          close(listener)
          if connection >= 0 { close(connection) }
          return
        }
        start { self.serve(connection) }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func serve(_ connection: CInt) {
    defer { close(connection) }
    guard let request = readRequest(connection) else { return }
    seen.withLock { $0.append(request) }
    let reply = answer(request)
    if let silence = reply.silence { usleep(UInt32(silence / .microseconds(1))) }
    let head = [
      "HTTP/1.1 \(reply.status) X", "Content-Length: \(reply.body.utf8.count)",
      "Connection: close",
    ]
    let bytes = Array(
      ((head + reply.fields).joined(separator: "\r\n") + "\r\n\r\n" + reply.body).utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }

  private func readRequest(_ connection: CInt) -> Request? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.firstRange(of: "\r\n\r\n") {
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
          guard let colon = line.firstIndex(of: ":") else { continue }
          let value = line[line.index(after: colon)...].drop { $0 == " " }
          fields[line[..<colon].lowercased()] = String(value)
        }
        let body = text[end.upperBound...]
        if body.utf8.count >= Int(fields["content-length"] ?? "0") ?? 0 {
          let words = lines.first?.split(separator: " ") ?? []
          guard words.count == 3 else { return nil }
          return Request(
            method: String(words[0]), path: String(words[1]), fields: fields, body: String(body))
        }
      }
      let count = recv(connection, &chunk, chunk.count, 0)
      guard count > 0 else { return nil }
      bytes += chunk[..<count]
    }
  }
}

struct PeerFailure: Error {
  var what: String
}

/// Runs something on a thread of its own: it may wait without holding up the tests' tasks.
func start(_ body: @escaping @Sendable () -> Void) {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body)).toOpaque()
  let code = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, box)
  precondition(code == 0, "no thread")
  pthread_detach(thread)
}
