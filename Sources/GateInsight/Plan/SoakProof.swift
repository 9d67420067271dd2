internal import GateCore

/// What a run without any failed check proves about the failure rate, at 95 %.
///
/// With a failure rate of r, n checks in a row succeed with probability (1 - r)ⁿ; rates for which
/// that is less than 5 % are excluded. Source: Clopper and Pearson (1934), for no failures.
package struct SoakProof: Hashable, Sendable {
  /// The number of checks of one instance before the earliest promotion.
  package var checks: Int
  /// The smallest failure rate of an instance that these checks exclude; 0 to 1.
  package var excludedRate: Double
  /// The same for all instances together, if all have the same rate.
  package var excludedGroupRate: Double
  /// What it takes to exclude other rates.
  package var wanted: [Wanted]

  package struct Wanted: Hashable, Sendable {
    package var rate: Double
    package var checks: Int
    /// The soak in which an instance has this number of checks.
    package var soak: Duration
  }

  /// One minus the confidence.
  static let doubt = 0.05

  init(_ check: HealthCheck, _ slots: PlanSlots, count: Int) {
    checks = check.initialThreshold + slots.soakRounds
    excludedRate = 1 - Probability.root(Self.doubt, checks)
    excludedGroupRate = 1 - Probability.root(Self.doubt, checks * count)
    wanted = [0.05, 0.01, 0.001].map { rate in
      let checks = Probability.runLength(of: 1 - rate, under: Self.doubt)
      let missing = max(checks - check.initialThreshold, 0)
      // The check at the end of a soak comes too late, so the soak needs one more interval.
      let soak = missing == 0 ? .zero : check.interval * (missing + 1)
      return Wanted(rate: rate, checks: checks, soak: soak)
    }
  }
}
