package import GateCore

extension JSONValue {
  /// The deepest nesting that is accepted: the minimum of common readers (jq 1.6).
  package static let deepest = 256

  /// Reads a document that all common readers understand in the same way, in linear time.
  ///
  /// Documents that the grammar of RFC 8259 allows but readers interpret differently are refused: a
  /// duplicate name in an object (section 4: "the behavior of software … is unpredictable"), an
  /// unpaired surrogate (8.2), another encoding than UTF-8 or a byte order mark (8.1), a number
  /// beyond the range of binary64 (section 6).
  ///
  /// - Parameters: - bytes: the document, with nothing around it except for white space. - limit:
  ///   the largest number of bytes.
  /// - Throws: `JSONError`
  package init(
    parsing bytes: [UInt8], atMost limit: Int = 16 * 1_048_576
  ) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { text throws(JSONError) in
      try JSONValue(parsing: text, atMost: limit)
    }
  }

  package init(
    parsing text: UnsafeBufferPointer<UInt8>, atMost limit: Int = 16 * 1_048_576
  ) throws(JSONError) {
    guard text.count <= limit else { throw JSONError(.tooLong(limit: limit), at: limit) }
    var reader = JSONReader(text)
    self = try reader.document()
  }
}

/// Why bytes are not a JSON document that all readers understand in the same way.
package struct JSONError: Error, Hashable, Sendable {
  package var problem: Problem
  /// The number of bytes before the error.
  package var offset: Int

  package enum Problem: Hashable, Sendable {
    case malformed
    case doubledName(String)
    case byteOrderMark
    case otherEncoding
    case notUTF8
    case halfSurrogate
    case numberBeyondReaders(String)
    case tooDeep
    case tooLong(limit: Int)
  }

  package init(_ problem: Problem, at offset: Int) {
    self.problem = problem
    self.offset = offset
  }

  /// A sentence about what is wrong with `subject`, such as "it".
  package func words(of subject: String, without secrets: SecretMask = []) -> String {
    switch problem {
    case .malformed: "\(subject) is not JSON"
    case .doubledName(let name):
      "\(subject) has the name '\(secrets.quoting(name, limit: 40))' twice in one object, and readers of JSON "
        + "disagree on which counts"
    case .byteOrderMark: "\(subject) begins with a byte order mark, which JSON does not allow"
    case .otherEncoding: "\(subject) is UTF-16 or UTF-32, but JSON is UTF-8"
    case .notUTF8: "\(subject) is not UTF-8, but JSON is"
    case .halfSurrogate: "\(subject) has half of a surrogate pair, which is not a character"
    case .numberBeyondReaders(let text):
      "\(subject) has the number \(secrets.quoting(text, limit: 40)), and readers of JSON disagree on its value"
    case .tooDeep: "\(subject) is nested more than \(JSONValue.deepest) levels deep"
    case .tooLong(let limit): "\(subject) is longer than \(limit / 1024) KiB"
    }
  }
}

/// Reads each byte once.
private struct JSONReader {
  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var depth = 0

  /// The most characters of a number; Python's reader refuses several thousand.
  private static let longestNumber = 1024

  init(_ text: UnsafeBufferPointer<UInt8>) {
    self.text = text
  }

  mutating func document() throws(JSONError) -> JSONValue {
    try refuseOtherEncodings()
    let value = try value()
    skipBlanks()
    guard position == text.count else { throw malformed }
    return value
  }

  /// Refuses a document in UTF-16 or UTF-32, which has a zero among its first bytes.
  private func refuseOtherEncodings() throws(JSONError) {
    if text.starts(with: [0xEF, 0xBB, 0xBF]) { throw JSONError(.byteOrderMark, at: 0) }
    let first = text.prefix(2)
    guard
      first.elementsEqual([0xFE, 0xFF]) || first.elementsEqual([0xFF, 0xFE]) || first.contains(0)
    else { return }
    throw JSONError(.otherEncoding, at: 0)
  }

  private var malformed: JSONError { JSONError(.malformed, at: position) }

