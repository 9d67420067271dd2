import GateCore
import GateReports
import TestSupport
import Testing

@Suite struct ProgressFrameTests {
  /// Five instances, each at another point of its life.
  private var varied: WatchedRun {
    var run = WatchedRun(
      .sample(.classic, healthy: 3, unhealthy: 3),
      GatePolicy(maxUnhealthy: .number(1), deadline: .seconds(360), expected: 6))
    run.join([
      "10.0.1.5", "10.0.1.6", "web-\u{1B}[2J\u{202E}3", "日本",
      "i-0123456789abcdef0.internal.example",
    ])
    for (round, latency) in [2.0, 30, 700].enumerated() {
      let start = Double(round) * 10 + 1
      run.pass(0, at: start, took: latency)
      run.fail(1, at: start + 0.1)
      run.pass(2, at: start + 0.2, took: 0.3)
      if round < 2 {
        run.refuse(3, at: start + 0.3)
        run.pass(4, at: start + 0.4)
      }
    }
    run.lose(4, at: 21.4)
    run.join(["new"], at: 25)
    run.fail(2, at: 31.3, .timeoutResponse, status: nil, "connected, but no answer within 2s")
    return run
  }

  private func large(_ count: Int) -> WatchedRun {
    var run = WatchedRun(
      .sample(every: .seconds(1), healthy: 2, unhealthy: 2),
      GatePolicy(maxUnhealthy: .percentage(10), deadline: .seconds(360), expected: count))
    run.join((0..<count).map { "10.0.\($0 / 250).\($0 % 250)" })
    for index in 0..<count {
      if index % 7 != 3 {
        run.pass(index, at: 1)
      } else if index % 29 == 0 {
        run.fail(index, at: 1)
      }
    }
    for index in stride(from: 0, to: count, by: 29) { run.fail(index, at: 2) }
    for index in stride(from: 0, to: count, by: 58) { run.refuse(index, at: 3) }
    return run
  }

  @Test(arguments: [(80, 24), (40, 12), (200, 60)])
  func instancesHaveALineEach(_ width: Int, _ height: Int) throws {
    try expectGolden(
      varied.frame(width: width, height: height), "frame-varied-\(width)x\(height).txt")
  }

  @Test func coloursSayItOnceMore() throws {
    let coloured = varied.frame(width: 80, height: 24, style: .coloured)
    #expect(withoutColours(coloured) == varied.frame(width: 80, height: 24))
    try expectGolden(
      coloured.replacing("\u{1B}", with: "ESC"), "frame-varied-coloured.txt")
  }

  @Test(arguments: [(80, 24), (40, 12)])
  func aLargeGroupShowsWhatMattersAndSumsUpTheRest(_ width: Int, _ height: Int) throws {
    try expectGolden(
      large(300).frame(width: width, height: height), "frame-large-\(width)x\(height).txt")
  }

  @Test func theLastFrameWaitsForNothing() throws {
    var run = WatchedRun(
      .sample(healthy: 2), GatePolicy(deadline: .seconds(360), expected: 2))
    run.join(["10.0.1.5", "10.0.1.6"])
    run.pass(0, at: 1)
    run.pass(1, at: 1.5)
    #expect(run.gate.verdict?.decision == .promote)
    try expectGolden(run.frame(width: 80, height: 24), "frame-verdict.txt")
  }

  @Test func everyFrameFitsItsTerminal() {
    let runs = [varied, large(70)]
    for run in runs {
      for width in 1...200 {
        for height in [1, 2, 4, 12, 60] {
          let frame = run.board.frame(of: run.gate, at: run.now, width: width, height: height)
          #expect(frame.count <= max(height - 1, 1), "\(width)x\(height)")
          #expect(frame.allSatisfy { $0.columns <= max(width - 1, 1) }, "\(width)x\(height)")
        }
      }
    }
  }

  @Test func anInstanceThatLeftHasNoLine() {
    var run = WatchedRun(
      .sample(healthy: 2, initial: 2),
      GatePolicy(maxReplaced: .number(1), deadline: .seconds(360), expected: 2))
    run.join(["a", "b"])
    run.send(.instanceRemoved(InstanceKey(0)), at: 2)
    let frame = run.frame(width: 80, height: 24)
    #expect(frame.contains("1 left"))
    #expect(frame.contains("waiting for 1 more instance to join: 1 of 2 present"))
    #expect(!frame.contains("- a"))
  }
}

