package import GateText

/// Draws one frame over the one before it, on a terminal that may have been resized since.
package struct Redraw: Sendable {
  /// The columns of each line that is on the screen, and the width that they were drawn for.
  private var shown: [Int] = []
  private var width = 0

  package init() {}

  /// What takes the cursor from the end of the last frame through the new one to its end.
  ///
  /// Each line is overwritten before the rest of it is erased: nothing flickers. The cursor is
  /// never hidden and no mode is set: a gate that is killed leaves a sane terminal.
  package mutating func text(
    of lines: [DisplayLine], width: Int, style: TextStyle
  ) -> String {
    let width = max(width, 1)
    // The cursor stands in the first column, unless somebody typed.
    var text = "\r" + wayBack(at: width)
    (shown, self.width) = (lines.map(\.columns), width)
    for line in lines { text += "\(line.text(in: style))\u{1B}[K\r\n" }
    return text + "\u{1B}[J"
  }

  /// From the end of the last frame to its beginning.
  ///
  /// A terminal that became narrower has wrapped the old lines, so there is more to go back over.
  /// The rows are emptied one by one then, for a row that was wrapped once would be joined to the
  /// next one again, and some terminals keep in the scrollback what is erased as a whole.
  private func wayBack(at width: Int) -> String {
    let rows = shown.reduce(0) { $0 + max(($1 + width - 1) / width, 1) }
    guard rows > 0 else { return "" }
    let up = "\u{1B}[\(rows)A"
    guard width != self.width else { return up }
    return up + String(repeating: "\u{1B}[2K\u{1B}[B", count: rows) + up
  }
}
