import GateCore
import TestSupport
import Testing

/// The load balancer's own view, beside the gate's checks or in their place.
@Suite struct LoadBalancerTests {
  private static func run(
    _ role: GatePolicy.LoadBalancerRole, expected: Int = 1
  ) -> VirtualRun {
    VirtualRun(
      check: .sample(.classic, healthy: 10),
      policy: GatePolicy(
        deadline: .seconds(100), expected: expected, membership: .changing, loadBalancer: role))
  }

  private static let inService = LoadBalancerView(state: .healthy)

  /// A view that says in service, and is all that was new.
  private static func see(_ key: InstanceKey, at now: GateInstant, in run: inout VirtualRun) {
    run.send(.loadBalancerSaw(key, inService), at: now)
    run.send(.loadBalancerAsked(FinishedView(started: now)), at: now)
  }

  @Test func anInstanceThatJoinsInServiceAtTheDeadlineIsInTime() {
    var run = Self.run(.decides, expected: 2)
    run.join(["a"])
    Self.see(InstanceKey(0), at: .seconds(1), in: &run)
    // Nobody waits for ten successes here: it is the load balancer's word that counts.
    run.send(.wokeUp, at: .seconds(99))
    #expect(run.verdict == nil)
    run.join(["b"], at: .seconds(100))
    Self.see(InstanceKey(1), at: .seconds(100), in: &run)
    #expect(run.verdict?.decision == .promote)
    #expect(run.violations == [])
  }

  @Test func anInstanceThatJoinsTooLateForTheGatesOwnChecksIsNot() {
    var run = Self.run(.confirms, expected: 2)
    run.join(["a"])
    run.send(.wokeUp, at: .seconds(10))
    #expect(run.verdict == nil, "another could join")
    run.send(.wokeUp, at: .seconds(10) + .microseconds(1))
    #expect(run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.verdict?.at == .seconds(10) + .microseconds(1))
  }

  @Test func aPromotionWaitsForTheLoadBalancer() {
    var run = Self.run(.confirms)
    run.join(["a"])
    for _ in 0..<10 { run.end(InstanceKey(0), .success) }
    #expect(run.verdict == nil && run.gate.healthy == 1)
    Self.see(InstanceKey(0), at: .seconds(95), in: &run)
    #expect(run.verdict?.decision == .promote)
  }

  @Test func onlyTheEndOfAnAnswerPromotes() {
    var run = Self.run(.decides, expected: 2)
    run.join(["a", "b"])
    Self.see(InstanceKey(0), at: .seconds(1), in: &run)
    run.send(.loadBalancerSaw(InstanceKey(1), Self.inService), at: .seconds(2))
    #expect(run.verdict == nil, "the same answer may say that the other is out of service")
    run.send(
      .loadBalancerSaw(InstanceKey(0), LoadBalancerView(state: .initial)), at: .seconds(2))
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(2))), at: .seconds(2))
    #expect(run.verdict == nil && run.gate.healthy == 1)
  }

  @Test func anUnhealthyViewIsForgivenInTheGracePeriodAndJudgedAtItsEnd() {
    var run = VirtualRun(
      check: .sample(.classic, healthy: 10),
      policy: GatePolicy(
        gracePeriod: .seconds(30), deadline: .seconds(100), expected: 1, membership: .changing,
        loadBalancer: .decides))
    run.join(["a"])
    let unhealthy = LoadBalancerView(state: .unhealthy)
    run.send(.loadBalancerSaw(InstanceKey(0), unhealthy), at: .seconds(5))
    #expect(run.gate.state(of: InstanceKey(0)) == .initial)
    #expect(run.checker.wakeUp == .seconds(30))
    run.send(.wokeUp, at: .seconds(30))
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
    #expect(run.verdict?.at == .seconds(30))
  }

  @Test func aViewThatHasGrownTooOldPromotesNobody() {
    var run = VirtualRun(
      check: .sample(.alb),
      policy: GatePolicy(
        soak: .seconds(60), deadline: .seconds(90), expected: 1, loadBalancer: .confirms,
        polling: GatePolicy.Polling(refresh: .seconds(10), timeout: .seconds(5))))
    let first = run.join(["a"])
    run.end(first, .success)
    Self.see(first, at: .seconds(1), in: &run)
    run.goOn(["+*"])
    #expect(run.verdict?.reason.code == .gateFault)
    #expect(run.verdict?.at == .seconds(90.000_001))
  }

  /// The view of 0 s failed, and none follows it: the one that is lost at 90 s would have had whoever
  /// joined meanwhile in service, in time for a soak of 50 s.
  @Test func whoJoinedAfterAViewThatFailedIsInTheNextThatIsLost() {
    var run = VirtualRun(
      check: .sample(),
      policy: GatePolicy(
        soak: .seconds(50), deadline: .seconds(150), expected: 2, loadBalancer: .decides,
        polling: GatePolicy.Polling(refresh: .seconds(40), timeout: .seconds(10))))
    run.join(["a"])
    let fault = GateFault(detail: "throttled")
    run.send(.loadBalancerAsked(FinishedView(started: .start, fault: fault)), at: .start)
    run.join(["b"], at: .seconds(10))
    run.send(.wokeUp, at: .seconds(90.000_001))
    run.send(.wokeUp, at: .seconds(100.000_001))
    #expect(run.verdict?.reason.code == .gateFault)
  }

  @Test func aViewThatCouldNotBeHadIsNoView() {
    var run = Self.run(.decides, expected: 2)
    run.join(["a", "b"])
    run.send(.loadBalancerSaw(InstanceKey(0), Self.inService), at: .seconds(1))
    let fault = GateFault(detail: "throttled")
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(2), fault: fault)), at: .seconds(2))
    run.send(.loadBalancerSaw(InstanceKey(1), Self.inService), at: .seconds(3))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(101))
    #expect(run.verdict?.decision == .inconclusive && run.verdict?.reason.code == .gateFault)
  }
}
