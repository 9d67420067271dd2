import GateCore
import TestSupport
import Testing

/// A canary in steps: what each state waits for, and what ends a run in it.
///
/// Checks are 10 s apart and answer at once, the thresholds are 2; commands take a second.
@Suite struct StepsTests {
  static let soak = Duration.seconds(60)

  static func guarding(
    _ name: String = "errors", lag: Int = 0, window: Int = 0, isAdvisory: Bool = false
  ) -> GuardMeasure {
    GuardMeasure(name, lag: .seconds(lag), window: .seconds(window), isAdvisory: isAdvisory)
  }

  static func steps(
    _ guards: [GuardMeasure] = [], approval: Duration? = nil, isConfirmed: Bool = false
  ) -> [CanaryStep] {
    [
      CanaryStep(
        name: "a little", weight: 10, soak: soak, approval: approval, isConfirmed: isConfirmed,
        guards: guards),
      CanaryStep(name: "all", weight: 100, soak: soak, guards: guards),
    ]
  }

  static func run(
    _ steps: [CanaryStep] = steps(), soak: Duration = .zero, deadline: Duration = .seconds(1000),
    instances: Int = 2
  ) -> CanaryRun {
    var run = VirtualRun(
      check: .sample(.alb),
      policy: GatePolicy(soak: soak, deadline: deadline, expected: instances, steps: steps))
    run.join((0..<instances).map { "i-\($0)" })
    return CanaryRun(run)
  }

  private static func states(_ run: CanaryRun, of step: Int = 0) -> [StepState] {
    run.run.stepTransitions.filter { $0.step == step }.map(\.to)
  }

  @Test func aGoodReleaseIsPromotedAtTheEndOfTheLastStep() {
    var run = Self.run(soak: .seconds(30))
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    // The run's soak, then each step's second of shifting and its minute.
    #expect(run.run.verdict?.at == .seconds(30 + 61 + 61))
    #expect(Self.states(run) == [.shifting, .settling, .soaking, .passed])
    #expect(run.run.gate.rollout.commanded == 100)
    #expect(run.run.verdict?.reason.message.hasSuffix("after 2 steps") == true)
    #expect(run.run.violations == [])
  }

  @Test func nothingIsShiftedToWhatIsNotHealthy() {
    var run = Self.run(deadline: .seconds(150))
    run.answer = { instance, _, _ in instance.id == "i-1" ? .failure : .success }
    run.play()
    #expect(run.run.verdict?.reason.code == .tooManyUnhealthy)
    #expect(!run.run.gate.rollout.hasShifted)
    #expect(run.run.gate.rollout.records.map(\.state) == [.skipped, .skipped])
  }

  @Test func aShiftWaitsForALatestCheckThatPasses() {
    var run = Self.run()
    // One fails its check at the end of the first step: the second shift waits for its next one.
    run.answer = { instance, start, _ in
      instance.id == "i-0" && start == .seconds(60) ? .failure : .success
    }
    run.play()
    let second = run.run.stepTransitions.first { $0.step == 1 && $0.to == .shifting }
    #expect(second?.at == .seconds(70))
    #expect(run.run.verdict?.decision == .promote)
  }

  @Test func aReleaseThatFailsUnderLoadIsRolledBackInTheStep() {
    var run = Self.run()
    run.answer = { _, start, gate in
      gate.rollout.commanded != nil && start >= .seconds(20) ? .failure : .success
    }
    run.play()
    #expect(run.run.verdict?.decision == .rollback)
    #expect(run.run.verdict?.at == .seconds(30))
    #expect(run.run.verdict?.reason.message.hasPrefix("in step 1 of 2 (a little, 10%): ") == true)
    #expect(run.run.gate.rollout.records.map(\.state) == [.failed, .skipped])
  }

