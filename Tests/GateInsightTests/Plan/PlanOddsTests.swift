import GateCore
import GateInsight
import TestSupport
import Testing

/// The plan against the real gate, over every result of every check in every order.
@Suite struct PlanOddsTests {
  @Test(arguments: (1...60).map { UInt64($0) * 7919 })
  func theOddsAreThoseOfTheRealGate(seed: UInt64) throws {
    let settings = PlannedSettings(seed: seed)
    let plan = try Plan(check: settings.check, policy: settings.policy)
    let course = plan.odds(settings.failures).course
    let gate = GateDistribution(settings.check, settings.policy) { settings.rate(at: $0) }
    #expect(course.runs == nil, "drawn: \(settings)")
    let times = Set(gate.promotions.keys).union(gate.rollbacks.keys)
      .union(course.steps.map(\.at.microseconds))
    for time in times.sorted() {
      let step = course.steps.first { $0.at.microseconds == time }
      #expect(
        isNear(step?.promote ?? 0, gate.promotions[time] ?? 0)
          && isNear(step?.rollback ?? 0, gate.rollbacks[time] ?? 0),
        "at \(time): \(step as Any), not \(gate.promotions[time] ?? 0) and \(gate.rollbacks[time] ?? 0): \(settings)"
      )
    }
    #expect((course.expectedSeconds - gate.expectedSeconds).magnitude < 1e-6, "\(settings)")
  }

  private func isNear(_ left: Double, _ right: Double) -> Bool { (left - right).magnitude < 1e-10 }
}

/// The bounds against the real gate, which takes every result of every check in every order.
@Suite struct PlanBoundsTests {
  @Test(arguments: (1...60).map { UInt64($0) * 104_729 })
  func theRealGateDecidesAtTheBoundsAndNeverOutsideThem(seed: UInt64) throws {
    let settings = PlannedSettings(seed: seed)
    let bounds = try Plan(check: settings.check, policy: settings.policy).bounds
    let gate = GateDistribution(settings.check, settings.policy) { _ in 0.5 }
    func seconds(_ duration: Duration) -> Int64? { duration.inMicroseconds }
    #expect(gate.promotions.keys.min() == seconds(bounds.earliestPromotion), "\(settings)")
    #expect(gate.promotions.keys.max() == seconds(bounds.latestPromotion), "\(settings)")
    #expect(gate.rollbacks.keys.min() == seconds(bounds.earliestRollback), "\(settings)")
    #expect(gate.rollbacks.keys.max() == seconds(bounds.latestRollback), "\(settings)")
  }
}
