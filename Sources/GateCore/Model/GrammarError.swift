/// Text that is not of its grammar; the message says which part and what is wanted.
package struct GrammarError: Error, Hashable, Sendable, CustomStringConvertible {
  package var description: String
  /// What to write in its place; nil where the description says it.
  package var hint: String?

  package init(_ description: String, hint: String? = nil) {
    self.description = description
    self.hint = hint
  }
}

extension String {
  /// In quotes, without passwords in URLs, and no longer than a line of a terminal.
  package var shown: String {
    // What is not understood may be the place that it was meant to be.
    let mayBePlace = firstIndex(of: ":").flatMap { self[$0...].firstIndex(of: "@") } != nil
    let masked = SecretPlaces.masked(self, mayBePlace ? .place : .text)
    return masked.count > 80 ? "'\(masked.prefix(77))...'" : "'\(masked)'"
  }
}

extension StringProtocol {
  /// Without the blanks and line ends at its ends.
  package var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }

  /// Reads a whole number in plain ASCII digits; a sign, a blank or an overflow is none.
  package var asWholeNumber: Int? {
    guard !isEmpty, utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(self)
  }
}
