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

  @Test func anInstanceThatJoinsInServiceAtTheDeadlineIsInTime() {
    var run = Self.run(.decides, expected: 2)
    run.join(["a"])
    run.send(.loadBalancerSaw(InstanceKey(0), Self.inService), at: .seconds(1))
    // Nobody waits for ten successes here: it is the load balancer's word that counts.
    run.send(.wokeUp, at: .seconds(99))
    #expect(run.verdict == nil)
    run.join(["b"], at: .seconds(100))
    run.send(.loadBalancerSaw(InstanceKey(1), Self.inService), at: .seconds(100))
    #expect(run.verdict?.decision == .promote)
    #expect(run.violations == [])
  }

  @Test func anInstanceThatJoinsTooLateForTheGatesOwnChecksIsNot() {
    var run = Self.run(.confirms)
    run.send(.wokeUp, at: .start)
    run.send(.wokeUp, at: .seconds(10))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(11))
    #expect(run.verdict?.reason.code == .noInstances)
    #expect(run.verdict?.at == .seconds(10) + .microseconds(1))
  }

  @Test func aPromotionWaitsForTheLoadBalancer() {
    var run = Self.run(.confirms)
    run.join(["a"])
    for _ in 0..<10 { run.end(InstanceKey(0), .success) }
    #expect(run.verdict == nil && run.gate.healthy == 1)
    run.send(.loadBalancerSaw(InstanceKey(0), Self.inService), at: .seconds(95))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func aViewThatCouldNotBeHadIsNoView() {
    var run = Self.run(.decides, expected: 2)
    run.join(["a", "b"])
    run.send(.loadBalancerSaw(InstanceKey(0), Self.inService), at: .seconds(1))
    run.send(.loadBalancerUnseen(GateFault(detail: "throttled")), at: .seconds(2))
    run.send(.loadBalancerSaw(InstanceKey(1), Self.inService), at: .seconds(3))
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(101))
    #expect(run.verdict?.decision == .inconclusive && run.verdict?.reason.code == .gateFault)
  }
}
