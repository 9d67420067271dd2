/// Masks secrets in text that comes in pieces, wherever it is torn.
///
/// What it is given comes out at once, but for what may turn out to be a part of a secret: the end
/// of a word, or of a URL, until the word has gone on or the text has ended. Its work is bounded,
/// whatever it is given: what is too long to wait for, and words with escapes beyond a bound, are
/// masked unread.
package struct SecretStream: Sendable {
  private let mask: SecretMask
  private var held: [UInt8] = []
  /// How much of it was looked into.
  private var seen = 0
  /// Whether what comes is still the rest of something masked, up to the end of its word.
  private var isWithin = false
  /// How many more bytes of words with escapes, and of URLs, are read.
  private var escapesLeft: Int

  /// More than this is not held back, whatever it may be.
  private static let mostHeld = 1 << 14
  /// A command that prints more of them in one run is no log that anybody reads.
  private static let mostEscapes = 4 << 20

  package init(_ mask: SecretMask) {
    self.init(mask, escapedAtMost: Self.mostEscapes)
  }

  /// With another bound.
  package init(_ mask: SecretMask, escapedAtMost bytes: Int) {
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
    // A long word that grows by a few bytes is not looked into for each of them.
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

  /// What is left when no more comes.
  package mutating func finish() -> [UInt8] {
    defer { (held, seen, isWithin) = ([], 0, false) }
    let (found, kept) = mask.secrets(in: held, .whole, escapedAtMost: &escapesLeft)
    return SecretMask.masking(found, in: held, upTo: kept)
  }
}
