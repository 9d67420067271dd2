import CCurl
import Curl
import GateCore
import Glibc
import Testing

@testable import CurlHTTP

/// The form of an answer over HTTP/1.1: what is taken, and what is a failure of the instance's.
///
/// Sources: RFC 9112, sections 2 to 7; RFC 9110, sections 5 and 8.6.
@Suite(.serialized) struct AnswerFormTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: String
    /// Nil: it is taken.
    var detail: String?

    init(_ bytes: String, _ detail: String? = nil) {
      testDescription = String(bytes.prefix(80)).debugDescription
      self.bytes = bytes
      self.detail = detail
    }
  }

  private static func line(_ line: String) -> Row {
    Row("\(line)\r\nContent-Length: 2\r\n\r\nok")
  }

  private static func badLine(_ line: String) -> Row {
    Row(
      "\(line)\r\nContent-Length: 2\r\n\r\nok", "the answer is not HTTP/1.1")
  }

  private static func field(_ field: String, _ detail: String? = nil) -> Row {
    Row("HTTP/1.1 200 OK\r\n\(field)\r\nContent-Length: 2\r\n\r\nok", detail)
  }

  private static func length(_ fields: String, _ detail: String? = nil) -> Row {
    Row("HTTP/1.1 200 OK\r\n\(fields)\r\nConnection: close\r\n\r\nok", detail)
  }

  private static func chunks(_ body: String, _ detail: String? = nil) -> Row {
    Row("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", detail)
  }

  private static let badField = "the answer is malformed: "
  private static let badLength = "the answer is malformed: "

  static let rows: [Row] = [
    // Status lines.
    line("HTTP/1.1 200 OK"), line("HTTP/1.0 200 OK"), line("HTTP/1.1 200 "), line("HTTP/1.1 200"),
    line("HTTP/1.1 200 Everything is fine: ünïcode"),
    badLine("HTTP/1.1 200.5 OK"), badLine("HTTP/1.1 2000 OK"), badLine("HTTP/1.1 20 OK"),
    badLine("HTTP/1.1 +20 OK"), badLine("HTTP/1.1  200 OK"), badLine("HTTP/1.1\t200 OK"),
    badLine("HTTP/1.1 200OK"), badLine("HTTP/1.1 0x1 OK"), badLine("HTTP/1.1 099 OK"),
    badLine("HTTP/1.2 200 OK"), badLine("HTTP/1.9 200 OK"), badLine("HTTP/1 200 OK"),
    badLine("HTTP/1.10 200 OK"), badLine("HTTP/2.0 200 OK"), badLine("HTTP/2 200 OK"),
    badLine("HTTP/3 200 OK"), badLine("HTTP/0.9 200 OK"), badLine("http/1.1 200 OK"),
    badLine("ICY 200 OK"), badLine("RTSP/1.0 200 OK"), badLine("SSH-2.0-OpenSSH_9.2"),
    badLine("200 OK"), badLine(""), Row("ok", "the answer is not HTTP/1.1"),
    Row("\u{0}\u{0}\u{0}", "the answer is not HTTP/1.1"),
    // Interim answers.
    Row(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    ),
    Row("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200.5 OK\r\n\r\n", "the answer is not HTTP/1.1"),
    // Fields.
    field("X-Empty:"), field("X-Blank:   a  b  "), field("X-Folded: a\r\n b"),
    field("X-Before : 1"),
    field("!#$%&'*+-.^_`|~09aZ: token"), field("X-Bytes: ünïcode"),
    field("no colon", badField), field(": no name", badField), field("two words: 1", badField),
    field("X(1): a", badField), field("X-Ünï: a", badField), field("X: a\u{0}b", badField),
    field("X: a\rb", badField),
    // Lengths.
    length("Content-Length: 2"), length("Content-Length: 2\r\ncontent-length: 2"),
    length("Content-Length: 2, 2"), length("Content-Length:2"), length("X-Other: 9"),
    length("Content-Length: -1", badLength), length("Content-Length: +2", badLength),
    length("Content-Length: 0x2", badLength), length("Content-Length: 2 2", badLength),
    length("Content-Length: 2b", badLength), length("Content-Length:", badLength),
    length("Content-Length: 2\r\nContent-Length: 3", badLength),
    length("Content-Length: 2, 3", badLength),
    length("Content-Length: 99999999999999999999", badLength),
    length("Content-Length: 3", "closed after 2 bytes of the body"),
    // Chunks and their trailers.
    chunks("2\r\nok\r\n0\r\n\r\n"), chunks("2;ext=1\r\nok\r\n0\r\nX-Trailer: 1\r\n\r\n"),
    chunks("2\r\nok\r\n", "closed after 2 bytes of the body"),
    chunks("2\r\no", "closed after 1 bytes of the body"),
    chunks("", "closed after 0 bytes of the body"),
    chunks("zz\r\nok\r\n0\r\n\r\n", ""), chunks("-2\r\nok\r\n0\r\n\r\n", ""),
    chunks("2\r\nokay\r\n0\r\n\r\n", ""), chunks("FFFFFFFFFFFFFFFFFF\r\nok\r\n0\r\n\r\n", ""),
    chunks("2\r\nok\r\n0\r\nbad trailer\r\n\r\n", ""),
    chunks("2\r\nok\r\n0\r\nX: a\u{0}b\r\n\r\n", ""),
    // Encodings are nobody's business here: nothing is decoded.
    length("Content-Encoding: brand-new"),
    length("Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip"),
  ]

  @Test(arguments: rows) func anAnswerIsTakenByItsForm(row: Row) throws {
    let server = try RawPeer { connection in
      let head = connection.readHead()
      connection.write(row.bytes)
      connection.end()
      connection.hold()
      return head
    }
    var probing = try Probing(
      .sample(), [Instance(id: "web-1", address: "127.0.0.1", port: server.port)])
    let outcome = probing.checkAll().first
    guard let detail = row.detail else {
      #expect(outcome == .success(200))
      return
    }
    guard case .failure(.protocolError, _, let found) = outcome else {
      Issue.record("\(outcome as Any)")
      return
    }
    #expect(found.hasPrefix(detail), "\(found)")
  }

  /// It may have been there before the request was.
  @Test func anAnswerBeforeTheRequestIsTaken() throws {
    let server = try RawPeer { connection in
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
      connection.hold()
      return []
    }
    var probing = try Probing(
      .sample(), [Instance(id: "web-1", address: "127.0.0.1", port: server.port)])
    #expect(probing.checkAll() == [.success(200)])
  }
}

