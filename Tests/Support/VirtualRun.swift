package import GateCore

/// A run on virtual time: the gate, the events that it took, and a watch over its effects.
package struct VirtualRun: Sendable {
  package struct TimedEvent: Hashable, Sendable {
    package var event: GateEvent
    package var at: GateInstant

    package init(event: GateEvent, at: GateInstant) {
      self.event = event
      self.at = at
    }
  }

  package private(set) var gate: Gate
  /// All events that were sent, with those that came too late.
  package private(set) var events: [TimedEvent] = []
  package private(set) var checker = EffectsChecker()
  /// The command that a step waits for, and when it is to begin.
  package private(set) var command: (command: StepCommand, at: GateInstant)?
  /// All steps' changes of state, in order.
  package private(set) var stepTransitions: [StepTransition] = []
  /// After how many events each of them came.
  package private(set) var stepTransitionPlaces: [Int] = []
  private var effects: [GateEffect] = []

  package init(check: HealthCheck, policy: GatePolicy) {
    self.init(checks: [check], policy: policy)
  }

  package init(checks: [HealthCheck], policy: GatePolicy) {
    gate = Gate(checks: checks, policy: policy)
  }

  package var verdict: Verdict? { gate.verdict }
  package var violations: [String] { checker.violations }

  /// When the gate wants the next check of this instance to start.
  package func wanted(_ key: InstanceKey) -> GateInstant? {
    checker.wanted[key]
  }

  /// Sends an event; returns false when it came too late.
  @discardableResult
  package mutating func send(_ event: GateEvent, at now: GateInstant) -> Bool {
    events.append(TimedEvent(event: event, at: now))
    checker.willHandle(event, at: now)
    if case .resumed = event { command = nil }
    effects.removeAll(keepingCapacity: true)
    let accepted = gate.handle(event, at: now, effects: &effects)
    checker.didHandle(event, at: now, accepted: accepted, effects: effects)
    for event in obey(effects) where verdict == nil { send(event, at: now) }
    return accepted
  }

  /// Does what an engine does for the steps; returns the events that it brings about.
  private mutating func obey(_ effects: [GateEffect]) -> [GateEvent] {
    var following: [GateEvent] = []
    for effect in effects {
      switch effect {
      case .beginStep(let step): following.append(.stepBegan(step))
      case .watch(let step):
        following += gate.rollout.steps[step].guards.map {
          .instanceAdded(.guarding($0.name, step: step))
        }
      case .runCommand(let command, let at): self.command = (command, at)
      case .stepMoved(let transition):
        stepTransitions.append(transition)
        stepTransitionPlaces.append(events.count)
      case .startCheck, .stateChanged, .wakeUp, .conclude: break
      }
    }
    return following
  }

  /// Ends the command that a step waits for.
  package mutating func endCommand(_ result: StepCommandEnd.Result, at now: GateInstant) {
    guard let command else { return }
    self.command = nil
    send(.stepCommandEnded(StepCommandEnd(command.command, result)), at: now)
  }

  /// The gate that sees the same events again.
  package func replayed() -> Gate {
    var again = Gate(checks: gate.checks, policy: gate.policy)
    var ignored: [GateEffect] = []
    for timed in events { again.handle(timed.event, at: timed.at, effects: &ignored) }
    return again
  }
}

extension VirtualRun {
  /// Adds instances at one moment; returns the key of the first.
  @discardableResult
  package mutating func join(
    _ ids: [String], at now: GateInstant = .start, as role: InstanceRole = .member
  ) -> InstanceKey {
    let first = InstanceKey(gate.records.count)
    for id in ids { send(.instanceAdded(.sample(id, role)), at: now) }
    return first
  }

  /// Ends the check of an instance that the gate wants, now or when it was to start.
  package mutating func end(_ key: InstanceKey, _ mark: Mark, at moment: GateInstant? = nil) {
    guard let start = wanted(key) else { return }
    let now = moment ?? (mark == .timeout ? start + gate.checks[key.check].timeout : start)
    if let result = mark.result {
      send(.checked(key, .sample(result, from: start, to: now)), at: now)
    } else if mark == .lost {
      send(.checkLost(key, GateFault(detail: "no descriptor", started: start)), at: now)
    } else if mark == .waits {
      send(.guardWaits(key, GuardWait(started: start, detail: "1 of 2 requests")), at: now)
    }
  }

  /// Plays a scenario of marks for each instance, all present from the start, with instant answers.
  ///
  /// A scenario that ends with `*` goes on with its last mark; another falls silent. The gate is
  /// woken when it asks for it, until it has its verdict.
  package mutating func play(
    _ scenarios: [String], baseline: [String] = [], guards: [String] = []
  ) {
    join(scenarios.indices.map { "i-\($0)" })
    join(baseline.indices.map { "old-\($0)" }, as: .baseline)
    join(guards.indices.map { "guard-\($0)" }, as: .guard)
    goOn(scenarios + baseline + guards)
  }

  /// Plays on with instances that are there.
  package mutating func goOn(_ scenarios: [String]) {
    var upcoming = scenarios.map { text in
      Mark.all(in: text.hasSuffix("*") ? String(text.dropLast()) : text)[...]
    }
    var silent = Set(upcoming.indices.filter { upcoming[$0].isEmpty })
    var woken: GateInstant?
    while verdict == nil {
      let next = upcoming.indices.filter { !silent.contains($0) }
        .compactMap { index -> (at: GateInstant, index: Int)? in
          guard let mark = upcoming[index].first, let start = wanted(InstanceKey(index)) else {
            return nil
          }
          return (mark == .timeout ? start + gate.check.timeout : start, index)
        }
        .min { ($0.at, $0.index) < ($1.at, $1.index) }
      if let wakeUp = checker.wakeUp, wakeUp != woken, next.map({ wakeUp <= $0.at }) ?? true {
        woken = wakeUp
        send(.wokeUp, at: wakeUp)
        continue
      }
      guard let next, let mark = upcoming[next.index].first else { return }
      if mark == .silence {
        silent.insert(next.index)
        continue
      }
      end(InstanceKey(next.index), mark)
      if upcoming[next.index].count > 1 || !scenarios[next.index].hasSuffix("*") {
        upcoming[next.index].removeFirst()
        if upcoming[next.index].isEmpty { silent.insert(next.index) }
      }
    }
  }
}
