/// Masks secrets in text that came from outside, whatever became of them on the way.
///
/// Each blank-separated part of a secret is masked, also escaped, in another case, with neighbors,
/// or with what cannot be seen in between. Parts of less than eight bytes are words and numbers
/// that any answer has. It is to be applied to what came from outside alone, never to the
/// program's own words, and before anything is cut: a part of a secret is one too.
package struct SecretMask: Sendable {
  /// What stands in the place of a secret.
  package static let mask = "***"
  /// The least that is masked, in bytes.
  package static let shortest = 8

  private let patterns: Set<[UInt8]>
  private let search: PatternSearch

  package init(_ secrets: some Sequence<String> = []) {
    var patterns: Set<[UInt8]> = []
    for secret in secrets {
      for part in secret.split(whereSeparator: \.isWhitespace)
      where part.utf8.count >= Self.shortest {
        for reading in EscapedText(Array(part.utf8)).readings() {
          let folded = reading.folded.bytes
          if folded.count >= Self.shortest { patterns.insert(folded) }
        }
      }
    }
    self.patterns = patterns
    search = PatternSearch(patterns)
  }

  package var isEmpty: Bool { patterns.isEmpty }

  /// Whether more text followed, which was not kept.
  package enum End: Sendable {
    case whole
    case cut
  }

  package func masked(_ text: String, _ end: End = .whole) -> String {
    guard !isEmpty else { return text }
    let bytes = Array(text.utf8)
    let masked = masked(bytes, end)
    return masked == bytes ? text : String(decoding: masked, as: UTF8.self)
  }

  package func masked(_ bytes: [UInt8], _ end: End = .whole) -> [UInt8] {
    guard !isEmpty else { return bytes }
    var found: [Range<Int>] = []
    var kept = bytes.count
    for reading in EscapedText(bytes).readings(end) {
      let text = reading.folded
      let begun = search.scan(text.bytes) { last, length in
        found.append(text.starts[last - length]..<text.ends[last - 1])
      }
      guard end == .cut else { continue }
      // What was cut may end in the beginning of a secret, or in that of an escape.
      if begun > 0 { kept = min(kept, text.starts[text.bytes.count - begun]) }
      kept = min(kept, text.cutEscape ?? kept)
    }
    return masking(found, in: bytes, upTo: kept)
  }

  private func masking(_ found: [Range<Int>], in bytes: [UInt8], upTo kept: Int) -> [UInt8] {
    guard !found.isEmpty || kept < bytes.count else { return bytes }
    var masked: [UInt8] = []
    var place = 0
    var isOpen = false
    for range in found.sorted(by: { $0.lowerBound < $1.lowerBound })
    where range.upperBound > place {
      if range.lowerBound > place || !isOpen {
        masked += bytes[min(place, range.lowerBound)..<range.lowerBound]
        masked += Self.mask.utf8
        isOpen = true
      }
      place = range.upperBound
    }
    if place < kept { masked += bytes[place..<kept] }
    return masked
  }
}

extension SecretMask: ExpressibleByArrayLiteral {
  package init(arrayLiteral secrets: String...) { self.init(secrets) }
}

extension SecretMask: Hashable {
  package static func == (one: SecretMask, other: SecretMask) -> Bool {
    one.patterns == other.patterns
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(patterns) }
}
