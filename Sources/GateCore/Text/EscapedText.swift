/// Text with the origin of each byte, so that secrets in a decoded form can be masked in the
/// original.
struct EscapedText {
  private(set) var bytes: [UInt8] = []
  private(set) var starts: [Int] = []
  private(set) var ends: [Int] = []

  struct Escapes: OptionSet {
    let rawValue: UInt8
    static let percent = Escapes(rawValue: 1)
    static let html = Escapes(rawValue: 2)
    static let backslash = Escapes(rawValue: 4)
    static let all: Escapes = [.percent, .html, .backslash]
  }

  init(_ source: [UInt8]) {
    bytes = source
    starts = Array(source.indices)
    ends = source.indices.map { $0 + 1 }
  }

  init(capacity: Int = 0) {
    bytes.reserveCapacity(capacity)
    starts.reserveCapacity(capacity)
    ends.reserveCapacity(capacity)
  }

  /// Appends a word of a longer text, separate from the previous one.
  mutating func append(_ word: Range<Int>, of text: [UInt8]) {
    if !bytes.isEmpty { append(UInt8(ascii: " "), word.lowerBound, word.lowerBound) }
    bytes += text[word]
    starts += word
    ends += word.lowerBound + 1..<word.upperBound + 1
  }

  /// The range in the original for a range of this text.
  func origin(of range: Range<Int>) -> Range<Int> {
    starts[range.lowerBound]..<ends[range.upperBound - 1]
  }

  /// The start of an escape that was cut off, and is left out; nil if there is none.
  private(set) var cutEscape: Int?

  /// All decoded forms that the text may have, itself first.
  func readings(_ end: SecretMask.End = .whole) -> [EscapedText] {
    var readings = [self]
    let signs = signs
    guard !signs.isEmpty else { return readings }
    for kind in Self.kinds where signs.contains(kind) {
      let once = decoded(kind, end)
      guard once.bytes != bytes || once.cutEscape != nil else { continue }
      readings.append(once)
      // Decodings are applied in sequence: a backslash from HTML does not escape what follows it
      // there.
      let more = once.signs
      for other in Self.kinds where other != kind && more.contains(other) {
        let twice = once.decoded(other, end)
        if twice.bytes != once.bytes { readings.append(twice) }
      }
    }
    var text = self
    // There may be several levels, such as JSON in JSON, or a URL in a URL in a page.
    for _ in 0..<Self.mostLevels {
      let next = text.decoded(.all, end)
      guard next.bytes != text.bytes else { break }
      readings.append(next)
      text = next
    }
    return readings
  }

  private static let kinds = [Escapes.percent, .html, .backslash]

  /// The kinds of escapes that may occur.
  private var signs: Escapes {
    var signs: Escapes = []
    for byte in bytes {
      switch byte {
      case 0x25: signs.insert(.percent)
      case 0x26: signs.insert(.html)
      case 0x5C: signs.insert(.backslash)
      default: continue
      }
      if signs == .all { break }
    }
    return signs
  }

  private static let mostLevels = 4

  func decoded(_ kinds: Escapes, _ end: SecretMask.End) -> EscapedText {
    var result = EscapedText(capacity: bytes.count)
    var index = 0
    result.cutEscape = cutEscape
    while index < bytes.count {
      if end != .whole, isCut(at: index, kinds) {
        result.cutEscape = starts[index]
        break
      }
      let escape: (bytes: [UInt8], length: Int)? =
        switch bytes[index] {
        case 0x25 where kinds.contains(.percent): percent(at: index)
        case 0x26 where kinds.contains(.html): html(at: index)
        case 0x5C where kinds.contains(.backslash): backslash(at: index)
        default: nil
        }
      let (decoded, length) = escape ?? ([bytes[index]], 1)
      for byte in decoded { result.append(byte, starts[index], ends[index + length - 1]) }
      index += length
    }
    return result
  }

  /// The start of the part that may still become a secret; not before the last blank.
  var openPlace: Int {
    // An incomplete character has at most three bytes.
    let rest = bytes.suffix(SecretMask.shortest - 1 + 3)
    let start = rest.lastIndex(of: 0x20).map { $0 + 1 } ?? rest.startIndex
    return start < bytes.count ? starts[start] : tornSequence ?? .max
  }

  /// The start of an incomplete control sequence at the end, which is left out; nil if there is
  /// none.
  private(set) var tornSequence: Int?

  /// How a reader treats a control sequence.
  enum Sequences {
    /// It is left out, as by a terminal, or by a program that cleans the text.
    case leftOut
    /// Its characters are kept, as in a log.
    case kept
  }

  /// The text as each reader sees it.
  var foldings: [EscapedText] {
    bytes.contains(ControlSequence.escape) ? [folded(.leftOut), folded(.kept)] : [folded(.leftOut)]
  }

