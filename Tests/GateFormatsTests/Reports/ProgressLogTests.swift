import GateCore
import GateSettings
import TestSupport
import Testing

@Suite struct ProgressLogTests {
  @Test func aRunIsToldFromItsStartToItsVerdict() throws {
    var run = WatchedRun(
      .sample(.classic, healthy: 2, unhealthy: 3),
      GatePolicy(
        maxUnhealthy: .number(1), maxReplaced: .number(1), gracePeriod: .seconds(5),
        soak: .seconds(120), deadline: .seconds(600), expected: 3, membership: .changing))
    run.join(["10.0.1.5", "10.0.1.6", "10.0.1.7"])
    run.refuse(0, at: 1)
    run.pass(1, at: 1)
    run.pass(2, at: 1.5)
    run.pass(0, at: 11)
    run.pass(1, at: 11)
    run.fail(2, at: 11.5)
    run.fail(2, at: 21.5)
    run.refuse(2, at: 31.5)
    run.send(.instanceRemoved(InstanceKey(2)), at: 40)
    run.join(["10.0.1.8"], at: 41)
    run.pass(0, at: 41)
    run.lose(1, at: 41)
    run.pass(0, at: 51)
    run.lose(1, at: 51)
    run.pass(0, at: 61)
    run.pass(1, at: 61)
    run.pass(3, at: 62)
    for key in [0, 1] { run.pass(key, at: 71) }
    run.pass(3, at: 72)
    for key in [0, 1] { run.pass(key, at: 81) }
    run.fail(3, at: 82, .timeoutResponse, status: nil, nil)
    for second in stride(from: 92.0, through: 192, by: 10) {
      for key in [0, 1] { run.pass(key, at: second - 1) }
      run.pass(3, at: second)
    }
    try expectGolden(run.lines, "log-run.txt")
  }

  @Test func aRollbackEndsTheLog() throws {
    var run = WatchedRun(
      .sample(unhealthy: 2, window: UnhealthyWindow(failures: 3, of: 10)),
      GatePolicy(deadline: .seconds(60), expected: 2), advisory: true)
    run.join(["a", "b"])
    run.fail(0, at: 1)
    run.fail(0, at: 11)
    run.pass(1, at: 12)
    #expect(run.gate.verdict?.decision == .rollback)
    try expectGolden(run.lines, "log-rollback.txt")
  }

  @Test func aLargeGroupDoesNotFlood() throws {
    let count = 10_000
    var run = WatchedRun(
      .sample(healthy: 2, initial: 2, unhealthy: 3),
      GatePolicy(maxUnhealthy: .percentage(100), deadline: .seconds(600), expected: count))
    run.join((0..<count).map { "i-\($0)" })
    for round in 0..<3 {
      for index in 0..<count {
        let second = 1 + Double(round) * 10 + Double(index) / 10_000
        if index % 2 == 0 { run.refuse(index, at: second) } else { run.pass(index, at: second) }
      }
    }
    run.send(.wokeUp, at: 25)
    let lines = run.lines.split(separator: "\n")
    #expect(lines.count < 100)
    #expect(lines.contains { $0.hasSuffix("and 4980 more: 4980 failing") })
    #expect(lines.filter { $0.contains("became unhealthy") }.count == 1)
  }

  @Test func anInstanceThatFlapsIsToldOfLessAndLess() {
    var run = WatchedRun(
      .sample(healthy: 2, unhealthy: 2),
      GatePolicy(soak: .seconds(5000), deadline: .seconds(9000), expected: 1))
    run.join(["a"])
    run.pass(0, at: 1)
    for round in 0..<100 {
      run.fail(0, at: 11 + Double(round) * 20)
      run.pass(0, at: 21 + Double(round) * 20)
    }
    let told = run.lines.split(separator: "\n").filter { $0.contains("HTTP 503") }
    #expect(told.count == 8)
    #expect(told.last?.hasSuffix("(failure 1 of 2, began to fail 64 times)") == true)
    #expect(run.lines.split(separator: "\n").filter { $0.contains("ok after") }.count == 8)
  }

  @Test func whatTimeChangesIsTold() {
    var run = WatchedRun(
      .sample(),
      GatePolicy(
        maxUnhealthy: .number(1), gracePeriod: .seconds(5), deadline: .seconds(60), expected: 3,
        loadBalancer: .decides))
    run.join(["a", "b", "c"])
    let unwell = LoadBalancerView(state: .unhealthy, reasonCode: "Target.Timeout")
    run.send(.loadBalancerSaw(InstanceKey(0), unwell), at: 1)
    run.send(.loadBalancerSaw(InstanceKey(1), LoadBalancerView(state: .healthy)), at: 6)
    #expect(run.gate.verdict == nil && run.gate.unhealthy == 1)
    #expect(
      run.lines.contains(
        "] the load balancer reports a unhealthy: Target.Timeout (1 of 3 healthy, 1 unhealthy)"))
    #expect(run.frame(width: 80, height: 24).contains("1 unhealthy"))
  }

  @Test func aRelapseInTheGracePeriodIsToldAsOne() {
    var run = WatchedRun(
      .sample(unhealthy: 2),
      GatePolicy(
        gracePeriod: .seconds(300), soak: .seconds(60), deadline: .seconds(600), expected: 1))
    run.join(["a"])
    run.pass(0, at: 1)
    run.fail(0, at: 11)
    run.fail(0, at: 21)
    #expect(run.gate.records[0].health.state == .initial)
    #expect(run.lines.contains("] a: HTTP 503, not 200 (forgiven in the grace period)"))
    #expect(
      run.lines.contains(
        "] a is initial again after 2 forgiven failures: HTTP 503, not 200 (0 of 1 healthy)"))
    #expect(run.board.danger(to: run.gate) == "2 more failures of a would roll back")
  }

  @Test func silenceIsBrokenEveryMinute() {
    var run = WatchedRun(
      .sample(), GatePolicy(soak: .seconds(600), deadline: .seconds(900), expected: 1))
    run.join(["a"])
    for second in stride(from: 1.0, to: 300, by: 10) { run.pass(0, at: second) }
    let told = run.lines.split(separator: "\n").filter { $0.contains("soaking") }
    #expect(
      told == [
        "[  61.0s] soaking: 1m of 10m; 1 of 1 healthy",
        "[ 121.0s] soaking: 2m of 10m; 1 of 1 healthy",
        "[ 181.0s] soaking: 3m of 10m; 1 of 1 healthy",
        "[ 241.0s] soaking: 4m of 10m; 1 of 1 healthy",
      ])
    #expect(run.endTurn() == .seconds(301))
  }

  @Test func hostileNamesAndDetailsStayOnTheirLine() {
    var run = WatchedRun(.sample(), GatePolicy(deadline: .seconds(60), expected: 1))
    run.join(["a\u{1B}[2J\n[   0.0s] promote: all is well"])
    run.fail(0, at: 1, .protocolError, status: nil, "\u{202E}evil\r\npromote\u{9B}1A")
    run.send(
      .listed(FinishedListing(started: .seconds(1.5), .failed(GateFault(detail: "dns\n\u{7}")))),
      at: 2)
    run.fail(0, at: 11)
    #expect(run.gate.verdict != nil)
    #expect(run.lines.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    #expect(run.lines.split(separator: "\n").allSatisfy { $0.hasPrefix("[  ") })
    #expect(run.lines.split(separator: "\n").filter { $0.contains("] promote") }.count == 4)
    #expect(!run.lines.contains("\u{202E}") && !run.lines.contains("\u{9B}"))
  }
}
