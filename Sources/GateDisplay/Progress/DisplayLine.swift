package import GateText

/// A line of the display: pieces of text, and what each of them means.
package struct DisplayLine: Hashable, Sendable {
  private var pieces: [Piece] = []
  package private(set) var columns = 0

  private struct Piece: Hashable, Sendable {
    var text: String
    var tone: Tone
  }

  package init(_ text: String = "", _ tone: Tone = .plain) {
    append(text, tone)
  }

  package mutating func append(_ text: String, _ tone: Tone = .plain) {
    guard !text.isEmpty else { return }
    columns += text.columns
    if let last = pieces.indices.last, pieces[last].tone == tone {
      pieces[last].text += text
    } else {
      pieces.append(Piece(text: text, tone: tone))
    }
  }

  package mutating func append(_ line: DisplayLine) {
    for piece in line.pieces { append(piece.text, piece.tone) }
  }

  /// Fills up with blanks.
  mutating func pad(to columns: Int) {
    append("".padded(to: columns - self.columns))
  }

  /// The line, or as much of it as fits with a `…` in the last column.
  package func cut(to columns: Int) -> DisplayLine {
    guard self.columns > columns else { return self }
    var cut = DisplayLine()
    for piece in pieces {
      let room = columns - cut.columns
      guard piece.text.columns < room else {
        // Cut even where this piece just fits: more would have followed it.
        cut.append((piece.text + "…").cut(to: room), piece.tone)
        break
      }
      cut.append(piece.text, piece.tone)
    }
    return cut
  }

  /// What a terminal can show.
  package enum Letters: Hashable, Sendable {
    case all
    case ascii
  }

  /// The line in those letters, a column for a column.
  package func written(in letters: Letters) -> DisplayLine {
    guard letters == .ascii else { return self }
    var line = DisplayLine()
    for piece in pieces { line.append(String(piece.text.map(Self.ascii)), piece.tone) }
    return line
  }

  private static func ascii(_ character: Character) -> Character {
    guard !character.isASCII else { return character }
    switch character {
    case "✓", "●": return "+"
    case "✗", "×": return "x"
    case "○": return "o"
    case "…": return "~"
    case "█", "▇", "▆": return "#"
    case "▅", "▄", "▃": return "="
    case "▂", "▁": return "_"
    default: return "?"
    }
  }

  package func text(in style: TextStyle) -> String {
    pieces.map { style.paint($0.text, $0.tone) }.joined()
  }
}
