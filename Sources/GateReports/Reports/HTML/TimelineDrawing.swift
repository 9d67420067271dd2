internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

/// The group over time: its states as a band, instances as rows; verdict, soak and deadline as
/// lines.
///
/// Text is sized in pixels, and positions in time are percentages, so that one drawing suits a
/// phone and a wide screen. If there are very many instances, only the worst have rows, but the
/// band includes all.
struct TimelineDrawing {
  let document: VerdictDocument
  let timeline: Timeline
  let axis: TimeAxis
  /// The instances, the worst first.
  let instances: [ReportedInstance]

  /// The largest number of instances with a row.
  static let rows = 40
  /// The largest number of guards and old instances with a row.
  private static let besides = 8
  /// The largest number of similar rows: of instances without a failure, or with the same one.
  private static let alike = 12

  private static let markersHeight = 34
  private static let bandHeight = 64
  private static let rowHeight = 38
  private static let labelHeight = 18

  var markup: Markup {
    let shown = self.shown
    let hidden = instances.count - shown.count
    var y = Self.markersHeight
    var layers = Layers()
    addBand(to: &layers, at: y)
    y += Self.labelHeight + Self.bandHeight + 8
    if hidden > 0 {
      addFailures(to: &layers, at: y)
      y += Self.labelHeight + 12 + 10
    }
    for lane in besides + shown.map(Lane.init) {
      add(lane, to: &layers, at: y)
      y += Self.rowHeight
    }
    if hidden > 0 {
      layers.texts += """
        <text class="faint" x="0" y="\(y + 16)">\(hidden) more are in the band above</text>
        """
      y += 26
    }
    addMarkers(to: &layers, down: y)
    return axis.drawing(
      "timeline", title, from: Self.markersHeight, to: y,
      """
      \(layers.bars)
      \(layers.lines)
      \(layers.texts)
      """)
  }

  /// The instances with a row: those in trouble, and a few of many that are similar.
  private var shown: [ReportedInstance] {
    guard instances.count > Self.alike else { return instances }
    var told: [String: Int] = [:]
    let troubled = instances.filter { instance in
      guard !instance.isQuiet else { return false }
      told[instance.words, default: 0] += 1
      return told[instance.words] ?? 0 <= Self.alike
    }.prefix(Self.rows)
    let quiet = instances.filter(\.isQuiet)
      .prefix(max(Self.alike - troubled.count, min(2, Self.rows - troubled.count)))
    return Array(troubled + quiet)
  }

  /// The guards, and the instances of the old group that are a reason for the verdict.
  private var besides: [Lane] {
    document.reportedParts.filter { $0.kind == .ofGuard || $0.kind == .baseline && $0.isToBlame }
      .worstFirst.prefix(Self.besides).compactMap(Lane.init)
  }

  /// A row: an instance, guard or old instance with its checks and label.
  private struct Lane {
    var name: String
    var state: String
    var tone: Tone
    var record: InstanceRecord
    var key: InstanceKey
    /// The text that a pointer over the row shows.
    var title: String

    init(_ instance: ReportedInstance) {
      name = instance.name.cut(to: 20)
      (state, tone) = (instance.stateWords, instance.tone)
      (record, key) = (instance.record, instance.key)
      title =
        "\(instance.name), \(instance.address): \(instance.stateWords), \(instance.checkWords). "
        + instance.words
    }

    init?(_ part: ReportedPart) {
      guard let record = part.record, let key = part.key else { return nil }
      name = part.title.cut(to: 32)
      (state, tone) = (part.state, part.outcome.tone)
      (self.record, self.key) = (record, key)
      title = "\(part.title): \(part.state), \(record.checkWords). \(part.words)"
    }
  }

  /// The drawing's layers from back to front: bars, lines, and text.
  private struct Layers {
    var bars = Markup()
    var lines = Markup()
    var texts = Markup()

