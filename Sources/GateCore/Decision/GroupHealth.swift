/// How many instances are how far from healthy: all that the policy asks of the group.
///
/// Kept up to date as single instances change, so that a decision costs the same for three
/// instances and for fifty thousand.
struct GroupHealth: Hashable, Sendable {
  private(set) var present = 0
  private(set) var unhealthy = 0
  private(set) var initial = 0
  private(set) var removed = 0
  /// Instances that are not of the new release.
  private(set) var mismatched = 0

  /// Healthy instances whose latest check told so.
  private(set) var healthy = 0
  /// The last chances of all present instances that have one, in order.
  private var chances: [GateInstant] = []

  /// An instance's share in the counts.
  struct Share: Hashable, Sendable {
    var state: InstanceState
    var isMismatched = false
    var isSeenHealthy: Bool
    /// The last moment at which its next answer can come; nil: it is too late whatever comes.
    var lastChance: GateInstant?
  }

  mutating func add(_ share: Share) {
    present += 1
    count(share, by: 1)
  }

  mutating func change(from old: Share, to new: Share) {
    guard old != new else { return }
    count(old, by: -1)
    count(new, by: 1)
  }

  mutating func remove(_ share: Share) {
    present -= 1
    removed += 1
    count(share, by: -1)
  }

  /// The last moment at which so many instances can still become healthy in time.
  func lastChance(of count: Int) -> GateInstant? {
    chances.count >= count ? chances[chances.count - count] : nil
  }

  private mutating func count(_ share: Share, by step: Int) {
    switch share.state {
    case .initial: initial += step
    case .healthy: break
    case .unhealthy: unhealthy += step
    }
    if share.isMismatched { mismatched += step }
    if share.isSeenHealthy { healthy += step }
    guard let chance = share.lastChance else { return }
    let end = endOfPlaces(of: chance)
    if step > 0 { chances.insert(chance, at: end) } else { chances.remove(at: end - 1) }
  }

  /// After those that are not later: among equals the last, which moves the fewest others.
  private func endOfPlaces(of chance: GateInstant) -> Int {
    var (low, high) = (0, chances.count)
    while low < high {
      let middle = (low + high) / 2
      if chance < chances[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
