import Simulation
import Testing

/// The gate against the slow model where the runner dies at random moments, and another goes on.
@Suite struct ResumedModelTests {
  static let seeds: [UInt64] =
    (1...6).map { $0 * 7_000_003 } + [3_008_186, 50_859_052_079_341, 214_647_625_758_987]
    + freshSeeds

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
    let outcome = DyingRunners.run(checks: Self.checksEach, seed: seed)
    #expect(outcome.violation == nil, "\(outcome.violation ?? "")")
    #expect(outcome.resumptions > Self.checksEach / 50, "the runners hardly ever died")
  }
}
