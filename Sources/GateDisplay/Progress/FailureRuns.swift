internal import GateCore

/// How each instance fails from one success to the next, and what of it was told.
///
/// A run of failures is told when it begins, and again when its failures change. An instance that
/// fails every third check would be told of for ever: after its third run of the same failures
/// only the fourth, the eighth, the sixteenth and so on are told.
struct FailureRuns: Sendable {
  /// Failures since the last success.
  private var lengths: [UInt32] = []
  private var runs: [UInt32] = []
  /// Whether the run that is under way was told.
  private var isTold: [Bool] = []
  /// A hash of the latest failure.
  private var latest: [Int] = []

  mutating func addInstance() {
    lengths.append(0)
    runs.append(0)
    isTold.append(false)
    latest.append(0)
  }

  var count: Int { lengths.count }

  /// Notes a failure; returns whether it is to be told.
  mutating func failed(_ key: InstanceKey, _ kind: FailureKind, _ report: CheckReport) -> Bool {
    let index = key.index
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

  /// Notes a success; returns how many failures it ended, if they were told.
  mutating func succeeded(_ key: InstanceKey) -> Int? {
    let length = Int(lengths[key.index])
    lengths[key.index] = 0
    return length > 0 && isTold[key.index] ? length : nil
  }

  /// How often the instance began to fail.
  func runs(of key: InstanceKey) -> Int { Int(runs[key.index]) }
}
