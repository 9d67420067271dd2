/// What both groups showed side by side, since the new one has been healthy.
struct ComparisonSamples: Hashable, Sendable {
  var new = Side()
  var old = Side()

  struct Side: Hashable, Sendable {
    private(set) var checks = 0
    private(set) var failures = 0
    /// Of the latest successes, in microseconds, in no order.
    private(set) var latencies: [Int64] = []
    private var oldest = 0

    /// So many successes are compared: more would cost more than they tell.
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

  /// Whether each group has so many.
  func suffice(_ policy: ComparisonPolicy) -> Bool {
    min(new.checks, old.checks) >= policy.minSamples
  }
}
