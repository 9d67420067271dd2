internal import GateCore
internal import GateSettings
internal import GateText

/// The time axis of a drawing over the whole width of the page: 10,000 units, or 100%.
struct TimeAxis {
  /// The last moment on the axis in microseconds; positive.
  let end: Int64
  /// The end of the drawn states, slightly after the verdict so that the last ones are visible.
  let statesEnd: GateInstant

  static let width = 10_000

  /// The axis includes the deadline if that leaves enough room for the run itself.
  init(_ verdict: Verdict, deadline: GateInstant) {
    let decided = max(verdict.at.microseconds, 1000)
    let margin = max(decided / 25, 1)
    let deadline = deadline.microseconds
    end =
      deadline >= decided && deadline <= decided + decided / 2
      ? deadline + margin : decided + margin
    statesEnd = GateInstant(microseconds: decided + margin)
  }

  func x(_ instant: GateInstant) -> Int {
    Int(min(max(instant.microseconds, 0), end) * Int64(Self.width) / end)
  }

  /// The position of an instant, such as `12.34%`.
  func percent(_ instant: GateInstant) -> String {
    let hundredths = x(instant)
    let digits = String(hundredths % 100 + 100).dropFirst()
    return "\(hundredths / 100).\(digits)%"
  }

  func contains(_ instant: GateInstant) -> Bool { instant.microseconds <= end }

  /// Round times for the labels, at most six besides the start.
  var ticks: [GateInstant] {
    let step = Self.steps.first { end / $0 <= 6 } ?? end
    return stride(from: 0, through: end, by: Int64.Stride(step)).map {
      GateInstant(microseconds: $0)
    }
  }

  private static let steps: [Int64] =
    [100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000]
    + [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200]
    .map { $0 * 1_000_000 }
    + [1, 2, 7, 14, 30, 60].map { $0 * 86_400 * 1_000_000 }

  /// A drawing with the ticks of this axis behind it, and their labels below it.
  ///
  /// The ticks reach from `top` to `bottom`; `name` is unique on the page.
  func drawing(
    _ name: String, _ title: String, from top: Int, to bottom: Int, _ content: Markup
  ) -> Markup {
    """
    <svg class="drawing" width="100%" height="\(bottom + 22)" role="img" \
    aria-labelledby="\(name)-title"><title id="\(name)-title">\(title)</title>
    \(markup(from: top, to: bottom))
    \(content)
    </svg>
    """
  }

  /// The lines of the ticks over a drawing of this height, and their labels below it.
  private func markup(from top: Int, to bottom: Int) -> Markup {
    let lines = ticks.map { tick -> Markup in
      let x = percent(tick)
      return "<line class=\"grid\" x1=\"\(x)\" x2=\"\(x)\" y1=\"\(top)\" y2=\"\(bottom)\"/>"
    }
    let labels = ticks.map { tick -> Markup in
      let place = x(tick)
      let anchor = place < 300 ? "start" : place > 9200 ? "end" : "middle"
      let words = tick.since(.start).inWords
      return """
        <text class="axis" x="\(percent(tick))" y="\(bottom + 14)" text-anchor="\(anchor)">\
        \(words)</text>
        """
    }
    return "<g aria-hidden=\"true\">\(lines)\(labels)</g>"
  }
}
