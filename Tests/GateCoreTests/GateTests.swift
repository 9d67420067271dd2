import GateCore
import TestSupport
import Testing

/// Events that no scenario of marks can write.
@Suite struct GateTests {
  private static func run(
    _ check: HealthCheck = .sample(), replaced: Int = 0, soak: Int = 0, deadline: Int = 100,
    expected: Int = 1, membership: GatePolicy.Membership = .changing
  ) -> VirtualRun {
    VirtualRun(
      check: check,
      policy: GatePolicy(
        maxReplaced: .number(replaced), soak: .seconds(soak), deadline: .seconds(deadline),
        expected: expected, membership: membership))
  }

  @Test func theFirstCheckStartsAtOnceAndTheNextAnIntervalLater() {
    var gate = Self.run(expected: 2).gate
    var effects: [GateEffect] = []
    gate.handle(.instanceAdded(.sample("a")), at: .seconds(1), effects: &effects)
    #expect(effects.first == .startCheck(InstanceKey(0), at: .seconds(1)))
    effects = []
    let report = CheckReport.sample(.success, from: .seconds(1), to: .seconds(2))
    gate.handle(.checked(InstanceKey(0), report), at: .seconds(2), effects: &effects)
    #expect(effects.contains(.startCheck(InstanceKey(0), at: .seconds(11))))
    #expect(gate[InstanceKey(0)].healthySince == .seconds(2))
  }

  @Test func allWhoLeaveByOneListingAreInTheReason() {
    var run = Self.run(expected: 3)
    run.join(["a", "b", "c"])
    run.send(.instanceRemoved(InstanceKey(1)), at: .seconds(3))
    run.send(.instanceRemoved(InstanceKey(2)), at: .seconds(3))
    #expect(run.verdict == nil)
    run.send(
      .listed(FinishedListing(started: .seconds(3), .succeeded(expected: 3))), at: .seconds(3))
    #expect(run.verdict?.reason.code == .tooManyReplaced)
    #expect(run.verdict?.reason.message == "2 instances left the group, 0 allowed: b, c")
    #expect(run.verdict?.at == .seconds(3))
    #expect(run.gate.present == 1 && run.gate.replaced == 2)
  }

  @Test func oneThatMayLeaveIsReplacedAndTheReplacementIsNew() {
    var run = Self.run(.sample(.classic), replaced: 1, expected: 1)
    let first = run.join(["a"])
    run.end(first, .success)
    run.send(.instanceRemoved(first), at: .seconds(3))
    let second = run.join(["a"], at: .seconds(5))
    #expect(second != first && run.gate.key(of: "a") == second)
    #expect(run.gate[second].health.state == .initial)
    run.end(second, .success)
    #expect(run.verdict == nil)
    run.end(second, .success)
    #expect(run.verdict?.decision == .promote)
    #expect(run.verdict?.at == .seconds(15))
    #expect(run.violations == [])
  }

  @Test func aRemovedInstanceIsCheckedNoMoreAndItsResultHasNoEffect() {
    var run = Self.run(replaced: 1, expected: 1)
    let first = run.join(["a"])
    run.send(.instanceRemoved(first), at: .seconds(1))
    run.join(["b"], at: .seconds(2))
    let record = run.gate[first]
    let report = CheckReport.sample(.success, from: .start, to: .seconds(3))
    let wasInTime = run.send(.checked(first, report), at: .seconds(3))
    #expect(wasInTime)
    #expect(run.gate[first] == record)
    #expect(run.verdict == nil && run.violations == [])
    run.send(.instanceRemoved(first), at: .seconds(4))
    #expect(run.gate.replaced == 1)
  }

  @Test func anUnknownInstancesResultHasNoEffect() {
    var run = Self.run()
    run.join(["a"])
    let records = run.gate.records
    let report = CheckReport.sample(.success, from: .start, to: .seconds(1))
    for event in [
      GateEvent.checked(InstanceKey(5), report), .instanceRemoved(InstanceKey(5)),
      .checkLost(InstanceKey(-1), GateFault(detail: "lost")),
    ] {
      let wasInTime = run.send(event, at: .seconds(1))
      #expect(wasInTime)
    }
    #expect(run.gate.records == records && run.verdict == nil)
  }

