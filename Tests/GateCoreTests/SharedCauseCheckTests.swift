import GateCore
import TestSupport
import Testing

/// Whose fault it is: the old group beside the new one, every check at the same moments.
@Suite struct SharedCauseCheckTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check = HealthCheck.sample()
    var policy = GatePolicy(deadline: .seconds(100), expected: 1)
    var members: [String]
    var baseline: [String]
    var decision: Decision
    var code: ReasonCode
    /// In seconds.
    var at: Double
  }

  /// Just past the last moment.
  private static let tick = 0.000_001
  private static let strict = HealthCheck.sample(.classic, healthy: 3)
  private static let half = GatePolicy(
    minHealthy: .number(1), maxUnhealthy: .percentage(50), deadline: .seconds(100), expected: 2)
  private static let patient = GatePolicy(
    maxUnhealthy: .percentage(100), deadline: .seconds(45), expected: 1)

  static let rows: [Row] = [
    Row(
      testDescription: "both fail", members: ["--"], baseline: ["--"],
      decision: .inconclusive, code: .sharedCause, at: 10),
    Row(
      testDescription: "the old group is well", members: ["--"], baseline: ["+*"],
      decision: .rollback, code: .tooManyUnhealthy, at: 10),
    Row(
      testDescription: "the old group was unhealthy before",
      policy: GatePolicy(soak: .seconds(50), deadline: .seconds(100), expected: 1),
      members: ["+--"], baseline: ["--*"], decision: .inconclusive, code: .sharedCause, at: 20),
    Row(
      testDescription: "it fails a check later", members: ["--*"], baseline: ["+--"],
      decision: .inconclusive, code: .sharedCause, at: 20),
    Row(
      testDescription: "it fails once and is well again", members: ["--*"], baseline: ["+-+"],
      decision: .rollback, code: .tooManyUnhealthy, at: 20),
    Row(
      testDescription: "it begins to fail only when a check has shown it well", members: ["--*"],
      baseline: ["++--"], decision: .rollback, code: .tooManyUnhealthy, at: 10),
    Row(
      testDescription: "it falls silent, and is waited for no longer than failures would take",
      members: ["--*"], baseline: ["+"], decision: .rollback, code: .tooManyUnhealthy,
      at: 30 + tick),
    Row(
      testDescription: "its checks are lost to gate faults", members: ["--*"],
      baseline: ["+?*"], decision: .rollback, code: .tooManyUnhealthy, at: 20),
    Row(
      testDescription: "a lost check ends the baseline's run of failures too", members: ["--*"],
      baseline: ["-?--"], decision: .inconclusive, code: .sharedCause, at: 30),
    Row(
      testDescription: "it fails alone", members: ["+"], baseline: ["--*"], decision: .promote,
      code: .groupHealthy, at: 0),
    Row(
      testDescription: "the version is not the old group's fault", members: ["vv"],
      baseline: ["--"], decision: .rollback, code: .wrongVersion, at: 10),
    Row(
      testDescription: "as many old ones fail as are allowed", policy: half,
      members: ["--*", "--*"], baseline: ["--*", "+*"], decision: .rollback,
      code: .tooManyUnhealthy, at: 10),
    Row(
      testDescription: "more old ones fail than are allowed", policy: half,
      members: ["--*", "--*"], baseline: ["--*", "+--"], decision: .inconclusive,
      code: .sharedCause, at: 20),
    Row(
      testDescription: "both flap, and the same check leaves both too little time", check: strict,
      policy: patient, members: ["++-+*"], baseline: ["++-+*"], decision: .inconclusive,
      code: .sharedCause, at: 20),
    Row(
      testDescription: "only the new one flaps until it is too late", check: strict,
      policy: patient, members: ["++-+*"], baseline: ["+*"], decision: .rollback,
      code: .cannotBecomeHealthyInTime, at: 20),
    Row(
      testDescription: "all fail where all may be unhealthy", check: strict, policy: patient,
      members: ["-*"], baseline: ["-*"], decision: .inconclusive, code: .sharedCause, at: 20),
    Row(
      testDescription: "faults of the gate's own go before the old group's", check: strict,
      policy: patient, members: ["+?*"], baseline: ["-*"], decision: .inconclusive,
      code: .gateFault, at: 30),
  ]

  @Test(arguments: rows) func theVerdictSaysWhoseFaultItIs(row: Row) throws {
    var run = VirtualRun(check: row.check, policy: row.policy)
    run.play(row.members, baseline: row.baseline)
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == row.decision, "\(verdict)")
    #expect(verdict.reason.code == row.code, "\(verdict)")
    #expect(verdict.at == .seconds(row.at), "\(verdict)")
    #expect(run.violations == [])
  }

  @Test func theMessageSaysWhatBothSaw() {
    var run = VirtualRun(
      check: .sample(), policy: GatePolicy(deadline: .seconds(100), expected: 1))
    run.play(["--"], baseline: ["tt*", "+*"])
    #expect(
      run.verdict?.reason.message
        == "1 of 1 instance unhealthy (HTTP 503), 0 allowed: i-0; but the baseline fails "
        + "as well: 1 of 2 instances (no answer in time): old-0")
  }

  /// While the old group was asked, more of the new one failed.
  ///
  /// The numbers are those of the verdict's moment, as they stand beside it. Where the group would no longer be condemned, it was.
  @Test(arguments: [
    (["--*", "+--*"], ["+--*"], "2 of 2 instances unhealthy (HTTP 503), 0 allowed: i-0, i-1; but"),
    (["--*", "+--*"], ["+-+*"], "2 of 2 instances unhealthy (HTTP 503), 0 allowed: i-0, i-1"),
    (["--+*", "+*"], ["+--*"], "1 of 2 instances unhealthy (HTTP 503), 0 allowed: i-0; but"),
  ])
  func theNumbersAreThoseOfTheVerdictsMoment(
    members: [String], baseline: [String], message: String
  ) {
    var run = VirtualRun(
      check: .sample(healthy: 1, unhealthy: 2),
      policy: GatePolicy(deadline: .seconds(100), expected: 2))
    run.play(members, baseline: baseline)
    #expect(run.verdict?.reason.message.hasPrefix(message) == true, "\(run.verdict as Any)")
    #expect(run.violations == [])
  }

  /// An old instance that leaves is not asked any more, and who joins now is not asked at all.
  @Test func onlyThoseAreAskedThatWereThere() throws {
    var run = VirtualRun(
      check: .sample(), policy: GatePolicy(deadline: .seconds(100), expected: 1))
    let new = run.join(["new"])
    let old = run.join(["old"], as: .baseline)
    run.end(new, .failure)
    run.end(old, .success)
    run.end(new, .failure)
    #expect(run.verdict == nil)
    run.join(["late"], at: .seconds(11), as: .baseline)
    run.send(.instanceRemoved(old), at: .seconds(12))
    run.send(.wokeUp, at: .seconds(12))
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == .rollback && verdict.at == .seconds(12))
    #expect(run.violations == [])
  }

  @Test func theOldGroupIsInNoCountOfTheNewOne() {
    var run = VirtualRun(
      check: .sample(), policy: GatePolicy(deadline: .seconds(100), expected: 2))
    run.join(["a"])
    run.join(["a", "b"], as: .baseline)
    #expect(run.gate.present == 1 && run.gate.initial == 1)
    #expect(run.gate.present(.baseline) == 2)
    #expect(run.gate.key(of: "a") == InstanceKey(0))
    #expect(run.gate.key(of: "a", .baseline) == InstanceKey(1))
    run.send(.instanceRemoved(InstanceKey(2)), at: .seconds(1))
    #expect(run.gate.replaced == 0 && run.verdict == nil)
  }
}
