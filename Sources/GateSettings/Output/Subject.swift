package import GateCore

/// The deployed artifact that an attestation is about, by its digest.
package struct Subject: Hashable, Sendable {
  package var name: String
  /// The algorithm, such as `sha256`, `sha512` or `gitCommit`.
  package var algorithm: String
  /// The digest in lower-case hexadecimal.
  package var digest: String
}

extension Subject {
  /// Reads `NAME@sha256:HEX`, the notation of pinned images, or `sha256:HEX`, whose name is the
  /// digest.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let pin = text.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let parts = pin.split(separator: ":", omittingEmptySubsequences: false)
    let lengths = ["sha256": 64, "sha384": 96, "sha512": 128, "sha1": 40, "gitCommit": 40]
    guard parts.count == 2, let length = lengths[String(parts[0])] else {
      throw GrammarError("\(text.shown) is not a digest, such as sha256:HEX or app@sha256:HEX")
    }
    guard parts[1].utf8.count == length, parts[1].allSatisfy({ $0.isHexDigit && $0.isASCII }) else {
      throw GrammarError("\(text.shown): \(parts[0]) has \(length) hexadecimal digits")
    }
    let name = text.dropLast(pin.count + 1)
    self.init(
      name: name.isEmpty ? text : String(name), algorithm: String(parts[0]),
      digest: parts[1].lowercased())
  }
}
