internal import GateCore

/// Tracks the runs of failures of each instance, and which of them were reported.
///
/// A run of failures is reported when it begins, and again when its failures change. An instance
/// that fails every third check would be reported forever, so after its third run of the same
/// failures only the fourth, the eighth, the sixteenth and so on are reported.
struct FailureRuns: Sendable {
  /// The number of failures since the last passing check.
  private var lengths: [UInt32] = []
  private var runs: [UInt32] = []
  /// Whether the current run was reported.
  private var isTold: [Bool] = []
  /// A hash of the latest failure.
  private var latest: [Int] = []

  /// The number of health checks of an instance.
  private var width = 1

  /// Adds the instances that joined.
  mutating func follow(_ gate: Gate) {
    width = gate.checks.count
    let missing = gate.records.count * width - lengths.count
    guard missing > 0 else { return }
    lengths += Array(repeating: 0, count: missing)
    runs += Array(repeating: 0, count: missing)
    isTold += Array(repeating: false, count: missing)
    latest += Array(repeating: 0, count: missing)
  }

  func knows(_ key: InstanceKey) -> Bool { index(of: key) < lengths.count }

  private func index(of key: InstanceKey) -> Int { key.index * width + key.check }

  /// Records a failure; returns whether to report it.
  mutating func failed(_ key: InstanceKey, _ kind: FailureKind, _ report: CheckReport) -> Bool {
    let index = index(of: key)
    var hasher = Hasher()
    hasher.combine(kind)
    hasher.combine(report.status)
    hasher.combine(report.detail)
    let failure = hasher.finalize()
    var isNew = runs[index] == 0 || latest[index] != failure
    if lengths[index] == 0 {
      runs[index] &+= 1
      isNew = isNew || runs[index] <= 3 || runs[index].nonzeroBitCount == 1
      isTold[index] = false
    }
    lengths[index] &+= 1
    latest[index] = failure
    isTold[index] = isTold[index] || isNew
    return isNew
  }

  /// Records a passing check; returns the length of the run that it ended, if that was reported.
  mutating func succeeded(_ key: InstanceKey) -> Int? {
    let index = index(of: key)
    let length = Int(lengths[index])
    lengths[index] = 0
    return length > 0 && isTold[index] ? length : nil
  }

  /// The number of runs of failures of the instance.
  func runs(of key: InstanceKey) -> Int { Int(runs[index(of: key)]) }
}
