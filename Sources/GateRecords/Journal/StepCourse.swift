internal import GateCore

/// Whether the steps of a run go under other settings as they went.
///
/// What a canary meets depends on its traffic, and the commands shifted that when they ran. So the
/// journal tells as much as it has as long as each command is asked for when the run asked for it;
/// what comes after the first that is not, nobody knows.
struct StepCourse: Sendable {
  /// The run as it was.
  private var recorded: Gate
  private var effects: [GateEffect] = []

  /// Nil where there is nothing to tell: no steps, or the run's own settings.
  init?(of recorded: RunHeader, under changed: RunHeader) {
    guard !recorded.policy.steps.isEmpty, recorded != changed else { return nil }
    self.recorded = Gate(checks: recorded.checks.map(\.check), policy: recorded.policy)
  }

  /// Whether the gate, which has folded all up to this entry, has asked for what the run had.
  mutating func isShared(by gate: Gate, after entry: Journal.Entry) -> Bool {
    if let event = recorded.event(for: entry.event) {
      recorded.handle(event, at: entry.at, effects: &effects)
      effects.removeAll(keepingCapacity: true)
    }
    return recorded.awaitedCommand == gate.awaitedCommand
  }
}
