internal import GateText

/// The content of a `signed` line of a journal: a signature over everything before it.
///
/// It is over the SHA-256 of all bytes of the file before the line, including the header with the
/// run's ID, and earlier signatures. So no line before a valid signature can be changed, moved,
/// inserted or removed; only lines after the last one can be cut off.
package struct JournalSignature: Hashable, Sendable {
  /// The `VerifyingKey.id` of the signing key.
  package var keyID: String
  /// The signature, 64 bytes.
  package var value: [UInt8]
}

extension JournalSignature {
  /// Signs everything that was digested so far.
  package init(of digest: Digest, with key: SigningKey) {
    self.init(
      keyID: key.publicKey.id, value: key.signature(of: Self.signed(digest.hexadecimal)))
  }

  package func isGood(for sha256: String, by key: VerifyingKey) -> Bool {
    keyID == key.id && key.isSignature(value, of: Self.signed(sha256))
  }

  /// The signed bytes, in DSSE's encoding, so that a signature of another kind is never valid for a
  /// journal.
  private static func signed(_ sha256: String) -> [UInt8] {
    Envelope.encoded(Array(sha256.utf8), type: "application/vnd.healthgate.journal-sha256")
  }

  /// The signature in Base64, as in the line.
  var text: String { Base64.text(of: value) }

  init?(keyID: String, text: String) {
    guard let value = Base64.bytes(of: text) else { return nil }
    self.init(keyID: keyID, value: value)
  }
}

extension Journal {
  /// A `signed` line.
  package struct SignedLine: Hashable, Sendable {
    /// The line number, from 1.
    package var line: Int
    /// The offset of its end in the file, in bytes.
    package var end: Int
    /// The SHA-256 of everything before it.
    package var sha256: String
    package var signature: JournalSignature
  }
}

extension JournalSummary {
  /// The last line that this key signed validly; nil if there is none.
  package func lastLine(signedBy key: VerifyingKey) -> Journal.SignedLine? {
    signedLines.last { $0.signature.isGood(for: $0.sha256, by: key) }
  }
}
