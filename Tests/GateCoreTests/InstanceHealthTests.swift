import GateCore
import TestSupport
import Testing

@Suite struct InstanceHealthTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check: HealthCheck
    var checks: String
    var states: String

    init(_ name: String, _ check: HealthCheck, _ checks: String, _ states: String) {
      (testDescription, self.check, self.checks, self.states) = (name, check, checks, states)
    }
  }

  static let rows: [Row] = [
    Row("alb: one success makes a new target healthy", .sample(.alb), "+--++", "HHUUH"),
    Row("nlb: the same", .sample(.nlb), "+--++", "HHUUH"),
    Row("classic: a new target wants the healthy threshold", .sample(.classic), "++--++", "iHHUUH"),
    Row("classic: told to take one", .sample(.classic, initial: 1), "+--++", "HHUUH"),
    Row("classic: ten by default", .sample(.classic, healthy: 10), "++++++++++", "iiiiiiiiiH"),
    Row(
      "a failure restarts the count of successes", .sample(.classic, healthy: 3), "++-+++",
      "iiiiiH"),
    Row("a success restarts the count of failures", .sample(.alb), "+-+-+-+", "HHHHHHH"),
    Row("a new target can become unhealthy", .sample(.alb), "--++", "iUUH"),
    Row("a threshold of one", .sample(.alb, healthy: 1, unhealthy: 1), "-+-+", "UHUH"),
    Row(
      "an initial threshold above the healthy threshold", .sample(healthy: 1, initial: 3),
      "++--+", "iiiUH"),
    Row("failures go on while unhealthy", .sample(.alb, healthy: 3), "----++-+++", "iUUUUUUUUH"),
    Row(
      "a lost check is no check", .sample(.classic, healthy: 2, unhealthy: 2), "+?+-?-", "iiHHHU"),
    Row("ten failures of ten", .sample(unhealthy: 10), "+----------", "HHHHHHHHHHU"),
    Row("forgiven failures are no failures", .sample(.alb), "~~~~+", "iiiiH"),
    Row("a forgiven failure ends a run of successes", .sample(.classic), "+~+~++", "iiiiiH"),
    Row("failures count once grace is over", .sample(.alb), "~~--", "iiiU"),
    Row(
      "a window sees failures that are not consecutive",
      .sample(unhealthy: 3, window: UnhealthyWindow(failures: 3, of: 5)), "+-+-+-", "HHHHHU"),
    Row(
      "a window forgets what is too long ago",
      .sample(unhealthy: 3, window: UnhealthyWindow(failures: 3, of: 5)), "-+-+++-+-", "iHHHHHHHH"),
    Row(
      "a window does not see forgiven failures",
      .sample(unhealthy: 9, window: UnhealthyWindow(failures: 2, of: 9)), "+~~~-+-", "HHHHHHU"),
    Row(
      "what a window condemned is spent",
      .sample(unhealthy: 9, window: UnhealthyWindow(failures: 2, of: 9)), "+--++-+-",
      "HHUUHHHU"),
    Row(
      "a success never condemns",
      .sample(unhealthy: 2, window: UnhealthyWindow(failures: 2, of: 9)), "----++++", "iUUUUHHH"),
  ]

  @Test(arguments: rows) func theStateFollowsFromTheChecks(row: Row) {
    #expect(InstanceHealth.states(after: row.checks, under: row.check) == row.states)
  }

  @Test func aWindowOf64SeesAllItsChecks() {
    let check = HealthCheck.sample(
      unhealthy: 100, window: UnhealthyWindow(failures: 64, of: 64))
    let failures = String(repeating: "-", count: 64)
    let states = InstanceHealth.states(after: "+" + failures, under: check)
    #expect(states == String(repeating: "H", count: 64) + "U")
    let broken = InstanceHealth.states(
      after: failures.dropLast() + "+" + failures.dropLast(), under: check)
    #expect(!broken.contains("U"))
  }

  @Test func aMoveIsReturnedOnceAndOnlyWhenThereIsOne() {
    var health = InstanceHealth()
    let check = HealthCheck.sample(.alb)
    #expect(health.record(.success, counting: .counted, under: check) == .healthy)
    #expect(health.record(.success, counting: .counted, under: check) == nil)
    let failure = CheckResult.failure(.connectionRefused)
    #expect(health.record(failure, counting: .counted, under: check) == nil)
    #expect(health.record(failure, counting: .counted, under: check) == .unhealthy)
    #expect(health.consecutiveFailures == 2)
    #expect(health.consecutiveSuccesses == 0)
    #expect(health.successesNeeded(under: check) == 2)
  }
}
