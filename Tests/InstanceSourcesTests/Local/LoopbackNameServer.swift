import CResolver
import Dispatch
import Glibc

/// A name server on 127.0.0.1, over UDP alone, that answers as a test says.
final class LoopbackNameServer: Sendable {
  let port: Int
  private let socket: CInt

  /// `answer` makes the datagram for a query, or nil for silence.
  init(_ answer: @escaping @Sendable ([UInt8]) -> [UInt8]?) throws {
    let socket = Glibc.socket(AF_INET, CInt(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &name) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
      }
    }
    guard isBound else { throw NameServerFailure(code: errno) }
    self.socket = socket
    port = Int(UInt16(bigEndian: name.sin_port))
    DispatchQueue(label: "name server").async {
      Self.serve(socket, answer)
      close(socket)
    }
  }

  deinit {
    // On Linux this ends a receive on a socket that has no peer, too; the loop owns the socket.
    shutdown(socket, CInt(SHUT_RDWR))
  }

  private static func serve(_ socket: CInt, _ answer: ([UInt8]) -> [UInt8]?) {
    while true {
      var query = [UInt8](repeating: 0, count: 4096)
      var peer = sockaddr_storage()
      var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
      let isDone = withUnsafeMutablePointer(to: &peer) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { peer in
          let count = recvfrom(socket, &query, query.count, 0, peer, &length)
          guard count > 0 else { return true }
          if let reply = answer(Array(query[..<count])) {
            sendto(socket, reply, reply.count, 0, peer, length)
          }
          return false
        }
      }
      guard !isDone else { return }
    }
  }
}

extension hg_name_server {
  /// A server on 127.0.0.1, which is asked once, for a second.
  static func loopback(_ port: Int) -> hg_name_server {
    hg_name_server(
      address: UInt32(0x7F00_0001).bigEndian, port: UInt16(port), timeout: 1, attempts: 1)
  }
}

struct NameServerFailure: Error {
  var code: CInt
}

/// Answers of the DNS, as bytes (RFC 1035, section 4; RFC 2782).
enum DNSAnswer {
  struct Record {
    var priority = 0
    var weight = 0
    var port: Int
    var target: String
  }

  /// The answer to a query: the header's ID and the question are taken from there.
  ///
  /// The code is 0, 2 for SERVFAIL, 3 for NXDOMAIN, 5 for REFUSED. The flags are more bits for the
  /// first of their bytes: 2 for a truncated answer.
  static func make(
    to query: [UInt8], code: UInt8 = 0, flags: UInt8 = 0, records: [Record] = []
  ) -> [UInt8] {
    let question = Array(query[12..<(nameEnd(in: query, from: 12) + 4)])
    return Array(query[..<2]) + [0x81 | flags, 0x80 | code]
      + two(1) + two(records.count) + two(0) + two(0) + question
      + records.flatMap(bytes)
  }

  private static func bytes(of record: Record) -> [UInt8] {
    let data = two(record.priority) + two(record.weight) + two(record.port) + name(record.target)
    // Its owner is the question's name.
    return [0xC0, 12] + two(33) + two(1) + two(0) + two(60) + two(data.count) + data
  }

  private static func two(_ number: Int) -> [UInt8] {
    [UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)]
  }

  private static func name(_ text: String) -> [UInt8] {
    text.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) } + [0]
  }

  private static func nameEnd(in bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while bytes[index] != 0 { index += Int(bytes[index]) + 1 }
    return index + 1
  }
}
