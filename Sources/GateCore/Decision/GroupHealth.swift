/// The counts of one role's instances by their distance from healthy, as the policy needs them.
///
/// They are updated when single instances change, so that a decision costs the same for three
/// instances as for fifty thousand.
struct GroupHealth: Hashable, Sendable {
  private(set) var present = 0
  private(set) var unhealthy = 0
  private(set) var initial = 0
  private(set) var removed = 0
  /// Instances that do not belong to the new release.
  private(set) var mismatched = 0
  /// Instances in the latest listing.
  private(set) var listed = 0
  /// Healthy instances, whose number starts and ends the soak; `healthyAndListed`: those in the
  /// latest listing too.
  private(set) var healthy = 0
  private(set) var healthyAndListed = 0
  /// Instances that are healthy and listed, and in service at each load balancer that must confirm.
  private(set) var inService = 0

  /// The number of healthy instances whose latest result is not a pass.
  ///
  /// From the moment at which all other conditions hold, they must pass a check first. An instance
  /// that had passed at that moment and has missed one check since need not.
  private var pendingIfHeldAnew = 0
  private var missedOnceSince = 0
  /// The number of those that are in service.
  private var pendingInServiceIfHeldAnew = 0
  private var missedOnceInServiceSince = 0
  /// The number of instances that will be unhealthy or pending at the deadline, whatever comes.
  private var hopelessIfHeldAnew = 0
  private var hopelessButMissedOnceSince = 0
  /// The number of times that all other conditions have come to hold.
  private(set) var episode = 1

  /// For all present instances that have one: the latest time at which they can become healthy in
  /// time for a soak, and for the deadline.
  private var soakChances = LatestStarts()
  private var finalChances = LatestStarts()

  /// The contribution of one instance to the counts.
  struct Share: Hashable, Sendable {
    var state: InstanceState
    var isMismatched = false
    /// Whether it is healthy, and has passed a check since the run was resumed.
    var isHealthy: Bool
    var isListed: Bool
    var isInService: Bool
    var latest: LatestResult
    /// The latest moment at which its next response may arrive for a soak; nil if it is too late
    /// anyway.
    var soakChance: GateInstant?
    /// The same for the deadline instead of a soak.
    var finalChance: GateInstant?
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

  // MARK: - The rule of the latest check

  /// Records that all other conditions now hold.
  ///
  /// Instances that missed their latest check are pending from now on.
  mutating func beginEpisode() {
    episode += 1
    (missedOnceSince, missedOnceInServiceSince, hopelessButMissedOnceSince) = (0, 0, 0)
  }

  /// The number of healthy instances that must first pass a check.
  func pending(isHeld: Bool) -> Int { pendingIfHeldAnew - (isHeld ? missedOnceSince : 0) }

  /// The number of healthy, listed instances in service that need not pass a check first.
  func counted(isHeld: Bool) -> Int {
    inService - pendingInServiceIfHeldAnew + (isHeld ? missedOnceInServiceSince : 0)
  }

  /// The number of instances that will be unhealthy or pending at the deadline, whatever comes.
  func hopeless(isHeld: Bool) -> Int {
    hopelessIfHeldAnew - (isHeld ? hopelessButMissedOnceSince : 0)
  }

  // MARK: - Time

  /// The last moment at which this many instances can still become healthy in time for a soak.
  func soakChance(of count: Int) -> GateInstant? { soakChances.latest(count) }

  /// The latest moment at which this many instances can still come to count by the deadline.
  func finalChance(of count: Int, isHeld: Bool, deadline: GateInstant) -> GateInstant? {
    let wanted = count - (isHeld ? hopelessButMissedOnceSince : 0)
    return wanted > 0 ? finalChances.latest(wanted) : deadline
  }

  private mutating func count(_ share: Share, by step: Int) {
    switch share.state {
    case .initial: initial += step
    case .healthy: break
    case .unhealthy: unhealthy += step
    }
    if share.isMismatched { mismatched += step }
    if share.isListed { listed += step }
    countHealthy(share, by: step)
    soakChances.count(share.soakChance, by: step)
    finalChances.count(share.finalChance, by: step)
  }

  private mutating func countHealthy(_ share: Share, by step: Int) {
    let isCandidate = share.isHealthy && share.isListed && share.isInService
    if share.isHealthy { healthy += step }
    if share.isHealthy, share.isListed { healthyAndListed += step }
    if isCandidate { inService += step }
    guard share.state != .initial else { return }
    if share.finalChance == nil { hopelessIfHeldAnew += step }
    guard share.state == .healthy, share.latest != .passed else { return }
    pendingIfHeldAnew += step
    if isCandidate { pendingInServiceIfHeldAnew += step }
    guard share.latest == .missedOnce(episode: episode) else { return }
    missedOnceSince += step
    if isCandidate { missedOnceInServiceSince += step }
    if share.finalChance == nil { hopelessButMissedOnceSince += step }
  }
}

/// The result of the latest check of an instance.
///
/// A lost check counts as a failure here.
enum LatestResult: Hashable, Sendable {
  case passed
  /// One check did not pass, in this episode in which all other conditions hold.
  case missedOnce(episode: Int)
  case missedAgain

  /// Updates it after another check.
  mutating func record(isPass: Bool, in episode: Int) {
    switch (isPass, self) {
    case (true, _): self = .passed
    case (false, .passed): self = .missedOnce(episode: episode)
    case (false, .missedOnce), (false, .missedAgain): self = .missedAgain
    }
  }
}

/// The counts of each role; only those of members are the group's.
struct RoleCounts: Hashable, Sendable {
  private var members = GroupHealth()
  private var baseline = GroupHealth()
  private var guards = GroupHealth()

  /// The number of times that all conditions except for the latest checks have come to hold.
  var episode: Int { members.episode }

  mutating func beginEpisode() {
    members.beginEpisode()
    guards.beginEpisode()
  }

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

/// The latest start times of several instances, in ascending order.
struct LatestStarts: Hashable, Sendable {
  private var chances: [GateInstant] = []

  /// The latest moment at which this many instances still have a chance.
  ///
  /// It is nil if there are fewer instances.
  func latest(_ count: Int) -> GateInstant? {
    chances.count >= count ? chances[chances.count - count] : nil
  }

  /// Inserts a time, or removes one occurrence of a time that is in the list.
  mutating func count(_ chance: GateInstant?, by step: Int) {
    guard let chance else { return }
    let end = endOfPlaces(of: chance)
    if step > 0 { chances.insert(chance, at: end) } else { chances.remove(at: end - 1) }
  }

  /// The index after all times that are not later; of equal times it is the last, which moves the
  /// fewest elements.
  private func endOfPlaces(of chance: GateInstant) -> Int {
    var (low, high) = (0, chances.count)
    while low < high {
      let middle = (low + high) / 2
      if chance < chances[middle] { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
