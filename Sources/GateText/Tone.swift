/// The meaning of a piece of text; color repeats it and is never necessary.
package enum Tone: Hashable, Sendable {
  case plain
  case strong
  case faint
  case good
  case waiting
  case bad
}

/// Whether text is shown in color.
package enum TextStyle: Hashable, Sendable {
  case plain
  case coloured

  package func paint(_ text: String, _ tone: Tone) -> String {
    switch (self, tone) {
    case (.plain, _), (.coloured, .plain): text
    case (.coloured, .strong): Self.code("1", text)
    case (.coloured, .faint): Self.code("2", text)
    case (.coloured, .good): Self.code("32", text)
    case (.coloured, .waiting): Self.code("33", text)
    case (.coloured, .bad): Self.code("31", text)
    }
  }

  /// Select Graphic Rendition (ECMA-48, 8.3.117) with the eight colors that every terminal has.
  private static func code(_ code: String, _ text: String) -> String {
    text.isEmpty ? text : "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }
}
