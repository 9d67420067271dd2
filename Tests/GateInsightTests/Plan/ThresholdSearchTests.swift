import GateCore
import GateInsight
import TestSupport
import Testing

@Suite struct ThresholdSearchTests {
  typealias Limit = ThresholdSearch.Limit

  private static let limits: [[Limit]] = [
    [Limit(.falsePromote, atMost: 0.05, failureRate: 0.5)],
    [
      Limit(.falsePromote, atMost: 0.3, failureRate: 0.4),
      Limit(.falseRollback, atMost: 0.2, failureRate: 0.05),
    ],
    [Limit(.falseRollback, atMost: 0.001, failureRate: 0.1)],
  ]

  private static let policy = GatePolicy(deadline: .seconds(100), expected: 2)

  private static func search(
    _ semantics: Semantics, _ limits: [Limit]
  ) -> ThresholdSearch {
    ThresholdSearch(
      check: .sample(semantics), policy: policy, initialThreshold: nil, deadline: nil,
      limits: limits)
  }

  /// Against every soak of all thresholds, in order.
  @Test(arguments: [Semantics.classic, .alb], limits)
  func nothingEarlierHoldsTheLimits(
    semantics: Semantics, limits: [Limit]
  ) throws {
    let found = try #require(Self.search(semantics, limits).proposal())
    #expect(Self.holds(found.check, found.policy, limits))
    let (interval, latest) = (found.check.interval, found.earliestPromotion)
    for healthy in 2...10 {
      for unhealthy in 2...10 {
        var check = HealthCheck.sample(semantics, healthy: healthy, unhealthy: unhealthy)
        check.initialThreshold = semantics.initialThreshold(healthyThreshold: healthy)
        var soak = Duration.zero
        while interval * (check.initialThreshold - 1) + soak < latest {
          var policy = Self.policy
          policy.soak = soak
          policy.deadline = GatePolicy.defaultDeadline(
            for: [check], gracePeriod: .zero, soak: soak)
          #expect(!Self.holds(check, policy, limits), "\(healthy) \(unhealthy) \(soak)")
          // Rolling back a good group grows with the soak, so that every soak must be looked at.
          soak += interval * 4
        }
      }
    }
  }

  @Test func limitsThatContradictEachOther() {
    let search = Self.search(
      .classic,
      [
        Limit(.falsePromote, atMost: 0.01, failureRate: 0.1),
        Limit(.falseRollback, atMost: 0.01, failureRate: 0.1),
      ])
    #expect(search.proposal() == nil)
  }

  @Test func whatWasChosenStays() throws {
    var search = Self.search(.classic, [Limit(.falsePromote, atMost: 0.1, failureRate: 0.5)])
    search.initialThreshold = 1
    search.deadline = .seconds(400)
    let found = try #require(search.proposal())
    #expect(found.check.initialThreshold == 1)
    #expect(found.policy.deadline == .seconds(400))
  }

  private static func holds(
    _ check: HealthCheck, _ policy: GatePolicy, _ limits: [Limit]
  ) -> Bool {
    guard let plan = try? Plan(check: check, policy: policy) else { return false }
    return limits.allSatisfy { limit in
      let course = plan.odds(FailureModel(rate: limit.failureRate)).course
      return (limit.kind == .falsePromote ? course.promote : course.rollback) <= limit.most
    }
  }
}
