internal import GateCore

/// Whether the steps of a run under other settings take the same course.
///
/// The results in a canary depend on its traffic, and the commands shifted that when they ran. So a
/// journal is valid as long as each command is requested at the same time as in the run. After the
/// first one that is not, nothing is known.
struct StepCourse: Sendable {
  /// The run as recorded.
  private var recorded: Gate
  private var effects: [GateEffect] = []

  /// Nil if there is nothing to compare: no steps, or the run's own settings.
  init?(of recorded: RunHeader, under changed: RunHeader) {
    guard !recorded.policy.steps.isEmpty, recorded != changed else { return nil }
    self.recorded = Gate(checks: recorded.checks.map(\.check), policy: recorded.policy)
  }

  /// Whether the gate has requested the same as the run, after both folded this entry.
  mutating func isShared(by gate: Gate, after entry: Journal.Entry) -> Bool {
    if let event = recorded.event(for: entry.event) {
      recorded.handle(event, at: entry.at, effects: &effects)
      effects.removeAll(keepingCapacity: true)
    }
    return recorded.awaitedCommand == gate.awaitedCommand
  }
}
