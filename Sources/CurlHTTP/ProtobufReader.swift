/// An error in the wire format of a message.
struct WireFormatError: Error, Equatable {
  var words: String

  init(_ words: String) {
    self.words = words
  }
}

/// Reads the fields of one message, in any encoding that the format allows.
///
/// Source: Protocol Buffers, "Encoding".
struct ProtobufReader {
  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  enum Value: Equatable {
    case varint(UInt64)
    /// A value of another type, which is skipped.
    case other
  }

  /// The deepest nesting of groups that is read; no real message goes deeper.
  private static let deepest = 100

  /// Reads the next field; nil at the end of the message.
  ///
  /// - Throws: `WireFormatError` if the bytes are not a valid field.
  mutating func next() throws(WireFormatError) -> (number: UInt64, value: Value)? {
    guard !rest.isEmpty else { return nil }
    let (number, type) = try tag()
    guard type != 4 else { throw WireFormatError("a group that ends and never began") }
    return (number, try value(of: type, in: number, depth: 0))
  }

  private mutating func tag() throws(WireFormatError) -> (number: UInt64, type: UInt64) {
    let tag = try varint()
    guard tag <= UInt64(UInt32.max), tag >> 3 > 0 else {
      throw WireFormatError("a field without a number")
    }
    return (tag >> 3, tag & 7)
  }

  private mutating func value(
    of type: UInt64, in number: UInt64, depth: Int
  ) throws(WireFormatError) -> Value {
    switch type {
    case 0: return .varint(try varint())
    case 1: try skip(8)
    case 2: try skip(try varint())
    case 3: try skipGroup(number, depth: depth)
    case 5: try skip(4)
    default: throw WireFormatError("a field of no known type")
    }
    return .other
  }

  private mutating func skipGroup(_ number: UInt64, depth: Int) throws(WireFormatError) {
    guard depth < Self.deepest else { throw WireFormatError("groups that are nested too deep") }
    while true {
      let (inner, type) = try tag()
      if type == 4 {
        guard inner == number else { throw WireFormatError("a group that ends as another") }
        return
      }
      _ = try value(of: type, in: inner, depth: depth + 1)
    }
  }

  private mutating func skip(_ count: UInt64) throws(WireFormatError) {
    guard count <= UInt64(rest.count) else { throw WireFormatError("a message that is cut off") }
    rest = rest.dropFirst(Int(count))
  }

  /// Reads a number of seven bits per byte, lowest first, in at most ten bytes.
  private mutating func varint() throws(WireFormatError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: 0 as UInt64, to: 70, by: 7) {
      guard let byte = rest.popFirst() else { throw WireFormatError("a message that is cut off") }
      guard shift < 63 || byte <= 1 else { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw WireFormatError("a number that is too long")
  }
}
