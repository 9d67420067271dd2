import GateCore
import GateRecords
import GateSettings
import TestSupport
import Testing

/// A world in which what a check meets depends on the instance and the moment alone.
///
/// So a run under other settings can be had beside the recorded one, and what is said of it held
/// against it.
private struct SteadyWorld {
  let seed: UInt64
  let failureRate: Double

  /// Whether an answer is good, and how long it takes, of a check that starts then.
  private func answer(_ index: Int, at start: GateInstant) -> (isGood: Bool, latency: Duration) {
    var random = SplitMix64(
      seed: seed &+ UInt64(index) &* 0x1_0000_0001 ^ UInt64(start.microseconds) << 8)
    let isSlow = random.chance(0.15)
    let latency = Int.random(in: isSlow ? 1000...9000 : 1...900, using: &random)
    return (!random.chance(failureRate), .milliseconds(latency))
  }

  func run(_ check: HealthCheck, _ policy: GatePolicy) -> RecordedRun {
    var run = RecordedRun(.sample(check, policy))
    for index in 0..<policy.expected { run.join("i-\(index)") }
    var woken: GateInstant?
    while run.gate.verdict == nil {
      let ends = run.checker.wantedInOrder.map { key, start in
        (start + min(answer(key.index, at: start).latency, check.timeout), key.index, start)
      }
      let next = ends.min { ($0.0, $0.1) < ($1.0, $1.1) }
      if let wakeUp = run.checker.wakeUp, wakeUp != woken, next.map({ wakeUp <= $0.0 }) ?? true {
        woken = wakeUp
        run.send(.wokeUp, at: wakeUp)
        continue
      }
      guard let (end, index, start) = next else { break }
      let met = answer(index, at: start)
      let result: CheckResult =
        met.latency > check.timeout
        ? .failure(.timeoutResponse) : met.isGood ? .success : .failure(.statusMismatch)
      run.send(.checked(InstanceKey(index), .sample(result, from: start, to: end)), at: end)
    }
    return run
  }
}

@Suite struct WhatIfTests {
  private static let recorded = HealthCheck.sample(
    .classic, every: .seconds(10), timeout: .seconds(4), healthy: 4, unhealthy: 6)

  private static func policy(_ random: inout SplitMix64, deadline: Int) -> GatePolicy {
    GatePolicy(
      minHealthy: .number(Int.random(in: 1...3, using: &random)),
      maxUnhealthy: .number(Int.random(in: 0...2, using: &random)),
      gracePeriod: random.pick([.zero, .seconds(25)]),
      soak: random.pick([.zero, .seconds(12), .seconds(40)]), deadline: .seconds(deadline),
      expected: 3)
  }

  /// What is said to have been decided is what the world would have brought about, to the moment.
  @Test(arguments: 1...400) func whatIsSaidIsWhatWouldHaveBeen(seed: UInt64) throws {
    var random = SplitMix64(seed: seed &* 7919)
    let world = SteadyWorld(seed: seed, failureRate: random.pick([0.05, 0.3, 0.6]))
    let run = world.run(Self.recorded, Self.policy(&random, deadline: 300))
    let journal = try Journal(reading: run.bytes)

    var changed = journal.header
    changed.check.interval = random.pick([.seconds(10), .seconds(20), .seconds(30)])
    changed.check.timeout = random.pick([.seconds(4), .seconds(2), .seconds(7)])
    changed.check.healthyThreshold = Int.random(in: 1...4, using: &random)
    changed.check.initialThreshold = changed.check.healthyThreshold
    changed.check.unhealthyThreshold = Int.random(in: 1...6, using: &random)
    changed.policy = Self.policy(&random, deadline: 200)
    let would = try #require(world.run(changed.check, changed.policy).gate.verdict)

    switch journal.whatIf(under: changed) {
    case .decided(let verdict): #expect(verdict == would, "seed \(seed)")
    case .unknown(let words):
      // What has the very checks of the record is unknown only where the record ends.
      let isSameChecks =
        changed.check.interval == Self.recorded.interval
        && changed.check.timeout == Self.recorded.timeout
      let end = try #require(journal.entries.last?.at)
      #expect(!isSameChecks || would.at >= end, "seed \(seed): \(words)")
    }
  }

  /// The property above is worth something only if there is something to be said.
  @Test func muchCanBeSaid() throws {
    var decided: [Decision: Int] = [:]
    for seed in UInt64(1)...60 {
      let world = SteadyWorld(seed: seed, failureRate: 0.3)
      let policy = GatePolicy(soak: .seconds(40), deadline: .seconds(400), expected: 2)
      let journal = try Journal(reading: world.run(Self.recorded, policy).bytes)
      for (interval, timeout) in [(10, 4), (20, 4), (10, 2), (20, 2), (10, 7)] {
        var changed = journal.header
        changed.check.interval = .seconds(interval)
        changed.check.timeout = .seconds(timeout)
        changed.check.healthyThreshold = 1
        changed.check.initialThreshold = 1
        changed.check.unhealthyThreshold = 3
        changed.policy.soak = .seconds(15)
        if case .decided(let verdict) = journal.whatIf(under: changed) {
          decided[verdict.decision, default: 0] += 1
        }
      }
    }
    #expect(decided[.promote, default: 0] > 50)
    #expect(decided[.rollback, default: 0] > 20)
  }