    /// Adds the label over a bar: the name, the state, and further words if there is room.
    mutating func label(
      _ name: String, _ words: String, _ className: String, more: String = "", at y: Int
    ) {
      let room = more.count > 14 ? "more" : "rest"
      let rest: Markup = more.isEmpty ? "" : "<tspan class=\"\(room)\">\(more)</tspan>"
      texts += """
        <text x="0" y="\(y + 13)"><tspan class="name">\(name)</tspan>\
        <tspan class="\(className)" dx="8">\(words)\(rest)</tspan></text>

        """
    }
  }

  private var title: String {
    "States and checks of \(counted(instances.count, "instance")) until the verdict, "
      + document.verdict.words
  }

  // MARK: - All instances

  private func addBand(to layers: inout Layers, at y: Int) {
    let gate = document.gate
    let band = StateBand(gate, axis)
    let wanted = max(gate.policy.minHealthy.roundedUp(of: gate.expected), 1)
    let line = Self.bandHeight - wanted * Self.bandHeight / max(band.most, 1)
    layers.label("Group", "\(gate.healthy) healthy, \(wanted) needed", "faint", at: y)
    layers.bars += """
      <svg y="\(y + Self.labelHeight)" width="100%" height="\(Self.bandHeight)" \
      viewBox="0 0 \(TimeAxis.width) \(Self.bandHeight)" preserveAspectRatio="none">\
      \(band.markup(height: Self.bandHeight))\
      <path class="wanted" d="M0 \(line)H\(TimeAxis.width)"/></svg>

      """
  }

  /// Adds the number of failed checks over time, of all instances.
  private func addFailures(to layers: inout Layers, at y: Int) {
    let columns = 100
    var counts = [Int](repeating: 0, count: columns)
    for (record, checks) in zip(document.gate.records, timeline.checks)
    where record.instance.role == .member {
      for check in checks where check.outcome >= .failure {
        counts[min(axis.x(check.ended) * columns / TimeAxis.width, columns - 1)] += 1
      }
    }
    let most = max(counts.max() ?? 0, 1)
    let cells = counts.enumerated().filter { $0.element > 0 }.map { column, count -> Markup in
      let shade = (count * 4 + most - 1) / most
      let x = column * TimeAxis.width / columns
      return "<path class=\"failed shade\(shade)\" d=\"M\(x) 0h100v12h-100z\"/>"
    }
    layers.label("Failed checks", "of all instances", "faint", at: y)
    layers.bars += """
      <svg y="\(y + Self.labelHeight)" width="100%" height="12" \
      viewBox="0 0 \(TimeAxis.width) 12" preserveAspectRatio="none">\
      <path class="empty" d="M0 0h\(TimeAxis.width)v12H0z"/>\(cells)</svg>

      """
  }

  // MARK: - Rows

  private func add(_ lane: Lane, to layers: inout Layers, at y: Int) {
    let record = lane.record
    let failed = record.failures > 0 ? ", \(record.failures)/\(record.checks) failed" : ""
    layers.label(lane.name, lane.state, lane.tone.className, more: failed, at: y)
    layers.bars += """
      <svg y="\(y + Self.labelHeight - 1)" width="100%" height="18" \
      viewBox="0 0 \(TimeAxis.width) 18" preserveAspectRatio="none"><title>\(lane.title)</title>\
      \(bars(of: record))\(ticks(of: lane.key))</svg>

      """
  }

  private func bars(of record: InstanceRecord) -> [Markup] {
    let end = record.removed ?? axis.statesEnd
    var bars: [Markup] = []
    var from = record.firstSeen
    var state = InstanceState.initial
    for transition in record.history.transitions.suffix(200) {
      bars.append(bar(transition.from, from, transition.at))
      (from, state) = (transition.at, transition.to)
    }
    bars.append(bar(state, from, end))
    let grace = record.firstSeen + document.gate.policy.gracePeriod
    if grace > record.firstSeen {
      let (first, last) = (axis.x(record.firstSeen), axis.x(min(grace, end)))
      bars.append("<path class=\"grace\" d=\"M\(first) 17H\(last)\"/>")
    }
    return bars
  }

