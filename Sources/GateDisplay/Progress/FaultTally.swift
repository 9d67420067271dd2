internal import GateCore
internal import GateText

/// Reports the first gate fault of each kind and counts the others, since there can be thousands.
struct FaultTally: Sendable {
  private var detail: String?
  private var untold = 0
  private var told = GateInstant.start

  private static let pause = Duration.seconds(10)

  /// Adds a fault; returns a line to print at once, if any.
  mutating func add(_ fault: GateFault, at now: GateInstant) -> String? {
    guard detail != fault.detail, untold == 0 || told + Self.pause <= now else {
      untold += 1
      return nil
    }
    (detail, told) = (fault.detail, now)
    return "gate fault: \(fault.detail.printable) (held against no instance)"
  }

  /// When a summary of the faults since the last report is due; nil if there are none.
  var due: GateInstant? { untold > 0 ? told + Self.pause : nil }

  mutating func take(at now: GateInstant) -> String? {
    guard untold > 0, let detail else { return nil }
    let count = untold
    (untold, told) = (0, now)
    return "\(counted(count, "more gate fault")) like: \(detail.printable)"
  }
}
