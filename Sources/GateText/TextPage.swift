/// Paragraphs on a page of 80 columns; the lines after the first are indented further.
///
/// Nothing is cut: a word that is too long for the page, such as a URL, stands out over its edge.
package struct TextPage {
  package private(set) var text = ""
  package let style: TextStyle
  private let width: Int

  package static let width = 80

  package init(_ style: TextStyle, width: Int = Self.width) {
    self.style = style
    self.width = width
  }

  /// A label in its tone, and what it is the label of.
  package mutating func entry(_ label: String, _ tone: Tone, _ words: String) {
    paragraph(label, tone, words, indent: 0)
  }

  /// The first line: whole where a program may read it, so that `head -1` has all of it.
  package mutating func headline(_ label: String, _ tone: Tone, _ words: String) {
    guard style == .plain else { return entry(label, tone, words) }
    text += "\(label) \(words.split(separator: " ").joined(separator: " "))\n"
  }

  /// What belongs to the entry above it.
  package mutating func fact(_ words: String) {
    paragraph("", .plain, words, indent: 2)
  }

  /// A line as it is: part of a table or a plot.
  package mutating func line(_ words: String, _ tone: Tone = .plain) {
    text += style.paint(words, tone) + "\n"
  }

  private mutating func paragraph(_ label: String, _ tone: Tone, _ words: String, indent: Int) {
    let margin = String(repeating: " ", count: indent)
    var line = margin + style.paint(label, tone)
    var end = indent + label.columns
    var isEmpty = label.isEmpty
    for word in words.split(separator: " ") {
      if !isEmpty, end + 1 + word.columns > width {
        text += line + "\n"
        line = margin + "  "
        end = indent + 2
        isEmpty = true
      }
      line += isEmpty ? String(word) : " \(word)"
      end += word.columns + (isEmpty ? 0 : 1)
      isEmpty = false
    }
    text += line + "\n"
  }

  package mutating func blankLine() {
    text += "\n"
  }
}
