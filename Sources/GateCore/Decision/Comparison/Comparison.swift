/// The comparison of the new group with the old one: failures by Fisher's exact test, latency by
/// the Mann–Whitney test.
///
/// All numbers follow from the journal; nothing is drawn at random.
package struct Comparison: Hashable, Sendable {
  package var policy: ComparisonPolicy
  package var new: Counts
  package var old: Counts
  /// Whether each group has at least `min_samples` checks.
  package var hasEnoughSamples: Bool
  package var failures: Failures
  /// The comparison of latencies; nil while one of the groups has fewer successes than half of
  /// `min_samples`.
  package var latency: Latency?

  package struct Counts: Hashable, Sendable {
    package var checks: Int
    package var failures: Int
    /// The number of successes whose latencies are compared.
    package var latencies: Int
  }

  /// Fisher's exact test, one-sided.
  package struct Failures: Hashable, Sendable {
    /// The probability of at least this many failures in the new group if both groups are equal.
    package var pValue: Double
    package var isWorse: Bool
  }

  package struct Latency: Hashable, Sendable {
    /// The median latency of the new group, in microseconds, as are all latencies below.
    package var newMedian: Double
    package var oldMedian: Double
    /// The Mann–Whitney U: the number of pairs in which the new group's response took longer; a tie
    /// counts as a half.
    package var u: Double
    /// The one-sided p-value of the hypothesis that the new group is not slower.
    package var pValue: Double
    /// `u` as a share of all pairs: 0.5 if both groups are equal, 1 if every response of the new
    /// group took longer.
    package var effectSize: Double
    /// The Hodges–Lehmann estimate of the shift: the median of the differences of all pairs.
    package var shift: Double
    /// The two-sided confidence interval of the shift; nil if there are too few samples for one.
    package var interval: ClosedRange<Double>?
    package var allowedIncrease: Double
    /// Whether the whole interval lies above the allowed increase.
    package var isWorse: Bool
  }

  package var isWorse: Bool { failures.isWorse || latency?.isWorse ?? false }

  /// Compares the groups, as one of `tests` comparisons of the run.
  ///
  /// All of them together may find an equal group worse with a probability of `1 - confidence`, so
  /// each gets an equal part of that error (Bonferroni).
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
    // A few failures of either group do not prevent the comparison of latencies.
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
  /// The error is split between the two sides of the interval, of which only one is used.
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
