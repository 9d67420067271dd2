package import GateCore

/// Beyond the load balancer: what a success must also show.
package struct Expectations: Hashable, Sendable {
  /// A regular expression that is found in the body; known to compile.
  package var body: String?
  package var headers: [Answer.Field]
  package var json: [JSONExpectation]
  package var version: VersionExpectation?

  package init(
    body: String? = nil, headers: [Answer.Field] = [], json: [JSONExpectation] = [],
    version: VersionExpectation? = nil
  ) {
    self.body = body
    self.headers = headers
    self.json = json
    self.version = version
  }

  package var isEmpty: Bool {
    body == nil && headers.isEmpty && json.isEmpty && version == nil
  }
}

/// A value that the body shows at a place: `/status=ok`.
package struct JSONExpectation: Hashable, Sendable {
  package var pointer: JSONPointer
  /// As JSON writes it, but for the quotes of a string.
  package var value: String

  /// Reads `POINTER=VALUE`; the first `=` is the one between them.
  ///
  /// - Throws: `GrammarError`, with what is wanted in place of what stands there.
  package init(parsing text: String) throws(GrammarError) {
    guard let sign = text.firstIndex(of: "=") else {
      throw GrammarError("\(text.shown) is not POINTER=VALUE, such as /status=ok")
    }
    pointer = try JSONPointer(parsing: text[..<sign])
    value = String(text[text.index(after: sign)...])
  }
}

/// The version that every success must carry.
package struct VersionExpectation: Hashable, Sendable {
  package var version: String
  package var source: VersionSource

  package init(_ version: String, from source: VersionSource) {
    self.version = version
    self.source = source
  }
}

/// Where an answer carries its version.
package enum VersionSource: Hashable, Sendable {
  case header(String)
  case json(JSONPointer)
  /// What the one group of this regular expression finds in the body; known to compile.
  case body(String)

  /// Reads `header:NAME`, `json:POINTER` or `body:REGEX`.
  ///
  /// - Throws: `GrammarError`, with what is wanted in place of what stands there.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts.count == 2 ? String(parts[1]) : ""
    switch (parts[0], rest) {
    case ("header", let name) where Answer.Field.isName(name):
      self = .header(name)
    case ("json", let pointer) where parts.count == 2:
      self = .json(try JSONPointer(parsing: pointer))
    case ("body", let pattern) where !pattern.isEmpty:
      let groups = try groupCount(ofPattern: pattern)
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

/// Compiles a regular expression, to say now what is wrong with it.
///
/// - Throws: `GrammarError`, with the compiler's reason.
func checkedPattern(_ pattern: String) throws(GrammarError) -> String {
  guard !pattern.isEmpty else { throw GrammarError("the regular expression is empty") }
  guard pattern.countOfClasses <= mostClasses else {
    throw GrammarError("\(pattern.shown) has more than \(mostClasses) classes and set operations")
  }
  do {
    _ = try Regex(pattern)
  } catch {
    throw GrammarError("\(pattern.shown) is not a regular expression: \(error)")
  }
  return pattern
}

/// Swift's compiler calls itself for each class within a class and for each set operation, without
/// a bound: some hundred on a small stack, some thousand on a large one, end the process.
private let mostClasses = 50

extension String {
  /// No fewer than the compiler would find: it counts those that are quoted or escaped too.
  fileprivate var countOfClasses: Int {
    let classes = utf8.count { $0 == UInt8(ascii: "[") }
    guard classes > 0 else { return 0 }
    let operations = zip(utf8, utf8.dropFirst()).count { $0 == $1 && "&-~".utf8.contains($0) }
    return classes + operations
  }
}

/// How many groups a regular expression captures.
private func groupCount(ofPattern pattern: String) throws(GrammarError) -> Int {
  let pattern = try checkedPattern(pattern)
  // A regular expression does not tell its groups, but a match does, and the empty alternative
  // matches everything. The line feed ends a comment that the pattern may end with.
  guard let widened = try? Regex("(?:\(pattern)\n)|"), let match = "".prefixMatch(of: widened)
  else { throw GrammarError("\(pattern.shown) has groups that cannot be counted") }
  return match.output.count - 1
}
