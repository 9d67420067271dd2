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
}

extension String {
  /// The text in quotes, without passwords of URLs, cut to the length of a terminal line.
  package var shown: String {
    // A text that cannot be parsed may have been meant as an address.
    let mayBePlace = firstIndex(of: ":").flatMap { self[$0...].firstIndex(of: "@") } != nil
    let masked = SecretPlaces.masked(self, mayBePlace ? .place : .text)
    return masked.count > 80 ? "'\(masked.prefix(77))...'" : "'\(masked)'"
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
