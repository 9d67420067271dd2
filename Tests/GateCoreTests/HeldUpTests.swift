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
    #expect(run.verdict == nil && run.gate.healthy == 1)
    run.end(InstanceKey(0), .success, at: .seconds(610))
    #expect(run.verdict == nil)
    run.goOn(["+*", "+*"])
    #expect(run.verdict?.decision == .promote)
  }

  /// The answer was there at 3 s, before the next slot, and was seen at 12 s.
  @Test func aCheckIsLateAndNotSkippedWhereTheAnswerBeforeItWasSeenLate() {
    var run = VirtualRun(
      check: .sample(every: .seconds(10), timeout: .seconds(8)),
      policy: GatePolicy(deadline: .seconds(1000), expected: 2))
    run.join(["a", "b"])
    var report = CheckReport.sample(.success, from: .start, to: .seconds(3))
    run.send(.checked(InstanceKey(0), report), at: .seconds(12))
    #expect(run.wanted(InstanceKey(0)) == .seconds(12))
    report = .sample(.success, from: .seconds(12), to: .seconds(12))
    run.send(.checked(InstanceKey(0), report), at: .seconds(12))
    #expect(run.wanted(InstanceKey(0)) == .seconds(20))
    #expect(run.gate.losses.isEmpty && run.violations == [])
  }

  /// Two instances, two successes each; the third check of the first is seen ten minutes too late.
  @Test(arguments: [CheckResult.success, .failure(.timeoutResponse)])
  func anAnswerSeenTooLateIsNoPassAndNoFailureThatCounts(result: CheckResult) {
    var run = VirtualRun(
      check: .sample(.classic, every: .seconds(10), healthy: 3, unhealthy: 1),
      policy: GatePolicy(deadline: .seconds(10_000), expected: 1))
    let key = run.join(["a"])
    run.end(key, .success)
    run.end(key, .success)
    run.send(
      .checked(key, .sample(result, from: .seconds(20), to: .seconds(21))), at: .seconds(620))
    #expect(run.gate[key].health.state == .initial)
    run.end(key, .success)
    // A pass adds nothing, but a failure ends the run.
    #expect(run.gate[key].health.state == (result == .success ? .healthy : .initial))
    run.goOn(["+*"])
    #expect(run.verdict?.decision == .promote && run.violations == [])
  }

  /// Of both the check of 10 s was not made, which the results of 25 s show, one after the other.
  @Test func whatTheResultsOfOneMomentShowToBeLostWasDueBeforeThemAll() {
    var run = VirtualRun(
      check: .sample(every: .seconds(10), timeout: .seconds(9)),
      policy: GatePolicy(deadline: .seconds(1000), expected: 1))
    let member = run.join(["a"])
    let guarding = run.join(["guard-0"], as: .guard)
    for key in [member, guarding] { run.end(key, .failure) }
    for key in [member, guarding] {
      let report = CheckReport.sample(
        .failure(.statusMismatch), from: .seconds(25), to: .seconds(25))
      run.send(.checked(key, report), at: .seconds(25))
    }
    run.end(member, .failure)
    #expect(run.verdict?.reason.code == .gateFault, "both would have passed at 10 s")
    #expect(run.violations == [])
  }

  /// The first check, at 0 s, was not made, and neither was that of the slot of 90 s.
  ///
  /// Slots are counted from 30 s all the same: one success is missing at 90 s, and not those of 80
  /// and 100 s, and the check of 130 s is no extra one.
  @Test func aCheckThatWasNotMadeDoesNotSayWhereTheSlotsAre() {
    var run = VirtualRun(
      check: .sample(every: .seconds(20), timeout: .seconds(15), initial: 1),
      policy: GatePolicy(
        minHealthy: .number(1), maxUnhealthy: .number(1), soak: .seconds(240),
        deadline: .seconds(390), expected: 2, membership: .changing))
    let first = run.join(["a"])
    func check(_ key: InstanceKey, _ result: CheckResult, at seconds: Double) {
      let now = GateInstant.seconds(seconds)
      run.send(.checked(key, .sample(result, from: now, to: now)), at: now)
    }
    check(first, .success, at: 30)
    for seconds in [50.0, 70] { check(first, .failure(.statusMismatch), at: seconds) }
    let second = run.join(["b"], at: .seconds(120))
    check(first, .failure(.statusMismatch), at: 120)
    check(second, .failure(.statusMismatch), at: 120)
    check(first, .failure(.statusMismatch), at: 130)
    check(second, .failure(.statusMismatch), at: 140)
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
    #expect(run.violations == [])
  }

  /// Of the latest five checks four failed; between them two were not made.
  @Test func whatWasLostWouldHaveBeenInTheWindow() {
    var run = VirtualRun(
      check: .sample(
        every: .seconds(10), healthy: 1, initial: 1, unhealthy: 5,
        window: UnhealthyWindow(failures: 4, of: 6)),
      policy: GatePolicy(soak: .seconds(100), deadline: .seconds(1000), expected: 1))
    let key = run.join(["a"])
    for mark in Mark.all(in: "-+-") { run.end(key, mark) }
    for seconds in [50.0, 60] {
      let now = GateInstant.seconds(seconds)
      run.send(.checked(key, .sample(.failure(.statusMismatch), from: now, to: now)), at: now)
    }
    #expect(run.verdict?.reason.code == .gateFault, "three of six, had they been made")
    #expect(run.violations == [])
  }

  /// The listing that ends at 60 s wants one instance fewer, and was asked for 30 s before.
  @Test func aListingThatIsTooOldWhenItComesIsLost() {
    var run = VirtualRun(
      check: .sample(every: .seconds(10), initial: 1),
      policy: GatePolicy(
        minHealthy: .number(1), soak: .seconds(10), deadline: .seconds(1000), expected: 2,
        membership: .changing,
        polling: GatePolicy.Polling(refresh: .seconds(10), timeout: .seconds(5))))
    let key = run.join(["a"])
    func list(_ expected: Int, from started: Double, at seconds: Double) {
      let listing = FinishedListing(started: .seconds(started), .succeeded(expected: expected))
      run.send(.listed(listing), at: .seconds(seconds))
    }
    for seconds in stride(from: 0.0, to: 60, by: 10) {
      list(2, from: seconds, at: seconds)
      run.end(key, .success)
    }
    list(1, from: 30, at: 60)
    #expect(run.verdict == nil)
    for _ in 0..<2 { run.end(key, .failure) }
    #expect(run.verdict?.reason.code == .gateFault, "in time it would have promoted the group")
    #expect(run.violations == [])
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