  // MARK: - Commands

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var kind: StepCommand.Kind
    var result: StepCommandEnd.Result
    var decision: Decision
    var code: ReasonCode
    var words: String
  }

  static let rows = [
    Row(
      testDescription: "a shift that fails", kind: .shift, result: .exited(1), decision: .rollback,
      code: .stepFailed, words: "in step 1 of 2 (a little, 10%): shift exited with 1"),
    Row(
      testDescription: "a shift has no not yet", kind: .shift, result: .exited(75),
      decision: .rollback, code: .stepFailed,
      words: "in step 1 of 2 (a little, 10%): shift exited with 75"),
    Row(
      testDescription: "a shift that is ended", kind: .shift, result: .timedOut,
      decision: .rollback, code: .stepFailed,
      words: "in step 1 of 2 (a little, 10%): shift exceeded its time limit and was terminated"),
    Row(
      testDescription: "a confirm that fails", kind: .confirm, result: .exited(2),
      decision: .rollback, code: .stepFailed,
      words: "in step 1 of 2 (a little, 10%): confirm exited with 2"),
    Row(
      testDescription: "an approval that is refused", kind: .approve, result: .exited(1),
      decision: .inconclusive, code: .notApproved,
      words: "in step 1 of 2 (a little, 10%): approve exited with 1"),
  ]

  @Test(arguments: rows) func aCommandThatFailsEndsTheRun(_ row: Row) {
    var run = Self.run(Self.steps(approval: .seconds(100), isConfirmed: true))
    run.command = { command, _ in
      CanaryRun.Ending(command.kind == row.kind ? row.result : .exited(0))
    }
    run.play()
    #expect(run.run.verdict?.decision == row.decision)
    #expect(run.run.verdict?.reason.code == row.code)
    #expect(run.run.verdict?.reason.message == row.words)
    #expect(run.run.gate.rollout.hasShifted == (row.kind != .approve))
  }

  @Test func aShiftThatHangsFailsTheStepWhenItsTimeIsOver() {
    var run = Self.run()
    run.command = { _, _ in nil }
    run.play()
    #expect(run.run.verdict?.reason.code == .stepFailed)
    #expect(run.run.verdict?.at == .seconds(300))
  }

  @Test func confirmIsAskedAtTheIntervalAndNotForever() {
    var run = Self.run(Self.steps(isConfirmed: true))
    run.command = { command, _ in
      CanaryRun.Ending(.exited(command.kind == .confirm && command.attempt < 4 ? 75 : 0))
    }
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    #expect(run.run.gate.rollout.records[0].attempts[.confirm] == 4)
    // Begun at 1 s, then every ten: the fourth ends at 32 s.
    #expect(run.run.gate.rollout.records[0].first(.settling) == .seconds(32))
    #expect(run.run.gate.rollout.confirmed == 10)
    run = Self.run(Self.steps(isConfirmed: true))
    run.command = { command, _ in CanaryRun.Ending(.exited(command.kind == .confirm ? 75 : 0)) }
    run.play()
    #expect(run.run.verdict?.reason.code == .stepFailed)
    #expect(run.run.verdict?.at == .seconds(301))
  }

  // MARK: - Approval

  @Test func theDeadlineStandsStillUntilTheApproval() {
    var run = Self.run(Self.steps(approval: .seconds(7200)), deadline: .seconds(200))
    run.command = { command, at in
      CanaryRun.Ending(.exited(command.kind == .approve && at < .seconds(5000) ? 75 : 0))
    }
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    #expect(run.run.gate.deadline == .seconds(200 + 5001))
  }

  @Test func anApprovalThatDoesNotComeIsNone() {
    var run = Self.run(Self.steps(approval: .seconds(7200)), deadline: .seconds(200))
    run.command = { _, _ in nil }
    run.play()
    #expect(run.run.verdict?.reason.code == .notApproved)
    #expect(run.run.verdict?.decision == .inconclusive)
    #expect(run.run.verdict?.at == .seconds(7200))
  }

  @Test func whatFailsWhileOneWaitsForAnApprovalEndsTheRunAtOnce() {
    var run = Self.run(Self.steps(approval: .seconds(7200)))
    run.command = { _, _ in nil }
    run.answer = { _, start, _ in start >= .seconds(100) ? .failure : .success }
    run.play()
    #expect(run.run.verdict?.reason.code == .tooManyUnhealthy)
    #expect(run.run.verdict?.at == .seconds(110))
  }

  @Test func anApprovedShiftStillWaitsForAllThatItNeeds() {
    var run = Self.run(Self.steps(approval: .seconds(7200)))
    run.command = { command, _ in
      CanaryRun.Ending(.exited(0), takes: .seconds(command.kind == .approve ? 21 : 1))
    }
    run.answer = { instance, start, _ in
      instance.id == "i-0" && start == .seconds(20) ? .failure : .success
    }
    run.play()
    #expect(run.run.gate.rollout.records[0].first(.shifting) == .seconds(30))
    #expect(run.run.verdict?.decision == .promote)
  }

  // MARK: - Guards

  @Test func aGuardsSuccessCountsOnlyWhereAllItsDataIsOfTheStep() {
    var run = Self.run(Self.steps([Self.guarding(lag: 15, window: 60)]))
    run.play()
    #expect(Self.states(run) == [.shifting, .settling, .soaking, .passed])
    #expect(run.run.gate.rollout.records[0].first(.soaking) == .seconds(1 + 75))
    #expect(run.run.verdict?.at == .seconds(2 * (1 + 75 + 60)))
    let guards = run.run.gate.records(.guard)
    // Asked from the shift on, and counted from when it can be of the step.
    #expect(guards.map(\.instance.step) == [0, 1])
    #expect(guards.allSatisfy { $0.successes < 8 })
  }

  @Test func aGuardsFailureCountsAtOnce() {
    var run = Self.run(Self.steps([Self.guarding(lag: 120, window: 60)]))
    run.answer = { instance, _, _ in instance.role == .guard ? .failure : .success }
    run.play()
    #expect(run.run.verdict?.reason.code == .guardFailed)
    #expect(run.run.verdict?.at == .seconds(11))
  }

  @Test func aGuardHasNumbersOfItsOwn() {
    let measure = GuardMeasure(
      "errors", interval: .seconds(5), healthyThreshold: 3, unhealthyThreshold: 4)
    var run = Self.run(Self.steps([measure]))
    run.answer = { instance, _, _ in instance.role == .guard ? .failure : .success }
    run.play()
    #expect(run.run.verdict?.at == .seconds(1 + 15))
  }

  @Test func aGuardWithoutASayDecidesNothing() {
    var run = Self.run(Self.steps([Self.guarding(isAdvisory: true)]))
    run.answer = { instance, _, _ in instance.role == .guard ? .failure : .success }
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    #expect(run.run.gate.records(.guard).allSatisfy { $0.failures > 5 })
  }

  @Test func aStepWithoutTrafficWaitsAndIsNeitherPassedNorFailed() {
    var run = Self.run(Self.steps([Self.guarding()]), deadline: .seconds(400))
    run.answer = { instance, _, _ in instance.role == .guard ? .waits : .success }
    run.play()
    #expect(run.run.verdict?.decision == .inconclusive)
    #expect(run.run.verdict?.reason.code == .tooFewSamples)
    #expect(run.run.verdict?.reason.message.contains("1 of 2 requests") == true)
  }

  @Test func trafficThatComesLateLetsTheStepPass() {
    var run = Self.run(Self.steps([Self.guarding()]))
    run.answer = { instance, start, _ in
      instance.role == .guard && start < .seconds(200) ? .waits : .success
    }
    run.play()
    #expect(run.run.verdict?.decision == .promote)
  }

  @Test func aGuardThatCannotBeAskedIsTheGatesOwnFault() {
    var run = Self.run(Self.steps([Self.guarding()]), deadline: .seconds(400))
    run.answer = { instance, _, _ in instance.role == .guard ? .lost : .success }
    run.play()
    #expect(run.run.verdict?.reason.code == .gateFault)
    #expect(run.run.gate.rollout.hasShifted)
  }

  @Test func aStepsGuardsBeginAnewInTheNextStep() {
    var run = Self.run(Self.steps([Self.guarding()]))
    run.answer = { instance, _, gate in
      instance.role == .guard && gate.rollout.current == 1 ? .failure : .success
    }
    run.play()
    #expect(run.run.verdict?.reason.code == .guardFailed)
    #expect(run.run.gate.rollout.records.map(\.state) == [.passed, .failed])
  }

  // MARK: - Time

  @Test func aStepThatCanNoLongerFitInIsGivenUpAtOnce() {
    // Two steps of a minute each do not fit in after a shift that took so long.
    var run = Self.run(deadline: .seconds(150))
    run.command = { _, _ in CanaryRun.Ending(.exited(0), takes: .seconds(100)) }
    run.play()
    #expect(run.run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.run.verdict?.at == .seconds(30.000_001))
  }

  @Test func aStepHasADeadlineOfItsOwn() {
    var steps = Self.steps()
    steps[0].deadline = .seconds(90)
    var run = Self.run(steps)
    // A relapse in the soak: the soak begins anew and no longer fits in.
    run.answer = { instance, start, _ in
      instance.id == "i-0" && (.seconds(40)...(.seconds(50))).contains(start) ? .failure : .success
    }
    run.run = {
      var run = VirtualRun(
        check: .sample(.alb),
        policy: GatePolicy(
          maxUnhealthy: .number(1), deadline: .seconds(1000), expected: 2, steps: steps))
      run.join(["i-0", "i-1"])
      return run
    }()
    run.play()
    #expect(run.run.verdict?.decision == .rollback)
    #expect(run.run.verdict?.reason.message.contains("a little") == true)
    #expect((run.run.verdict?.at ?? .start) < .seconds(90))
  }

  // MARK: - A runner that is killed

  struct Kill: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// In seconds.
    var at: Double
    var state: StepState
    /// What runs again, with its attempt.
    var command: StepCommand?
  }

  static let kills = [
    Kill(
      testDescription: "approving", at: 1, state: .approving,
      command: StepCommand(.approve, step: 0, attempt: 2)),
    Kill(
      testDescription: "shifting", at: 6, state: .shifting,
      command: StepCommand(.shift, step: 0, attempt: 2)),
    Kill(
      testDescription: "confirming", at: 11, state: .confirming,
      command: StepCommand(.confirm, step: 0, attempt: 2)),
    Kill(testDescription: "settling", at: 20, state: .settling, command: nil),
    Kill(testDescription: "soaking", at: 60, state: .soaking, command: nil),
  ]

  @Test(arguments: kills) func aKilledRunGoesOnWhereItWas(_ kill: Kill) {
    var run = Self.run(
      Self.steps([Self.guarding(window: 30)], approval: .seconds(100), isConfirmed: true))
    run.command = { _, _ in CanaryRun.Ending(.exited(0), takes: .seconds(5)) }
    run.play(until: .seconds(kill.at))
    #expect(run.run.gate.rollout.state == kill.state)
    run.run.send(.resumed(after: .seconds(300)), at: .seconds(kill.at + 300))
    #expect(run.run.gate.rollout.state == kill.state)
    if kill.state != .shifting { #expect(run.run.command?.command == kill.command) }
    run.play(until: .seconds(kill.at + 312))
    if kill.state == .shifting {
      // Nothing is shifted to what has not been seen to be healthy.
      #expect(run.run.gate.rollout.records[0].first(.shifting) == .seconds(5))
      #expect(run.run.gate.rollout.records[0].attempts[.shift] == 2)
    }
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    #expect(run.run.violations == [])
    #expect(run.run.replayed().verdict == run.run.verdict)
  }

  @Test func aPromotionThatWasNotHandedOverIsSoakedForAgain() {
    var run = Self.run()
    run.play()
    #expect(run.run.verdict?.at == .seconds(122))
    run.run.send(.resumed(after: .seconds(100)), at: .seconds(222))
    #expect(run.run.verdict == nil)
    #expect(run.run.gate.rollout.state == .soaking)
    run.play()
    #expect(run.run.verdict?.decision == .promote)
    // It shows again that it is healthy, and soaks from then on.
    #expect(run.run.verdict?.at == .seconds(222 + 10 + 60))
  }

  @Test func anInterruptionSaysInWhichStep() {
    var run = Self.run()
    run.play(until: .seconds(30))
    run.run.send(.interrupted(.terminate), at: .seconds(31))
    let message = run.run.verdict?.reason.message
    #expect(message?.hasPrefix("in step 1 of 2 (a little, 10%): interrupted by SIGTERM") == true)
    #expect(run.run.gate.rollout.records.map(\.state) == [.soaking, .skipped])
  }

  @Test func lostChecksDoNotTurnAFailedStepIntoTheGatesFault() {
    var run = Self.run()
    run.answer = { instance, start, _ in
      instance.id == "i-0" && start == .seconds(0) ? .lost : .success
    }
    run.command = { _, _ in CanaryRun.Ending(.exited(1)) }
    run.play()
    #expect(run.run.verdict?.reason.code == .stepFailed)
  }

  @Test func checksLostBeforeTheShiftDoNotUseUpTheTimeOfTheGateThatLostNothing() {
    // So many are lost that the steps no longer fit in: had none been, they would have.
    var run = Self.run(deadline: .seconds(150))
    run.answer = { _, start, gate in
      gate.rollout.hasShifted || start > .seconds(50) ? .success : .lost
    }
    run.play()
    #expect(run.run.verdict?.reason.code == .gateFault)
  }

  // MARK: - The old group

  @Test func anOldGroupThatShrinksDuringAStepIsNoted() {
    var run = Self.run()
    run.run.join(["old-1", "old-2"], as: .baseline)
    run.play(until: .seconds(30))
    #expect(run.run.gate.rollout.wayBack.map { [$0.began, $0.least] } == [2, 2])
    run.run.send(.instanceRemoved(InstanceKey(2)), at: .seconds(31))
    #expect(run.run.gate.rollout.wayBack.map { [$0.began, $0.least] } == [2, 1])
    run.play()
    #expect(run.run.verdict?.decision == .promote)
  }

  @Test func eachStepIsComparedOnceOnItsOwnChecks() {
    var steps = Self.steps()
    steps[0].soak = .seconds(20)
    var run = VirtualRun(
      check: .sample(.alb),
      policy: GatePolicy(
        deadline: .seconds(2000), expected: 1, comparison: ComparisonPolicy(minSamples: 5),
        steps: steps))
    run.join(["new"])
    run.join(["old"], as: .baseline)
    var canary = CanaryRun(run)
    canary.play()
    #expect(canary.run.verdict?.decision == .promote)
    // Its soak is over after two checks, and five are compared.
    let first = canary.run.gate.rollout.records[0]
    #expect(first.since == .seconds(50))
    #expect(canary.run.gate.comparison?.new.checks == 6)
  }
}
