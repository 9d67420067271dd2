/// How many instances are how far from healthy: all that the policy asks of the group.
///
/// Kept up to date as single instances change, so that a decision costs the same for three
/// instances and for fifty thousand.
struct GroupHealth: Hashable, Sendable {
  private(set) var present = 0
  private(set) var unhealthy = 0
  private(set) var initial = 0
  private(set) var removed = 0
  /// Present instances by the number of successes that they still want and can still get in
  /// time; those at 0 are healthy and observed.
  private var wanting: [Int] = [0]

  /// Healthy instances whose latest check told so.
  var healthy: Int { wanting[0] }

  /// An instance's share in the counts.
  struct Share: Hashable, Sendable {
    var state: InstanceState
    /// Nil: it can no longer become healthy in time.
    var needed: Int?
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

  /// The greatest number of successes that the nearest `count` instances still want; nil when
  /// there are not so many that can become healthy in time.
  func successesNeeded(by count: Int) -> Int? {
    var found = 0
    for (needed, instances) in wanting.enumerated() {
      found += instances
      if found >= count { return needed }
    }
    return nil
  }

  private mutating func count(_ share: Share, by step: Int) {
    switch share.state {
    case .initial: initial += step
    case .healthy: break
    case .unhealthy: unhealthy += step
    }
    guard let needed = share.needed else { return }
    while wanting.count <= needed { wanting.append(0) }
    wanting[needed] += step
  }
}
