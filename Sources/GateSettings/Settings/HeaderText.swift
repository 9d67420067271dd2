package import GateCore

extension Answer.Field {
  /// Reads a header to send, `NAME: VALUE`, or `NAME;` for an empty one, in curl's notation.
  ///
  /// - Throws: `GrammarError`; the message never shows the value, which may be a secret.
  package init(parsingHeader text: String) throws(GrammarError) {
    if text.hasSuffix(";"), Self.isName(text.dropLast()) {
      self.init(String(text.dropLast()), "")
      return
    }
    guard let colon = text.firstIndex(of: ":") else {
      throw GrammarError("a header is not of the form 'NAME: VALUE'")
    }
    let name = text[..<colon]
    let value = text[text.index(after: colon)...].trimmed
    guard Self.isName(name) else { throw GrammarError("a header has an invalid name") }
    guard !value.isEmpty else {
      throw GrammarError("\(name) has no value: write '\(name);' to send it empty")
    }
    guard Self.isValue(value) else {
      throw GrammarError("the value of \(name) has a control character")
    }
    self.init(String(name), value)
  }

  /// Reads a header to expect, `NAME=VALUE`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsingExpectation text: String) throws(GrammarError) {
    guard let sign = text.firstIndex(of: "="), Self.isName(text[..<sign]) else {
      throw GrammarError("\(text.shown) is not NAME=VALUE")
    }
    let value = text[text.index(after: sign)...].trimmed
    guard Self.isValue(value) else {
      throw GrammarError("\(text.shown) has a control character")
    }
    self.init(String(text[..<sign]), value)
  }

  /// Whether a text is a token of RFC 9110, section 5.6.2.
  static func isName(_ text: some StringProtocol) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { $0.isAlphanumeric || "!#$%&'*+-.^_`|~".utf8.contains($0) }
  }

  /// Whether a text has no character that would end the header and begin another (RFC 9110, 5.5).
  static func isValue(_ text: some StringProtocol) -> Bool {
    text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
  }
}
