package import GateCore

/// What every run must keep, whatever happens in it; what it does not keep is collected in words.
package struct EffectsChecker: Sendable {
  package private(set) var violations: [String] = []
  package private(set) var verdict: Verdict?
  /// When the check that the gate wants is to start.
  package private(set) var wanted: [InstanceKey: GateInstant] = [:]
  package private(set) var wakeUp: GateInstant?

  /// The checks that are wanted, in the order of their keys.
  package var wantedInOrder: [(key: InstanceKey, start: GateInstant)] {
    wanted.map { ($0.key, $0.value) }
      .sorted { ($0.0.index, $0.0.check) < ($1.0.index, $1.0.check) }
  }

  /// The command of a step that runs, or is to run.
  private var command: StepCommand?
  private var states: [InstanceState] = []
  private var left: [Bool] = []
  private var latest = GateInstant.start
  private var previous = GateInstant.start

  package init() {}

  /// Notes an event on its way to the gate.
  ///
  /// A result for a check that was never started is a fault of the engine's, or of the test's.
  package mutating func willHandle(_ event: GateEvent, at now: GateInstant) {
    if now < latest { complain("\(event) at \(now) comes after \(latest)") }
    previous = latest
    latest = max(latest, now)
    switch event {
    case .checked(let key, let report): end(key, from: report.started, at: now)
    case .checkLost(let key, let fault): end(key, from: fault.started ?? now, at: now)
    case .guardWaits(let key, let wait): end(key, from: wait.started, at: now)
    case .instanceRemoved(let key):
      guard left.indices.contains(key.index) else { return }
      left[key.index] = true
      wanted = wanted.filter { $0.key.index != key.index }
    case .resumed:
      // A promotion is taken back: the runner that goes on has seen nothing yet.
      if verdict?.decision == .promote { verdict = nil }
      // What was under way died with the runner.
      wanted = [:]
      command = nil
    case .stepCommandEnded(let end):
      if command == end.command { command = nil }
    case .instanceAdded, .listed, .loadBalancerSaw, .loadBalancerAsked, .stepBegan, .interrupted,
      .wokeUp:
      break
    }
  }

  /// Judges what the gate wants done in answer to an event.
  package mutating func didHandle(
    _ event: GateEvent, at now: GateInstant, accepted: Bool, effects: some Sequence<GateEffect>
  ) {
    if verdict != nil && accepted { complain("\(event) was accepted after the verdict") }
    if case .instanceAdded = event, accepted {
      states.append(.initial)
      left.append(false)
    }
    for effect in effects {
      if verdict != nil { complain("\(effect) follows the verdict") }
      judge(effect, at: now)
    }
  }

  private mutating func end(_ key: InstanceKey, from started: GateInstant, at now: GateInstant) {
    guard left.indices.contains(key.index), !left[key.index], verdict == nil else { return }
    guard let start = wanted[key] else {
      return complain("a check of \(key.index) ended that was not started")
    }
    if started < start || now < started {
      complain("a check of \(key.index) began at a wrong time")
    }
    wanted[key] = nil
  }

  private mutating func judge(_ effect: GateEffect, at now: GateInstant) {
    switch effect {
    case .startCheck(let key, let start):
      guard left.indices.contains(key.index), !left[key.index] else {
        return complain("a check of \(key.index) is wanted, which is not in the group")
      }
      if wanted[key] != nil { complain("two checks of \(key.index) at the same time") }
      if start < now { complain("a check of \(key.index) is wanted in the past") }
      wanted[key] = start
    case .stateChanged(let key, let transition):
      if states[key.index] != transition.from {
        complain("\(key.index) was not \(transition.from)")
      }
      if transition.from == transition.to { complain("a change of \(key.index) to what it was") }
      // One that time brings is of its moment, however late that is seen.
      if transition.at > now || transition.at < previous {
        complain("a change of \(key.index) at another time than now")
      }
      states[key.index] = transition.to
    case .wakeUp(let moment):
      if moment <= now { complain("to be woken at \(moment), which is past at \(now)") }
      wakeUp = moment
    case .runCommand(let next, let moment):
      if let command { complain("\(next.kind) is wanted while \(command.kind) runs") }
      if moment < now { complain("\(next.kind) is wanted in the past") }
      command = next
    case .beginStep, .watch: break
    case .stepMoved(let transition):
      if transition.from == transition.to, !transition.to.isUnderWay {
        complain("a step moved to \(transition.to), where it was")
      }
    case .conclude(let verdict):
      if verdict.at > now { complain("the verdict is dated in the future") }
      if verdict.at < .start { complain("the verdict is dated before the run") }
      self.verdict = verdict
    }
  }

  private mutating func complain(_ words: String) {
    violations.append(words)
  }
}