  /// The text in lower case, without invisible characters, with each blank as one space.
  private func folded(_ sequences: Sequences) -> EscapedText {
    var result = EscapedText(capacity: bytes.count)
    result.cutEscape = cutEscape
    var index = 0
    while index < bytes.count {
      let byte = bytes[index]
      guard byte >= 0x80, let (scalar, length) = scalar(at: index) else {
        switch byte {
        case 0x41...0x5A: result.append(byte | 0x20, starts[index], ends[index])
        case 0x20, 0x09...0x0D: result.append(0x20, starts[index], ends[index])
        case ControlSequence.escape where sequences == .leftOut:
          switch ControlSequence.end(in: bytes, from: index) {
          case .at(let end): index = end - 1
          case .torn:
            result.tornSequence = starts[index]
            index = bytes.count - 1
          case nil: break
          }
        case 0..<0x20, 0x7F: break
        default: result.append(byte, starts[index], ends[index])
        }
        index += 1
        continue
      }
      let (start, end) = (starts[index], ends[index + length - 1])
      index += length
      if scalar.hasNoCase {
        for byte in bytes[index - length..<index] { result.append(byte, start, end) }
      } else {
        for byte in Self.folded(scalar) { result.append(byte, start, end) }
      }
    }
    return result
  }

  /// The folded bytes; empty for an invisible character.
  private static func folded(_ scalar: Unicode.Scalar) -> [UInt8] {
    scalar.value < foldedScalars.count
      ? foldedScalars[Int(scalar.value)] : scalar.foldedBytes
  }

  /// The folded bytes of Latin, Greek, Cyrillic and Hebrew, which are the most frequent scripts.
  private static let foldedScalars = (0..<0x600).map { Unicode.Scalar($0)?.foldedBytes ?? [] }

  private mutating func append(_ byte: UInt8, _ start: Int, _ end: Int) {
    bytes.append(byte)
    starts.append(start)
    ends.append(end)
  }

