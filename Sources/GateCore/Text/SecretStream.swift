/// Masks secrets in text that arrives in pieces, wherever it is split.
///
/// Bytes are returned at once, except for those that may turn out to be a part of a secret: the end
/// of a word or of a URL, until the word continues or the text ends. The work is limited: text that
/// is too long to be held back, and words with escapes beyond a limit, are masked without being
/// read.
package struct SecretStream: Sendable {
  private let mask: SecretMask
  private var held: [UInt8] = []
  /// The number of held bytes that were examined.
  private var seen = 0
  /// Whether the following bytes still belong to something masked, up to the end of its word.
  private var isWithin = false
  /// The remaining number of bytes of words with escapes, and of URLs, that are read.
  private var escapesLeft: Int

  /// The most bytes that are held back.
  private static let mostHeld = 1 << 14

  /// Creates a stream that reads so many bytes with escapes: a log with more of them is not read by
  /// anybody.
  package init(_ mask: SecretMask, escapedAtMost bytes: Int = 4 << 20) {
    self.mask = mask
    escapesLeft = bytes
  }

  package mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    var next = bytes[...]
    if isWithin {
      next = next.drop { !SecretPlaces.isEdge($0) }
      guard !next.isEmpty else { return [] }
      isWithin = false
    }
    held += next
    // A long word that grows by a few bytes is not examined for each of them.
    guard held.count > seen + seen / 4 || seen < 256 || next.contains(where: SecretPlaces.isEdge)
    else { return [] }
    var (found, kept) = mask.secrets(in: held, .open, escapedAtMost: &escapesLeft)
    if held.count - kept > Self.mostHeld {
      found = found.filter { $0.upperBound <= kept } + [kept..<held.count]
      (kept, isWithin) = (held.count, true)
    }
    defer {
      held.removeFirst(kept)
      seen = held.count
    }
    return SecretMask.masking(found, in: held, upTo: kept)
  }

  /// Returns the remaining text at the end.
  package mutating func finish() -> [UInt8] {
    defer { (held, seen, isWithin) = ([], 0, false) }
    let (found, kept) = mask.secrets(in: held, .whole, escapedAtMost: &escapesLeft)
    return SecretMask.masking(found, in: held, upTo: kept)
  }
}
