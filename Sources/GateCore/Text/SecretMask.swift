/// Masks secrets in text that came from outside, whatever became of them on the way.
///
/// Of each blank-separated part of a secret every piece of eight bytes or more is masked: also
/// escaped, in another case, with neighbors, with what cannot be seen in between, or cut at either
/// end by whoever repeats it. Shorter pieces are words and numbers that any answer has. It is to be
/// applied to what came from outside alone, never to the program's own words, and before anything
/// is cut.
package struct SecretMask: Hashable, Sendable {
  /// What stands in the place of a secret.
  package static let mask = "***"
  /// The least that is masked, in bytes.
  package static let shortest = 8

  /// Each piece of the least length, its bytes as a number.
  private var pieces: Set<UInt64> = []
  /// The beginnings of parts, which are shorter, as `Beginning` has them.
  private var beginnings: Set<UInt64> = []

  package init(_ secrets: some Sequence<String> = []) { add(secrets) }

  package mutating func add(_ secrets: some Sequence<String>) {
    for secret in secrets {
      for part in secret.split(whereSeparator: \.isWhitespace)
      where part.utf8.count >= Self.shortest {
        for reading in EscapedText(Array(part.utf8)).readings() {
          for text in reading.foldings { add(text.bytes) }
        }
      }
    }
  }

  private mutating func add(_ part: [UInt8]) {
    guard part.count >= Self.shortest else { return }
    var last = LastBytes()
    for (index, byte) in part.enumerated() {
      last.append(byte)
      if index + 1 < Self.shortest { beginnings.insert(last.beginning(of: index + 1)) }
      if index + 1 >= Self.shortest { pieces.insert(last.piece) }
    }
  }

  package mutating func add(_ other: SecretMask) {
    pieces.formUnion(other.pieces)
    beginnings.formUnion(other.beginnings)
  }

  package var isEmpty: Bool { pieces.isEmpty }

  /// Whether more text followed.
  package enum End: Sendable {
    case whole
    /// It did, and was not kept.
    case cut
    /// It will, and what may turn out to be a part of a secret is left for then.
    case open
  }

  package func masked(_ text: String) -> String {
    guard !isEmpty else { return text }
    let bytes = Array(text.utf8)
    let masked = masked(bytes, .whole)
    return masked == bytes ? text : String(decoding: masked, as: UTF8.self)
  }

  package func masked(_ bytes: [UInt8], _ end: End) -> [UInt8] {
    guard !isEmpty else { return bytes }
    let (found, kept) = secrets(in: bytes, end)
    return Self.masking(found, in: bytes, upTo: kept)
  }

  /// What somebody else said, as a part of a sentence: masked, cleaned, and only then cut.
  package func quoting(_ text: some StringProtocol, limit: Int = 300) -> String {
    let clean = masked(String(text)).cleaned(to: 4 * (limit + 1))
    return clean.count > limit ? "\(clean.prefix(limit))…" : clean
  }

  /// The beginning of what somebody else sent, as a part of a sentence.
  package func quoting(_ bytes: some Collection<UInt8>, limit: Int = 300) -> String {
    let most = 16 * (limit + 1)
    let beginning = masked(Array(bytes.prefix(most)), bytes.count > most ? .cut : .whole)
    return SecretMask().quoting(String(decoding: beginning, as: UTF8.self), limit: limit)
  }

  /// Where secrets are, in order and apart, and up to where it is certain that there are no others.
  func secrets(in bytes: [UInt8], _ end: End) -> (found: [Range<Int>], kept: Int) {
    var found: [Range<Int>] = []
    var kept = bytes.count
    for text in EscapedText(bytes).readings(end).flatMap(\.foldings) {
      let last = find(in: text, &found)
      switch end {
      case .whole: continue
      case .cut: kept = min(kept, cut(of: text, last))
      case .open: kept = min(kept, text.openPlace)
      }
      kept = min(kept, text.cutEscape ?? kept)
    }
    let merged = Self.merged(found)
    // What is masked is not torn: what follows may belong to it.
    if end == .open {
      for range in merged.reversed() where range.upperBound >= kept {
        kept = min(kept, range.lowerBound)
      }
    }
    return (merged, kept)
  }

  private func find(in text: EscapedText, _ found: inout [Range<Int>]) -> LastBytes {
    var last = LastBytes()
    for (index, byte) in text.bytes.enumerated() {
      last.append(byte)
      guard index + 1 >= Self.shortest, pieces.contains(last.piece) else { continue }
      found.append(text.starts[index + 1 - Self.shortest]..<text.ends[index])
    }
    return last
  }

  /// The place at the end where a secret may begin that was cut, or where it ends with what cannot
  /// be seen behind it.
  private func cut(of text: EscapedText, _ last: LastBytes) -> Int {
    let count = text.bytes.count
    if count >= Self.shortest, pieces.contains(last.piece) { return text.ends[count - 1] }
    for length in stride(from: min(Self.shortest - 1, count), to: 0, by: -1)
    where beginnings.contains(last.beginning(of: length)) {
      return text.starts[count - length]
    }
    return .max
  }

  private static func merged(_ ranges: [Range<Int>]) -> [Range<Int>] {
    var merged: [Range<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  static func masking(_ found: [Range<Int>], in bytes: [UInt8], upTo kept: Int) -> [UInt8] {
    guard !found.isEmpty || kept < bytes.count else { return bytes }
    var masked: [UInt8] = []
    var place = 0
    for range in found where range.lowerBound < kept {
      masked += bytes[place..<range.lowerBound] + Array(mask.utf8)
      place = range.upperBound
    }
    if place < kept { masked += bytes[place..<kept] }
    return masked
  }
}

extension SecretMask: ExpressibleByArrayLiteral {
  package init(arrayLiteral secrets: String...) { self.init(secrets) }
}

/// The last eight bytes of a text, as a number.
private struct LastBytes {
  private(set) var piece: UInt64 = 0

  mutating func append(_ byte: UInt8) { piece = piece << 8 | UInt64(byte) }

  /// The last bytes, fewer than eight, and how many they are.
  func beginning(of length: Int) -> UInt64 {
    let bits = UInt64(8 * length)
    return UInt64(length) << 56 | piece & (1 << bits - 1)
  }
}
