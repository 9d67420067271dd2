import Testing

@testable import DemoFleet

@Suite struct RequestReaderTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var bytes: [UInt8]

    init(_ name: String, _ text: String) {
      (testDescription, bytes) = (name, Array(text.utf8))
    }
  }

  // MARK: - Heads

  @Test func aHeadIsItsMethodItsTargetAndItsFields() throws {
    let head = try wholeHead(
      "GET /a?b=c HTTP/1.1\r\nHost: x:80\r\nX-Empty:\r\nx-twice: \t1 2\t \r\nX-TWICE:3\r\n\r\n")
    #expect(head.method == "GET")
    #expect(head.target == "/a?b=c")
    #expect(head.fields.map(\.name) == ["Host", "X-Empty", "x-twice", "X-TWICE"])
    #expect(head.values(of: "host") == ["x:80"])
    #expect(head.values(of: "X-Empty") == [""])
    #expect(head.values(of: "X-Twice") == ["1 2", "3"])
    #expect(head.values(of: "Cookie") == [])
  }

  static let whole = [
    Row("HTTP/1.0 without a field", "GET / HTTP/1.0\r\n\r\n"),
    Row("line feeds alone", "GET / HTTP/1.1\nHost: a\n\n"),
    Row("empty lines first", "\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
    Row("a method of the user's own", "X-PURGE /cache HTTP/1.1\r\n\r\n"),
    Row("an authority as the target", "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
    Row("letters beyond ASCII", "GET /ü HTTP/1.1\r\nHost: Ünïcode\r\n\r\n"),
    Row("a body of no length", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"),
    Row("a body", "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n\r\n\u{0}"),
    Row("its length twice", "POST / HTTP/1.1\r\nContent-Length: 2\r\ncontent-length: 2\r\n\r\nok"),
    Row("chunks", "POST / HTTP/1.1\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
    Row(
      "chunks with extensions and a trailer",
      "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3;a=\"b\"\r\n\r\n!\r\n1 ; c\r\n-\r\nA\r\n0123456789\r\n0;z\r\nX-Sum: 1\r\n\r\n"),
  ]

  @Test(arguments: whole) func aRequestIsWholeAtItsLastByte(row: Row) {
    #expect(read(row.bytes).request.isWhole)
    for count in row.bytes.indices {
      #expect(!read(row.bytes.prefix(count)).request.isDone, "after \(count) bytes")
    }
  }

  @Test(arguments: whole) func whatFollowsARequestIsDropped(row: Row) {
    let reader = read(row.bytes + Array("\u{0} GET".utf8))
    #expect(reader.request == read(row.bytes).request)
    #expect(row.bytes.starts(with: reader.firstBytes))
  }

  // MARK: - What is none

  static let malformed = [
    Row("a TLS greeting", "\u{16}"),
    Row("the binary PROXY protocol", "\r\n\r\n\u{0}"),
    Row("JSON", "{"),
    Row("a letter beyond ASCII for a method", "ü"),
    Row("a space first", " "),
    Row("the PROXY protocol", "PROXY TCP4 10.0.0.1 10.0.0.2 5000 80\r\n"),
    Row("HTTP/2", "PRI * HTTP/2.0\r\n"),
    Row("HTTP/0.9", "GET /\r\n"),
    Row("another protocol's greeting", "SSH-2.0-OpenSSH_9.2\r\n"),
    Row("two spaces", "GET  / HTTP/1.1\r\n"),
    Row("a tab", "GET /\ta HTTP/1.1\r\n"),
    Row("a version of its own", "GET / HTTP/1.x\r\n"),
    Row("a method that is none", "G(T / HTTP/1.1\r\n"),
    Row("a CR within a line", "GET / HTTP/1.1\rH"),
    Row("a NUL in a value", "GET / HTTP/1.1\r\nHost: \u{0}"),
    Row("a DEL in a value", "GET / HTTP/1.1\r\nHost: \u{7f}"),
    Row("a field without a colon", "GET / HTTP/1.1\r\nHost\r\n"),
    Row("a field without a name", "GET / HTTP/1.1\r\n: a\r\n"),
    Row("white space before the colon", "GET / HTTP/1.1\r\nHost : a\r\n"),
    Row("a folded line", "GET / HTTP/1.1\r\nHost: a\r\n b\r\n"),
    Row("a length with a sign", "GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n"),
    Row("a length of nothing", "GET / HTTP/1.1\r\nContent-Length:\r\n\r\n"),
    Row("a length in hexadecimal digits", "GET / HTTP/1.1\r\nContent-Length: a\r\n\r\n"),
    Row("a length beyond numbers", "GET / HTTP/1.1\r\nContent-Length: 9223372036854775808\r\n\r\n"),
    Row("two lengths", "GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"),
    Row(
      "a length and chunks",
      "GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Row("a coding without an end", "GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n"),
    Row("a chunk of no size", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n\r\n"),
    Row("a chunk of a negative size", "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"),
    Row(
      "a chunk that is longer than its size",
      "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n"),
  ]

  @Test(arguments: malformed) func whatCannotBeARequestIsKnownAtItsLastByte(row: Row) {
    #expect(read(row.bytes).request == .malformed)
    #expect(read(row.bytes + Array("\r\n\r\n".utf8)).request == .malformed)
    let lastCharacter = String(decoding: row.bytes, as: UTF8.self).unicodeScalars.last
    let before = row.bytes.dropLast(lastCharacter.map { String($0).utf8.count } ?? 1)
    #expect(!read(before.dropLast(before.last == 13 ? 1 : 0)).request.isDone)
  }

  // MARK: - Bounds

  @Test func aHeadEndsAtItsBound() throws {
    let frame = "GET / HTTP/1.1\r\nX: \r\n\r\n".utf8.count
    func head(_ count: Int) -> [UInt8] {
      let value = String(repeating: "a", count: count - frame)
      return Array("GET / HTTP/1.1\r\nX: \(value)\r\n\r\n".utf8)
    }
    let longest = read(head(RequestReader.limit))
    #expect(longest.request.isWhole)
    #expect(longest.firstBytes.count == RequestReader.limit)
    let longer = read(head(RequestReader.limit + 1))
    #expect(longer.request == .malformed)
    #expect(longer.firstBytes.count == RequestReader.limit)
  }

  @Test(arguments: ["\r\n", "a: b\r\n", "aaaaaaaa"])
  func whateverComesForEverIsMalformedAtLast(piece: String) {
    let beginning = piece == "a: b\r\n" ? "GET / HTTP/1.1\r\n" : ""
    let bytes = Array((beginning + String(repeating: piece, count: 40_000)).utf8)
    let reader = read(bytes)
    #expect(reader.request == .malformed)
    #expect(reader.firstBytes == Array(bytes.prefix(RequestReader.limit)))
  }

  @Test func aTrailerEndsAtItsBoundAndABodyDoesNot() {
    var reader = read("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    for _ in 0..<(2 * RequestReader.limit / 6) { reader.read(Array("1\r\na\r\n".utf8)) }
    #expect(!reader.request.isDone)
    reader.read(Array("0\r\n".utf8))
    for _ in 0..<(RequestReader.limit / 6) { reader.read(Array("a: b\r\n".utf8)) }
    #expect(!reader.request.isDone)
    reader.read(Array("a: b\r\n".utf8))
    #expect(reader.request == .malformed)
  }

  // MARK: - Support

  private func read(_ bytes: some Sequence<UInt8>) -> RequestReader {
    var reader = RequestReader()
    reader.read(Array(bytes))
    return reader
  }

  private func wholeHead(_ text: String) throws -> RequestHead {
    guard case .whole(let head) = read(text.utf8).request else { throw NoRequest() }
    return head
  }

  private struct NoRequest: Error {}
}