  @Test func noInstanceByTheDeadlineIsInconclusive() {
    var run = Self.run()
    run.send(.wokeUp, at: .seconds(1))
    #expect(run.checker.wakeUp == .seconds(100.000_001))
    run.send(.wokeUp, at: .seconds(100))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(100.000_001))
    #expect(run.verdict?.decision == .inconclusive)
    #expect(run.verdict?.reason.code == .noInstances)
  }

  @Test func aSourceThatFailsIsAGateFaultWhenNoInstanceCame() {
    var run = Self.run()
    let fault = GateFault(detail: "the name server is silent")
    run.send(.listed(FinishedListing(started: .start, .failed(fault))), at: .seconds(1))
    run.send(.wokeUp, at: .seconds(200))
    #expect(run.verdict?.decision == .inconclusive)
    #expect(run.verdict?.reason.code == .gateFault, "that there is none is not known")
    #expect(run.verdict?.reason.message.contains("the name server is silent") == true)
    #expect(run.gate.losses.listings.count == 1 && run.gate.losses.lastFault == fault)
  }

  @Test func aDeadlineThatCannotBeMetIsARollbackAndNotDatedBeforeTheRun() {
    var run = Self.run(.sample(.classic, healthy: 10), deadline: 60, membership: .fixed)
    run.join(["a"])
    #expect(run.verdict?.decision == .rollback)
    #expect(run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.verdict?.at == .start)
    #expect(run.violations == [])
  }

  @Test func aGroupThatIsNotCompleteIsNotPromoted() {
    var run = Self.run(expected: 2)
    let first = run.join(["a"])
    run.end(first, .success)
    for _ in 1...9 { run.end(first, .success) }
    #expect(run.gate.healthy == 1 && run.verdict == nil)
    let second = run.join(["late"], at: .seconds(99))
    #expect(run.verdict == nil)
    run.end(second, .success)
    #expect(run.verdict?.decision == .promote)
    #expect(run.verdict?.at == .seconds(99))
  }

  @Test func anIncompleteGroupIsRolledBackWhenANewcomerWouldBeTooLate() {
    var run = Self.run(.sample(.classic, healthy: 4), expected: 2)
    run.join(["a"])
    run.send(.wokeUp, at: .seconds(70))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(90))
    #expect(run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.verdict?.at == .seconds(70.000_001))
  }

  @Test func whatTimeDecidesIsDatedAtItsMomentHoweverLateItIsSeen() {
    var soaked = Self.run(soak: 30)
    let key = soaked.join(["a"])
    soaked.end(key, .success)
    #expect(soaked.checker.wakeUp == .seconds(30))
    for _ in 1...2 { soaked.end(key, .success) }
    let wasInTime = soaked.send(.wokeUp, at: .seconds(77))
    #expect(!wasInTime)
    #expect(soaked.verdict?.decision == .promote)
    #expect(soaked.verdict?.at == .seconds(30))

    var silent = Self.run()
    silent.join(["a"])
    let wasBeforeIt = silent.send(.interrupted(.terminate), at: .seconds(500))
    #expect(!wasBeforeIt)
    #expect(silent.verdict?.reason.code == .gateFault)
    #expect(silent.verdict?.at == .seconds(100.000_001))
  }

  @Test func anEventAfterTheVerdictReturnsFalseAndChangesNothing() {
    var run = Self.run()
    let key = run.join(["a"])
    run.end(key, .success)
    let (verdict, records) = (run.verdict, run.gate.records)
    #expect(verdict?.decision == .promote)
    let report = CheckReport.sample(
      .failure(.connectionRefused), from: .seconds(10), to: .seconds(10))
    for event in [
      GateEvent.checked(key, report), .instanceRemoved(key), .instanceAdded(.sample("b")),
      .interrupted(.interrupt), .checkLost(key, GateFault(detail: "late")), .wokeUp,
    ] {
      let wasInTime = run.send(event, at: .seconds(10))
      #expect(!wasInTime)
    }
    #expect(run.verdict == verdict && run.gate.records == records)
    #expect(run.gate.losses.isEmpty && run.violations == [])
  }

  @Test(arguments: Interruption.allCases)
  func anInterruptionIsInconclusiveAndNamed(interruption: Interruption) {
    var run = Self.run(soak: 30)
    let key = run.join(["a"])
    run.end(key, .success)
    run.send(.interrupted(interruption), at: .seconds(4))
    #expect(run.verdict?.decision == .inconclusive)
    #expect(run.verdict?.reason.code == .interrupted)
    #expect(run.verdict?.at == .seconds(4))
    #expect(run.verdict?.reason.message.contains("1 of 1 instance healthy") == true)
  }

  @Test func theSoakIsOverBeforeAnInterruptionAtItsEnd() {
    var run = Self.run(soak: 30)
    let key = run.join(["a"])
    for _ in 0...2 { run.end(key, .success) }
    run.send(.interrupted(.terminate), at: .seconds(30))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func aSlowAnswerThatStillLeavesTimeForTheNextChecksIsNotTooLate() {
    var run = Self.run(.sample(.classic, timeout: .seconds(5)), deadline: 20, membership: .fixed)
    let key = run.join(["a"])
    run.end(key, .failure)
    run.send(.wokeUp, at: .seconds(12))
    #expect(run.verdict == nil, "the check at 10 may still succeed, and that at 20 then decides")
    run.end(key, .success, at: .seconds(13))
    run.end(key, .success)
    #expect(run.verdict?.decision == .promote)
    #expect(run.verdict?.at == .seconds(20))
  }

  @Test func theCountsOfTheGroupFollowItsMembers() {
    var run = Self.run(.sample(unhealthy: 1), replaced: 3, expected: 9)
    run.join(["a", "b", "c"])
    run.end(InstanceKey(0), .success)
    #expect(run.gate.present == 3 && run.gate.healthy == 1 && run.gate.initial == 2)
    run.send(.instanceRemoved(InstanceKey(0)), at: .seconds(1))
    #expect(run.gate.present == 2 && run.gate.healthy == 0 && run.gate.replaced == 1)
    run.end(InstanceKey(1), .failure, at: .seconds(2))
    #expect(run.gate.unhealthy == 1 && run.verdict?.reason.code == .tooManyUnhealthy)
  }
}
