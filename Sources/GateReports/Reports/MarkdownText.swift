internal import GateText

/// GitHub's Markdown.
typealias MarkdownText = EscapingText<MarkdownNotation>

/// Escapes by which a text can neither begin an element nor mention anybody.
///
/// Sources: CommonMark 0.31, 2.4 (backslash escapes); GFM, "Tables" and "Autolinks".
enum MarkdownNotation: Notation {
  static func append(_ text: String, to source: inout String) {
    let characters = Array(text.unicodeScalars)
    for (place, character) in characters.enumerated() {
      let before = place == 0 ? nil : characters[place - 1]
      let after = place + 1 == characters.count ? nil : characters[place + 1]
      switch character {
      // With a comment after it, `@` mentions nobody; a backslash would not prevent that.
      case "@": source += "@<!-- -->"
      case "\\", "`", "*", "{", "}", "[", "]", "<", ">", "#", "|", "~", "&", "$", "!", "%", "^":
        source += "\\\(character)"
      // Within a word it does not begin emphasis.
      case "_" where before.isWordPart && after.isWordPart: source += "_"
      // `:name:` is an emoji, and `http:` may begin a link; a colon before a blank is neither.
      case ":" where after == nil || after == " ": source += ":"
      case "_", ":": source += "\\\(character)"
      // These can begin a list, a rule or an underlined heading.
      case "-" where before == nil, "+" where before == nil, "=" where before == nil:
        source += "\\\(character)"
      // Prevents that `www.` becomes a link.
      case "." where before == "w" || before == "W": source += "\\."
      default: source.unicodeScalars.append(character)
      }
    }
  }
}

extension MarkdownText.Interpolation {
  /// Adds text as code, also within a table, with more backticks around it than it contains.
  mutating func appendInterpolation(code text: String) {
    let text = text.printable
    guard !text.allSatisfy({ $0 == " " }) else { return appendLiteral("–") }
    let longest = text.utf8.split { $0 != UInt8(ascii: "`") }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: longest + 1)
    let isPadded = longest > 0 || text.hasPrefix(" ") || text.hasSuffix(" ")
    let padding = isPadded ? " " : ""
    appendLiteral(fence + padding + text.replacing("|", with: "\\|") + padding + fence)
  }
}

extension Unicode.Scalar? {
  fileprivate var isWordPart: Bool { self?.properties.isAlphabetic ?? false }
}