  /// The checks stay as they were made: each counts, whenever it would have been due.
  @Test func ofChecksThatWereSpreadEachCountsUnderOtherThresholds() throws {
    var check = Self.recorded
    (check.spreadChecks, check.timeout) = (true, .seconds(10))
    for seed in UInt64(1)...40 {
      let policy = GatePolicy(soak: .seconds(60), deadline: .seconds(400), expected: 2)
      let run = SteadyWorld(seed: seed, failureRate: 0).run(check, policy)
      let journal = try Journal(reading: run.bytes)
      #expect(journal.whatIf(under: journal.header) == run.gate.verdict.map(WhatIf.decided))
      var changed = journal.header
      (changed.check.healthyThreshold, changed.check.initialThreshold) = (6, 6)
      changed.policy.soak = .zero
      guard case .decided(let verdict) = journal.whatIf(under: changed) else {
        Issue.record("seed \(seed): nothing is said")
        continue
      }
      #expect(verdict.decision == .promote, "seed \(seed)")
      changed.check.interval = .seconds(20)
      guard case .unknown(let words) = journal.whatIf(under: changed) else {
        Issue.record("seed \(seed): something is said of checks that are nowhere")
        continue
      }
      #expect(words.contains("spread_checks"))
    }
  }

  @Test func itsOwnSettingsGiveTheRunsVerdict() throws {
    for seed in UInt64(1)...40 {
      let run = SteadyWorld(seed: seed, failureRate: 0.3).run(
        Self.recorded, GatePolicy(deadline: .seconds(200), expected: 2))
      let journal = try Journal(reading: run.bytes)
      let verdict = try #require(run.gate.verdict)
      #expect(journal.whatIf(under: journal.header) == .decided(verdict))
    }
  }

  private static let lacks: [(HealthCheck, GatePolicy, words: String)] = [
    (
      .sample(.classic, every: .seconds(5), timeout: .seconds(4)),
      GatePolicy(deadline: .seconds(60), expected: 1), "needs checks every 5s"
    ),
    (
      .sample(.classic, every: .seconds(15), timeout: .seconds(4)),
      GatePolicy(deadline: .seconds(60), expected: 1), "they were made every 10s"
    ),
    (
      .sample(.classic, healthy: 9), GatePolicy(deadline: .seconds(600), expected: 1),
      "needs checks after 10.0s, where the journal ends"
    ),
    (
      .sample(.classic), GatePolicy(soak: .seconds(60), deadline: .seconds(600), expected: 1),
      "needs checks after 10.0s"
    ),
  ]

  @Test(arguments: lacks.indices) func whatTheJournalLacksIsSaid(index: Int) throws {
    let (check, policy, words) = Self.lacks[index]
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.002)
    run.pass(0, at: 10.002)
    var changed = run.header
    (changed.check, changed.policy) = (check, policy)
    guard case .unknown(let said) = try Journal(reading: run.bytes).whatIf(under: changed) else {
      Issue.record("it is decided")
      return
    }
    #expect(said.contains(words))
  }

  @Test func aTimeOutMayHaveBeenASuccessWithMoreTime() throws {
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.fail(0, at: 2, .timeoutResponse, status: nil, "no answer within 2s", took: 2000)
    run.fail(0, at: 12, .timeoutResponse, status: nil, "no answer within 2s", took: 2000)
    let journal = try Journal(reading: run.bytes)
    var changed = journal.header
    changed.check.timeout = .seconds(5)
    #expect(
      journal.whatIf(under: changed)
        == .unknown("a check of web-1 timed out at 2.0s: with 5s it may have succeeded"))
    changed.check.timeout = .seconds(1)
    guard case .decided(let verdict) = journal.whatIf(under: changed) else {
      Issue.record("less time makes no success of a time-out")
      return
    }
    #expect(verdict.decision == .rollback)
    #expect(verdict.at == .seconds(11))
  }
}

@Suite struct SettingGridTests {
  @Test func rangesAndListsMakeAllCombinations() throws {
    let grid = try SettingGrid([(.healthyThreshold, ["2..4"]), (.soak, ["0, 30s"])])
    #expect(
      grid.combinations.map(\.words) == [
        "healthy_threshold 2, soak 0", "healthy_threshold 2, soak 30s",
        "healthy_threshold 3, soak 0", "healthy_threshold 3, soak 30s",
        "healthy_threshold 4, soak 0", "healthy_threshold 4, soak 30s",
      ])
    #expect(try SettingGrid([]).combinations.map(\.words) == ["as recorded"])
    #expect(try SettingGrid([(.expected, ["2,2..3"])]).combinations.count == 2)
  }

  @Test(arguments: [
    (SettingKey.healthyThreshold, "5..2"), (.healthyThreshold, "2.."), (.healthyThreshold, "a..b"),
    (.soak, "1..5"), (.healthyThreshold, "1..5000"),
  ])
  func whatIsNoRangeIsRefused(key: SettingKey, text: String) {
    #expect(throws: SettingsError.self) { try SettingGrid([(key, [text])]) }
  }

  @Test func tooManyCombinationsAreRefused() {
    #expect(throws: SettingsError.self) {
      try SettingGrid([(.healthyThreshold, ["1..100"]), (.unhealthyThreshold, ["1..100"])])
    }
  }
}

extension Journal {
  /// Replays under a header whose health check may differ in any setting.
  func whatIf(under changed: RunHeader) -> WhatIf {
    var replay = WhatIfReplay(of: summary.header, under: changed)
    replay.fold(entries)
    return replay.end()
  }
}
