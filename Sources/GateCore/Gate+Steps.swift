/// The canary in steps: a machine of states between the first promotion that could be given and the
/// one that is.
///
/// Every shift, and the end of the last step, needs all that a promotion needs; so the place where a
/// gate without steps promotes is the place where this one goes on (`advance`). Commands are effects,
/// and their ends are events. What ends a run ends it in any state.
extension Gate {
  /// The step that is under way.
  var step: CanaryStep? { rollout.underWay.map { rollout.steps[$0] } }

  /// The command that a step has asked for, or waits for the end of; nil while it does neither.
  package var awaitedCommand: AwaitedCommand? {
    guard let current = rollout.underWay, let asked = rollout.asked, asked != .wanted else {
      return nil
    }
    return AwaitedCommand(
      step: current, state: rollout.records[current].state, isBegun: asked == .running)
  }

  // MARK: - What is needed to go on

  /// Whether nothing of the steps stands in the way of going on.
  var isStepReady: Bool {
    guard let current = rollout.underWay else { return true }
    return switch rollout.records[current].state {
    case .approving: rollout.records[current].isApproved && rollout.asked != .requested
    case .shifting: rollout.asked == .wanted
    case .soaking: stepGuards(of: current).count == rollout.steps[current].guards.count
    case .confirming, .settling, .pending, .passed, .failed, .skipped: false
    }
  }

  /// The guards of a step that are asked.
  func stepGuards(of step: Int) -> [InstanceRecord] {
    // Steps have few guards, and most gates no step at all.
    guard !rollout.steps[step].guards.isEmpty else { return [] }
    return present(.guard) { $0.instance.step == step }
  }

  /// Whether the old and the new group are compared now: with steps in each step that soaks.
  var isComparing: Bool { rollout.isEmpty || rollout.state == .soaking }

  /// From when on checks are compared with those of the old group; nil while none are.
  var comparedSince: GateInstant? {
    guard !rollout.isEmpty else { return healthySince }
    guard rollout.state == .soaking, let healthySince, let since = rollout.since else { return nil }
    return max(healthySince, since)
  }

  /// Whether a command is asked for that only the shell can begin: what it takes is nobody's time
  /// in the gate that lost nothing.
  var isWaitingForShell: Bool { isFaultless && rollout.asked == .requested }

  // MARK: - Going on

  /// All that a promotion needs holds: goes on to what comes next; returns whether that is the
  /// promotion.
  mutating func advance() -> Bool {
    guard !rollout.isEmpty else { return true }
    switch rollout.state {
    case .soaking: pass()
    case .approving, .shifting: request()
    case nil: break
    default: return false
    }
    guard rollout.state == nil else { return false }
    guard let next = rollout.next else { return true }
    enter(next)
    return false
  }

  /// The step that soaked is over, with its guards.
  private mutating func pass() {
    guard let current = rollout.underWay else { return }
    removeGuards(of: current)
    moveGoal { $0.move(current, to: .passed) }
  }

  private mutating func removeGuards(of step: Int) {
    for index in records.indices
    where records[index].instance.step == step && records[index].removed == nil {
      remove(InstanceKey(index))
    }
  }

  private mutating func enter(_ next: Int) {
    guard rollout.steps[next].approval != nil else {
      move(next, to: .shifting)
      return request()
    }
    approve(next)
  }

  /// Asks for the approval; until it comes the deadline stands still: it is as late as it can be.
  private mutating func approve(_ next: Int) {
    let time = rollout.steps[next].approval ?? .zero
    moveGoal {
      $0.move(next, to: .approving)
      $0.deadline = $0.deadline + time
    }
    run(.approve, of: next, at: clock)
  }

  /// Asks for the shift: it is on record before it begins.
  private mutating func request() {
    guard let current = rollout.underWay else { return }
    isHeld = false
    rollout.ask(.requested, at: clock)
    stepEffects.append(.beginStep(current))
  }

  /// The shift begins.
  mutating func begin(_ step: Int) {
    guard rollout.steps.indices.contains(step) else { return }
    moveGoal { gate in
      if gate.isWaitingForShell {
        gate.deadline = gate.deadline + gate.clock.since(gate.rollout.askedAt)
      }
      if gate.rollout.records[step].state != .shifting { gate.move(step, to: .shifting) }
      gate.rollout.ask(.running, at: gate.clock)
    }
    rollout.noteWayBack(counts[.baseline].present)
    run(.shift, of: step, at: clock)
  }