  private func scalar(at index: Int) -> (Unicode.Scalar, Int)? {
    var decoder = UTF8()
    var iterator = bytes[index..<min(index + 4, bytes.count)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
  }

  // MARK: - Escapes

  /// Decodes `%3C`, and IIS's `%u003C`; nil for anything else.
  private func percent(at index: Int) -> ([UInt8], Int)? {
    if let value = hex(index + 1, digits: 2...2) { return ([UInt8(value.number)], 3) }
    guard byte(index + 1) | 0x20 == 0x75, let value = hex(index + 2, digits: 4...4) else {
      return nil
    }
    return Self.utf8(value.number).map { ($0, 6) }
  }

  /// Decodes `&lt;`, `&#60;` and `&#x3C;`; after a number, browsers need no semicolon.
  private func html(at index: Int) -> ([UInt8], Int)? {
    if byte(index + 1) == 0x23 {
      let isHex = byte(index + 2) | 0x20 == 0x78
      let start = index + (isHex ? 3 : 2)
      guard let value = isHex ? hex(start, digits: 1...8) : decimal(start),
        let text = Self.utf8(value.number)
      else { return nil }
      let end = start + value.length
      return (text, end - index + (byte(end) == 0x3B ? 1 : 0))
    }
    let name = bytes[(index + 1)...].prefix(10).prefix { $0 != 0x3B }
    guard byte(index + 1 + name.count) == 0x3B,
      let scalar = Self.names[String(decoding: name, as: UTF8.self)]
    else { return nil }
    return (Array(String(scalar).utf8), name.count + 2)
  }

  /// Decodes the escapes of JSON, C, Python, Swift and a shell: `\u003c`, `\x3c`, `\u{3c}`, `\074`,
  /// `\"`.
  private func backslash(at index: Int) -> ([UInt8], Int)? {
    guard index + 1 < bytes.count else { return nil }
    switch byte(index + 1) {
    case 0x75:
      if byte(index + 2) == 0x7B, let value = hex(index + 3, digits: 1...8),
        byte(index + 3 + value.length) == 0x7D
      {
        return Self.utf8(value.number).map { ($0, value.length + 4) }
      }
      guard let first = hex(index + 2, digits: 4...4) else { return nil }
      guard 0xD800..<0xDC00 ~= first.number else {
        return Self.utf8(first.number).map { ($0, 6) }
      }
      guard byte(index + 6) == 0x5C, byte(index + 7) == 0x75,
        let second = hex(index + 8, digits: 4...4), 0xDC00..<0xE000 ~= second.number
      else { return nil }
      let number = 0x10000 + (first.number - 0xD800) << 10 + (second.number - 0xDC00)
      return Self.utf8(number).map { ($0, 12) }
    case 0x55:
      guard let value = hex(index + 2, digits: 8...8) else { return nil }
      return Self.utf8(value.number).map { ($0, 10) }
    case 0x78: return hex(index + 2, digits: 2...2).map { ([UInt8($0.number)], 4) }
    case 0x30...0x33:
      let digits = (1...3).map { byte(index + $0) }
      guard digits.allSatisfy({ 0x30...0x37 ~= $0 }) else { return nil }
      return ([digits.reduce(UInt8(0)) { $0 << 3 | ($1 - 0x30) }], 4)
    case 0x6E, 0x72, 0x74, 0x66, 0x76: return ([0x20], 2)
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return ([byte(index + 1)], 2)
    default: return nil
    }
  }

  /// Whether an escape begins here that may continue after the end.
  private func isCut(at index: Int, _ kinds: Escapes) -> Bool {
    let rest = bytes.count - index - 1
    guard rest < 12 else { return false }
    func isHex(_ place: Int) -> Bool { hex(place, digits: 1...1) != nil }
    func areHex(from place: Int) -> Bool { (place..<max(place, bytes.count)).allSatisfy(isHex) }
    switch bytes[index] {
    case 0x25 where kinds.contains(.percent):
      return rest < 2 && areHex(from: index + 1)
        || byte(index + 1) | 0x20 == 0x75 && rest < 5 && areHex(from: index + 2)
    case 0x26 where kinds.contains(.html):
      return bytes[(index + 1)...].allSatisfy { byte in
        byte == 0x23 || 0x30...0x39 ~= byte || 0x61...0x7A ~= byte | 0x20
      }
    case 0x5C where kinds.contains(.backslash):
      switch byte(index + 1) {
      case _ where rest == 0: return true
      case 0x75 where byte(index + 2) == 0x7B: return areHex(from: index + 3)
      case 0x75 where rest < 5: return areHex(from: index + 2)
      // The first of a surrogate pair.
      case 0x75:
        return byte(index + 2) | 0x20 == 0x64 && isHex(index + 3) && byte(index + 6) == 0x5C
          || rest == 5 && byte(index + 2) | 0x20 == 0x64
      case 0x55: return rest < 9 && areHex(from: index + 2)
      case 0x78: return rest < 3 && areHex(from: index + 2)
      case 0x30...0x33: return rest < 3 && areHex(from: index + 1)
      default: return false
      }
    default: return false
    }
  }

  /// The byte at an index; 0 after the end, which begins no escape.
  private func byte(_ index: Int) -> UInt8 { index < bytes.count ? bytes[index] : 0 }

  private func hex(_ index: Int, digits: ClosedRange<Int>) -> (number: UInt32, length: Int)? {
    number(index, digits) { byte in
      switch byte {
      case 0x30...0x39: UInt32(byte - 0x30)
      case 0x41...0x46, 0x61...0x66: UInt32((byte | 0x20) - 0x61 + 10)
      default: nil
      }
    }
  }

  private func decimal(_ index: Int) -> (number: UInt32, length: Int)? {
    number(index, 1...8, base: 10) { 0x30...0x39 ~= $0 ? UInt32($0 - 0x30) : nil }
  }

  private func number(
    _ index: Int, _ digits: ClosedRange<Int>, base: UInt32 = 16, _ digit: (UInt8) -> UInt32?
  ) -> (number: UInt32, length: Int)? {
    var (number, length): (UInt32, Int) = (0, 0)
    while length < digits.upperBound, let next = digit(byte(index + length)) {
      (number, length) = (number &* base &+ next, length + 1)
    }
    return length >= digits.lowerBound ? (number, length) : nil
  }

  private static func utf8(_ number: UInt32) -> [UInt8]? {
    Unicode.Scalar(number).map { Array(String($0).utf8) }
  }

  /// Names of characters in HTML, for ASCII and characters without width.
  ///
  /// Source: HTML, section 13.5.
  private static let names: [String: Unicode.Scalar] = [
    "amp": "&", "AMP": "&", "lt": "<", "LT": "<", "gt": ">", "GT": ">", "quot": "\"",
    "QUOT": "\"", "apos": "'", "excl": "!", "num": "#", "dollar": "$", "percnt": "%",
    "lpar": "(", "rpar": ")", "ast": "*", "midast": "*", "plus": "+", "comma": ",",
    "period": ".", "sol": "/", "colon": ":", "semi": ";", "equals": "=", "quest": "?",
    "commat": "@", "lsqb": "[", "lbrack": "[", "bsol": "\\", "rsqb": "]", "rbrack": "]",
    "Hat": "^", "lowbar": "_", "grave": "`", "lcub": "{", "lbrace": "{", "verbar": "|",
    "vert": "|", "rcub": "}", "rbrace": "}", "hyphen": "-", "dash": "-", "zwj": "\u{200D}",
    "zwnj": "\u{200C}", "shy": "\u{AD}", "lrm": "\u{200E}", "rlm": "\u{200F}",
    "NoBreak": "\u{2060}", "ZeroWidthSpace": "\u{200B}",
  ]
}

extension Unicode.Scalar {
  /// Whether it belongs to one of the large scripts without upper case.
  ///
  /// Source: Unicode, "Blocks": kana, Han, Hangul syllables.
  fileprivate var hasNoCase: Bool {
    switch value {
    case 0x3041...0x3096, 0x30A1...0x30FA, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3: true
    default: false
    }
  }

  /// The bytes in lower case; a blank is a space.
  fileprivate var foldedBytes: [UInt8] {
    switch textEffect {
    case .unprintable, .selector: []
    case .blank: [UInt8(ascii: " ")]
    case .letter, .mark:
      // Mapped through upper case, `ß` and `ss` are equal.
      properties.uppercaseMapping.unicodeScalars.flatMap { $0.properties.lowercaseMapping.utf8 }
    }
  }
}
