import GateCore
import GateReports
import GateSettings
import TestSupport
import Testing

@Suite struct TextReportTests {
  private func policy(
    _ expected: Int, _ loadBalancer: GatePolicy.LoadBalancerRole = .none, maxUnhealthy: Int = 0,
    maxReplaced: Int = 0, deadline: Int = 360
  ) -> GatePolicy {
    GatePolicy(
      maxUnhealthy: .number(maxUnhealthy), maxReplaced: .number(maxReplaced),
      deadline: .seconds(deadline), expected: expected, loadBalancer: loadBalancer)
  }

  private var rollback: WatchedRun {
    var run = WatchedRun(
      .sample(healthy: 2, initial: 2, unhealthy: 2), policy(5, maxUnhealthy: 1),
      warnings: ["timeout 1s is outside an Application Load Balancer's range (2s to 120s)"])
    run.join(["10.0.1.5", "10.0.1.6", "web-3", "10.0.1.8", "10.0.1.9"])
    for start in [1.0, 11] {
      run.pass(0, at: start, took: 12, version: "2.1.0")
      run.refuse(1, at: start + 0.1)
      if start == 1 { run.pass(3, at: start + 0.2, version: "2.0.9") }
      run.lose(4, at: start + 0.3)
      run.fail(
        2, at: start + 0.4, .statusMismatch, status: 301,
        "HTTP 301 to https://10.0.1.7/health, not 200", took: 2.5,
        evidence: Evidence(
          server: "nginx/1.26.0", location: "https://10.0.1.7/health", contentType: "text/html",
          excerpt: "<html> <head><title>301 Moved Permanently</title></head> <body> <center>"
            + "<h1>301 Moved Permanently</h1></center>"))
    }
    return run
  }

  @Test func aPromotionIsShort() throws {
    var run = WatchedRun(.sample(healthy: 2), policy(3))
    run.join(["10.0.1.5", "10.0.1.6", "10.0.1.7"])
    for index in 0..<3 { run.pass(index, at: 1 + Double(index) / 10, took: 1.5) }
    try expectGolden(run.report(exitCode: 0), "report-promote.txt")
  }

  @Test(arguments: [
    ([false, false, false], "each failed all of its 2 to 3 checks"),
    ([true, false, false], "each failed 2 of 2 to 3 checks"),
  ])
  func howOftenEachOfSeveralFailedIsOneSentence(_ first: [Bool], _ words: String) {
    var run = WatchedRun(.sample(healthy: 2, initial: 2, unhealthy: 2), policy(2, maxUnhealthy: 1))
    run.join(["a", "b"])
    for (passed, start) in zip(first, [1.0, 11, 21]) {
      if passed { run.pass(0, at: start) } else { run.refuse(0, at: start) }
      if start > 1 { run.refuse(1, at: start + 1) }
    }
    let report = run.report()
    #expect(report.contains("\n  \(words), "), "\(report)")
  }

  @Test func importedSettingsSayWhereTheyAreFrom() {
    var run = WatchedRun(
      .sample(), policy(1),
      settings: [
        .init(name: "timeout", value: "5s", origin: "elb:web", layer: .imported),
        .init(name: "interval", value: "15s", origin: "elb:web", layer: .imported),
        .init(name: "soak", value: "1m", origin: "gate.yaml:3", layer: .file),
      ])
    run.join(["a"])
    run.pass(0, at: 1)
    let report = run.report(exitCode: 0)
    #expect(report.contains("\nsettings: interval 15s, timeout 5s (from elb:web)\n"), "\(report)")
    #expect(!report.contains("soak"))
  }

