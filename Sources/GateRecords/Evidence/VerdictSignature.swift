internal import GateSettings
internal import GateText

/// The signature that a verdict has as its last field.
///
/// It is over the document without that field, byte for byte: everything before it, and the end of
/// the object. So a verdict that was changed, or only reformatted, is no longer the signed one, and
/// no two readers can understand different documents with the same signature.
package struct VerdictSignature: Hashable, Sendable {
  /// The `VerifyingKey.id` of the signing key.
  package var keyID: String
  /// The signature, 64 bytes.
  package var value: [UInt8]

  private static let end = Array("\n}\n".utf8)

  /// Returns the document with its signature as the last field.
  package static func sign(_ document: [UInt8], with key: SigningKey) -> [UInt8] {
    precondition(document.suffix(end.count).elementsEqual(end), "a verdict ends with its object")
    let signature = VerdictSignature(
      keyID: key.publicKey.id, value: key.signature(of: document))
    return document.dropLast(end.count) + signature.field + end
  }

  /// Splits a document into its unsigned form and its signature; nil if it has no signature as its
  /// last field.
  package static func split(
    _ document: [UInt8]
  ) -> (unsigned: [UInt8], signature: VerdictSignature)? {
    guard
      let whole = try? JSONValue(parsing: document, atMost: RecordedVerdict.largestFile),
      case .string(let keyID) = whole[at: "/signature/key_id"],
      case .string(let text) = whole[at: "/signature/value"], let value = Base64.bytes(of: text)
    else { return nil }
    let signature = VerdictSignature(keyID: keyID, value: value)
    let tail = signature.field + end
    guard document.count > tail.count, document.suffix(tail.count).elementsEqual(tail) else {
      return nil
    }
    return (document.dropLast(tail.count) + end, signature)
  }

  private var field: [UInt8] {
    Array(
      """
      ,
        "signature": {
          "algorithm": "ed25519",
          "key_id": "\(keyID)",
          "value": "\(Base64.text(of: value))"
        }
      """.utf8)
  }
}
