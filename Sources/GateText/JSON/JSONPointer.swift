package import GateCore

/// A path in a JSON document, such as `/build/version` (RFC 6901).
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// The unescaped names and indexes from the root; empty for the root itself.
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

  /// Replaces `~1` by a slash and `~0` by a tilde.
  ///
  /// - Throws: `GrammarError` if another character follows a tilde.
  private static func unescaped(_ token: String) throws(GrammarError) -> String {
    let escapes = token.split(separator: "~", omittingEmptySubsequences: false).dropFirst()
    guard escapes.allSatisfy({ $0.first == "0" || $0.first == "1" }) else {
      throw GrammarError("\(token.shown) has a '~' that is neither ~0 nor ~1")
    }
    return token.replacing("~1", with: "/").replacing("~0", with: "~")
  }
}

extension JSONValue {
  /// The value at a pointer that is a literal in this program; nil if there is none.
  package subscript(at pointer: String) -> JSONValue? {
    (try? JSONPointer(parsing: pointer)).flatMap { self[$0] }
  }
}
