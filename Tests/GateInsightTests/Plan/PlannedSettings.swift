import GateCore
import GateInsight
import TestSupport

/// Settings of a plan by seed: small ones, with all that can be set.
struct PlannedSettings: CustomStringConvertible {
  var check: HealthCheck
  var policy: GatePolicy
  var failures: FailureModel
  var seed: UInt64

  /// Rounds that a test can afford to enumerate fall with the size of the group.
  init(seed: UInt64, instances: ClosedRange<Int> = 1...3, rounds: [Int] = [12, 7, 4]) {
    var random = SplitMix64(seed: seed)
    let window = Int.random(in: 1...5, using: &random)
    let healthy = Int.random(in: 1...3, using: &random)
    check = .sample(
      .classic, every: .seconds(10), healthy: healthy,
      initial: Int.random(in: 1...healthy, using: &random),
      unhealthy: Int.random(in: 1...4, using: &random),
      window: random.chance(0.25)
        ? UnhealthyWindow(failures: Int.random(in: 1...window, using: &random), of: window) : nil)
    let count = Int.random(in: instances, using: &random)
    let most = rounds[min(count, rounds.count) - 1]
    let soak = Duration.seconds(
      random.pick([0, 0, 0, 3, 10, 15, 20, 25]))
    let earliest = check.interval * (check.initialThreshold - 1) + soak
    let spare = Duration.seconds(Int.random(in: 0...(10 * most), using: &random))
    policy = GatePolicy(
      minHealthy: .number(Int.random(in: 1...count, using: &random)),
      maxUnhealthy: .number(random.chance(0.5) ? 0 : Int.random(in: 0...count, using: &random)),
      gracePeriod: random.pick([.zero, .zero, .seconds(5), .seconds(20), .seconds(21)]),
      soak: soak, deadline: max(earliest + spare, .seconds(1)), expected: count)
    failures = FailureModel(
      rate: random.pick([0, 0.05, 0.2, 0.5, 0.7, 0.95, 1]),
      bootTime: random.pick([.zero, .zero, .zero, .seconds(15)]),
      outage: random.chance(0.2) ? .seconds(12)..<(.seconds(31)) : nil)
    self.seed = seed
  }

  var description: String {
    "seed \(seed): \(check) \(policy) \(failures)"
  }

  func rate(at moment: GateInstant) -> Double {
    moment < .start + failures.bootTime || failures.outage?.contains(moment) == true
      ? 1 : failures.rate
  }
}
