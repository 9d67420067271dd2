import GateCore
import TestSupport
import Testing

/// A gate whose process did not run for a while: what it did not look at, it did not see.
@Suite struct HeldUpTests {
  private static func run(
    soak: Int, deadline: Int = 1000, least: InstanceCount = .percentage(100),
    most: InstanceCount = .number(0)
  ) -> VirtualRun {
    VirtualRun(
      check: .sample(every: .seconds(10), timeout: .seconds(2)),
      policy: GatePolicy(
        minHealthy: least, maxUnhealthy: most, soak: .seconds(soak), deadline: .seconds(deadline),
        expected: 2))
  }

  @Test func aSoakThatTheGateSleptThroughPromotesNobody() {
    var run = Self.run(soak: 100)
    run.join(["a", "b"])
    for key in [0, 1] { run.end(InstanceKey(key), .success) }
    run.send(.wokeUp, at: .seconds(500))
    #expect(run.verdict == nil)
    for key in [0, 1] { run.end(InstanceKey(key), .success, at: .seconds(500)) }
    #expect(run.verdict == nil)
    #expect(run.violations == [])
  }

  @Test func aSoakGoesOnByTheStatesAfterTheGateWasHeldUp() {
    var run = Self.run(soak: 100)
    run.join(["a", "b"])
    for key in [0, 1] { run.end(InstanceKey(key), .success) }
    // In the midst of it, and the checks that were due begin late.
    for key in [0, 1] {
      let report = CheckReport.sample(.success, from: .seconds(60), to: .seconds(60))
      run.send(.checked(InstanceKey(key), report), at: .seconds(60))
    }
    #expect(run.gate.healthySince == .start)
    #expect(run.gate.losses.checks.count == 10, "five of each were not made")
    run.goOn(["+*", "+*"])
    #expect(run.verdict?.decision == .promote)
    #expect(run.verdict?.at == .seconds(100))
  }

  @Test func anAnswerThatWaitedForTheGateIsNotFresh() {
    var run = Self.run(soak: 0)
    run.join(["a", "b"])
    run.end(InstanceKey(0), .success)
    run.end(InstanceKey(1), .failure)
    run.end(InstanceKey(0), .success)
    // Its check began at 10; the answer is seen ten minutes later.
    run.end(InstanceKey(1), .success, at: .seconds(610))
    #expect(run.verdict == nil && run.gate.healthy == 2)
    run.end(InstanceKey(0), .success, at: .seconds(610))
    #expect(run.verdict == nil)
    run.goOn(["+*", "+*"])
    #expect(run.verdict?.decision == .promote)
  }

  @Test func aGateThatSleptUntilTheDeadlineHoldsItAgainstNobody() {
    var run = Self.run(soak: 100, deadline: 105)
    run.join(["a", "b"])
    for key in [0, 1] { run.end(InstanceKey(key), .success) }
    run.send(.wokeUp, at: .seconds(500))
    #expect(run.verdict?.decision == .inconclusive && run.verdict?.reason.code == .gateFault)
    #expect(run.verdict?.reason.message.contains("held up") == true)
  }

  @Test(arguments: [0, 1]) func whoIsSeenNoMoreCountsAsOneThatMayBeUnhealthy(most: Int) {
    var run = Self.run(soak: 100, deadline: 200, least: .number(1), most: .number(most))
    run.join(["a", "b"])
    for key in [0, 1] { run.end(InstanceKey(key), .success) }
    // Nothing more is heard of the second.
    run.goOn(["+*", ""])
    if most == 1 {
      #expect(run.verdict?.decision == .promote && run.verdict?.at == .seconds(100))
      #expect(run.verdict?.reason.message.hasSuffix("; not counted: b") == true)
    } else {
      #expect(run.verdict?.reason.code == .gateFault)
    }
  }

  /// Held up from 12 s on, past the moment at which it is too late: what was due then, and was not
  /// begun, is nobody's failure.
  @Test(arguments: [("++", Decision.inconclusive), ("--", .rollback)])
  func aGateHeldUpPastTheDeadlineHoldsNothingAgainstAnybody(row: (String, Decision)) {
    var run = VirtualRun(
      check: .sample(.classic, every: .seconds(10), healthy: 3, unhealthy: 9),
      policy: GatePolicy(deadline: .seconds(29), expected: 1))
    run.join(["a"])
    for mark in Mark.all(in: row.0) { run.end(InstanceKey(0), mark) }
    run.send(.wokeUp, at: .seconds(70))
    #expect(run.verdict?.decision == row.1)
  }
}
