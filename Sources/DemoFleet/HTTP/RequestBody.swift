/// How a request's body ends.
///
/// Source: RFC 9112, section 6.3.
enum RequestBody: Equatable {
  case length(Int)
  case chunked

  /// - Throws: `RequestHead.Malformed` when the head contradicts itself, or leaves the end open.
  init(of head: RequestHead) throws(RequestHead.Malformed) {
    let codings = head.values(of: "Transfer-Encoding").joined(separator: ",").lowercased()
    let lengths = head.values(of: "Content-Length")
    switch (codings, Set(lengths).count) {
    case ("", 0): self = .length(0)
    case ("", 1): self = .length(try Self.number(lengths[0], radix: 10))
    case ("chunked", 0): self = .chunked
    // Two lengths, a length beside a coding (an attempt at request smuggling), or a coding that is
    // not known.
    default: throw RequestHead.Malformed()
    }
  }

  /// The size of a chunk, from its line.
  ///
  /// Source: RFC 9112, section 7.1.
  ///
  /// - Throws: `RequestHead.Malformed` when it has none.
  static func chunkSize(line: [UInt8]) throws(RequestHead.Malformed) -> Int {
    let size = line.prefix { !"; \t".utf8.contains($0) }
    return try number(String(decoding: size, as: UTF8.self), radix: 16)
  }

  /// Digits alone: `Int` by itself takes signs, too.
  private static func number(_ text: String, radix: Int) throws(RequestHead.Malformed) -> Int {
    guard text.allSatisfy(\.isHexDigit), let number = Int(text, radix: radix) else {
      throw RequestHead.Malformed()
    }
    return number
  }
}
