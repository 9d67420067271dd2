internal import GateCore

extension DisplayLine {
  /// The latest checks as bars whose height is their duration: `▁▁▂×▇`; a lost check is `?`.
  ///
  /// Each level is a factor of three, and the highest ends at the timeout. So a bar means the same
  /// in every line and at every moment, and a jitter of a millisecond is not visible.
  static func sparkline(_ marks: [CheckHistory.Mark], timeout: Duration) -> DisplayLine {
    var line = DisplayLine()
    for mark in marks {
      switch mark {
      case .success(let latency): line.append(bar(latency, timeout: timeout.inMicroseconds))
      case .failure: line.append("×", .bad)
      case .lost: line.append("?", .waiting)
      }
    }
    return line
  }

  private static func bar(_ latency: Int64, timeout: Int64) -> String {
    var (level, bound) = (bars.count - 1, timeout / 3)
    while level > 0, latency < bound { (level, bound) = (level - 1, bound / 3) }
    return bars[level]
  }

  private static let bars = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
}
