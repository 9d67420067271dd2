import GateCore
import TestSupport
import Testing

@Suite struct HealthReasonTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String { "\(semantics) after '\(checks)'" }
    var semantics: Semantics
    var checks: String
    var code: String?
    var description: String
  }

  static let rows: [Row] = [
    Row(
      semantics: .classic, checks: "", code: "ELB",
      description: "Instance registration is still in progress."),
    Row(
      semantics: .classic, checks: "+", code: "ELB",
      description: "Instance registration is still in progress."),
    Row(
      semantics: .classic, checks: "-", code: "Instance",
      description: "Instance has not passed the configured HealthyThreshold number of health "
        + "checks consecutively."),
    Row(
      semantics: .classic, checks: "--", code: "Instance",
      description: "Instance has failed at least the UnhealthyThreshold number of health checks "
        + "consecutively."),
    Row(
      semantics: .classic, checks: "++", code: nil,
      description: "2 consecutive health checks passed"),
    Row(
      semantics: .alb, checks: "", code: "Elb.RegistrationInProgress",
      description: "Target registration is in progress"),
    Row(
      semantics: .alb, checks: "-", code: "Elb.InitialHealthChecking",
      description: "Initial health checks in progress"),
    Row(semantics: .alb, checks: "+", code: nil, description: "1 health check passed"),
    Row(
      semantics: .alb, checks: "+-", code: nil,
      description: "healthy, but 1 health check failed since"),
    Row(
      semantics: .alb, checks: "--", code: "Target.ResponseCodeMismatch",
      description: "Health checks failed with these codes: [503]"),
    Row(
      semantics: .alb, checks: "-t", code: "Target.Timeout", description: "Request timed out"),
    Row(
      semantics: .alb, checks: "vv", code: "Target.FailedHealthChecks",
      description: "Health checks failed"),
    Row(
      semantics: .nlb, checks: "", code: "Elb.RegistrationInProgress",
      description: "Target registration is in progress"),
    Row(
      semantics: .nlb, checks: "-", code: "Elb.InitialHealthChecking",
      description: "Initial health checks in progress"),
    Row(
      semantics: .nlb, checks: "--", code: "Target.FailedHealthChecks",
      description: "Health checks failed"),
    Row(
      semantics: .nlb, checks: "tt", code: "Target.FailedHealthChecks",
      description: "Health checks failed"),
  ]

  private static let patient = GatePolicy(
    maxUnhealthy: .number(1), soak: .seconds(500), deadline: .seconds(9000), expected: 1)

  @Test(arguments: rows) func theReasonIsSpelledAsTheLoadBalancerSpellsIt(row: Row) {
    var run = VirtualRun(check: .sample(row.semantics), policy: Self.patient)
    let key = run.join(["a"])
    for mark in Mark.all(in: row.checks) { run.end(key, mark) }
    let reason = run.gate[key].reason(under: run.gate.check)
    #expect(reason == HealthReason(code: row.code, description: row.description))
    if let last = run.gate[key].transitions.last, last.to != .healthy {
      #expect(last.reason == reason)
    }
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
