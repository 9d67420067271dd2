/// How the end of a request's body is found.
///
/// Source: RFC 9112, section 6.3.
enum RequestBody: Equatable {
  case length(Int)
  case chunked

  /// - Throws: `RequestHead.Malformed` if the head is contradictory, or does not define the end.
  init(of head: RequestHead) throws(RequestHead.Malformed) {
    let codings = head.values(of: "Transfer-Encoding").joined(separator: ",").lowercased()
    let lengths = head.values(of: "Content-Length")
    switch (codings, Set(lengths).count) {
    case ("", 0): self = .length(0)
    case ("", 1): self = .length(try Self.number(lengths[0], radix: 10))
    case ("chunked", 0): self = .chunked
    // Two lengths, a length and a coding (an attempt at request smuggling), or an unknown coding.
    default: throw RequestHead.Malformed()
    }
  }

  /// Reads the size of a chunk from its line.
  ///
  /// Source: RFC 9112, section 7.1.
  ///
  /// - Throws: `RequestHead.Malformed` if it has none.
  static func chunkSize(line: [UInt8]) throws(RequestHead.Malformed) -> Int {
    let size = line.prefix { !"; \t".utf8.contains($0) }
    return try number(String(decoding: size, as: UTF8.self), radix: 16)
  }

  /// Reads digits only: `Int` alone also accepts signs.
  private static func number(_ text: String, radix: Int) throws(RequestHead.Malformed) -> Int {
    guard text.allSatisfy(\.isHexDigit), let number = Int(text, radix: radix) else {
      throw RequestHead.Malformed()
    }
    return number
  }
}
