/// The columns of the instances' lines, and their widths.
///
/// The name, the counts and the result are always shown; other columns depend on the room.
struct RowLayout: Sendable {
  private var name: Int
  private var counts: Int
  private var result: Int
  private var hasLatency = false
  private var hasSparkline = false
  private var hasState = false

  private static let gap = 2
  private static let state = "unhealthy".count
  private static let latency = 6
  private static let leastResult = 12

  init(_ rows: [ProgressRow], width: Int) {
    let widestName = rows.reduce(4) { max($0, $1.name.columns) }
    name = min(widestName, max(width / 3, 8))
    counts = rows.reduce(1) { max($0, $1.counts.columns) }
    let rest = width - 2 - name - Self.gap - counts - Self.gap
    var room = rest - min(Self.leastResult, rest)
    func take(_ columns: Int) -> Bool {
      guard room >= Self.gap + columns else { return false }
      room -= Self.gap + columns
      return true
    }
    hasLatency = take(Self.latency)
    hasSparkline = take(CheckHistory.length)
    hasState = take(Self.state)
    let widestResult = rows.reduce(Self.leastResult) { max($0, $1.result.columns) }
    result = min(room + min(Self.leastResult, rest), widestResult)
  }

  func line(_ row: ProgressRow) -> DisplayLine {
    var line = DisplayLine("\(row.symbol) ", row.tone)
    var start = line.columns
    func column(_ width: Int, _ content: DisplayLine) {
      if content.columns > 0 {
        line.pad(to: start)
        line.append(content)
      }
      start += width + Self.gap
    }
    column(name, DisplayLine(row.name.cut(to: name)))
    if hasState { column(Self.state, DisplayLine(row.state, row.tone)) }
    column(counts, row.counts)
    let words = row.result.columns <= result ? row.result : row.shortResult.cut(to: result)
    column(result, DisplayLine(words))
    if hasLatency {
      let latency = row.latency.isEmpty ? "" : row.latency.rightAligned(in: Self.latency)
      column(Self.latency, DisplayLine(latency, .faint))
    }
    if hasSparkline { column(CheckHistory.length, row.sparkline) }
    return line
  }
}
