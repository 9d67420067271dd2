/// How many instances of one role are how far from healthy: all that the policy asks of them.
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
  /// Of all present instances that have one.
  private var chances = LastChances()

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
  func lastChance(of count: Int) -> GateInstant? { chances.latest(count) }

  private mutating func count(_ share: Share, by step: Int) {
    switch share.state {
    case .initial: initial += step
    case .healthy: break
    case .unhealthy: unhealthy += step
    }
    if share.isMismatched { mismatched += step }
    if share.isSeenHealthy { healthy += step }
    guard let chance = share.lastChance else { return }
    if step > 0 { chances.insert(chance) } else { chances.remove(chance) }
  }
}

/// The counts of each role, apart: only the members' are the group's.
struct RoleCounts: Hashable, Sendable {
  private var members = GroupHealth()
  private var baseline = GroupHealth()
  private var guards = GroupHealth()

  subscript(role: InstanceRole) -> GroupHealth {
    get {
      switch role {
      case .member: members
      case .baseline: baseline
      case .guard: guards
      }
    }
    _modify {
      switch role {
      case .member: yield &members
      case .baseline: yield &baseline
      case .guard: yield &guards
      }
    }
  }
}

/// The last chances of several instances, kept in order.
struct LastChances: Hashable, Sendable {
  private var chances: [GateInstant] = []

  /// The last moment at which so many of them have theirs; nil when there are not so many.
  func latest(_ count: Int) -> GateInstant? {
    chances.count >= count ? chances[chances.count - count] : nil
  }

  mutating func insert(_ chance: GateInstant) {
    chances.insert(chance, at: endOfPlaces(of: chance))
  }

  /// Takes out one that is among them.
  mutating func remove(_ chance: GateInstant) {
    chances.remove(at: endOfPlaces(of: chance) - 1)
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
