import GateCore
import TestSupport
import Testing

/// What a gap without checks does to a run.
///
/// Checks are 10 s apart, the thresholds 2.
@Suite struct ResumingTests {
  private static func run(
    _ check: HealthCheck = .sample(.classic), unhealthy: Int = 0, grace: Int = 0, soak: Int = 0,
    deadline: Int = 100, expected: Int = 1, loadBalancer: GatePolicy.LoadBalancerRole = .none
  ) -> VirtualRun {
    VirtualRun(
      check: check,
      policy: GatePolicy(
        maxUnhealthy: .number(unhealthy), gracePeriod: .seconds(grace), soak: .seconds(soak),
        deadline: .seconds(deadline), expected: expected, loadBalancer: loadBalancer))
  }

  private static let first = InstanceKey(0)

  @Test func aShortGapLeavesTheCountsAndALateCheckComesAtOnce() {
    var run = Self.run()
    run.join(["a"])
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(10)), at: .seconds(10))
    #expect(run.gate[Self.first].health.consecutiveSuccesses == 1)
    #expect(run.wanted(Self.first) == .seconds(10))
    run.end(Self.first, .success)
    #expect(run.verdict?.decision == .promote)
    #expect(run.gate.resumptions.map(\.effect) == [.late])
    #expect(run.violations == [])
  }

  @Test func aLongGapStartsTheCountsAnew() {
    var run = Self.run()
    run.join(["a"])
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(10.1)), at: .seconds(10.1))
    #expect(run.gate[Self.first].health.consecutiveSuccesses == 0)
    run.end(Self.first, .success)
    #expect(run.verdict == nil)
    #expect(run.wanted(Self.first) == .seconds(20.1), "its slots begin anew")
    run.end(Self.first, .success)
    #expect(run.verdict?.at == .seconds(20.1))
    #expect(run.gate.resumptions.map(\.effect) == [.anew])
  }

  @Test func failuresBeforeALongGapDoNotCountEither() {
    var run = Self.run()
    run.join(["a"])
    run.end(Self.first, .failure)
    run.send(.resumed(after: .seconds(60)), at: .seconds(60))
    run.end(Self.first, .failure)
    #expect(run.verdict == nil)
    run.end(Self.first, .failure)
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
  }

  @Test func whatWasHealthyHasToShowItAgain() {
    var run = Self.run(.sample(.alb, healthy: 3), soak: 20)
    run.join(["a"])
    run.end(Self.first, .success)
    #expect(run.gate.healthySince == .start && run.gate.healthy == 1)
    run.send(.resumed(after: .seconds(30)), at: .seconds(30))
    #expect(run.gate[Self.first].health.state == .healthy, "nothing has changed it")
    #expect(run.gate.healthySince == nil)
    #expect(
      run.gate[Self.first].reason(under: run.gate.check).description
        == "healthy before the run was resumed, 0 of 3 health checks passed since")
    for _ in 1...3 { run.end(Self.first, .success) }
    #expect(run.gate.healthySince == .seconds(50), "as many successes as one that comes back")
    run.send(.wokeUp, at: .seconds(71))
    #expect(run.verdict?.at == .seconds(70), "and the whole soak")
  }

  @Test func whatWasHealthyAndFailsIsUnhealthyAsEver() {
    var run = Self.run(.sample(.alb), soak: 20)
    run.join(["a"])
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(30)), at: .seconds(30))
    run.end(Self.first, .failure)
    run.end(Self.first, .failure)
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
  }

  @Test func timeInWhichNobodyLookedDecidesNothing() {
    var run = Self.run(.sample(.alb), soak: 12)
    run.join(["a"])
    run.end(Self.first, .success)
    run.end(Self.first, .success)
    // The soak would have ended at 12 s.
    run.send(.resumed(after: .seconds(8)), at: .seconds(18))
    #expect(run.verdict == nil)
    run.end(Self.first, .success, at: .seconds(19))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(21))
    #expect(run.verdict?.at == .seconds(20), "eight seconds later")
  }

  @Test(arguments: [3, 300]) func noPromotionRestsOnTheRecordAlone(gap: Double) {
    var run = Self.run(.sample(.alb), soak: 12)
    run.join(["a"])
    for _ in 1...2 { run.end(Self.first, .success) }
    run.send(.resumed(after: .seconds(gap)), at: .seconds(10 + gap))
    run.goOn(["+*"])
    #expect(run.verdict?.decision == .promote)
    #expect(run.gate[Self.first].successes > 2, "the soak is over before a check has passed since")
  }

  @Test func theDeadlineIsPutOffByAShortGapAndTheCheckThatWasLost() {
    var run = Self.run(.sample(.classic, unhealthy: 9), deadline: 35)
    run.join(["a"])
    run.end(Self.first, .failure)
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(7)), at: .seconds(17))
    #expect(run.gate.deadline == .seconds(44))
    for _ in 1...2 { run.end(Self.first, .failure) }
    #expect(run.verdict?.decision == .rollback)
    #expect(run.verdict?.at == .seconds(30))
    #expect(
      run.verdict?.reason.message.contains(
        "deadline of 35s (extended to 44s, as the run was resumed)")
        == true)
  }

  @Test func theDeadlineIsNeverPutOffToMoreThanAWholeOne() {
    var run = Self.run(deadline: 35)
    run.join(["a"])
    for second in 1...5 {
      run.send(.resumed(after: .seconds(1)), at: .seconds(Double(second)))
    }
    #expect(run.gate.deadline == .seconds(40))
  }

  @Test func aLongGapGivesAllTheTimeAgain() {
    var run = Self.run(soak: 60, deadline: 90)
    run.join(["a"])
    for _ in 1...5 { run.end(Self.first, .success) }
    run.send(.resumed(after: .seconds(600)), at: .seconds(640))
    #expect(run.gate.deadline == .seconds(730))
    #expect(run.verdict == nil, "what was well is not rolled back for the runner's death")
    for _ in 1...7 { run.end(Self.first, .success) }
    run.send(.wokeUp, at: .seconds(710))
    #expect(run.verdict?.decision == .promote)
    #expect(run.verdict?.at == .seconds(710))
  }

  @Test func theGracePeriodIsNotPutOffForTheInstanceWentOnBooting() {
    var run = Self.run(grace: 30)
    run.join(["a"])
    run.end(Self.first, .failure)
    run.send(.resumed(after: .seconds(40)), at: .seconds(40))
    run.end(Self.first, .failure)
    run.end(Self.first, .failure)
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
  }

  @Test func aToleratedUnhealthyInstanceStaysSoUntilItShowsOtherwise() {
    var run = Self.run(unhealthy: 1, expected: 2)
    run.join(["a", "b"])
    run.end(InstanceKey(1), .failure)
    run.end(InstanceKey(1), .failure)
    run.send(.resumed(after: .seconds(60)), at: .seconds(70))
    #expect(run.gate.unhealthy == 1)
    run.end(InstanceKey(1), .success)
    #expect(run.gate.unhealthy == 1)
    run.end(InstanceKey(1), .success)
    #expect(run.gate.unhealthy == 0)
  }

  @Test func theLoadBalancerIsAskedAgain() {
    var run = Self.run(.sample(.alb), soak: 30, loadBalancer: .confirms)
    run.join(["a"])
    run.send(.loadBalancerSaw(Self.first, LoadBalancerView(state: .healthy)), at: .seconds(1))
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(1))), at: .seconds(1))
    run.end(Self.first, .success, at: .seconds(2))
    #expect(run.gate.healthySince == .seconds(2))
    run.send(.resumed(after: .seconds(30)), at: .seconds(32))
    for _ in 1...5 { run.end(Self.first, .success) }
    #expect(run.gate.healthySince == .seconds(42))
    #expect(run.verdict == nil, "what it said is old")
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(75))), at: .seconds(75))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func whatALoadBalancerSaidOfOneThatWasBootingHasToBeSeenAgain() {
    var run = Self.run(.sample(.alb), grace: 30, loadBalancer: .decides)
    run.join(["a"])
    let unhealthy = LoadBalancerView(state: .unhealthy)
    run.send(.loadBalancerSaw(Self.first, unhealthy), at: .seconds(1))
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(1))), at: .seconds(1))
    run.send(.resumed(after: .seconds(50)), at: .seconds(51))
    run.send(.wokeUp, at: .seconds(52))
    #expect(run.verdict == nil, "the grace period ended while nobody looked")
    #expect(run.gate[Self.first].view == nil, "what is told again is new")
    run.send(.loadBalancerSaw(Self.first, unhealthy), at: .seconds(53))
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(53))), at: .seconds(53))
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
  }

  @Test func aSoakThatBeganAnewIsNoLongerForAGapBeforeIt() {
    var run = Self.run(.sample(.alb), soak: 30, loadBalancer: .decides)
    run.join(["a"])
    run.send(.loadBalancerSaw(Self.first, LoadBalancerView(state: .healthy)), at: .seconds(1))
    run.send(.resumed(after: .seconds(9)), at: .seconds(10))
    run.send(.resumed(after: .seconds(40)), at: .seconds(50))
    #expect(run.gate.healthySince == .seconds(50))
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(79))), at: .seconds(79))
    #expect(run.verdict == nil)
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(80))), at: .seconds(80))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func guardsHaveToHoldAgain() {
    var run = Self.run(.sample(.alb), soak: 30)
    run.join(["a"])
    let guarding = run.join(["query"], as: .guard)
    run.end(Self.first, .success)
    run.end(guarding, .success)
    #expect(run.gate.healthySince == .start)
    run.send(.resumed(after: .seconds(30)), at: .seconds(30))
    for _ in 1...5 { run.end(Self.first, .success) }
    #expect(run.gate.healthySince == .seconds(40), "the soak is the group's")
    #expect(run.verdict == nil)
    let late = CheckReport.sample(.success, from: .seconds(71), to: .seconds(71))
    run.send(.checked(guarding, late), at: .seconds(71))
    #expect(run.verdict == nil, "it has to show it as often as one that comes back")
    run.end(guarding, .success, at: .seconds(80))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func aGroupThatStandsCondemnedStaysSoAndTheOldOneIsAskedAnew() {
    var run = Self.run()
    run.join(["a"])
    let old = run.join(["old"], as: .baseline)
    run.end(Self.first, .failure)
    run.end(old, .failure)
    run.end(Self.first, .failure)
    #expect(run.gate.blame != nil && run.verdict == nil)
    run.send(.resumed(after: .seconds(50)), at: .seconds(60))
    #expect(run.verdict == nil)
    #expect(run.gate.blame?.since == .seconds(60))
    run.end(old, .failure)
    run.end(old, .failure)
    #expect(run.verdict?.reason.code == .sharedCause)
  }

  @Test func twoResumptionsAreTwo() {
    var run = Self.run()
    run.join(["a"])
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(30)), at: .seconds(30))
    run.end(Self.first, .success)
    run.send(.resumed(after: .seconds(30)), at: .seconds(60))
    run.end(Self.first, .success)
    #expect(run.verdict == nil)
    run.end(Self.first, .success)
    #expect(run.verdict?.decision == .promote)
    #expect(run.gate.resumptions.map(\.at) == [.seconds(30), .seconds(60)])
  }
}
