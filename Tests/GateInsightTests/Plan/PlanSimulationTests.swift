import GateCore
import GateInsight
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#endif

/// The plan's odds against the real gate by drawing, over settings too large to enumerate.
///
/// `HEALTHGATE_PLAN_RUNS` is how many runs each setting gets; what came of a million of each stands
/// in `docs/thresholds.md`.
@Suite struct PlanSimulationTests {
  static let runs = getenv("HEALTHGATE_PLAN_RUNS").flatMap { Int(String(cString: $0)) } ?? 60

  @Test(arguments: PlannedSettings.undecided(50))
  func theOddsAreThoseOfDrawnRuns(settings: PlannedSettings) throws {
    let odds = try Plan(check: settings.check, policy: settings.policy).odds(settings.failures)
    let drawn = DrawnRuns(settings, count: Self.runs)
    #expect(
      drawn.deviation(from: odds) <= 3,
      "\(drawn.promoted) of \(Self.runs) promoted, not \(odds.course.promote): \(settings)")
    #expect(drawn.violations.isEmpty)
  }
}

extension PlannedSettings {
  /// The first so many settings of which neither verdict is all but certain.
  static func undecided(_ count: Int) -> [PlannedSettings] {
    var found: [PlannedSettings] = []
    var seed: UInt64 = 0
    while found.count < count {
      seed += 1_299_709
      let settings = PlannedSettings(seed: seed, instances: 1...5, rounds: [30, 24, 20, 16, 12])
      let plan = try? Plan(check: settings.check, policy: settings.policy)
      let promote = plan?.odds(settings.failures).course.promote ?? 0
      if (0.02...0.98).contains(promote) { found.append(settings) }
    }
    return found
  }
}

/// What the real gate makes of drawn checks, each round's in an order that is drawn too.
struct DrawnRuns {
  private(set) var promoted = 0
  private(set) var violations: [String] = []
  private let count: Int

  init(_ settings: PlannedSettings, count: Int) {
    self.count = count
    var random = SplitMix64(seed: settings.seed &+ 1)
    for _ in 0..<count {
      let run = Self.run(settings, &random)
      if run.verdict?.decision == .promote { promoted += 1 }
      violations += run.violations
    }
  }

  private static func run(_ settings: PlannedSettings, _ random: inout SplitMix64) -> VirtualRun {
    var run = VirtualRun(check: settings.check, policy: settings.policy)
    run.join((0..<settings.policy.expected).map { "i-\($0)" })
    var now = GateInstant.start
    while run.verdict == nil {
      let rate = settings.rate(at: now)
      for index in (0..<settings.policy.expected).shuffled(using: &random) {
        run.end(InstanceKey(index), random.chance(rate) ? .failure : .success)
      }
      now = now + settings.check.interval
    }
    return run
  }

  /// How many standard errors the drawn share of promotions is off.
  ///
  /// One run more or less is allowed for, and what the plan itself has drawn.
  func deviation(from odds: PlanOdds) -> Double {
    let (chance, share) = (odds.course.promote, Double(promoted) / Double(count))
    let own = odds.course.standardError
    let error = (chance * (1 - chance) / Double(count) + own * own).squareRoot()
    let off = (share - chance).magnitude - 1 / Double(count)
    return off <= 0 ? 0 : off / max(error, 1e-12)
  }
}