/// Every result of libcurl has one to blame, whatever the phase it comes in.
@Suite struct CurlCodesTests {
  private static let all = (1..<120).map { CURLcode(UInt32($0)) }

  private static func handle(begun: Bool) throws -> EasyHandle {
    let handle = try EasyHandle()
    if begun { handle.response.pointee.header_bytes = 20 }
    return handle
  }

  /// An instance that has sent a byte cannot make its failure the gate's.
  @Test(arguments: [false, true]) func whoHasBegunAnAnswerIsToBlame(isTLS: Bool) throws {
    let handle = try Self.handle(begun: true)
    for code in Self.all {
      let end = TransferEnd(code, of: handle, CheckWay(isTLS: isTLS))
      guard case .failed = end else {
        Issue.record("\(code.rawValue) is no failure: \(end)")
        continue
      }
    }
  }

  /// Before a connection there is nobody but the gate, and what the system says of the address.
  @Test func whatEndsBeforeAConnectionIsTheGatesOwn() throws {
    let handle = try Self.handle(begun: false)
    for code in Self.all {
      let end = TransferEnd(code, of: handle, CheckWay())
      switch code.resultClass {
      case .connecting, .tls, .broken, .silence, .time:
        guard case .failed = end else {
          Issue.record("\(code.rawValue) is no failure: \(end)")
          continue
        }
      case .lookup, .proxy, .here, .cutOff, .form, .other:
        guard case .fault = end else {
          Issue.record("\(code.rawValue) is held against the instance: \(end)")
          continue
        }
      }
    }
  }

  /// As long as the way through a proxy does not stand, the instance has had no part in it.
  @Test func whatEndsBeforeTheProxyHasAnsweredIsNotTheInstances() throws {
    let handle = try Self.handle(begun: false)
    for code in Self.all {
      guard case .fault(_, let cause) = TransferEnd(code, of: handle, CheckWay(proxy: .http)) else {
        Issue.record("\(code.rawValue) is held against the instance")
        continue
      }
      #expect(cause == .proxyUnusable)
    }
  }

  /// A number of libcurl's that is new shows here, and not as a wrong verdict.
  @Test func eachNumberOfThisLibcurlIsInTheTable() {
    #expect(CURLcode.classes.count >= Int(CURL_LAST.rawValue))
  }

  @Test func whatThisProcessLacksIsItsOwnFault() throws {
    let handle = try Self.handle(begun: true)
    handle.response.pointee.out_of_memory = true
    guard case .fault = TransferEnd(CURLE_WRITE_ERROR, of: handle, CheckWay()) else {
      Issue.record("it is held against the instance")
      return
    }
    handle.response.pointee.out_of_memory = false
    handle.response.pointee.open_errno = EMFILE
    guard
      case .fault("no socket: Too many open files", .noDescriptor) = TransferEnd(
        CURLE_COULDNT_CONNECT, of: handle, CheckWay())
    else {
      Issue.record("it is held against the instance")
      return
    }
  }
}
