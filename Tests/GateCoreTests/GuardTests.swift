import GateCore
import TestSupport
import Testing

/// What must hold beside the group, checked as an instance is.
@Suite struct GuardTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var policy: GatePolicy
    var members: [String]
    var guards: [String]
    var decision: Decision
    var code: ReasonCode
    /// In seconds.
    var at: Double

    init(
      _ name: String, policy: GatePolicy = GatePolicy(deadline: .seconds(50), expected: 1),
      members: [String] = ["+*"], _ guards: [String], _ decision: Decision, _ code: ReasonCode,
      at: Double
    ) {
      testDescription = name
      self.policy = policy
      self.members = members
      self.guards = guards
      self.decision = decision
      self.code = code
      self.at = at
    }
  }

  static let rows: [Row] = [
    Row(
      "all hold", ["+", "+"], .promote, .groupHealthy,
      at: 0),
    Row(
      "the promotion waits for the last", ["+*", "-+"],
      .promote, .groupHealthy, at: 10),
    Row(
      "one fails", ["+*", "--"], .rollback,
      .guardFailed, at: 10),
    Row(
      "one fails in the soak",
      policy: GatePolicy(soak: .seconds(30), deadline: .seconds(50), expected: 1),
      ["+--"], .rollback, .guardFailed, at: 20),
    Row(
      "no max_unhealthy is for guards",
      policy: GatePolicy(maxUnhealthy: .percentage(100), deadline: .seconds(50), expected: 1),
      ["--"], .rollback, .guardFailed, at: 10),
    Row(
      "one cannot be asked", ["?*"], .inconclusive,
      .gateFault, at: 50),
    Row(
      "one cannot be asked for a while", ["+?+*"], .promote,
      .groupHealthy, at: 0),
    Row(
      "a guard that was lost last must first hold again",
      policy: GatePolicy(soak: .seconds(25), deadline: .seconds(80), expected: 1),
      ["++?+*"], .promote, .groupHealthy, at: 30),
    Row(
      "a guard that failed last must first hold again",
      policy: GatePolicy(soak: .seconds(25), deadline: .seconds(80), expected: 1),
      ["++-+*"], .promote, .groupHealthy, at: 30),
    Row(
      "one that never answers is the gate's own fault", [""],
      .inconclusive, .gateFault, at: 50.000_001),
    Row(
      "one that fails every check in the grace period is not healthy",
      policy: GatePolicy(
        gracePeriod: .seconds(100), soak: .seconds(35), deadline: .seconds(60), expected: 1),
      ["+-*"], .rollback, .cannotBecomeHealthyInTime, at: 50),
    Row(
      "failures in the grace period are forgiven",
      policy: GatePolicy(gracePeriod: .seconds(25), deadline: .seconds(50), expected: 1),
      ["---+"], .promote, .groupHealthy, at: 30),
    Row(
      "the group's own failure comes first", members: ["--"], ["+*"],
      .rollback, .tooManyUnhealthy, at: 10),
  ]

  @Test(arguments: rows) func theVerdictWaitsForEachGuard(row: Row) throws {
    var run = VirtualRun(check: .sample(), policy: row.policy)
    run.play(row.members, guards: row.guards)
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == row.decision, "\(verdict)")
    #expect(verdict.reason.code == row.code, "\(verdict)")
    #expect(verdict.at == .seconds(row.at), "\(verdict)")
    #expect(run.violations == [])
  }

  @Test func theMessageNamesTheGuardAndWhatItSaw() {
    var run = VirtualRun(
      check: .sample(), policy: GatePolicy(deadline: .seconds(50), expected: 1))
    run.play(["+*"], guards: ["+*", "--"])
    #expect(run.verdict?.reason.message == "1 guard failed: guard-1: 503 is not among 200")
  }

  /// The old group says nothing of a guard.
  @Test func aFailedGuardIsNoSharedCause() {
    var run = VirtualRun(
      check: .sample(), policy: GatePolicy(deadline: .seconds(50), expected: 1))
    run.play(["+*"], baseline: ["--*"], guards: ["--"])
    #expect(run.verdict?.reason.code == .guardFailed)
  }
}
