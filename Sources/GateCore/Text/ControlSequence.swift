/// A control sequence of a terminal: ESC, `[`, parameters, intermediates, one final byte.
///
/// Source: ECMA-48, section 5.4.
package enum ControlSequence {
  static let escape: UInt8 = 0x1B

  package enum End: Hashable {
    /// The index after it.
    case at(Int)
    /// It may be complete with more bytes.
    case torn
  }

  /// The end of a sequence that begins here; nil if there is none.
  package static func end(in bytes: [UInt8], from start: Int) -> End? {
    guard bytes[start] == escape else { return nil }
    var place = start + 1
    guard place < bytes.count else { return .torn }
    guard bytes[place] == UInt8(ascii: "[") else { return nil }
    place += 1
    while place < bytes.count, 0x30...0x3F ~= bytes[place] { place += 1 }
    while place < bytes.count, 0x20...0x2F ~= bytes[place] { place += 1 }
    guard place < bytes.count else { return .torn }
    return 0x40...0x7E ~= bytes[place] ? .at(place + 1) : nil
  }

  /// Whether a complete sequence only sets colors and other attributes (SGR).
  ///
  /// Source: ECMA-48, section 8.3.117.
  package static func isColor(_ sequence: ArraySlice<UInt8>) -> Bool {
    sequence.last == UInt8(ascii: "m")
      && sequence.dropFirst(2).dropLast().allSatisfy { 0x30...0x3B ~= $0 }
  }

  /// A text without its sequences, including an incomplete one at its end.
  static func removed(from text: Substring) -> String {
    guard text.utf8.contains(escape) else { return String(text) }
    let bytes = Array(text.utf8)
    var kept: [UInt8] = []
    var place = 0
    while place < bytes.count {
      switch end(in: bytes, from: place) {
      case .at(let end): place = end
      case .torn: place = bytes.count
      case nil:
        kept.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
