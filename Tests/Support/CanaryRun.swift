package import GateCore

/// A canary on virtual time, whose traffic is shifted by commands that are played.
package struct CanaryRun {
  package var run: VirtualRun
  /// What a check shows that begins then; the gate knows in which step.
  package var answer: (Instance, GateInstant, Gate) -> Mark = { _, _, _ in .success }
  /// How a command ends, and how long it takes; nil: it never ends.
  package var command: (StepCommand, GateInstant) -> Ending? = { _, _ in Ending(.exited(0)) }

  /// Called before each event that is played.
  package var played: (CanaryRun) -> Void = { _ in }

  package struct Ending {
    package var result: StepCommandEnd.Result
    package var takes: Duration

    package init(_ result: StepCommandEnd.Result, takes: Duration = .seconds(1)) {
      self.result = result
      self.takes = takes
    }
  }

  package init(_ run: VirtualRun) { self.run = run }

  /// Plays until there is a verdict, or nothing happens before the limit.
  package mutating func play(until limit: GateInstant = .start + .seconds(1_000_000)) {
    var woken: GateInstant?
    while run.verdict == nil {
      played(self)
      let steps = [checkStep, commandStep, wakeStep(after: woken)].compactMap { $0 }
      guard let next = steps.min(by: { $0.at < $1.at }), next.at <= limit else { return }
      switch next.what {
      case .check(let key, let mark): run.end(key, mark)
      case .command(let result): run.endCommand(result, at: next.at)
      case .wake:
        woken = next.at
        run.send(.wokeUp, at: next.at)
      }
    }
  }

  private enum What {
    case wake
    case command(StepCommandEnd.Result)
    case check(InstanceKey, Mark)
  }

  private typealias Step = (at: GateInstant, what: What)

  private func wakeStep(after woken: GateInstant?) -> Step? {
    run.checker.wakeUp.flatMap { $0 == woken || $0 < run.gate.clock ? nil : ($0, .wake) }
  }

  private var commandStep: Step? {
    run.command.flatMap { wanted in
      command(wanted.command, wanted.at).map {
        (max(wanted.at + $0.takes, run.gate.clock), .command($0.result))
      }
    }
  }

  private var checkStep: Step? {
    run.gate.records.indices.compactMap { index -> Step? in
      let key = InstanceKey(index)
      guard run.gate.isPresent(key), let start = run.wanted(key) else { return nil }
      let mark = answer(run.gate.instance(key), start, run.gate)
      guard mark != .silence else { return nil }
      let end = mark == .timeout ? start + run.gate.check.timeout : start
      return (max(end, run.gate.clock), .check(key, mark))
    }.min { $0.at < $1.at }
  }
}
