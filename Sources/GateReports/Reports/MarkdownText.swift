internal import GateSettings
internal import GateText

/// GitHub's Markdown, in which all text is escaped.
///
/// A literal is the program's own. Interpolated text can come from anywhere; it can neither begin
/// an element nor mention anybody. Sources: CommonMark 0.31, 2.4 (backslash escapes); GFM, "Tables"
/// and "Autolinks".
struct MarkdownText: ExpressibleByStringInterpolation, Sendable {
  private(set) var source: String

  init(stringLiteral literal: String) { source = literal }

  init(stringInterpolation: Interpolation) { source = stringInterpolation.source }

  struct Interpolation: StringInterpolationProtocol {
    fileprivate var source = ""

    init(literalCapacity: Int, interpolationCount: Int) {
      source.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    mutating func appendLiteral(_ literal: String) { source += literal }

    mutating func appendInterpolation(_ text: String) {
      let characters = Array(text.printable.unicodeScalars)
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

    mutating func appendInterpolation(_ number: Int) { source += String(number) }

    mutating func appendInterpolation(_ markdown: MarkdownText) { source += markdown.source }

    /// Adds text as code, also within a table, with more backticks around it than it contains.
    mutating func appendInterpolation(code text: String) {
      let text = text.printable
      guard !text.allSatisfy({ $0 == " " }) else {
        source += "–"
        return
      }
      var longest = 0
      var run = 0
      for character in text.utf8 {
        run = character == UInt8(ascii: "`") ? run + 1 : 0
        longest = max(longest, run)
      }
      let fence = String(repeating: "`", count: longest + 1)
      let isPadded = longest > 0 || text.hasPrefix(" ") || text.hasSuffix(" ")
      let padding = isPadded ? " " : ""
      source += fence + padding + text.replacing("|", with: "\\|") + padding + fence
    }
  }

  var size: Int { source.utf8.count }
}

extension Unicode.Scalar? {
  fileprivate var isWordPart: Bool { self?.properties.isAlphabetic ?? false }
}
