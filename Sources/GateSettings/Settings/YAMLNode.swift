/// A node of a YAML document, with its position.
struct YAMLNode {
  /// The line, counted from 1.
  var line: Int
  var content: Content

  enum Content {
    /// A text; `isPlain` says whether it had no quotes.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// Pairs in the order of the text.
    case mapping([Pair])
  }

  struct Pair {
    var name: YAMLNode
    var value: YAMLNode
  }

  var scalar: String? {
    guard case .scalar(let text, _) = content else { return nil }
    return text
  }

  /// Whether it is empty, `~` or `null`; in quotes these are texts.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  var kindInWords: String {
    switch content {
    case .scalar: isNull ? "nothing" : "a single value"
    case .mapping: "a mapping"
    case .sequence: "a list"
    }
  }
}
