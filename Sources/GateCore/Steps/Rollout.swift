/// The steps of a canary, and their progress.
package struct Rollout: Hashable, Sendable {
  package let steps: [CanaryStep]
  package private(set) var records: [StepRecord]
  /// The step that is under way, or the last that was.
  package private(set) var current: Int?
  /// What a command is asked for, or has not answered yet.
  private(set) var asked: Asked?
  /// Since when; or from when on a command is to run.
  private(set) var askedAt = GateInstant.start
  /// The weight that is in effect, as far as it was seen; nil: nothing was confirmed.
  package private(set) var confirmed: Int?
  /// How many of the old group there were when the first shift began, and how few there were later;
  /// nil where it is not asked, or nothing was shifted.
  package private(set) var wayBack: WayBackCounts?

  package struct WayBackCounts: Hashable, Sendable {
    package var began: Int
    package var least: Int
  }

  /// How far a state that needs a command is with it.
  enum Asked: Hashable, Sendable {
    /// It is to be begun as soon as all holds that a shift needs.
    case wanted
    /// It was asked for, and has not begun.
    case requested
    case running
  }

  init(_ steps: [CanaryStep]) {
    self.steps = steps
    records = steps.map { _ in StepRecord() }
  }

  package var isEmpty: Bool { steps.isEmpty }

  /// What is under way; nil between the steps and before the first.
  package var state: StepState? {
    guard let current, records[current].state.isUnderWay else { return nil }
    return records[current].state
  }

  /// The step that is under way; nil between the steps.
  package var underWay: Int? { state == nil ? nil : current }

  /// The step whose shift comes next, or is not over; nil after the last.
  var next: Int? {
    switch state {
    case nil: (current ?? -1) + 1 < steps.count ? (current ?? -1) + 1 : nil
    default: current
    }
  }

  /// Whether traffic may have been shifted.
  package var hasShifted: Bool { records.contains { $0.shifts > 0 } }

  /// What the last command that was begun sets; nil: none was begun, or it does not say.
  package var commanded: Int? {
    records.lastIndex { $0.shifts > 0 }.flatMap { steps[$0].weight }
  }

  package var isOver: Bool { records.last?.state == .passed }

  /// When the step that is under way came to be in its state.
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

  /// Notes how many of the old group are there now to take the traffic back.
  mutating func noteWayBack(_ present: Int) {
    guard present > 0 || wayBack != nil else { return }
    wayBack = WayBackCounts(
      began: wayBack?.began ?? present, least: min(wayBack?.least ?? present, present))
  }

  /// Notes that the weight of the step is in effect, as far as can be told.
  mutating func confirm(_ step: Int) { confirmed = steps[step].weight }

  /// Notes what a step's shift begins anew with after a time in which nobody looked.
  mutating func askAgain(_ step: Int) { records[step].isApproved = false }
}

/// The record of one step.
package struct StepRecord: Hashable, Sendable {
  package fileprivate(set) var state = StepState.pending
  package fileprivate(set) var transitions: [StepTransition] = []
  /// How often each command was started.
  package fileprivate(set) var attempts: [StepCommand.Kind: Int] = [:]
  package fileprivate(set) var isApproved = false
  package fileprivate(set) var lastCommand: StepCommandEnd?

  /// When it came to be in its state; nil where it has not begun.
  package var since: GateInstant? { transitions.last?.at }

  package var shifts: Int { attempts[.shift] ?? 0 }

  /// When it first came to this state.
  package func first(_ state: StepState) -> GateInstant? {
    transitions.first { $0.to == state }?.at
  }
}
