import TestSupport

/// Makes inputs out of others: the same ones for the same seed.
struct Mutation {
  private var generator: SplitMix64
  private var pool: [[UInt8]]
  private let samples: Int

  /// More than any buffer that a reader may have of its own; what is larger is cut off.
  static let longestInput = 65_536
  /// What was read without an error is kept for more of it, but no more than this.
  private static let mostKept = 64
  /// And nothing much larger than a sample, in bytes: the time should go into variety.
  private let largestKept: Int

  init(of samples: [[UInt8]], seed: UInt64) {
    precondition(!samples.isEmpty)
    generator = SplitMix64(seed: seed)
    pool = samples
    self.samples = samples.count
    largestKept = 2 * (samples.map(\.count).max() ?? 0) + 64
  }

  /// The next input: a sample, or an earlier input that was read, with some changes.
  mutating func next() -> [UInt8] {
    var bytes = generator.pick(pool)
    repeat {
      change(&bytes)
    } while generator.chance(0.6)
    return Array(bytes.prefix(Self.longestInput))
  }

  /// An input that was read: what is like it may be, too.
  mutating func keep(_ bytes: [UInt8]) {
    guard bytes.count <= largestKept, generator.chance(0.1) else { return }
    guard pool.count == samples + Self.mostKept else { return pool.append(bytes) }
    pool[samples + number(below: Self.mostKept)] = bytes
  }

  private mutating func number(below limit: Int) -> Int {
    Int.random(in: 0..<limit, using: &generator)
  }

  private mutating func range(in bytes: [UInt8]) -> Range<Int> {
    let start = number(below: bytes.count + 1)
    let longest = min(bytes.count - start, generator.chance(0.8) ? 16 : bytes.count)
    return start..<start + number(below: longest + 1)
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    guard !bytes.isEmpty else { return bytes = generator.pick(Self.tokens) }
    let range = range(in: bytes)
    switch number(below: 10) {
    case 0: bytes[number(below: bytes.count)] ^= 1 << UInt8(number(below: 8))
    case 1: bytes[number(below: bytes.count)] = UInt8(number(below: 256))
    case 2: bytes.removeSubrange(range)
    case 3: bytes.insert(contentsOf: bytes[range], at: range.upperBound)
    case 4: bytes.insert(contentsOf: generator.pick(Self.tokens), at: range.lowerBound)
    case 5: bytes.replaceSubrange(range, with: generator.pick(Self.tokens))
    case 6: replaceNumber(in: &bytes)
    case 7: splice(&bytes, at: range.lowerBound)
    case 8: repeatMany(range, of: &bytes)
    default: bytes.removeSubrange(range.lowerBound...)
    }
  }

  /// A run of digits becomes another number: often the one thing between a reader and an overflow.
  private mutating func replaceNumber(in bytes: inout [UInt8]) {
    let isDigit = { (byte: UInt8) in (0x30...0x39).contains(byte) }
    let from = number(below: bytes.count)
    guard let start = bytes[from...].firstIndex(where: isDigit) else { return }
    let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.endIndex
    bytes.replaceSubrange(start..<end, with: generator.pick(Self.numbers))
  }

  /// The start of one and the end of another.
  private mutating func splice(_ bytes: inout [UInt8], at index: Int) {
    let other = generator.pick(pool)
    bytes.replaceSubrange(index..., with: other[number(below: other.count + 1)...])
  }

  private mutating func repeatMany(_ range: Range<Int>, of bytes: inout [UInt8]) {
    let piece = Array(bytes[range])
    // Seldom, as nothing costs more time; but it nests deep and makes lists long.
    let times = generator.chance(0.05) ? 2000 : number(below: 12)
    guard piece.count * times + bytes.count <= Self.longestInput else { return }
    bytes.insert(contentsOf: repeatElement(piece, count: times).joined(), at: range.upperBound)
  }

  private static let numbers =
    [
      "0", "00", "-0", "-1", "1", "2", "64", "65", "99", "100", "101", "255", "256", "999", "1000",
      "10000", "10001", "65535", "65536", "1000000", "1000001", "31622400", "31622401",
      "2147483647", "2147483648", "4294967295", "4294967296", "9007199254740993", "9223372036853",
      "9223372036854", "9223372036854775807", "9223372036854775808", "18446744073709551616", "1e9",
      "1e18", "1e19", "1e308", "1e309", "-1e308", "0.0000001", "0.1", "NaN",
      "1.7976931348623157e308",
    ].map { Array($0.utf8) }

  private static let tokens: [[UInt8]] =
    numbers
    + [
      "", " ", "\n", "\r\n", "\0", "\t", "\u{1B}[2J", "\u{202E}", "\u{2028}", "\u{FEFF}",
      "\u{FFFD}",
      "é", "e\u{301}", "😀", "\"", "'", "\\", "\\u0000", "\\ud800", "{", "}", "[", "]", "[]", "{}",
      "null", "true", "~", "~1", "~2", "/", "//", "%", "%25", "%eth0", ":", "::", "=", "==", ",",
      ";",
      "-", "–", ".", "#", "@", "&", "&#x0;", "&amp;", "<", ">", "<a>", "</a>", "<![CDATA[", "]]>",
      "<!DOCTYPE a [<!ENTITY b 'c'>]>", "*a", "&a ", "- ", "? ", "| ", "!!binary ", "---\n", "***",
      "-----BEGIN PUBLIC KEY-----", "-----END PRIVATE KEY-----", "ms", "h", "s", "(a+)+$", "(?<=a)",
      String(repeating: "[", count: 600), String(repeating: "{\"a\":", count: 600),
      String(repeating: "<a>", count: 100), String(repeating: "9", count: 400),
    ].map { Array($0.utf8) } + [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC3], [0xFF, 0xFE],
      [0xC0, 0x0C],
    ]
}