  private mutating func run(_ kind: StepCommand.Kind, of step: Int, at moment: GateInstant) {
    let attempt = rollout.countAttempt(kind, of: step)
    rollout.ask(.running, at: moment)
    stepEffects.append(.runCommand(StepCommand(kind, step: step, attempt: attempt), at: moment))
  }

  mutating func move(_ step: Int, to state: StepState) {
    stepEffects.append(.stepMoved(rollout.move(step, to: state, at: clock)))
    isHeld = false
  }

  // MARK: - The ends of commands

  mutating func note(_ end: StepCommandEnd) {
    let step = end.command.step
    guard step == rollout.underWay, rollout.records[step].state == end.command.kind.state,
      rollout.asked == .running
    else { return }
    rollout.note(end)
    switch (end.command.kind, end.answer) {
    case (_, .notYet):
      run(end.command.kind, of: step, at: max(clock, rollout.askedAt + check.interval))
    case (.approve, .yes): approved(step)
    case (.shift, .yes) where rollout.steps[step].isConfirmed:
      move(step, to: .confirming)
      run(.confirm, of: step, at: clock)
    case (.shift, .yes): settle(step)
    case (.confirm, .yes):
      rollout.confirm(step)
      settle(step)
    case (.approve, .no): conclude(.inconclusive, notApproved(end))
    case (.shift, .no), (.confirm, .no): conclude(.rollback, stepFailed(end))
    }
  }

  /// The deadline runs again.
  private mutating func approved(_ step: Int) {
    guard let since = rollout.since, let time = rollout.steps[step].approval else { return }
    let left = time - clock.since(since)
    moveGoal {
      $0.rollout.ask(.wanted, at: $0.clock)
      $0.deadline = max($0.clock, $0.deadline - left)
    }
  }

  private mutating func settle(_ step: Int) {
    moveGoal { $0.move(step, to: .settling) }
    if !rollout.steps[step].guards.isEmpty { stepEffects.append(.watch(step: step)) }
    passSettling()
  }

  /// Begins the soak of a step whose guards' answers can be all of it.
  mutating func passSettling() {
    guard !policy.steps.isEmpty else { return }
    guard let end = settlingEnd, end <= clock, let current = rollout.underWay else { return }
    moveGoal { $0.move(current, to: .soaking) }
  }

  private var settlingEnd: GateInstant? {
    guard rollout.state == .settling, let step, let since = rollout.since else { return nil }
    return since + step.settling
  }

  // MARK: - Time

  /// When time alone changes what a step is in.
  var nextStepMoment: GateInstant? { settlingEnd ?? commandsEnd }

  /// When the step has waited long enough for a command to say yes.
  private var commandsEnd: GateInstant? {
    // Its commands are the shell's: how they end is told to it.
    guard !isFaultless, rollout.asked == .running, let step, let since = rollout.since else {
      return nil
    }
    switch rollout.state {
    case .approving: return since + (step.approval ?? .zero)
    case .shifting: return rollout.askedAt + step.commandTimeout
    case .confirming: return since + step.commandTimeout
    default: return nil
    }
  }

  /// Ends the run where a command has had all its time.
  mutating func endCommandsTime() {
    // Asked first, here and below: a question about the whole gate copies it.
    guard !policy.steps.isEmpty else { return }
    guard let end = commandsEnd, end <= clock, let current = rollout.underWay else { return }
    switch rollout.state {
    case .approving: conclude(.inconclusive, notApprovedInTime(current))
    case .shifting, .confirming: conclude(.rollback, stepTookTooLong(current))
    default: break
    }
  }

  /// How much longer the deadline is, at the most, for the approval that is waited for.
  var approvalTime: Duration {
    guard rollout.state == .approving, rollout.asked == .running, let step else { return .zero }
    return step.approval ?? .zero
  }

  /// Until when all must hold that comes next, so that the rest fits in before the deadline.
  var nextGoal: GateInstant {
    guard let next = rollout.next else { return deadline }
    let isInStep = isInStep
    let rest = rollout.steps[(isInStep ? next + 1 : next)...].reduce(Duration.zero) {
      $0 + $1.shortest
    }
    return min(deadline - rest, ownDeadline ?? deadline)
  }

