/// The steps of a canary, and their progress.
package struct Rollout: Hashable, Sendable {
  package let steps: [CanaryStep]
  package private(set) var records: [StepRecord]
  /// The current step, or the last one; nil before the first.
  package private(set) var current: Int?
  /// The state of the command that the step requires; nil if it requires none.
  private(set) var asked: Asked?
  /// The time of the request; or the time at which a command is to run.
  private(set) var askedAt = GateInstant.start
  /// The weight that was last confirmed to be in effect; nil if none was.
  package private(set) var confirmed: Int?
  /// The number of old instances at the first shift, and the lowest number since then.
  ///
  /// It is nil if the old group is not checked, or nothing was shifted.
  package private(set) var wayBack: WayBackCounts?

  package struct WayBackCounts: Hashable, Sendable {
    package var began: Int
    package var least: Int
  }

  /// The progress of a required command.
  enum Asked: Hashable, Sendable {
    /// It begins as soon as everything that a shift requires holds.
    case wanted
    /// It was requested, but has not begun.
    case requested
    case running
  }

  init(_ steps: [CanaryStep]) {
    self.steps = steps
    records = steps.map { _ in StepRecord() }
  }

  package var isEmpty: Bool { steps.isEmpty }

  /// The state of the current step; nil between the steps and before the first.
  package var state: StepState? {
    guard let current, records[current].state.isUnderWay else { return nil }
    return records[current].state
  }

  /// The index of the current step; nil between the steps.
  package var underWay: Int? { state == nil ? nil : current }

  /// The step whose shift comes next, or that is not over; nil after the last.
  var next: Int? {
    switch state {
    case nil: (current ?? -1) + 1 < steps.count ? (current ?? -1) + 1 : nil
    default: current
    }
  }

  /// Whether traffic may have been shifted.
  package var hasShifted: Bool { records.contains { $0.shifts > 0 } }

  /// The weight of the last command that was started; nil if none was, or it is unknown.
  package var commanded: Int? {
    records.lastIndex { $0.shifts > 0 }.flatMap { steps[$0].weight }
  }

  package var isOver: Bool { records.last?.state == .passed }

  /// When the current step reached its state; nil without a current step.
  var since: GateInstant? { underWay.flatMap { records[$0].since } }

  // MARK: - Changes

  mutating func move(_ step: Int, to state: StepState, at now: GateInstant) -> StepTransition {
    let transition = StepTransition(step: step, at: now, from: records[step].state, to: state)
    records[step].state = state
    records[step].transitions.append(transition)
    asked = nil
    if state.isUnderWay { current = step }
    return transition
  }

  mutating func ask(_ how: Asked, at moment: GateInstant) { (asked, askedAt) = (how, moment) }

  mutating func countAttempt(_ kind: StepCommand.Kind, of step: Int) -> Int {
    records[step].attempts[kind, default: 0] += 1
    return records[step].attempts[kind, default: 0]
  }

  mutating func note(_ end: StepCommandEnd) {
    records[end.command.step].lastCommand = end
    if end.command.kind == .approve, end.answer == .yes {
      records[end.command.step].isApproved = true
    }
  }

  /// Records the number of old instances that can take the traffic back.
  mutating func noteWayBack(_ present: Int) {
    guard present > 0 || wayBack != nil else { return }
    wayBack = WayBackCounts(
      began: wayBack?.began ?? present, least: min(wayBack?.least ?? present, present))
  }

  /// Records that the weight of the step is in effect.
  mutating func confirm(_ step: Int) { confirmed = steps[step].weight }

  /// Records that the shift of a step must be approved again after a resumption.
  mutating func askAgain(_ step: Int) { records[step].isApproved = false }
}

/// The record of one step.
package struct StepRecord: Hashable, Sendable {
  package fileprivate(set) var state = StepState.pending
  package fileprivate(set) var transitions: [StepTransition] = []
  /// The number of starts of each command.
  package fileprivate(set) var attempts: [StepCommand.Kind: Int] = [:]
  package fileprivate(set) var isApproved = false
  package fileprivate(set) var lastCommand: StepCommandEnd?

  /// When it reached its state; nil if it has not begun.
  package var since: GateInstant? { transitions.last?.at }

  package var shifts: Int { attempts[.shift] ?? 0 }

  /// When it first reached this state; nil if it has not.
  package func first(_ state: StepState) -> GateInstant? {
    transitions.first { $0.to == state }?.at
  }
}
