internal import GateText

/// A part of a YAML document, and where it stands.
struct YAMLNode {
  /// Counted from 1.
  var line: Int
  var content: Content

  enum Content {
    /// A text; whether it stood there without quotes.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    /// In the order of the text.
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

  /// Nothing at all, `~` or `null`; in quotes these are texts.
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
