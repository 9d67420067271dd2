import GateDisplay
import GateReports
import Testing

@Suite struct RedrawTests {
  private func lines(_ texts: String...) -> [DisplayLine] { texts.map { DisplayLine($0) } }

  @Test func aFrameReplacesTheOneBeforeIt() {
    var redraw = Redraw()
    var screen = Screen(width: 20)
    screen.take("$ healthgate\r\n")
    screen.take(redraw.text(of: lines("one", "two", "three"), width: 20, style: .plain))
    screen.take(redraw.text(of: lines("1", "2"), width: 20, style: .plain))
    #expect(screen.text == "$ healthgate\n1\n2")
    screen.take(redraw.text(of: lines("a", "b", "c", "d"), width: 20, style: .coloured))
    #expect(screen.text == "$ healthgate\na\nb\nc\nd")
  }

  @Test(arguments: [5, 7, 10, 19])
  func aTerminalThatBecameNarrowerIsNotCorrupted(_ width: Int) {
    var redraw = Redraw()
    var screen = Screen(width: 20)
    screen.take("$ go\r\n")
    screen.take(
      redraw.text(of: lines("0123456789012345678", "abcdefghij", ""), width: 20, style: .plain))
    screen.resize(to: width)
    screen.take(redraw.text(of: lines("x", "y"), width: width, style: .plain))
    #expect(screen.text == "$ go\nx\ny")
    screen.resize(to: 20)
    screen.take(redraw.text(of: lines("u", "v", "w"), width: 20, style: .plain))
    #expect(screen.text == "$ go\nu\nv\nw")
  }
}

/// As much of a terminal as the display drives; one that wraps its lines anew when resized.
private struct Screen {
  private var width: Int
  private var rows: [[Character]] = [[]]
  private var row = 0
  private var column = 0

  init(width: Int) {
    self.width = width
  }

  /// What is seen, without the blank rows at the end.
  var text: String {
    var lines = rows.map { String($0) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    return lines.joined(separator: "\n")
  }

  mutating func resize(to width: Int) {
    self.width = width
    var wrapped: [[Character]] = []
    var newRow = 0
    for (index, line) in rows.enumerated() {
      if index == row { newRow = wrapped.count }
      let pieces = stride(from: 0, to: line.count, by: width).map {
        Array(line[$0..<min($0 + width, line.count)])
      }
      wrapped += pieces.isEmpty ? [[]] : pieces
    }
    (rows, row) = (wrapped, newRow)
  }

  mutating func take(_ text: String) {
    var rest = text.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\r": column = 0
      case "\n": down(1)
      case "\u{1B}": control(&rest)
      default: put(Character(scalar))
      }
    }
  }

  private mutating func control(_ rest: inout Substring.UnicodeScalarView) {
    precondition(rest.popFirst() == "[", "only control sequences are known")
    let parameter = rest.prefix { !$0.properties.isAlphabetic }
    rest = rest.dropFirst(parameter.count)
    let number = Int(String(parameter))
    switch rest.popFirst() {
    case "A": row = max(row - (number ?? 1), 0)
    case "B": row = min(row + (number ?? 1), rows.count - 1)
    case "J": rows = rows[..<row] + [Array(rows[row].prefix(column))]
    case "K": rows[row] = number == 2 ? [] : Array(rows[row].prefix(column))
    case "m": break
    default: preconditionFailure("an unknown control sequence")
    }
  }

  private mutating func down(_ count: Int) {
    row += count
    while rows.count <= row { rows.append([]) }
  }

  private mutating func put(_ character: Character) {
    precondition(column < width, "a line of the display never wraps by itself")
    while rows[row].count <= column { rows[row].append(" ") }
    rows[row][column] = character
    column += 1
  }
}