  /// Until when the step that is under way must be over by its own deadline.
  private var ownDeadline: GateInstant? {
    guard isInStep, let current = rollout.underWay, let own = rollout.steps[current].deadline,
      let began = rollout.records[current].first(.shifting)
    else { return nil }
    let anew = resumptions.last { $0.effect == .anew }?.at
    return max(began, anew ?? began) + own
  }

  /// The step's own deadline, where that is the one that counts.
  var deadlineOfStep: Duration? { ownDeadline == goal ? step?.deadline : nil }

  /// Whether nothing but the step's commands took so long that the rest of it no longer fits in.
  var isOnlyStepTooLate: Bool {
    isInStep && rollout.state != .soaking && lastChanceOfStep < clock && areGuardsReady
      && group.healthyAndListed >= minHealthy && group.unhealthy <= maxUnhealthy
  }

  /// Whether the next goal is the end of the step that is under way, and not its shift.
  private var isInStep: Bool {
    switch rollout.state {
    case .shifting: rollout.asked == .running
    case .confirming, .settling, .soaking: true
    default: false
    }
  }

  /// How long the group must have been healthy at the goal.
  var wantedSoak: Duration {
    guard isInStep, let step else { return policy.soak }
    return max(policy.soak, step.soak)
  }

  /// Until when what a step is in must end, for the rest of the step to fit in before the goal.
  var lastChanceOfStep: GateInstant {
    guard let step, isInStep else { return goal }
    return switch rollout.state {
    case .shifting, .confirming: goal - step.shortest
    case .settling: goal - step.soak
    default: goal
    }
  }

  // MARK: - After a time in which nobody looked

  /// A step begins anew what it was in: what was asked for is asked again.
  mutating func resumeSteps() {
    if rollout.isOver, let last = rollout.current { move(last, to: .soaking) }
    guard let current = rollout.underWay else { return }
    switch rollout.records[current].state {
    case .approving: approveAgain(current)
    case .shifting: rollout.ask(.wanted, at: clock)
    case .confirming:
      move(current, to: .confirming)
      run(.confirm, of: current, at: clock)
    case .settling, .soaking: watchAgain(current)
    case .pending, .passed, .failed, .skipped: break
    }
    moveGoal()
  }

  private mutating func approveAgain(_ step: Int) {
    // It is as much later as it was waited for.
    let left = approvalTime - clock.since(rollout.since ?? clock)
    if left > .zero { moveGoal { $0.deadline = max($0.clock, $0.deadline - left) } }
    rollout.askAgain(step)
    approve(step)
  }

  private mutating func watchAgain(_ step: Int) {
    move(step, to: rollout.records[step].state)
    guard !rollout.steps[step].guards.isEmpty else { return }
    removeGuards(of: step)
    stepEffects.append(.watch(step: step))
  }

  // MARK: - The end

  /// The run is over: of a rollback the step that is under way is the cause, or the place.
  mutating func endSteps(_ decision: Decision) {
    guard decision != .promote else { return }
    if decision == .rollback, let current = rollout.underWay { move(current, to: .failed) }
    for step in rollout.steps.indices where rollout.records[step].state == .pending {
      move(step, to: .skipped)
    }
  }

  /// Whether the step waits for traffic alone.
  var isOnlyTrafficMissing: Bool {
    guard rollout.state == .soaking || rollout.underWay == nil && areGuardsMissing else {
      return false
    }
    let others = present(.guard) {
      hasSay($0) && ($0.health.state != .healthy || isPending($0))
    }
    return !others.isEmpty
      && others.allSatisfy { $0.waitsFor != nil && $0.health.consecutiveFailures == 0 }
  }
}

/// What a step waits for the shell to do.
package struct AwaitedCommand: Hashable, Sendable {
  package var step: Int
  package var state: StepState
  package var isBegun: Bool
}

extension StepCommand.Kind {
  /// The state in which a step runs it.
  var state: StepState {
    switch self {
    case .approve: .approving
    case .shift: .shifting
    case .confirm: .confirming
    }
  }
}