@Suite struct OutlookTests {
  private func run(
    soak: Duration = .zero, unhealthy: Int = 3, maxUnhealthy: Int = 0, expected: Int = 3
  ) -> WatchedRun {
    WatchedRun(
      .sample(.classic, healthy: 3, unhealthy: unhealthy),
      GatePolicy(
        maxUnhealthy: .number(maxUnhealthy), soak: soak, deadline: .seconds(600),
        expected: expected))
  }

  @Test func withoutInstancesTheyAreAwaited() {
    let run = run()
    #expect(run.board.waitingFor(run.gate, at: run.now) == "waiting for 3 instances to join")
  }

  @Test func whoIsNotHealthyIsNamed() {
    var run = run()
    run.join(["a", "b", "c"])
    run.pass(0, at: 1)
    run.pass(0, at: 11)
    #expect(
      run.board.waitingFor(run.gate, at: run.now)
        == "waiting for 3 more healthy: a needs 1 more success, b needs 3, and 1 other")
    run.pass(0, at: 21)
    #expect(
      run.board.waitingFor(run.gate, at: run.now)
        == "waiting for 2 more healthy: b needs 3 more successes, c needs 3")
  }

  @Test func aSoakSaysHowFarItIs() {
    var run = run(soak: .seconds(30), expected: 1)
    run.join(["a"])
    for second in [1.0, 11, 21, 33.5] { run.pass(0, at: second) }
    #expect(run.board.waitingFor(run.gate, at: run.now) == "soaking: 12s of 30s")
    #expect(run.board.danger(to: run.gate) == nil)
  }

  @Test func aPassingCheckIsWaitedForAfterTheSoak() {
    var run = run(soak: .seconds(15), unhealthy: 9, expected: 2)
    run.join(["a", "b"])
    for second in [1.0, 11, 21] { for key in [0, 1] { run.pass(key, at: second) } }
    run.pass(0, at: 31)
    run.fail(1, at: 31.5)
    run.send(.wokeUp, at: 37)
    #expect(run.gate.verdict == nil)
    #expect(
      run.board.waitingFor(run.gate, at: run.now)
        == "waiting for a passing check of b: the latest did not pass, HTTP 503, not 200")
    #expect(
      run.lines.contains(
        "] 2 of 2 healthy, waiting for a passing check of b: the latest did not pass, HTTP 503"))
    run.pass(1, at: 41.5)
    #expect(run.gate.verdict?.decision == .promote)
  }

  @Test func aFreshListingIsWaitedFor() {
    var run = WatchedRun(
      .sample(),
      GatePolicy(
        deadline: .seconds(600), expected: 2, membership: .changing,
        polling: .init(refresh: .seconds(10), timeout: .seconds(5))))
    func waits() -> String { run.board.waitingFor(run.gate, at: run.now) }
    run.join(["a", "b"])
    run.pass(0, at: 1)
    run.pass(1, at: 1)
    #expect(waits() == "waiting for a listing of the group")
    let fault = GateFault(detail: "throttled")
    run.send(.listed(FinishedListing(started: .seconds(1), .failed(fault))), at: 2)
    #expect(waits() == "waiting for a listing of the group: the last one failed: throttled")
    let missing = [InstanceKey(1)]
    run.send(
      .listed(FinishedListing(started: .seconds(2), .succeeded(expected: 2, missing: missing))),
      at: 3)
    #expect(waits() == "waiting for b to be listed again: the latest listing lacks it")
    run.send(.wokeUp, at: 40)
    #expect(waits() == "waiting for a listing of the group: the last one is too old")
    // Each is told once.
    #expect(run.lines.split(separator: "\n").filter { $0.contains("waiting for") }.count == 2)
    for key in [0, 1] { run.pass(key, at: 41) }
    run.send(.listed(FinishedListing(started: .seconds(41), .succeeded(expected: 2))), at: 42)
    #expect(run.gate.verdict?.decision == .promote)
  }

  @Test func theNearestFailureIsTheDanger() {
    var run = run()
    run.join(["a", "b", "c"])
    run.fail(0, at: 1)
    run.fail(1, at: 1)
    #expect(run.board.danger(to: run.gate) == "2 more failures of a would roll back")
    run.fail(1, at: 11)
    #expect(run.board.danger(to: run.gate) == "1 more failure of b would roll back")
  }

  @Test func whereOneMoreIsAllowedThereIsNoDanger() {
    var run = run(maxUnhealthy: 1)
    run.join(["a", "b", "c"])
    run.fail(0, at: 1)
    #expect(run.board.danger(to: run.gate) == nil)
  }
}

/// The text without its colours.
func withoutColours(_ text: String) -> String {
  text.replacing(/\u{1B}\[[0-9]+m/, with: "")
}
