internal import GateText

/// A plot of probabilities at evenly spaced rates from 0 to 1.
package struct PlanPlot {
  private let values: [Double]

  package init(_ values: [Double]) {
    self.values = values
  }

  static let rows = 8
  private static let width = 60
  private static let margin = 6

  func lines(_ letters: DisplayLine.Letters) -> [String] {
    (0..<Self.rows).map { row in
      let label = row == 0 ? "100%" : row == Self.rows / 2 ? "50%" : ""
      let bars = (0..<Self.width).map { bar(at: $0, row, letters) }.joined()
      return (label.rightAligned(in: Self.margin - 1) + " " + bars).trimmingEnd
    } + [axis]
  }

  /// The axis, with the rate at each quarter of the width.
  private var axis: String {
    let marks = ["0%", "25%", "50%", "75%", "100%"]
    var line = "   0% "
    for (index, mark) in marks.enumerated() {
      let place = Self.margin + index * (Self.width - 1) / 4
      let start = index == 0 ? place : max(place - mark.count / 2, line.count + 1)
      line = line.padded(to: start) + mark
    }
    return line
  }

  private func bar(at column: Int, _ row: Int, _ letters: DisplayLine.Letters) -> String {
    let index = column * (values.count - 1) / max(Self.width - 1, 1)
    let eighths = Int((values[index] * Double(8 * Self.rows)).rounded())
    let here = min(max(eighths - 8 * (Self.rows - 1 - row), 0), 8)
    return switch letters {
    case .all: Self.blocks[here]
    case .ascii: here >= 4 ? "#" : " "
    }
  }

  /// Blocks in eighths of a line's height.
  private static let blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}

extension PlanPlot {
  /// The plot as an SVG document; `title` and `caption` are plain text.
  package func svg(title: String, caption: String) -> String {
    let (left, top, width, height) = (60, 50, 600, 300)
    let points = values.enumerated().map { index, value in
      let x = Double(left) + Double(width) * Double(index) / Double(max(values.count - 1, 1))
      let y = Double(top) + Double(height) * (1 - value)
      return "\(Self.short(x)),\(Self.short(y))"
    }
    let grid = (0...4).map { step in
      let (x, y) = (left + width * step / 4, top + height * step / 4)
      return """
          <line x1="\(left)" y1="\(y)" x2="\(left + width)" y2="\(y)" stroke="#ddd"/>
          <line x1="\(x)" y1="\(top)" x2="\(x)" y2="\(top + height)" stroke="#ddd"/>
          <text x="\(left - 8)" y="\(y + 4)" text-anchor="end">\(100 - 25 * step)%</text>
          <text x="\(x)" y="\(top + height + 20)" text-anchor="middle">\(25 * step)%</text>

        """
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 700 430" role="img" \
      font-family="sans-serif" font-size="13">
        <title>\(title.escapedForXML)</title>
        <rect width="700" height="430" fill="#fff"/>
        <text x="\(left)" y="28" font-size="15">\(title.escapedForXML)</text>
      \(grid.joined())  <polyline fill="none" stroke="#0b62c4" stroke-width="2" points="\(points.joined(separator: " "))"/>
        <text x="\(left + width / 2)" y="\(top + height + 40)" text-anchor="middle">failure rate of \
      each check</text>
        <text x="\(left)" y="\(top + height + 65)" font-size="11" fill="#555">\(caption.escapedForXML)</text>
      </svg>

      """
  }

  /// The number with two decimals.
  private static func short(_ value: Double) -> String {
    "\((value * 100).rounded() / 100)"
  }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }

  fileprivate var escapedForXML: String {
    printable.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
  }
}
