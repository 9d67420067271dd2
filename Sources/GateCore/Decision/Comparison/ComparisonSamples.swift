/// The checks of both groups that are compared: those made since the new group became healthy.
struct ComparisonSamples: Hashable, Sendable {
  var new = Side()
  var old = Side()

  struct Side: Hashable, Sendable {
    private(set) var checks = 0
    private(set) var failures = 0
    /// The latencies of the latest successes, in microseconds, in no particular order.
    private(set) var latencies: [Int64] = []
    private var oldest = 0

    /// The maximum number of successes to compare; more would add cost and little information.
    static let kept = 500

    mutating func add(_ report: CheckReport) {
      checks += 1
      guard report.result == .success else {
        failures += 1
        return
      }
      guard latencies.count == Self.kept else {
        latencies.append(report.latencyMicroseconds)
        return
      }
      latencies[oldest] = report.latencyMicroseconds
      oldest = (oldest + 1) % Self.kept
    }
  }

  mutating func add(_ report: CheckReport, of role: InstanceRole) {
    switch role {
    case .member: new.add(report)
    case .baseline: old.add(report)
    case .guard: break
    }
  }

  /// Whether each group has the `min_samples` of the policy.
  func suffice(_ policy: ComparisonPolicy) -> Bool {
    min(new.checks, old.checks) >= policy.minSamples
  }
}
