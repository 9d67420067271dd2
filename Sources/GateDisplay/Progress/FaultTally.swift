internal import GateCore
internal import GateText

/// Faults of the gate's own come by the thousand: the first of a kind is told, the rest counted.
struct FaultTally: Sendable {
  private var detail: String?
  private var untold = 0
  private var told = GateInstant.start

  private static let pause = Duration.seconds(10)

  /// What to say of a fault at once, if anything.
  mutating func add(_ fault: GateFault, at now: GateInstant) -> String? {
    guard detail != fault.detail, untold == 0 || told + Self.pause <= now else {
      untold += 1
      return nil
    }
    (detail, told) = (fault.detail, now)
    return "gate fault: \(fault.detail.printable) (held against no instance)"
  }

  /// When there is something to say of those that came since.
  var due: GateInstant? { untold > 0 ? told + Self.pause : nil }

  mutating func take(at now: GateInstant) -> String? {
    guard untold > 0, let detail else { return nil }
    let count = untold
    (untold, told) = (0, now)
    return "\(counted(count, "more gate fault")) like: \(detail.printable)"
  }
}
