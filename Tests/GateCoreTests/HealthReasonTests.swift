import TestSupport
import Testing

@testable import GateCore

@Suite struct HealthReasonTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String { "\(semantics) after '\(checks)'" }
    var semantics: Semantics
    var checks: String
    var code: String?
    var description: String

    init(_ semantics: Semantics, _ checks: String, _ code: String?, _ description: String) {
      self.semantics = semantics
      self.checks = checks
      self.code = code
      self.description = description
    }
  }

  static let rows: [Row] = [
    Row(.classic, "", "ELB", "Instance registration is still in progress."),
    Row(.classic, "+", "ELB", "Instance registration is still in progress."),
    Row(
      .classic, "-", "Instance",
      "Instance has not passed the configured HealthyThreshold number of health "
        + "checks consecutively."),
    Row(
      .classic, "--", "Instance",
      "Instance has failed at least the UnhealthyThreshold number of health checks "
        + "consecutively."),
    Row(.classic, "++", nil, "2 consecutive health checks passed"),
    Row(.alb, "", "Elb.RegistrationInProgress", "Target registration is in progress"),
    Row(.alb, "-", "Elb.InitialHealthChecking", "Initial health checks in progress"),
    Row(.alb, "+", nil, "1 health check passed"),
    Row(.alb, "+-", nil, "healthy, but 1 health check failed since"),
    Row(.alb, "--", "Target.ResponseCodeMismatch", "Health checks failed with these codes: [503]"),
    Row(.alb, "-t", "Target.Timeout", "Request timed out"),
    Row(.alb, "vv", "Target.FailedHealthChecks", "Health checks failed"),
    Row(.nlb, "", "Elb.RegistrationInProgress", "Target registration is in progress"),
    Row(.nlb, "-", "Elb.InitialHealthChecking", "Initial health checks in progress"),
    Row(.nlb, "--", "Target.FailedHealthChecks", "Health checks failed"),
    Row(.nlb, "tt", "Target.FailedHealthChecks", "Health checks failed"),
  ]

  private static let patient = GatePolicy(
    maxUnhealthy: .number(1), soak: .seconds(500), deadline: .seconds(9000), expected: 1)

  @Test(arguments: rows) func theReasonIsSpelledAsTheLoadBalancerSpellsIt(row: Row) {
    var run = VirtualRun(check: .sample(row.semantics), policy: Self.patient)
    let key = run.join(["a"])
    for mark in Mark.all(in: row.checks) { run.end(key, mark) }
    let reason = run.gate[key].reason(under: run.gate.check)
    #expect(reason == HealthReason(code: row.code, description: row.description))
    if let last = run.gate[key].history.transitions.last, last.to != .healthy {
      #expect(last.reason == reason)
    }
  }

  @Test func theReasonOfAWindowIsNotThatAllFailuresWereConsecutive() {
    var check = HealthCheck.sample(.classic, unhealthy: 3)
    check.unhealthyWindow = UnhealthyWindow(failures: 2, of: 4)
    var run = VirtualRun(check: check, policy: Self.patient)
    let key = run.join(["a"])
    for mark in Mark.all(in: "-+-") { run.end(key, mark) }
    #expect(run.gate.state(of: key) == .unhealthy)
    #expect(
      run.gate[key].reason(under: check).description
        == "Instance has failed at least the UnhealthyThreshold number of health checks "
        + "consecutively, or 2 of the latest 4.")
  }

  @Test func aForgivenFailureIsNotSaidToBeNone() {
    var policy = Self.patient
    policy.gracePeriod = .seconds(60)
    var run = VirtualRun(check: .sample(.alb), policy: policy)
    let key = run.join(["a"])
    for mark in [Mark.success, .failure] { run.end(key, mark) }
    let description = run.gate[key].reason(under: run.gate.check).description
    #expect(!description.contains("0 health checks"), "\(description)")
  }
}
