internal import GateCore
internal import GateSettings

/// The latest checks of every instance, in flat arrays: adding one allocates nothing.
struct CheckHistory: Sendable {
  enum Mark: Hashable, Sendable {
    /// A passing check, with its duration in microseconds.
    case success(Int64)
    case failure
    /// Lost to a gate fault.
    case lost
  }

  /// The number of checks kept per instance.
  static let length = 12

  /// The results in a ring of `length` entries for each instance.
  private var marks: [UInt32] = []
  private var totals: [UInt32] = []
  private var latencies: [UInt32] = []

  private static let failure = UInt32.max
  private static let lost = UInt32.max - 1
  private static let unknown = UInt32.max

  mutating func addInstance() {
    marks.append(contentsOf: repeatElement(0, count: Self.length))
    totals.append(0)
    latencies.append(Self.unknown)
  }

  mutating func add(_ report: CheckReport, of key: InstanceKey) {
    let latency = UInt32(clamping: min(report.latencyMicroseconds, Int64(Self.lost - 1)))
    switch report.result {
    case .success: add(latency, latency: latency, of: key)
    case .failure: add(Self.failure, latency: latency, of: key)
    }
  }

  mutating func addLoss(of key: InstanceKey) {
    add(Self.lost, latency: Self.unknown, of: key)
  }

  private mutating func add(_ mark: UInt32, latency: UInt32, of key: InstanceKey) {
    marks[key.index * Self.length + Int(totals[key.index]) % Self.length] = mark
    totals[key.index] &+= 1
    latencies[key.index] = latency
  }

  /// The latest results of an instance, oldest first.
  func latest(of key: InstanceKey) -> [Mark] {
    let total = Int(totals[key.index])
    return (max(total - Self.length, 0)..<total).map { mark(at: $0, of: key) }
  }

  func last(of key: InstanceKey) -> Mark? {
    let total = Int(totals[key.index])
    return total == 0 ? nil : mark(at: total - 1, of: key)
  }

  /// The duration of the latest check in microseconds; nil if it did not pass.
  func lastLatency(of key: InstanceKey) -> Int64? {
    let latency = latencies[key.index]
    return latency == Self.unknown ? nil : Int64(latency)
  }

  private func mark(at number: Int, of key: InstanceKey) -> Mark {
    switch marks[key.index * Self.length + number % Self.length] {
    case Self.failure: .failure
    case Self.lost: .lost
    case let latency: .success(Int64(latency))
    }
  }
}
