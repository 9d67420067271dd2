import GateCore
import GateInsight
import TestSupport
import Testing

/// The odds of groups under several health checks, beside those that are known otherwise.
@Suite struct SeveralChecksPlanTests {
  private static func check(_ name: String, every seconds: Int = 10) -> HealthCheck {
    var check = HealthCheck.sample(every: .seconds(seconds), healthy: 2, initial: 2, unhealthy: 2)
    check.name = name
    return check
  }

  /// Where all must be healthy and none unhealthy, two health checks alike of two instances are one
  /// health check of four.
  @Test func twoAlikeAreTwiceAsManyInstances() throws {
    let policy = { GatePolicy(soak: .seconds(30), deadline: .seconds(100), expected: $0) }
    for rate in [0.02, 0.1, 0.3] {
      let drawn = try Plan(checks: [Self.check("a"), Self.check("b")], policy: policy(2))
        .odds(FailureModel(rate: rate)).course
      let exact = try Plan(check: Self.check(""), policy: policy(4))
        .odds(FailureModel(rate: rate)).course
      #expect(exact.runs == nil && drawn.runs != nil)
      // The rule of the latest check looks at two failures of an instance, of either check.
      #expect(abs(drawn.promote - exact.promote) < 0.01 + 4 * drawn.standardError, "\(rate)")
    }
  }

  @Test func theSameSettingsGiveTheSameOdds() throws {
    let plan = try Plan(
      checks: [Self.check("a"), Self.check("b", every: 7)],
      policy: GatePolicy(deadline: .seconds(90), expected: 2))
    #expect(plan.odds(FailureModel(rate: 0.2)) == plan.odds(FailureModel(rate: 0.2)))
    #expect(plan.odds(FailureModel(rate: 0)).course.promote == 1)
    #expect(plan.odds(FailureModel(rate: 1)).course.rollback == 1)
  }

  @Test func theBoundsAreOfTheSlowestAndTheQuickest() throws {
    let plan = try Plan(
      checks: [Self.check("slow", every: 30), Self.check("quick", every: 5)],
      policy: GatePolicy(soak: .seconds(20), deadline: .seconds(200), expected: 1))
    #expect(plan.bounds.earliestPromotion == .seconds(50))
    #expect(plan.bounds.earliestRollback == .seconds(5))
    #expect(plan.bounds.lastCheckBeforePromotion == .seconds(45))
    #expect(plan.bounds.longestUnseen == .seconds(7))
    #expect(plan.check.name == "slow", "it has the fewest results")
  }
}
