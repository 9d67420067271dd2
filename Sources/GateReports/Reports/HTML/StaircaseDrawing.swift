internal import GateCore
internal import GateRecords
internal import GateText

/// The traffic of a canary over time: the weight of each step, and what the step was waiting for.
struct StaircaseDrawing {
  private let rollout: Rollout
  private let axis: TimeAxis
  private let verdict: Verdict
  /// When the traffic was taken back, as far as it is on the axis; empty if it was not.
  private let wayBack: Markup

  private static let top = 22
  private static let height = 120

  /// Nil if no step has begun.
  init?(_ document: VerdictDocument, _ axis: TimeAxis) {
    let rollout = document.gate.rollout
    guard rollout.records.contains(where: { !$0.transitions.isEmpty }) else { return nil }
    (self.rollout, self.axis, verdict) = (rollout, axis, document.verdict)
    let (x, middle) = (axis.percent(document.verdict.at), Self.top + Self.height / 2)
    let words =
      document.undo.map { undo in
        undo.command.failureWords == nil ? "taken back" : "not taken back"
      } ?? (document.verdict.decision == .promote ? "promoted" : "not taken back")
    let isWell = document.undo.map { $0.command.failureWords == nil } ?? false
    let tone = isWell || document.verdict.decision == .promote ? "good" : "bad"
    wayBack =
      rollout.hasShifted
      ? """
      <line class="verdict" x1="\(x)" x2="\(x)" y1="\(Self.top)" y2="\(Self.top + Self.height)"/>\
      <text class="verdict \(tone)" x="\(x)" y="\(middle)" dx="-4" text-anchor="end">\(words)</text>
      """ : ""
  }

  var markup: Markup {
    axis.drawing(
      "staircase", "The share of the traffic in \(counted(rollout.steps.count, "step"))",
      from: Self.top, to: Self.top + Self.height,
      """
      \(scale)
      <svg y="\(Self.top)" width="100%" height="\(Self.height)" \
      viewBox="0 0 \(TimeAxis.width) \(Self.height)" preserveAspectRatio="none">\(areas)</svg>
      \(names)\(wayBack)
      """)
  }

  private var scale: [Markup] {
    [0, 50, 100].map { percent in
      let y = Self.top + self.y(percent)
      return """
        <line class="grid" x1="0" x2="100%" y1="\(y)" y2="\(y)"/>\
        <text class="axis" x="0" y="\(y - 3)">\(percent)%</text>
        """
    }
  }

  private func y(_ percent: Int) -> Int { Self.height - percent * Self.height / 100 }

  /// The weight of a step; without one, its share of the staircase.
  private func weight(_ step: Int) -> Int {
    rollout.steps[step].weight ?? (step + 1) * 100 / rollout.steps.count
  }

  /// The weight while a step is in a state; before its shift is over, it is that of the previous
  /// step.
  private func weight(_ step: Int, in state: StepState) -> Int {
    switch state {
    case .pending, .approving, .skipped: step > 0 ? weight(step - 1) : 0
    case .shifting, .confirming, .settling, .soaking, .passed, .failed: weight(step)
    }
  }

  private var areas: [Markup] {
    rollout.records.indices.flatMap { step in
      let transitions = rollout.records[step].transitions
      return transitions.indices.compactMap { index -> Markup? in
        let (state, start) = (transitions[index].to, transitions[index].at)
        guard state.isUnderWay else { return nil }
        let end = index + 1 < transitions.count ? transitions[index + 1].at : verdict.at
        let (left, right) = (axis.x(start), axis.x(max(start, end)))
        let top = y(max(weight(step, in: state), 1))
        return """
          <path class="\(tone(state))" d="M\(left) \(top)H\(right)V\(Self.height)H\(left)z">\
          <title>\(rollout.steps[step].name.printable): \(state.rawValue) from \
          \(start.preciseWords) to \(end.preciseWords)</title></path>
          """
      }
    }
  }

  private func tone(_ state: StepState) -> String {
    switch state {
    case .pending, .approving, .skipped: "empty"
    case .shifting, .confirming: "initial"
    case .settling: "healthy shade1"
    case .soaking, .passed: "healthy shade3"
    case .failed: "unhealthy"
    }
  }

  private var names: [Markup] {
    rollout.records.indices.compactMap { step in
      guard let began = rollout.records[step].first(.shifting) else { return nil }
      let share = rollout.steps[step].weight.map { " \($0)%" } ?? ""
      let y = max(Self.top + self.y(weight(step)) - 5, 10)
      return """
        <text class="name" x="\(axis.percent(began))" y="\(y)" dx="3">\
        <tspan>\(rollout.steps[step].name.printable.cut(to: 24))</tspan>\
        <tspan class="faint">\(share)</tspan></text>
        """
    }
  }
}
