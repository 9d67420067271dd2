/// The canary in steps: a state machine between the first possible promotion and the actual one.
///
/// Every shift, and the end of the last step, requires everything that a promotion requires. So
/// where a gate without steps promotes, this one continues with the next state (`advance`).
/// Commands are effects, and their ends are events. A condition that ends a run ends it in any
/// state.
extension Gate {
  /// The current step; nil before the first, between two steps, and after the last.
  var step: CanaryStep? { rollout.underWay.map { rollout.steps[$0] } }

  /// The command that a step has requested or waits for; nil if there is none.
  package var awaitedCommand: AwaitedCommand? {
    guard let current = rollout.underWay, let asked = rollout.asked, asked != .wanted else {
      return nil
    }
    return AwaitedCommand(
      step: current, state: rollout.records[current].state, isBegun: asked == .running)
  }

  // MARK: - The conditions to continue

  /// Whether the steps do not prevent the gate from continuing.
  var isStepReady: Bool {
    guard let current = rollout.underWay else { return true }
    return switch rollout.records[current].state {
    case .approving: rollout.records[current].isApproved && rollout.asked != .requested
    case .shifting: rollout.asked == .wanted
    case .soaking: stepGuards(of: current).count == rollout.steps[current].guards.count
    case .confirming, .settling, .pending, .passed, .failed, .skipped: false
    }
  }

  /// The records of a step's guards that are present.
  func stepGuards(of step: Int) -> [InstanceRecord] {
    // Steps have few guards, and most gates have no steps.
    guard !rollout.steps[step].guards.isEmpty else { return [] }
    return present(.guard) { $0.instance.step == step }
  }

  /// Whether the old and the new group are compared now; with steps, during the soak of each step.
  var isComparing: Bool { rollout.isEmpty || rollout.state == .soaking }

  /// The time since which checks are compared with those of the old group; nil while they are not.
  var comparedSince: GateInstant? {
    guard !rollout.isEmpty else { return healthySince }
    guard rollout.state == .soaking, let healthySince, let since = rollout.since else { return nil }
    return max(healthySince, since)
  }

  /// Whether the gate without losses waits for a command to begin.
  ///
  /// Only the shell can begin it, so the time that this takes does not count there.
  var isWaitingForShell: Bool { isFaultless && rollout.asked == .requested }

  // MARK: - Continuing

  /// Continues when everything that a promotion requires holds; returns whether that is the
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

  /// Ends the step that soaked, with its guards.
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

  /// Requests the approval.
  ///
  /// Until it arrives, the deadline is extended by the longest time that the approval may take.
  private mutating func approve(_ next: Int) {
    let time = rollout.steps[next].approval ?? .zero
    moveGoal {
      $0.move(next, to: .approving)
      $0.deadline = $0.deadline + time
    }
    run(.approve, of: next, at: clock)
  }

  /// Requests the shift, which is recorded before it begins.
  private mutating func request() {
    guard let current = rollout.underWay else { return }
    isHeld = false
    rollout.ask(.requested, at: clock)
    stepEffects.append(.beginStep(current))
  }

  /// Begins the shift.
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

  /// Removes the unused approval time from the deadline, and requests the shift.
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

  /// Begins the soak when the guards' results can be entirely from this step.
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

  /// When time alone changes the state of the step; nil if it does not.
  var nextStepMoment: GateInstant? { settlingEnd ?? commandsEnd }

  /// When a command's time limit expires; nil if none is running.
  private var commandsEnd: GateInstant? {
    // The commands belong to the shell, and the gate without losses is told how they end.
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

  /// Ends the run if a command has exceeded its time limit.
  mutating func endCommandsTime() {
    // This is tested first, here and below, because a property of the whole gate copies it.
    guard !policy.steps.isEmpty else { return }
    guard let end = commandsEnd, end <= clock, let current = rollout.underWay else { return }
    switch rollout.state {
    case .approving: conclude(.inconclusive, notApprovedInTime(current))
    case .shifting, .confirming: conclude(.rollback, stepTookTooLong(current))
    default: break
    }
  }

  /// The extension of the deadline for the approval that the step waits for; 0 if it waits for
  /// none.
  var approvalTime: Duration {
    guard rollout.state == .approving, rollout.asked == .running, let step else { return .zero }
    return step.approval ?? .zero
  }

  /// The time by which the next state's conditions must hold, so that the rest fits before the
  /// deadline.
  var nextGoal: GateInstant {
    guard let next = rollout.next else { return deadline }
    let isInStep = isInStep
    let rest = rollout.steps[(isInStep ? next + 1 : next)...].reduce(Duration.zero) {
      $0 + $1.shortest
    }
    return min(deadline - rest, ownDeadline ?? deadline)
  }

  /// The end of the current step by its own deadline; nil if it has none.
  private var ownDeadline: GateInstant? {
    guard isInStep, let current = rollout.underWay, let own = rollout.steps[current].deadline,
      let began = rollout.records[current].first(.shifting)
    else { return nil }
    let anew = resumptions.last { $0.effect == .anew }?.at
    return max(began, anew ?? began) + own
  }

  /// The step's own deadline if it determines the goal; else nil.
  var deadlineOfStep: Duration? { ownDeadline == goal ? step?.deadline : nil }

  /// Whether only the step's commands took so long that the rest of it no longer fits.
  var isOnlyStepTooLate: Bool {
    isInStep && rollout.state != .soaking && lastChanceOfStep < clock && areGuardsReady
      && group.healthyAndListed >= minHealthy && group.unhealthy <= maxUnhealthy
  }

  /// Whether the next goal is the end of the current step, and not its shift.
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

  /// The time by which the step's present state must end, so that its rest fits before the goal.
  var lastChanceOfStep: GateInstant {
    guard let step, isInStep else { return goal }
    return switch rollout.state {
    case .shifting, .confirming: goal - step.shortest
    case .settling: goal - step.soak
    default: goal
    }
  }

  // MARK: - Resuming

  /// Restarts the present state of the step after a resumption: its command is requested again.
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
    // The deadline was extended by the whole approval time; only the part that was used stays.
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

  /// Ends the steps with the run: in a rollback, the current step has failed.
  mutating func endSteps(_ decision: Decision) {
    guard decision != .promote else { return }
    if decision == .rollback, let current = rollout.underWay { move(current, to: .failed) }
    for step in rollout.steps.indices where rollout.records[step].state == .pending {
      move(step, to: .skipped)
    }
  }

  /// Whether the step only lacks traffic.
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

/// A command that a step waits for.
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
