import GateCore
import TestSupport
import Testing

@testable import GateInsight

/// The plan in cases whose answer can be written down.
@Suite struct PlanFormulaTests {
  private static let rates = [0, 0.01, 0.2, 0.5, 0.9, 1]

  private static func policy(
    _ minHealthy: Int, of expected: Int, soak: Int = 0, deadline: Int, maxUnhealthy: Int = 0
  ) -> GatePolicy {
    GatePolicy(
      minHealthy: .number(minHealthy), maxUnhealthy: .number(maxUnhealthy),
      soak: .seconds(soak), deadline: .seconds(deadline), expected: expected)
  }

  private static func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { product, _ in product * base }
  }

  private func promote(_ check: HealthCheck, _ policy: GatePolicy, _ rate: Double) throws -> Double
  {
    try Plan(check: check, policy: policy).odds(FailureModel(rate: rate)).course.promote
  }

  @Test(arguments: rates) func oneSuccessInTime(rate: Double) throws {
    let check = HealthCheck.sample(initial: 1, unhealthy: 100)
    let promoted = try promote(check, Self.policy(1, of: 1, deadline: 60), rate)
    #expect((promoted - (1 - Self.power(rate, 7))).magnitude < 1e-12)
  }

  @Test(arguments: rates) func nothingMayFailUnderAThresholdOfOne(rate: Double) throws {
    let check = HealthCheck.sample(healthy: 3, initial: 3, unhealthy: 1)
    let promoted = try promote(check, Self.policy(4, of: 4, soak: 50, deadline: 200), rate)
    // Three checks to be healthy and four within the soak, of four instances.
    #expect((promoted - Self.power(1 - rate, 28)).magnitude < 1e-12)
  }

  @Test(arguments: rates) func aSingleRoundIsABinomialSum(rate: Double) throws {
    let check = HealthCheck.sample(initial: 1, unhealthy: 9)
    let good = 1 - rate
    let wanted =
      15 * Self.power(good, 4) * Self.power(rate, 2) + 6 * Self.power(good, 5) * rate
      + Self.power(good, 6)
    for allowed in [0, 2] {
      let policy = Self.policy(4, of: 6, deadline: 9, maxUnhealthy: allowed)
      #expect((try promote(check, policy, rate) - wanted).magnitude < 1e-12)
    }
  }

  /// Two failures in a row against two successes in a row, with no end in sight.
  @Test(arguments: [0.1, 0.2, 0.5, 0.9]) func theRaceOfTwoRuns(rate: Double) throws {
    let check = HealthCheck.sample(.classic, healthy: 2, unhealthy: 2)
    let promoted = try promote(check, Self.policy(1, of: 1, deadline: 5000), rate)
    let (good, bad) = (1 - rate, rate)
    // From a success a further success decides, else it is a failure, and the other way round.
    let fromSuccess = good / (1 - bad * good)
    let race = good * fromSuccess + bad * good * fromSuccess
    #expect((promoted - race).magnitude < 1e-12)
  }

  @Test func whatNoFailureProvesIsTheKnownTable() throws {
    let check = HealthCheck.sample(.classic, every: .seconds(15), healthy: 2, unhealthy: 10)
    let proof = try Plan(check: check, policy: Self.policy(3, of: 3, soak: 870, deadline: 5000))
      .proof
    #expect(proof.wanted.map(\.checks) == [59, 299, 2995])
    #expect(proof.checks == 59)
    #expect(proof.excludedRate < 0.05)
    #expect((Self.power(1 - proof.excludedRate, 59) - 0.05).magnitude < 1e-12)
    #expect((Self.power(1 - proof.excludedGroupRate, 177) - 0.05).magnitude < 1e-12)
    #expect(proof.wanted[0].soak == .seconds(870))
  }

  @Test func aSoakAsLongAsProposedHasTheChecks() throws {
    for initial in [1, 2, 10, 70] {
      var check = HealthCheck.sample(.classic, every: .seconds(15), healthy: 100, initial: initial)
      check.unhealthyThreshold = 3
      let bare = try Plan(check: check, policy: Self.policy(1, of: 1, deadline: 9000)).proof
      for wanted in bare.wanted.prefix(2) {
        var policy = Self.policy(1, of: 1, deadline: 9000)
        policy.soak = wanted.soak
        #expect(try Plan(check: check, policy: policy).proof.checks >= wanted.checks)
      }
    }
  }

  @Test func whatCannotBePlannedIsSaid() throws {
    let check = HealthCheck.sample()
    #expect(throws: Plan.Failure.tooManyInstances(most: 1000)) {
      try Plan(check: check, policy: Self.policy(1, of: 1001, deadline: 60))
    }
    #expect(throws: Plan.Failure.neverPromoted) {
      try Plan(check: check, policy: Self.policy(1, of: 1, soak: 70, deadline: 60))
    }
    #expect(throws: Plan.Failure.neverPromoted) {
      try Plan(
        check: .sample(healthy: 9, initial: 9), policy: Self.policy(1, of: 1, deadline: 60))
    }
    let window = UnhealthyWindow(failures: 30, of: 64)
    #expect(throws: Plan.Failure.tooManyStates) {
      try Plan(
        check: .sample(unhealthy: 40, window: window),
        policy: Self.policy(1, of: 1, deadline: 600))
    }
  }

  /// An outage that begins at any moment is the mean over all the moments.
  @Test func anOutageAtAnyMoment() throws {
    let check = HealthCheck.sample(.classic, healthy: 2, unhealthy: 3)
    let plan = try Plan(
      check: check, policy: Self.policy(2, of: 2, soak: 25, deadline: 90))
    let odds = try plan.odds(rate: 0.1, bootTime: .zero, outageOf: .seconds(22))
    let (steps, length) = (180, Duration.seconds(22))
    let mean = (0..<steps).reduce(0.0) { sum, step in
      let start = GateInstant.start + .milliseconds(500 * step + 250)
      let failures = FailureModel(rate: 0.1, outage: start..<(start + length))
      return sum + plan.odds(failures).course.promote / Double(steps)
    }
    #expect((odds.course.promote - mean).magnitude < 1e-6)
    #expect((odds.course.promote + odds.course.rollback - 1).magnitude < 1e-9)
  }

  /// What is drawn is what is calculated, within the error that is told of it.
  @Test(arguments: [0.1, 0.3, 0.5, 0.8]) func theDrawnOddsAreTheExactOnes(rate: Double) throws {
    let check = HealthCheck.sample(.classic, healthy: 2, unhealthy: 4)
    for policy in [
      Self.policy(3, of: 5, soak: 15, deadline: 100, maxUnhealthy: 2),
      Self.policy(4, of: 4, soak: 20, deadline: 90),
      Self.policy(3, of: 3, deadline: 90),
    ] {
      let plan = try Plan(check: check, policy: policy)
      let rates = FailureModel(rate: rate).rates(PlanSlots(check: check, policy: policy))
      let exact = try #require(plan.exactCourse(rates, work: .max))
      let drawn = plan.drawnCourse(rates, inCases: 2)
      #expect(exact.standardError == 0 && drawn.standardError > 0)
      let off = (exact.promote - drawn.promote).magnitude
      #expect(off <= 4 * drawn.standardError, "\(exact.promote), not \(drawn.promote)")
      #expect((drawn.expectedSeconds - exact.expectedSeconds).magnitude < 1)
    }
  }

  @Test func whatIsTooMuchToCalculateIsDrawnTheSameEachTime() throws {
    let check = HealthCheck.sample(.classic, healthy: 10, unhealthy: 10)
    let plan = try Plan(
      check: check, policy: Self.policy(40, of: 50, deadline: 300, maxUnhealthy: 5))
    let odds = plan.odds(FailureModel(rate: 0.4))
    #expect(odds.method == .simulation)
    #expect(odds.course.standardError > 0)
    #expect(plan.odds(FailureModel(rate: 0.4)) == odds)
    // What is certain needs no drawing.
    #expect(plan.odds(FailureModel(rate: 0)).method == .exact)
    #expect(plan.odds(FailureModel(rate: 1)).method == .exact)
  }
}
