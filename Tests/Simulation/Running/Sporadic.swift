import GateCore
import GateEngine
import TestSupport

/// Large groups in which every check fails now and then: a release must not wait for a moment at which
/// none of them has.
///
/// The rule of the latest check costs such a group an interval and not its promotion: from the
/// moment at which all else holds, what has just failed has only to pass once.
package struct Sporadic {
  package struct Outcome: Sendable {
    package private(set) var runs = 0
    package private(set) var promoted = 0
    /// From the moment at which all else held to the promotion, in microseconds, in order.
    package private(set) var waits: [Int64] = []

    mutating func add(_ verdict: Verdict, held: GateInstant?) {
      runs += 1
      guard verdict.decision == .promote, let held else { return }
      promoted += 1
      waits.append(verdict.at.microseconds - held.microseconds)
      waits.sort()
    }

    /// The nearest-rank percentile of the waits.
    package func wait(percent: Int) -> Int64 {
      waits.isEmpty ? 0 : waits[max(1, (percent * waits.count + 99) / 100) - 1]
    }

    /// Whether at least 999 in a thousand are promoted, and 99 in a hundred within two intervals.
    package var isWell: Bool {
      promoted * 1000 >= runs * 999 && wait(percent: 99) <= 2 * Sporadic.interval
    }

    package var text: String {
      let seconds = [50, 99, 100].map { Double(wait(percent: $0)) / 1_000_000 }
      return """
        runs        \(runs), of \(Sporadic.instances) instances each
        promoted    \(promoted)
        waited      \(seconds[0]) s at the median, \(seconds[1]) s at p99, \(seconds[2]) s at most

        """
    }
  }

  static let instances = 1000
  static let interval = 15 * World.second

  /// README's settings: `interval 15`, `timeout 5`, thresholds 2 and 10, `soak 1m`.
  static func world(seed: UInt64) -> World {
    var random = SplitMix64(seed: seed)
    var settings = World.Settings(
      semantics: .classic, interval: interval, timeout: 5 * World.second, healthy: 2, initial: 2,
      unhealthy: 10, deadline: 0, expected: instances)
    settings.soak = 60 * World.second
    settings.deadline =
      GatePolicy.defaultDeadline(
        for: [settings.check], gracePeriod: .zero, soak: .microseconds(settings.soak)
      ).inMicroseconds
    var world = World(settings: settings)
    world.instances = (0..<instances).map { place in
      var one = Inhabitant(
        id: "i-\(place)", address: "10.0.\(place >> 8).\(place & 255)", seed: random.next())
      one.fails = 0.005
      one.latency = Int64.random(in: 500...80_000, using: &random)
      return one
    }
    return world
  }

  /// Runs so many groups; the rules and invariants hold in each, or the violation is told.
  package static func run(
    _ runs: Int, seed: UInt64
  ) -> (outcome: Outcome, violation: String?) {
    var outcome = Outcome()
    for seed in seed..<seed + UInt64(runs) {
      let run = WorldRun(of: world(seed: seed), .init(mostKept: 0))
      outcome.add(run.verdict, held: run.held)
      if let violation = run.violations.first { return (outcome, "seed \(seed): \(violation)") }
    }
    return (outcome, nil)
  }
}
