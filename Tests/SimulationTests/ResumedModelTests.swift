import GateCore
import TestSupport
import Testing

@testable import Simulation

/// The gate against the slow model where the runner dies at random moments, and another goes on.
@Suite struct ResumedModelTests {
  static let seeds: [UInt64] = (1...6).map { $0 * 7_000_003 } + freshSeeds

  static let freshSeeds: [UInt64] = {
    var system = SystemRandomNumberGenerator()
    let seeds = (0..<2).map { _ in system.next() >> 16 }
    print("fresh seeds of the resumed model tests: \(seeds)")
    return seeds
  }()

  #if DEBUG
    static let checksEach = 700
  #else
    static let checksEach = 20_000
  #endif

  @Test(arguments: seeds) func theGateAgreesWithTheSlowModelWhereRunnersDie(seed: UInt64) {
    var (checks, resumptions) = (0, 0)
    var seed = seed
    while checks < Self.checksEach {
      guard let run = Self.agree(seed: seed) else { return }
      checks += run.checks
      resumptions += run.resumptions
      seed += 1
    }
    #expect(resumptions > Self.checksEach / 50, "the runners hardly ever died")
  }

  private static func agree(seed: UInt64) -> (checks: Int, resumptions: Int)? {
    var world = SmallWorld(seed: seed)
    var random = SplitMix64(seed: ~seed)
    let deathRate = random.pick([0.02, 0.1, 0.3])
    var model = SlowModel(check: world.check, policy: world.policy)
    var history: [VirtualRun.TimedEvent] = []
    var standing = SlowModel.Standing(expected: world.policy.expected)
    var verdict: SlowModel.Conclusion?
    var trial: SlowModel.Trial?
    var resumptions = 0
    while verdict == nil {
      let dies = resumptions < 4 && !history.isEmpty && random.chance(deathRate)
      let interval = world.check.interval.inMicroseconds
      let gap = Int64.random(
        in: random.chance(0.5) ? 0...interval : interval + 1...5 * interval, using: &random)
      guard let timed = dies ? world.resume(after: gap) : world.step() else { break }
      let now = timed.at.microseconds
      if dies {
        resumptions += 1
        history.append(timed)
        standing = model.standing(after: history)
        model = model.resumed(after: gap, at: now, standing, &trial)
        verdict = model.verdict(at: now, standing, &trial)
      } else {
        let last = history.last?.at.microseconds ?? 0
        verdict = model.verdict(byTimeFrom: last, through: now, standing, &trial)
        if verdict == nil {
          history.append(timed)
          standing = model.standing(after: history)
          verdict = model.verdict(at: now, standing, &trial)
        }
      }
      guard agree(world.run, standing, verdict) else {
        Issue.record(
          """
          seed \(seed): after \(timed)
          gate:  \(world.run.gate.records.map(\.health.state)) \(world.run.gate.verdict.map { "\($0)" } ?? "no verdict")
          model: \(standing.members.map(\.state)) \(trial.map { "\($0)" } ?? "") \(verdict.map { "\($0)" } ?? "no verdict")
          \(world.check)
          \(world.policy)
          \(history.map { "\($0.at.microseconds) \($0.event)" }.joined(separator: "\n"))
          """)
        return nil
      }
    }
    if verdict == nil { Issue.record("seed \(seed): no verdict after the deadline") }
    for violation in world.run.violations { Issue.record("seed \(seed): \(violation)") }
    #expect(world.run.replayed().verdict == world.run.verdict, "seed \(seed)")
    let checks = history.count { if case .checked = $0.event { true } else { false } }
    return (checks, resumptions)
  }

  private static func agree(
    _ run: VirtualRun, _ standing: SlowModel.Standing, _ verdict: SlowModel.Conclusion?
  ) -> Bool {
    let decided = run.verdict.map {
      SlowModel.Conclusion(decision: $0.decision, code: $0.reason.code, at: $0.at.microseconds)
    }
    return decided == verdict
      && run.gate.records.map(\.health.state) == standing.members.map(\.state)
  }
}
