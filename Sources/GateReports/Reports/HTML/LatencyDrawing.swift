internal import GateCore
internal import GateSettings
internal import GateText

/// The duration of each check on a logarithmic scale: dots, or shades if there are very many.
struct LatencyDrawing {
  private let timeout: Int64
  private let axis: TimeAxis
  private let checks: [Timeline.Check]
  /// The checks of the old group.
  private let old: [Timeline.Check]
  private let least: Double
  private let greatest: Double

  private static let top = 16
  private static let height = 150
  /// The largest number of dots; more would be one blot.
  private static let dots = 1200

  /// Nil if no check has ended.
  init?(_ gate: Gate, _ timeline: Timeline, _ axis: TimeAxis) {
    func checks(of role: InstanceRole) -> [Timeline.Check] {
      zip(gate.records, timeline.checks).filter { $0.0.instance.role == role }
        .flatMap(\.1).filter { $0.outcome != .lost }
    }
    self.checks = checks(of: .member)
    old = checks(of: .baseline)
    let all = self.checks + old
    guard !self.checks.isEmpty, let least = all.map(\.latency).min(),
      let greatest = all.map(\.latency).max()
    else { return nil }
    self.axis = axis
    self.timeout = gate.checks.map(\.timeout).max()?.inMicroseconds ?? 0
    // The scale includes the timeout if it is close, or was reached.
    let top =
      self.timeout < Int64(greatest) * 20 ? max(self.timeout, Int64(greatest)) : Int64(greatest)
    self.least = Self.logarithm(Int64(max(least, 10))) - 0.15
    self.greatest = max(Self.logarithm(top) + 0.15, self.least + 0.6)
  }

  var markup: Markup {
    axis.drawing(
      "latency", "How long \(counted(checks.count, "check")) took", from: Self.top,
      to: Self.top + Self.height,
      """
      \(scale)
      <svg y="\(Self.top)" width="100%" height="\(Self.height)" \
      viewBox="0 0 \(TimeAxis.width) \(Self.height)" preserveAspectRatio="none">\
      \(checks.count > Self.dots ? shades : dots)</svg>
      \(labels)
      """)
  }

  // MARK: - The scale

  /// The logarithm of a number of microseconds, to the base of ten.
  private static func logarithm(_ microseconds: Int64) -> Double {
    var (value, whole) = (Double(max(microseconds, 1)), 0.0)
    while value >= 10 { (value, whole) = (value / 10, whole + 1) }
    // The fraction is calculated bit by bit: so it is equal on every machine, and needs no math
    // library.
    var (fraction, bit) = (0.0, 0.5)
    for _ in 0..<20 {
      value *= value
      if value >= 10 { (value, fraction) = (value / 10, fraction + bit) }
      bit /= 2
    }
    return whole + fraction
  }

  /// The position of a latency, from the top of the drawing.
  private func y(_ microseconds: Int64) -> Int {
    let share = (Self.logarithm(microseconds) - least) / (greatest - least)
    return Self.height - Int((min(max(share, 0), 1) * Double(Self.height)).rounded())
  }

  private var lines: [Int64] {
    let tens: [Int64] = [10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000]
    let fine = greatest - least < 2.2
    return tens.flatMap { fine ? [$0, $0 * 2, $0 * 5] : [$0] }.filter {
      let logarithm = Self.logarithm($0)
      return logarithm > least && logarithm < greatest
    }
  }

  private var scale: [Markup] {
    lines.map { value in
      let place = Self.top + y(value)
      return "<line class=\"grid\" x1=\"0\" x2=\"100%\" y1=\"\(place)\" y2=\"\(place)\"/>"
    }
  }

  private var labels: [Markup] {
    let place = Self.top + y(timeout)
    let isTimeoutShown = Self.logarithm(timeout) < greatest
    let marks = lines.filter { !isTimeoutShown || abs(y($0) - y(timeout)) > 14 }
    let labels = marks.map { value -> Markup in
      let words =
        value < 1000 ? latencyWords(value) : Duration.microseconds(value).inWords
      return "<text class=\"axis\" x=\"0\" y=\"\(Self.top + y(value) - 3)\">\(words)</text>"
    }
    guard isTimeoutShown else { return labels }
    let line: Markup = """
      <line class="deadline" x1="0" x2="100%" y1="\(place)" y2="\(place)"/>\
      <text class="deadline" x="100%" y="\(place - 4)" text-anchor="end">timeout \
      \(Duration.microseconds(timeout).inWords)</text>
      """
    return labels + [line]
  }

  // MARK: - The checks

  var hasBaseline: Bool { !old.isEmpty }

  private func isFailure(_ check: Timeline.Check) -> Bool { check.outcome >= .failure }

  private var dots: [Markup] {
    let kinds = [
      ("dot old", old.count > Self.dots ? [] : old),
      ("dot", checks.filter { !isFailure($0) }), ("dot missed", checks.filter(isFailure)),
    ]
    return kinds.compactMap { name, checks in
      let path = checks.map { "M\(axis.x($0.ended)) \(y(Int64($0.latency)))h0" }.joined()
      return path.isEmpty ? nil : "<path class=\"\(name)\" d=\"\(path)\"/>"
    }
  }

  private var shades: [Markup] {
    let (columns, rows) = (100, 25)
    var passed = [Int](repeating: 0, count: columns * rows)
    var failed = passed
    for check in checks {
      let column = min(axis.x(check.ended) * columns / TimeAxis.width, columns - 1)
      let cell = min(y(Int64(check.latency)) * rows / Self.height, rows - 1) * columns + column
      if isFailure(check) { failed[cell] += 1 } else { passed[cell] += 1 }
    }
    return cells(passed, "passed", columns) + cells(failed, "failed", columns)
  }

  /// The shades, one path each: the more checks, the darker.
  private func cells(_ counts: [Int], _ name: String, _ columns: Int) -> [Markup] {
    let most = counts.max() ?? 0
    guard most > 0 else { return [] }
    let (width, height) = (TimeAxis.width / columns, Self.height * columns / counts.count)
    var paths = [String](repeating: "", count: 5)
    for (cell, count) in counts.enumerated() where count > 0 {
      let shade = max(
        1,
        Int((4 * Self.logarithm(Int64(count) * 10) / Self.logarithm(Int64(most) * 10)).rounded(.up))
      )
      paths[min(shade, 4)] +=
        "M\(cell % columns * width) \(cell / columns * height)h\(width)v\(height)h-\(width)z"
    }
    return paths.enumerated().filter { !$0.element.isEmpty }.map { shade, path in
      "<path class=\"\(name) shade\(shade)\" d=\"\(path)\"/>"
    }
  }
}
