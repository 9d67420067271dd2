/// Reads a connection's first request byte by byte, and keeps only its head.
///
/// Source: RFC 9112.
struct RequestReader {
  private(set) var request = Request.none
  /// The received bytes up to the end of the head; all of them if they are not a request.
  private(set) var firstBytes: [UInt8] = []

  private var part = Part.requestLine
  private var head: RequestHead?
  private var isHeadWhole = false
  private var line: [UInt8] = []
  /// The number of bytes in lines of the head, or of the body since the last chunk.
  private var lineBytes = 0

  /// The longest head, and the most that is kept; in bytes.
  static let limit = 65_536

  /// How much of a request has arrived.
  enum Request: Equatable {
    case none
    case headOnly(RequestHead)
    case whole(RequestHead)
    /// The bytes cannot be a request.
    case malformed

    var isWhole: Bool {
      if case .whole = self { true } else { false }
    }

    /// Whether nothing more needs to arrive.
    var isDone: Bool { isWhole || self == .malformed }
  }

  /// The part of the request to which the next byte belongs.
  private enum Part {
    case requestLine
    case field
    case body(left: Int)
    case chunkSize
    case chunk(left: Int)
    case chunkEnd
    case trailer
    /// The byte belongs to no request, or to the next one.
    case nothing
  }

  mutating func read(_ bytes: [UInt8]) {
    for byte in bytes {
      keep(byte)
      do throws(RequestHead.Malformed) {
        try take(byte)
      } catch {
        part = .nothing
        request = .malformed
      }
    }
  }

  private mutating func keep(_ byte: UInt8) {
    if !isHeadWhole, firstBytes.count < Self.limit { firstBytes.append(byte) }
  }

  private mutating func take(_ byte: UInt8) throws(RequestHead.Malformed) {
    switch part {
    case .requestLine, .field, .chunkSize, .chunkEnd, .trailer: try takeOfLine(byte)
    case .body(let left): skipBody(left - 1)
    case .chunk(let left): part = left > 1 ? .chunk(left: left - 1) : .chunkEnd
    case .nothing: break
    }
  }

  // MARK: - Lines

  /// Reads a byte of a line.
  ///
  /// A line ends with CR LF, or with LF alone. It contains neither another CR (section 2.2) nor
  /// another control character (RFC 9110, section 5.5).
  private mutating func takeOfLine(_ byte: UInt8) throws(RequestHead.Malformed) {
    lineBytes += 1
    guard lineBytes <= Self.limit else { throw RequestHead.Malformed() }
    switch byte {
    case UInt8(ascii: "\n"): try endLine()
    case 0x20...0x7e, 0x80...0xff, UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      guard line.last != UInt8(ascii: "\r"), fits(byte) else { throw RequestHead.Malformed() }
      line.append(byte)
    default: throw RequestHead.Malformed()
    }
  }

  /// Whether the first byte can begin a method; otherwise a line may never end.
  private func fits(_ byte: UInt8) -> Bool {
    guard case .requestLine = part, line.isEmpty else { return true }
    return byte == UInt8(ascii: "\r") || RequestHead.isTokenCharacter(byte)
  }

  private mutating func endLine() throws(RequestHead.Malformed) {
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    defer { line.removeAll(keepingCapacity: true) }
    switch part {
    case .requestLine: try endRequestLine()
    case .field where line.isEmpty: try endHead()
    case .field: try head?.addField(line: line)
    case .chunkSize: try beginChunk(RequestBody.chunkSize(line: line))
    case .chunkEnd where line.isEmpty: part = .chunkSize
    case .chunkEnd: throw RequestHead.Malformed()
    case .trailer: if line.isEmpty { end() }
    case .body, .chunk, .nothing: break
    }
  }

  private mutating func endRequestLine() throws(RequestHead.Malformed) {
    // Empty lines may precede the request line (section 2.2).
    guard !line.isEmpty else { return }
    head = try RequestHead(line: line)
    part = .field
  }

  private mutating func endHead() throws(RequestHead.Malformed) {
    guard let head else { return }
    isHeadWhole = true
    request = .headOnly(head)
    switch try RequestBody(of: head) {
    case .length(let length): skipBody(length)
    case .chunked: part = .chunkSize
    }
  }

  // MARK: - The body

  private mutating func skipBody(_ left: Int) {
    if left > 0 { part = .body(left: left) } else { end() }
  }

  private mutating func beginChunk(_ size: Int) {
    lineBytes = 0
    part = size > 0 ? .chunk(left: size) : .trailer
  }

  private mutating func end() {
    if let head { request = .whole(head) }
    part = .nothing
  }
}
