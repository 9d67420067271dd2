/// The new group beside the old one, in numbers.
///
/// They follow from the journal alone: nothing is drawn at random.
package struct Comparison: Hashable, Sendable {
  package var policy: ComparisonPolicy
  package var new: Counts
  package var old: Counts
  /// Whether each group has as many checks as are wanted.
  package var hasEnoughSamples: Bool
  package var failures: Failures
  /// Nil while one of the groups has fewer successes than half of the samples that are wanted.
  package var latency: Latency?

  package struct Counts: Hashable, Sendable {
    package var checks: Int
    package var failures: Int
    /// Successes whose latencies are compared.
    package var latencies: Int
  }

  /// Fisher's exact test, one-sided.
  package struct Failures: Hashable, Sendable {
    /// How probable so many failures of the new group are, were both alike.
    package var pValue: Double
    package var isWorse: Bool
  }

  package struct Latency: Hashable, Sendable {
    /// In microseconds, as all that follows.
    package var newMedian: Double
    package var oldMedian: Double
    /// Mann–Whitney: how many pairs have the new group's answer later, ties as a half.
    package var u: Double
    /// One-sided: that the new group's answers are not later.
    package var pValue: Double
    /// The part of all pairs that `u` is: a half when both are alike, 1 when all are later.
    package var effectSize: Double
    /// Hodges–Lehmann: the median of the differences of all pairs.
    package var shift: Double
    /// Of the shift, at the confidence, from both sides; nil with too few samples for any.
    package var interval: ClosedRange<Double>?
    package var allowedIncrease: Double
    /// Whether the whole interval is above what is allowed.
    package var isWorse: Bool
  }

  package var isWorse: Bool { failures.isWorse || latency?.isWorse ?? false }

  /// One alike group in `1 - confidence` may be taken for a worse one by all `tests` of the run
  /// together, so each of them has its part of the error (Bonferroni).
  init(_ samples: ComparisonSamples, _ policy: ComparisonPolicy, tests: Int) {
    let error = policy.confidence.error / Double(tests)
    self.policy = policy
    new = Counts(samples.new)
    old = Counts(samples.old)
    hasEnoughSamples = samples.suffice(policy)
    let pValue = fisherTest(
      failures: samples.new.failures, of: samples.new.checks,
      against: samples.old.failures, of: samples.old.checks)
    failures = Failures(
      pValue: pValue, isWorse: hasEnoughSamples && pValue < error)
    let successes = min(new.latencies, old.latencies)
    // A few failures, of either group, are no reason not to look at how long the others took.
    let isTimed = hasEnoughSamples && successes * 2 >= policy.minSamples
    latency =
      isTimed ? Latency(samples.new.latencies, samples.old.latencies, policy, error: error) : nil
  }
}

extension Comparison.Counts {
  fileprivate init(_ side: ComparisonSamples.Side) {
    self.init(checks: side.checks, failures: side.failures, latencies: side.latencies.count)
  }
}

extension Comparison.Latency {
  /// As much of the error is on each side of the interval, and one of them is looked at.
  init(_ new: [Int64], _ old: [Int64], _ policy: ComparisonPolicy, error: Double) {
    let test = RankTest(new, old)
    newMedian = median(ofSorted: test.new)
    oldMedian = median(ofSorted: test.old)
    u = test.u
    pValue = test.pValue
    effectSize = test.u / Double(new.count * old.count)
    let differences = PairDifferences(test)
    shift = differences.median
    interval = differences.interval(error: error * 2)
    allowedIncrease = policy.maxLatencyIncrease.allowed(over: oldMedian)
    isWorse = interval.map { [allowedIncrease] in $0.lowerBound > allowedIncrease } ?? false
  }
}
