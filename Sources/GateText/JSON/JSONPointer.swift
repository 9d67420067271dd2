package import GateCore

/// A place in a JSON document: `/build/version` (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// The names and indexes on the way from the root, unescaped; none is the root itself.
  package var tokens: [String]
  /// The pointer as written.
  package let description: String

  /// Reads a pointer.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: some StringProtocol) throws(GrammarError) {
    description = String(text)
    guard !text.isEmpty else {
      tokens = []
      return
    }
    guard text.hasPrefix("/") else {
      throw GrammarError(
        "\(String(text).shown) is not a JSON Pointer: it begins with '/', as in /build/version")
    }
    tokens = []
    for token in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      tokens.append(try Self.unescaped(String(token)))
    }
  }

  /// `~1` is a slash and `~0` a tilde.
  private static func unescaped(_ token: String) throws(GrammarError) -> String {
    var text = ""
    var isEscape = false
    for character in token {
      switch (isEscape, character) {
      case (false, "~"): isEscape = true
      case (false, _): text.append(character)
      case (true, "0"), (true, "1"):
        text.append(character == "0" ? "~" : "/")
        isEscape = false
      case (true, _): throw GrammarError("\(token.shown) has a '~' that is neither ~0 nor ~1")
      }
    }
    guard !isEscape else {
      throw GrammarError("\(token.shown) has a '~' that is neither ~0 nor ~1")
    }
    return text
  }
}

extension JSONValue {
  /// What a pointer that is written in this program points at.
  package subscript(at pointer: String) -> JSONValue? {
    (try? JSONPointer(parsing: pointer)).flatMap { self[$0] }
  }
}
