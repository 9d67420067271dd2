/// XML, HTML or SVG.
///
/// Literals always quote attribute values.
typealias Markup = EscapingText<XMLNotation>

/// XML's escapes; what it does not allow at all is not printable.
enum XMLNotation: Notation {
  static func append(_ text: String, to source: inout String) {
    for character in text.unicodeScalars {
      switch character {
      case "&": source += "&amp;"
      case "<": source += "&lt;"
      case ">": source += "&gt;"
      case "\"": source += "&quot;"
      case "'": source += "&#39;"
      default: source.unicodeScalars.append(character)
      }
    }
  }
}
