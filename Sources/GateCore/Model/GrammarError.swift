/// A text that does not match its grammar.
///
/// The message names the part and what was expected.
package struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  /// What to write instead; nil if the description says it.
  package var hint: String?

  package init(_ description: String, hint: String? = nil) {
    self.description = description
    self.hint = hint
  }

  /// The error without the secrets of the text that was read, whichever part of it is quoted or
  /// suggested.
  package func withoutSecrets(of text: String) -> GrammarError {
    let secrets = SecretPlaces.secrets(in: text, text.kindIfUnreadable)
    return GrammarError(
      SecretPlaces.masked(description, words: secrets),
      hint: hint.map { SecretPlaces.masked($0, words: secrets) })
  }
}

extension String {
  /// The text in quotes, without passwords of URLs, cut to the length of a terminal line.
  package var shown: String {
    let masked = SecretPlaces.masked(self, kindIfUnreadable)
    return masked.count > 80 ? "'\(masked.prefix(77))...'" : "'\(masked)'"
  }

  /// A text that cannot be parsed may have been meant as an address.
  fileprivate var kindIfUnreadable: SecretPlaces.Kind {
    guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { return .text }
    return utf8[colon...].contains(UInt8(ascii: "@")) ? .place : .text
  }
}

extension StringProtocol {
  /// The text without leading and trailing spaces and line ends.
  package var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// Reads a whole number in plain ASCII digits; nil with a sign, a blank or an overflow.
  package var asWholeNumber: Int? {
    guard !isEmpty, utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(self)
  }
}
