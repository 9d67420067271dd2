import GateCore
import TestSupport
import Testing

/// Whole runs with instant answers: which verdict, why, and when.
@Suite struct GateDecisionTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check: HealthCheck
    var policy: GatePolicy
    var scenarios: [String]
    var decision: Decision
    var code: ReasonCode
    /// In seconds.
    var at: Double

    init(
      _ name: String, under check: HealthCheck = .sample(), _ policy: GatePolicy,
      _ scenarios: String..., gives decision: Decision, _ code: ReasonCode, at seconds: Double
    ) {
      testDescription = name
      (self.check, self.policy, self.scenarios) = (check, policy, scenarios)
      (self.decision, self.code, at) = (decision, code, seconds)
    }
  }

  private static func policy(
    _ expected: Int, least: InstanceCount = .percentage(100), most: InstanceCount = .number(0),
    grace: Int = 0, soak: Int = 0, deadline: Int = 100
  ) -> GatePolicy {
    GatePolicy(
      minHealthy: least, maxUnhealthy: most, gracePeriod: .seconds(grace), soak: .seconds(soak),
      deadline: .seconds(deadline), expected: expected)
  }

  /// Just past the last moment.
  private static let tick = 0.000_001
  private static let strict = HealthCheck.sample(.classic, healthy: 3)

  static let promotions: [Row] = [
    Row("all healthy at once", policy(2), "+", "+", gives: .promote, .groupHealthy, at: 0),
    Row(
      "the slowest decides", policy(2), "-+", "+", gives: .promote, .groupHealthy, at: 10),
    Row(
      "as late as the deadline", policy(1, deadline: 10), "-+", gives: .promote, .groupHealthy,
      at: 10),
    Row(
      "the healthy threshold for Classic", under: strict, policy(1), "-+++", gives: .promote,
      .groupHealthy, at: 30),
    Row(
      "half of three is two", policy(3, least: .percentage(50)), "-+*", "+*", "-*",
      gives: .promote, .groupHealthy, at: 10),
    Row(
      "no percentage is one", policy(2, least: .percentage(0)), "-+*", "-*", gives: .promote,
      .groupHealthy, at: 10),
    Row(
      "one recovers", policy(2, least: .number(2), most: .number(1)), "--++", "+*",
      gives: .promote, .groupHealthy, at: 30),
    Row("a soak", policy(1, soak: 25), "+*", gives: .promote, .groupHealthy, at: 25),
    Row(
      "a soak is not moved by one failure", policy(1, soak: 25), "+-+*", gives: .promote,
      .groupHealthy, at: 25),
    Row(
      "a relapse restarts the soak", policy(1, most: .number(1), soak: 25), "+--++*",
      gives: .promote, .groupHealthy, at: 65),
    Row(
      "the end of the soak comes before a check at that moment",
      under: .sample(unhealthy: 1), policy(1, soak: 20), "++-", gives: .promote, .groupHealthy,
      at: 20),
    Row(
      "a soak that ends at the deadline", policy(1, soak: 90), "-+*", gives: .promote,
      .groupHealthy, at: 100),
    Row(
      "failures in the grace period are forgiven", policy(1, grace: 25), "---+", gives: .promote,
      .groupHealthy, at: 30),
    Row(
      "forgiven failures in a row are a relapse", policy(1, grace: 300, soak: 35),
      "++--++*", gives: .promote, .groupHealthy, at: 85),
    Row(
      "what failed its latest check must first pass one", policy(1, soak: 25), "++-+*",
      gives: .promote, .groupHealthy, at: 30),
    Row(
      "one sporadic failure after all else holds costs nothing",
      policy(2, soak: 15), "+-+*", "++-+*", gives: .promote, .groupHealthy, at: 20),
    Row(
      "two failures in a row after all else holds do", under: .sample(unhealthy: 5),
      policy(2, soak: 15), "++--+*", "+--+*", gives: .promote, .groupHealthy, at: 40),
    Row(
      "a pending instance may be left out where unhealthy ones may be",
      under: .sample(unhealthy: 5), policy(2, least: .number(1), most: .number(1), soak: 15),
      "+*", "+-*", gives: .promote, .groupHealthy, at: 15),
    Row(
      "but restart the run of successes", under: strict, policy(1, grace: 100), "++-+++",
      gives: .promote, .groupHealthy, at: 50),
  ]

  static let rollbacks: [Row] = [
    Row(
      "two unhealthy where one is allowed", policy(3, least: .number(2), most: .number(1)), "--*",
      "--++", "+*", gives: .rollback, .tooManyUnhealthy, at: 10),
    Row(
      "one too many unhealthy", policy(2), "+*", "--", gives: .rollback, .tooManyUnhealthy,
      at: 10),
    Row(
      "a third of two is none", policy(2, least: .number(1), most: .percentage(33), soak: 50),
      "+*", "--", gives: .rollback, .tooManyUnhealthy, at: 10),
    Row(
      "failures after the grace period count", policy(1, grace: 15), "----", gives: .rollback,
      .tooManyUnhealthy, at: 30),
    Row(
      "the grace period goes by the start of the check", policy(1, grace: 20), "~~--",
      gives: .rollback, .tooManyUnhealthy, at: 30),
    Row("the wrong version", policy(2), "vv", "+*", gives: .rollback, .wrongVersion, at: 10),
    Row(
      "the wrong version of one and another failure", policy(2, most: .number(1)), "vv*", "--",
      gives: .rollback, .tooManyUnhealthy, at: 10),
    Row(
      "failures that leave too little time", under: strict, policy(1, deadline: 45), "++-+*",
      gives: .rollback, .cannotBecomeHealthyInTime, at: 20),
    Row(
      "too little time from the start", under: .sample(.classic, healthy: 10),
      policy(2, deadline: 60),
      "+*", "+*", gives: .rollback, .cannotBecomeHealthyInTime, at: 0),
    Row(
      "a soak longer than the deadline", policy(1, soak: 200), "+*", gives: .rollback,
      .cannotBecomeHealthyInTime, at: 0),
    Row(
      "a relapse that leaves too little time for the soak",
      under: .sample(healthy: 2), policy(1, most: .number(1), soak: 50, deadline: 60), "+++--",
      gives: .rollback, .cannotBecomeHealthyInTime, at: 40),
    Row(
      "half of three is not one", policy(3, least: .percentage(50), most: .number(2)), "+*",
      "--*", "--*", gives: .rollback, .cannotBecomeHealthyInTime, at: 90),
  ]

  static let faults: [Row] = [
    Row(
      "lost checks are not counted", policy(1), "?-?+", gives: .promote, .groupHealthy, at: 30),
    Row(
      "no lost check makes an instance unhealthy", policy(1), "????????+", gives: .promote,
      .groupHealthy, at: 80),
    Row(
      "an unobserved instance withholds the promotion", policy(2), "+?+", "-+*",
      gives: .promote, .groupHealthy, at: 20),
    Row(
      "a lost check is no relapse", policy(1, soak: 35), "++?+*", gives: .promote,
      .groupHealthy, at: 35),
    Row(
      "what was lost last must first be seen", policy(1, soak: 25), "++?+*", gives: .promote,
      .groupHealthy, at: 30),
    Row(
      "a lost check ends a run of failures", policy(1, deadline: 90), "+-?-+*",
      gives: .promote, .groupHealthy, at: 0),
    Row(
      "checks that never end are the gate's own fault", policy(2), "+*", "",
      gives: .inconclusive, .gateFault, at: 100 + tick),
    Row(
      "all checks lost", policy(1), "?*", gives: .inconclusive, .gateFault, at: 100),
    Row(
      "a lost check that leaves too little time", under: strict, policy(1, deadline: 25), "+?",
      gives: .inconclusive, .gateFault, at: 10),
    Row(
      "lost before a failure that would have left too little time as well", under: strict,
      policy(1, deadline: 45), "?+-+*", gives: .rollback, .cannotBecomeHealthyInTime, at: 20),
    Row(
      "lost on the way, and silent at the end", under: strict, policy(1, deadline: 45), "-++?",
      gives: .inconclusive, .gateFault,
      at: 45 + tick),
    Row(
      "lost where a success would have promoted at once", policy(1, deadline: 55),
      "?----", gives: .inconclusive, .gateFault, at: 20),
    Row(
      "lost before a real failure does not excuse", policy(1, soak: 50, deadline: 155),
      "?----", gives: .rollback, .tooManyUnhealthy, at: 20),
    Row(
      "lost by one does not excuse another", policy(2, deadline: 25), "?++", "--",
      gives: .rollback, .tooManyUnhealthy, at: 10),
    Row(
      "lost before the failure that left too little time", under: .sample(.classic, healthy: 2),
      policy(1, deadline: 25), "?-", gives: .rollback, .cannotBecomeHealthyInTime, at: 10),
    Row(
      "lost until the deadline after a soak", policy(1, soak: 50, deadline: 60), "+?*",
      gives: .inconclusive, .gateFault, at: 60),
  ]

  @Test(arguments: promotions + rollbacks + faults)
  func theVerdictComesWithItsReasonAtItsMoment(row: Row) throws {
    var run = VirtualRun(check: row.check, policy: row.policy)
    run.play(row.scenarios)
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == row.decision, "\(verdict)")
    #expect(verdict.reason.code == row.code, "\(verdict)")
    #expect(verdict.at == .seconds(row.at), "\(verdict)")
    #expect(run.violations == [])
  }

  @Test func theMessageNamesWhatWasCounted() {
    var run = VirtualRun(check: .sample(), policy: Self.policy(3))
    run.play(["+*", "--", "+*"])
    #expect(
      run.verdict?.reason.message
        == "1 of 3 instances unhealthy (HTTP 503), 0 allowed: i-1")
  }
}
