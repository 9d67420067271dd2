import GateCore

/// The output of a user's command, made safe to show while it arrives.
///
/// Colors are kept. Everything else that could control a terminal, invisible characters, and
/// commands to a CI system are removed. A command prints text that others gave it, such as an
/// instance's response or a commit's subject.
package struct RelayedText {
  /// The longest control sequence, in bytes; a longer one is not recognized.
  private static let longestSequence = 64

  private var breaker = LogCommandBreaker()
  /// The beginning of an incomplete character or sequence.
  private var torn: [UInt8] = []

  package init() {}

  /// Adds bytes; returns what may be shown now.
  package mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    breaker.take(clean(torn + bytes, isLast: false))
  }

  /// Returns the remaining text at the end.
  package mutating func finish() -> [UInt8] {
    let rest = clean(torn, isLast: true)
    return breaker.take(rest) + breaker.finish()
  }

  private mutating func clean(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
    torn = []
    var shown: [UInt8] = []
    shown.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if byte >= 0x80 {
        let end = bytes[place...].firstIndex { $0 < 0x80 } ?? bytes.count
        let whole = isLast || end < bytes.count ? end : end - bytes[place...].tornCharacter
        for scalar in String(decoding: bytes[place..<whole], as: UTF8.self).unicodeScalars {
          shown += (scalar.isRelayed ? String(scalar) : " ").utf8
        }
        torn = Array(bytes[whole..<end])
        place = end
        continue
      }
      switch ControlSequence.end(in: bytes, from: place) {
      case .at(let end):
        if ControlSequence.isColor(bytes[place..<end]) { shown += bytes[place..<end] }
        place = end
      case .torn where !isLast && bytes.count - place < Self.longestSequence:
        torn = Array(bytes[place...])
        return shown
      case .torn, nil:
        shown.append(Unicode.Scalar(byte).isRelayed ? byte : UInt8(ascii: " "))
        place += 1
      }
    }
    return shown
  }
}

extension Unicode.Scalar {
  /// Whether the character is kept; others are replaced by a blank.
  fileprivate var isRelayed: Bool {
    switch textEffect {
    case .letter, .mark, .selector: true
    case .blank: value == 0x20 || value == 0x0A || value == 0x0D || value == 0x09
    case .unprintable: false
    }
  }
}

extension ArraySlice<UInt8> {
  /// The number of bytes at the end that begin an incomplete UTF-8 character.
  fileprivate var tornCharacter: Int {
    for (distance, byte) in suffix(3).reversed().enumerated() where byte & 0xC0 != 0x80 {
      let width = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
      return distance + 1 < width ? distance + 1 : 0
    }
    return 0
  }
}
