package import GateCore
package import GateText

/// Expectations of a successful response beyond those of the load balancer.
package struct Expectations: Hashable, Sendable {
  /// A regular expression that must match in the body, and is known to compile; nil for none.
  package var body: String?
  package var headers: [Answer.Field] = []
  package var json: [JSONExpectation] = []
  package var version: VersionExpectation?

  package var isEmpty: Bool { self == Expectations() }
}

/// A required value at a JSON Pointer in the body, such as `/status=ok`.
package struct JSONExpectation: Hashable, Sendable {
  package var pointer: JSONPointer
  /// The value as in JSON, without the quotes of a string.
  package var value: String

  /// Reads `POINTER=VALUE`; the first `=` separates them.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard let sign = text.firstIndex(of: "=") else {
      throw GrammarError("\(text.shown) is not POINTER=VALUE, such as /status=ok")
    }
    pointer = try JSONPointer(parsing: text[..<sign])
    value = String(text[text.index(after: sign)...])
  }
}

/// The version that every passing check's response must have.
package struct VersionExpectation: Hashable, Sendable {
  /// The expected version; nil if the version is only reported.
  package var version: String?
  package var source: VersionSource
}

/// Where to read the version in a response.
package enum VersionSource: Hashable, Sendable {
  case header(String)
  case json(JSONPointer)
  /// The text that the only group of this regular expression matches in the body; known to compile.
  case body(String)

  /// Reads `header:NAME`, `json:POINTER` or `body:REGEX`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? String(parts[1]) : ""
    switch (parts[0], rest) {
    case ("header", let name) where Answer.Field.isName(name):
      self = .header(name)
    case ("json", let pointer) where parts.count == 2:
      self = .json(try JSONPointer(parsing: pointer))
    case ("body", let pattern) where !pattern.isEmpty:
      let groups = try BodyPattern(pattern).groups
      guard groups == 1 else {
        throw GrammarError(
          "\(pattern.shown) has \(groups) groups, and the version is what one group finds")
      }
      self = .body(pattern)
    default:
      throw GrammarError("\(text.shown) is not header:NAME, json:POINTER or body:REGEX")
    }
  }
}

/// Compiles a regular expression to detect errors early.
///
/// - Throws: `GrammarError` with the compiler's reason.
func checkedPattern(_ pattern: String) throws(GrammarError) -> String {
  _ = try BodyPattern(pattern)
  return pattern
}