  private func bar(_ state: InstanceState, _ from: GateInstant, _ to: GateInstant) -> Markup {
    let (first, last) = (axis.x(from), axis.x(to))
    guard last > first else { return "" }
    // A state that is not judged yet is thinner, so that color is not needed to see it.
    let (top, height) = state == .initial ? (7, 4) : (3, 12)
    return """
      <path class="\(state.rawValue)" d="M\(first) \(top)H\(last)v\(height)H\(first)z"/>
      """
  }

  private func ticks(of key: InstanceKey) -> [Markup] {
    guard timeline.checks.indices.contains(key.index) else { return [] }
    let checks = timeline.checks[key.index]
    let kinds: [(name: String, stroke: String, has: (Timeline.Outcome) -> Bool)] = [
      ("pass", "6v6", { $0 == .success }), ("miss", "0v18", { $0 == .lost }),
      ("fail", "0v18", { $0 >= .failure }),
    ]
    return kinds.compactMap { name, stroke, has in
      var path = ""
      var last = -1
      for check in checks where has(check.outcome) {
        let x = axis.x(check.ended)
        // Two ticks that would overlap.
        guard x >= last + 8 else { continue }
        path += "M\(x) \(stroke)"
        last = x
      }
      return path.isEmpty ? nil : "<path class=\"\(name)\" d=\"\(path)\"/>"
    }
  }

  // MARK: - Lines

  private func addMarkers(to layers: inout Layers, down bottom: Int) {
    let (verdict, policy) = (document.verdict, document.gate.policy)
    if policy.soak > .zero {
      for span in timeline.healthySpans.dropLast() {
        addLine("soak", at: span.from, to: &layers, from: 31, down: bottom)
      }
      if let last = timeline.healthySpans.last {
        let words = "soak from \(last.from.preciseWords)"
        addLine("soak", at: last.from, words, to: &layers, from: 11, down: bottom)
      }
    }
    let deadline = document.gate.deadline
    if axis.contains(deadline) {
      let words = "deadline \(deadline.since(.start).inWords)"
      addLine("deadline", at: deadline, words, to: &layers, from: 11, down: bottom)
    }
    for resumption in document.gate.resumptions {
      addLine("fault", at: resumption.at, "resumed", to: &layers, from: 11, down: bottom)
    }
    for fault in timeline.faults where axis.contains(fault) {
      addLine("fault", at: fault, to: &layers, from: 31, down: bottom)
    }
    addLine(
      "verdict \(verdict.decision.tone.className)", at: verdict.at,
      "\(verdict.decision.rawValue) at \(verdict.at.preciseWords)", to: &layers, from: 27,
      down: bottom)
  }

  private func addLine(
    _ kind: String, at instant: GateInstant, _ words: String = "", to layers: inout Layers,
    from top: Int, down bottom: Int
  ) {
    let x = axis.percent(instant)
    layers.lines += """
      <line class="\(kind)" x1="\(x)" x2="\(x)" y1="\(top + 4)" y2="\(bottom)"/>

      """
    guard !words.isEmpty else { return }
    let place = axis.x(instant)
    let anchor = place < 3000 ? "start" : place > 7000 ? "end" : "middle"
    layers.texts += """
      <text class="\(kind)" x="\(x)" y="\(top)" text-anchor="\(anchor)">\(words)</text>

      """
  }
}

extension Tone {
  /// The class in the style sheet.
  var className: String {
    switch self {
    case .plain, .strong: "plain"
    case .faint: "faint"
    case .good: "good"
    case .waiting: "waiting"
    case .bad: "bad"
    }
  }
}

extension ReportedInstance.Outcome {
  var tone: Tone {
    switch self {
    case .failed: .bad
    case .lost, .tolerated, .undecided: .waiting
    case .left: .faint
    case .healthy: .good
    }
  }
}

extension ReportedInstance {
  var tone: Tone { outcome.tone }
}
