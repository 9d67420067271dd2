import GateCore
import TestSupport
import Testing

@testable import Simulation

/// The gate against the slow model where the runner dies at random moments, and another goes on.
@Suite struct ResumedModelTests {
  static let seeds: [UInt64] =
    (1...6).map { $0 * 7_000_003 } + [214_647_625_758_987, 232_868_528_397_486] + freshSeeds

  static let freshSeeds: [UInt64] = {
    var system = SystemRandomNumberGenerator()
    let seeds = (0..<4).map { _ in system.next() >> 16 }
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
    var resumptions = 0
    while model.conclusion == nil, world.run.verdict == nil {
      let dies = resumptions < 4 && !model.history.isEmpty && random.chance(deathRate)
      let interval = world.check.interval.inMicroseconds
      let gap = Int64.random(
        in: random.chance(0.5) ? 1...interval : interval + 1...5 * interval, using: &random)
      guard let timed = dies ? world.resume(after: gap) : world.step() else { break }
      if dies { resumptions += 1 }
      model.take(timed)
      guard let words = model.disagreement(with: world.run.gate, after: timed) else { continue }
      Issue.record("seed \(seed): \(words)\n\(model.account)")
      return nil
    }
    if world.run.verdict == nil, !model.isDebatable {
      Issue.record("seed \(seed): no verdict after the deadline")
    }
    for violation in world.run.violations { Issue.record("seed \(seed): \(violation)") }
    #expect(world.run.replayed().verdict == world.run.verdict, "seed \(seed)")
    return (model.checks, resumptions)
  }
}
