/// The width of text on a terminal, and text of a given width; for text that is `printable`.
extension StringProtocol {
  /// The number of columns that the text takes.
  ///
  /// Where terminals differ, it is the greater number: a line that is too short does no harm.
  package var columns: Int {
    guard !utf8.allSatisfy({ $0 < 0x80 }) else { return utf8.count }
    return unicodeScalars.reduce(0) { $0 + $1.columns }
  }

  /// The text, or as much of it as fits with a `…` in the last column.
  package func cut(to columns: Int) -> String {
    guard self.columns > columns else { return String(self) }
    guard columns > 0 else { return "" }
    var cut = String.UnicodeScalarView()
    var room = columns - 1
    for scalar in unicodeScalars {
      room -= scalar.columns
      guard room >= 0 else { break }
      cut.append(scalar)
    }
    return String(cut) + "…"
  }

  /// The text followed by blanks, with at least this width.
  package func padded(to columns: Int) -> String { self + blanks(columns - self.columns) }

  /// The text preceded by blanks, with at least this width.
  package func rightAligned(in columns: Int) -> String { blanks(columns - self.columns) + self }
}

private func blanks(_ count: Int) -> String {
  String(repeating: " ", count: max(count, 0))
}

extension Unicode.Scalar {
  fileprivate var columns: Int {
    guard value >= 0x300 else { return 1 }
    // The middle and end of a Korean syllable share the columns of its first letter.
    guard !(0x1160...0x11FF).contains(value) else { return 0 }
    return switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: 0
    default: isWide ? 2 : 1
    }
  }

  /// Source: Unicode Standard Annex 11, East Asian Width `W` and `F`.
  private var isWide: Bool {
    guard value >= 0x1100 else { return false }
    guard !properties.isEmojiPresentation else { return true }
    return switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF,
      0xA000...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1AFF0...0x1B2FF,
      0x1F200...0x1F2FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
