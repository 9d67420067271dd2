/// Masks secrets in text that comes in pieces, wherever it is torn.
///
/// What it is given comes out at once, but for what may turn out to be a part of a secret: the end
/// of a word, until the word has gone on or the text has ended.
package struct SecretStream: Sendable {
  private let mask: SecretMask
  private var held: [UInt8] = []

  package init(_ mask: SecretMask) {
    self.mask = mask
  }

  /// More than this is not held back, whatever it may be.
  private static let mostHeld = 1 << 16

  package mutating func take(_ bytes: [UInt8]) -> [UInt8] {
    guard !mask.isEmpty else { return bytes }
    held += bytes
    let (found, kept) = mask.secrets(in: held, .open)
    guard held.count - kept <= Self.mostHeld else { return finish() }
    defer { held.removeFirst(kept) }
    return SecretMask.masking(found, in: held, upTo: kept)
  }

  /// What is left when no more comes.
  package mutating func finish() -> [UInt8] {
    defer { held = [] }
    return mask.masked(held, .whole)
  }
}