  private var next: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipBlanks() {
    while position < text.count {
      switch text[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  // MARK: - Values

  private mutating func value() throws(JSONError) -> JSONValue {
    skipBlanks()
    guard let first = next else { throw malformed }
    switch first {
    case UInt8(ascii: "{"): return try nested { reader throws(JSONError) in try reader.object() }
    case UInt8(ascii: "["): return try nested { reader throws(JSONError) in try reader.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw malformed
    }
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    let end = position + word.utf8CodeUnitCount
    guard end <= text.count,
      word.withUTF8Buffer({ $0.elementsEqual(text[position..<end]) })
    else { throw malformed }
    position = end
    return value
  }

  private mutating func nested(
    _ read: (inout JSONReader) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    guard depth < JSONValue.deepest else { throw JSONError(.tooDeep, at: position) }
    depth += 1
    position += 1
    let value = try read(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONError) -> JSONValue {
    var members = JSONObject()
    skipBlanks()
    guard !take(UInt8(ascii: "}")) else { return .object(members) }
    repeat {
      skipBlanks()
      let start = position
      guard next == UInt8(ascii: "\"") else { throw malformed }
      let name = try string()
      skipBlanks()
      guard take(UInt8(ascii: ":")) else { throw malformed }
      guard members.add(JSONName(name), try value()) else {
        throw JSONError(.doubledName(name), at: start)
      }
      skipBlanks()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "}")) else { throw malformed }
    return .object(members)
  }

  private mutating func array() throws(JSONError) -> JSONValue {
    var elements: [JSONValue] = []
    skipBlanks()
    guard !take(UInt8(ascii: "]")) else { return .array(elements) }
    repeat {
      elements.append(try value())
      skipBlanks()
    } while take(UInt8(ascii: ","))
    guard take(UInt8(ascii: "]")) else { throw malformed }
    return .array(elements)
  }

  // MARK: - Numbers

  private mutating func number() throws(JSONError) -> JSONNumber {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    let hasExponent = take(UInt8(ascii: "e")) || take(UInt8(ascii: "E"))
    if hasExponent {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    let number = JSONNumber(
      checked: String(
        decoding: UnsafeBufferPointer(rebasing: text[start..<position]), as: UTF8.self))
    // The largest binary64 has 309 digits before the point.
    let length = position - start
    guard length <= Self.longestNumber, !hasExponent && length < 309 || number.double.isFinite
    else {
      throw JSONError(.numberBeyondReaders(number.text), at: start)
    }
    return number
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
      position += 1
    }
    guard position > start else { throw malformed }
  }

  // MARK: - Strings

  private mutating func string() throws(JSONError) -> String {
    position += 1
    let start = position
    var bits: UInt8 = 0
    while position < text.count {
      let byte = text[position]
      switch byte {
      case UInt8(ascii: "\""):
        let bytes = UnsafeBufferPointer(rebasing: text[start..<position])
        // Most strings are ASCII, and need no validation of UTF-8.
        let string =
          bits < 0x80 ? String(decoding: bytes, as: UTF8.self) : try decoded(bytes, at: start)
        position += 1
        return string
      case UInt8(ascii: "\\"): return try escapedString(from: start)
      case 0..<0x20: throw malformed
      default:
        bits |= byte
        position += 1
      }
    }
    throw malformed
  }

  private func decoded(
    _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
  ) throws(JSONError) -> String {
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw JSONError(.notUTF8, at: start)
    }
    return string
  }

  private mutating func escapedString(from start: Int) throws(JSONError) -> String {
    var bytes = Array(text[start..<position])
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        return try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
          try decoded(bytes, at: start)
        }
      case UInt8(ascii: "\\"): bytes.append(contentsOf: UTF8.encode(try escaped()) ?? .init())
      case 0..<0x20: throw malformed
      default:
        bytes.append(byte)
        position += 1
      }
    }
    throw malformed
  }

  private mutating func escaped() throws(JSONError) -> Unicode.Scalar {
    let start = position
    position += 1
    guard let mark = next else { throw malformed }
    position += 1
    switch mark {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(mark)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw malformed
    }
    let unit = try hexadecimalUnit()
    guard UTF16.isLeadSurrogate(unit) else {
      guard let scalar = Unicode.Scalar(unit) else { throw JSONError(.halfSurrogate, at: start) }
      return scalar
    }
    guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
      throw JSONError(.halfSurrogate, at: start)
    }
    let second = try hexadecimalUnit()
    guard UTF16.isTrailSurrogate(second) else { throw JSONError(.halfSurrogate, at: start) }
    return UTF16.decode(UTF16.EncodedScalar([unit, second]))
  }

  private mutating func hexadecimalUnit() throws(JSONError) -> UInt16 {
    var unit: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw malformed
      }
      unit = unit << 4 | UInt16(digit)
      position += 1
    }
    return unit
  }
}