  @Test func whatTheLoadBalancerDecidesIsToldInItsWords() {
    var run = WatchedRun(.sample(.classic, healthy: 10), policy(2, .decides))
    run.join(["a", "b"])
    run.send(
      .loadBalancerSaw(
        InstanceKey(1),
        LoadBalancerView(state: .initial, reasonCode: "ELB", description: "still registering")),
      at: 1)
    #expect(
      run.board.waitingFor(run.gate, at: .seconds(1))
        == "waiting for 2 more healthy: to the load balancer a is not reported yet, "
        + "b is initial (still registering [ELB])")
    run.send(.loadBalancerSaw(InstanceKey(0), LoadBalancerView(state: .healthy)), at: 2)
    run.send(
      .loadBalancerSaw(
        InstanceKey(1),
        LoadBalancerView(state: .unhealthy, reasonCode: "Instance", description: "it failed")),
      at: 3)
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(3))), at: 3)
    let report = run.report()
    #expect(report.contains("1 instance unhealthy: the load balancer says: it failed [Instance]"))
    #expect(report.contains("checks: none from here: the load balancer's view decided"))
    #expect(!report.contains("success") && !report.contains("healthy after"), "\(report)")
    #expect(run.lines.contains("watching the load balancer's own view of its targets"))
    #expect(run.lines.contains("the load balancer reports a healthy (1 of 2 healthy)"))
    #expect(
      run.lines.contains(
        "the load balancer reports b unhealthy: it failed [Instance] (1 of 2 healthy, 1 unhealthy)")
    )
    #expect(!run.lines.contains("success"), "\(run.lines)")
  }

  @Test func aGroupThatIsHealthyHereWaitsForTheLoadBalancer() {
    var run = WatchedRun(.sample(), policy(1, .confirms))
    run.join(["a"])
    run.pass(0, at: 1)
    #expect(
      run.board.waitingFor(run.gate, at: .seconds(1))
        == "waiting for the load balancer's view")
    run.send(.loadBalancerAsked(FinishedView(started: .seconds(1.1))), at: 1.2)
    #expect(
      run.board.waitingFor(run.gate, at: .seconds(1.2))
        == "waiting for the load balancer to put in service a, which it has not reported yet")
    run.send(
      .loadBalancerAsked(
        FinishedView(started: .seconds(1.5), fault: GateFault(detail: "throttled"))), at: 2)
    #expect(
      run.board.waitingFor(run.gate, at: .seconds(2))
        == "waiting for the load balancer's view, which failed the last time: throttled")
  }

  @Test func aRollbackTellsWhoCausedItAndWhy() throws {
    #expect(rollback.gate.verdict?.decision == .rollback)
    try expectGolden(rollback.report(), "report-rollback.txt")
  }

  @Test func coloursChangeNoWord() {
    let coloured = rollback.report(.coloured)
    #expect(coloured.hasPrefix("\u{1B}[31mrollback:\u{1B}[0m "))
    // But for the first line, which is folded for people alone.
    #expect(
      withoutColours(coloured).split(whereSeparator: \.isWhitespace)
        == rollback.report().split(whereSeparator: \.isWhitespace))
  }

  @Test func thoseThatFailAlikeAreToldOfTogether() throws {
    var run = WatchedRun(.sample(unhealthy: 2), policy(1000, maxUnhealthy: 499), advisory: true)
    run.join((0..<1000).map { "10.0.\($0 / 250).\($0 % 250)" })
    for index in 0..<1000 where index % 2 == 0 { run.pass(index, at: 1) }
    for start in [2.0, 12] {
      for index in 0..<1000 where index % 2 == 1 {
        if index % 10 == 1 {
          run.fail(
            index, at: start, .statusMismatch, status: 301,
            "HTTP 301 to https://10.0.\(index / 250).\(index % 250)/health, not 200")
        } else {
          run.refuse(index, at: start)
        }
      }
    }
    #expect(run.gate.verdict?.decision == .rollback)
    #expect(run.report(exitCode: 0).split(separator: "\n").count < 40)
    try expectGolden(run.report(exitCode: 0), "report-large.txt")
  }

  @Test func thoseThatLeftComeFirstWhenTheyAreTheCause() throws {
    var run = WatchedRun(.sample(healthy: 2, initial: 2), policy(3, maxReplaced: 1))
    run.join(["a", "b", "c"])
    run.pass(0, at: 1)
    run.refuse(1, at: 1)
    run.send(.instanceRemoved(InstanceKey(2)), at: 2)
    run.join(["d"], at: 3)
    run.send(.instanceRemoved(InstanceKey(1)), at: 4)
    run.send(.wokeUp, at: 4)
    #expect(run.gate.verdict?.reason.code == .tooManyReplaced)
    try expectGolden(run.report(), "report-replaced.txt")
  }

  @Test func anInterruptedRunTellsHowFarItCame() throws {
    var run = WatchedRun(.sample(healthy: 2, initial: 2), policy(2))
    run.join(["a", "b"])
    run.pass(0, at: 1)
    run.send(.interrupted(.interrupt), at: 2)
    try expectGolden(run.report(exitCode: 130), "report-interrupted.txt")
  }

  @Test func aRunWithoutInstancesHasAReport() throws {
    var run = WatchedRun(.sample(), policy(2, deadline: 60))
    run.send(.wokeUp, at: 61)
    #expect(run.gate.verdict?.reason.code == .noInstances)
    try expectGolden(run.report(exitCode: 2), "report-no-instances.txt")
  }

  @Test func nothingHostileGetsThrough() {
    var run = WatchedRun(.sample(unhealthy: 1), policy(1), warnings: ["\u{1B}c"])
    run.join(["a\u{1B}[2J\u{202E}\nrollback: b"])
    run.fail(
      0, at: 1, .wrongVersion, status: 200, "\u{1B}]0;x\u{7}",
      evidence: Evidence(server: "\u{9B}2J", excerpt: "a\nb\u{200F}"), version: "\u{1B}[1A")
    let report = run.report()
    #expect(report.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
    #expect(report.split(separator: "\n").filter { $0.hasPrefix("rollback:") }.count == 1)
    #expect(!report.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) })
    #expect(!report.unicodeScalars.contains { [0x200F, 0x202E].contains($0.value) })
  }
}
