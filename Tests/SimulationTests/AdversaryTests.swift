import GateCore
import TestSupport
import Testing

@testable import Simulation

/// What holds in every run, whoever is against it.
@Suite struct AdversaryTests {
  #if DEBUG
    static let worlds: UInt64 = 1500
  #else
    static let worlds: UInt64 = 15_000
  #endif

  @Test(arguments: ModelTests.seeds.map { $0 &+ 0xADE5 })
  func noRunBreaksTheRulesAndEachCanBeReplayed(seed: UInt64) {
    for seed in seed..<(seed + Self.worlds / 13) {
      var world = SmallWorld(seed: seed)
      while world.step() != nil {}
      for violation in world.run.violations { Issue.record("seed \(seed): \(violation)") }
      Self.expectReplay(world.run, "seed \(seed)")
      if world.run.verdict == nil { Issue.record("seed \(seed): no verdict after the deadline") }
    }
  }

  /// A fleet in seconds and minutes, as users have it.
  @Test(arguments: [1, 2, 3].map { UInt64($0) * 7919 } + ModelTests.freshSeeds)
  func aFleetOfAHundredIsJudgedOnceAndReplaysAlike(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    for _ in 0..<4 {
      let check = HealthCheck.sample(
        random.pick(Semantics.allCases), every: .seconds(30), timeout: .seconds(5),
        healthy: random.pick([2, 5, 10]), unhealthy: random.pick([2, 3]))
      let policy = GatePolicy(
        minHealthy: random.pick([.percentage(100), .percentage(90), .number(50)]),
        maxUnhealthy: random.pick([.number(0), .percentage(10), .percentage(50)]),
        gracePeriod: random.pick([.zero, .seconds(60)]),
        soak: random.pick([.zero, .seconds(600)]), deadline: .seconds(1800), expected: 100)
      var run = VirtualRun(check: check, policy: policy)
      run.play((0..<100).map { _ in Self.flaps(&random) })
      #expect(run.violations == [], "seed \(seed)")
      #expect(run.verdict != nil, "seed \(seed)")
      Self.expectReplay(run, "seed \(seed)")
    }
  }

  private static func flaps(_ random: inout SplitMix64) -> String {
    let boot = String(repeating: "-", count: random.pick([0, 0, 0, 1, 1, 2]))
    let middle = (0..<20).map { _ in random.pick(["+", "+", "+", "+", "+", "+", "+", "?", "-"]) }
    return boot + middle.joined() + random.pick(["+*", "+*", "+*", "+*", "-*", "t*", "", "?*"])
  }

  private static func expectReplay(_ run: VirtualRun, _ name: String) {
    let again = run.replayed()
    #expect(again.verdict == run.verdict, "\(name): another verdict in the replay")
    #expect(again.records == run.gate.records, "\(name): other records in the replay")
  }

  struct Adversary: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var check: HealthCheck
    var policy: GatePolicy
    var scenarios: [String]
    var decision: Decision
    var code: ReasonCode
    /// In seconds.
    var at: Double
  }

  /// Just past the last moment.
  static let tick = 0.000_001

  static let adversaries: [Adversary] = [
    Adversary(
      testDescription: "flaps below the unhealthy threshold and is healthy all the while",
      check: .sample(every: .seconds(10), unhealthy: 3),
      policy: GatePolicy(soak: .seconds(100), deadline: .seconds(300), expected: 1),
      scenarios: ["+--+--+--+--+--+--+*"],
      decision: .promote, code: .groupHealthy, at: 100),
    Adversary(
      testDescription: "flaps below the threshold, but the window sees it",
      check: .sample(
        every: .seconds(10), unhealthy: 3, window: UnhealthyWindow(failures: 4, of: 10)),
      policy: GatePolicy(soak: .seconds(100), deadline: .seconds(300), expected: 1),
      scenarios: ["+--+--+--+*"],
      decision: .rollback, code: .tooManyUnhealthy, at: 50),
    Adversary(
      testDescription: "never reaches the threshold of successes",
      check: .sample(every: .seconds(10), healthy: 3, initial: 3, unhealthy: 2),
      policy: GatePolicy(deadline: .seconds(65), expected: 1),
      scenarios: ["++-++-++-*"],
      decision: .rollback, code: .cannotBecomeHealthyInTime, at: 50),
    Adversary(
      testDescription: "all die during the soak",
      check: .sample(every: .seconds(10)),
      policy: GatePolicy(soak: .seconds(60), deadline: .seconds(300), expected: 3),
      scenarios: ["+++-*", "+++-*", "+++-*"],
      decision: .rollback, code: .tooManyUnhealthy, at: 40),
    Adversary(
      testDescription: "one hangs from the first check on",
      check: .sample(every: .seconds(10), healthy: 2, initial: 2),
      policy: GatePolicy(deadline: .seconds(60), expected: 2),
      scenarios: ["+*", "t*"],
      decision: .rollback, code: .tooManyUnhealthy, at: 12),
    Adversary(
      testDescription: "of one nothing is ever heard, not even a timeout",
      check: .sample(every: .seconds(10), healthy: 2, initial: 2),
      policy: GatePolicy(deadline: .seconds(60), expected: 2),
      scenarios: ["+*", ""],
      decision: .inconclusive, code: .gateFault, at: 60 + tick),
    Adversary(
      testDescription: "the gate loses everything",
      check: .sample(every: .seconds(10)),
      policy: GatePolicy(deadline: .seconds(55), expected: 2),
      scenarios: ["?*", "?*"],
      decision: .inconclusive, code: .gateFault, at: 50),
  ]

  @Test(arguments: adversaries) func aNamedAdversaryGetsItsVerdict(adversary: Adversary) throws {
    var run = VirtualRun(check: adversary.check, policy: adversary.policy)
    run.play(adversary.scenarios)
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == adversary.decision, "\(verdict)")
    #expect(verdict.reason.code == adversary.code, "\(verdict)")
    #expect(verdict.at == .seconds(adversary.at), "\(verdict)")
    #expect(run.violations == [])
  }
}
