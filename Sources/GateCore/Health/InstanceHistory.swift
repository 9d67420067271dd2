/// What has happened to an instance: for reports, diagnoses and the words of a verdict.
///
/// Nothing in it decides: `layers.test` holds that the fold does not read it.
package struct InstanceHistory: Hashable, Sendable {
  package internal(set) var latency = LatencySummary()
  package internal(set) var transitions: [Transition] = []
  package internal(set) var lastFailure: LastFailure?
  /// The versions in its responses, in the order in which they first appeared.
  package internal(set) var versions: [String] = []
  package internal(set) var lastLoss: LostCheck?
  /// The detail of the latest check, if it has one.
  package internal(set) var lastDetail: String?
  package internal(set) var pattern = ResultPattern()

  /// The maximum number of versions to keep; a server that sends more sends random ones.
  private static let maximumVersions = 8

  /// Notes a check; `check` is the name of the health check, where there are several.
  mutating func note(_ report: CheckReport, at now: GateInstant, check: String) {
    if let version = report.version, !versions.contains(version),
      versions.count < Self.maximumVersions
    {
      versions.append(version)
    }
    pattern.record(report.result, at: now)
    lastDetail = report.detail
    switch report.result {
    case .success: latency.add(report.latencyMicroseconds)
    case .failure(let kind):
      lastFailure = LastFailure(at: now, kind: kind, report: report, check: check)
      if kind.isAnswered { latency.add(report.latencyMicroseconds) }
    }
  }

  /// Takes over what is said of the health check that the instance's state comes from; where that
  /// has nothing to say, the newest of `all`.
  mutating func follow(_ part: InstanceHistory, of all: [InstanceRecord]) {
    pattern = part.pattern
    lastFailure =
      part.lastFailure ?? all.compactMap(\.history.lastFailure).max { $0.at < $1.at }
    lastLoss = all.compactMap(\.history.lastLoss).max { $0.at < $1.at }
  }
}

/// A change of an instance's state.
package struct Transition: Hashable, Sendable {
  package var at: GateInstant
  package var from: InstanceState
  package var to: InstanceState
  package var reason: HealthReason
}

/// The latest failed check of an instance.
package struct LastFailure: Hashable, Sendable {
  /// When the check ended.
  package var at: GateInstant
  package var kind: FailureKind
  package var report: CheckReport
  /// The name of the health check, if there are several; otherwise empty.
  package var check = ""
}

/// The latest check of an instance that was lost to a gate fault.
package struct LostCheck: Hashable, Sendable {
  package var at: GateInstant
  package var fault: GateFault
}

/// The latencies of one instance's responses, in microseconds.
///
/// The minimum and maximum are of all responses; the percentiles are of the latest 256, so that a
/// soak of days takes no more memory than one of minutes.
package struct LatencySummary: Hashable, Sendable {
  package private(set) var least: Int64?
  package private(set) var greatest: Int64?
  private var latest: [UInt32] = []
  private var oldest = 0

  private static let kept = 256

  package mutating func add(_ microseconds: Int64) {
    least = min(least ?? microseconds, microseconds)
    greatest = max(greatest ?? microseconds, microseconds)
    let sample = UInt32(clamping: microseconds)
    guard latest.count == Self.kept else {
      latest.append(sample)
      return
    }
    latest[oldest] = sample
    oldest = (oldest + 1) % Self.kept
  }

  /// The nearest-rank percentile of the latest responses; nil if there was none.
  package func percentile(_ percent: Int) -> Int64? {
    guard !latest.isEmpty else { return nil }
    let rank = (percent * latest.count + 99) / 100
    return withUnsafeTemporaryAllocation(of: UInt32.self, capacity: latest.count) { samples in
      _ = samples.initialize(from: latest)
      return Int64(Self.select(max(rank, 1) - 1, of: samples))
    }
  }

  /// The value that would stand at this place if the values were sorted (Hoare's selection).
  ///
  /// At the end of a run this is asked of every instance, and sorting would take several times as
  /// long.
  private static func select(_ place: Int, of values: UnsafeMutableBufferPointer<UInt32>) -> UInt32
  {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[(low + high) / 2]
      var (left, right) = (low, high)
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        guard left <= right else { break }
        values.swapAt(left, right)
        (left, right) = (left + 1, right - 1)
      }
      if place <= right { high = right } else if place >= left { low = left } else { break }
    }
    return values[place]
  }

  /// The latencies of the latest responses, oldest first.
  package var samples: [Int64] {
    (latest[oldest...] + latest[..<oldest]).map(Int64.init)
  }
}
