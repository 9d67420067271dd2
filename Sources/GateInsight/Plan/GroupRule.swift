internal import GateCore

/// What the gate decides about a group whose instances stand at certain places of their chain.
///
/// It is the gate's own rule, of instances that are there from the start and stay. Both ways to the
/// odds go by it: the one that looks at every group, and the one that draws.
struct GroupRule: Sendable {
  let chain: InstanceChain
  let slots: PlanSlots
  /// So many must be healthy, and so many may be unhealthy.
  let wanted: Int
  let allowed: Int

  /// Whether an instance can be healthy, and new again, within the grace period.
  var canFallBack: Bool { slots.time(of: chain.needed[0]) < slots.gracePeriod }

  /// How far a group is.
  enum Phase: Hashable, Sendable {
    /// Not as the policy wants it.
    case waiting
    /// It is, since a round.
    case soaking(since: Int)
    /// All holds, but for the rule of the latest check.
    case held
  }

  enum Outcome: Hashable, Sendable {
    case promote
    case rollback
    case undecided
  }

  /// What a group comes to, counted as the gate counts it.
  struct Tally: Hashable, Sendable {
    var healthy: Int32 = 0
    var unhealthy: Int32 = 0
    /// Healthy without a pass of the latest check, and those of them that missed one alone, and
    /// that since all else held.
    var missed: Int32 = 0
    var missedOnceSince: Int32 = 0
    /// Those that cannot be anything but unhealthy or pending by the deadline.
    var hopeless: Int32 = 0
    var hopelessButOnceSince: Int32 = 0
    /// Those that can be healthy in time for the soak, and counted by the deadline.
    var inTimeForSoak: Int32 = 0
    var inTime: Int32 = 0

    static func += (left: inout Tally, right: Tally) { left.add(right, times: 1) }
    static func -= (left: inout Tally, right: Tally) { left.add(right, times: -1) }

    mutating func add(_ other: Tally, times count: Int32) {
      healthy += count * other.healthy
      unhealthy += count * other.unhealthy
      missed += count * other.missed
      missedOnceSince += count * other.missedOnceSince
      hopeless += count * other.hopeless
      hopelessButOnceSince += count * other.hopelessButOnceSince
      inTimeForSoak += count * other.inTimeForSoak
      inTime += count * other.inTime
    }
  }

  /// What an instance at a place comes to, whose next check is in a round.
  ///
  /// A place is twice the state's, and one more of an instance that has missed one check alone since
  /// all else held.
  func tally(_ place: Int, nextCheck round: Int) -> Tally {
    let (state, isMissedSince) = (place / 2, place % 2 == 1)
    var tally = Tally()
    let needed = chain.needed[state]
    let isMissed = chain.isHealthy(state) && chain.states[state].failures > 0
    let isInTime =
      needed > 0 ? round + needed - 1 <= slots.lastRound : !isMissed || round <= slots.lastRound
    tally.inTime = isInTime ? 1 : 0
    tally.inTimeForSoak = needed <= 0 || round + needed - 1 <= slots.lastStart ? 1 : 0
    switch chain.states[state].kind {
    case .initial: return tally
    case .healthy: tally.healthy = 1
    case .unhealthy: tally.unhealthy = 1
    }
    tally.hopeless = isInTime ? 0 : 1
    if isMissed {
      tally.missed = 1
      tally.missedOnceSince = isMissedSince ? 1 : 0
      tally.hopelessButOnceSince = isMissedSince && !isInTime ? 1 : 0
    }
    return tally
  }

  /// Where a check leads from a place.
  func after(_ place: Int, isPass: Bool, _ phase: Phase, in round: Int) -> Int {
    let state = place / 2
    guard !isPass else { return 2 * chain.afterSuccess[state] }
    let next = chain.afterFailure(slots.counting(in: round))[state]
    let isFirst = phase == .held && chain.isClear(state) && chain.isHealthy(next)
    return 2 * next + (isFirst ? 1 : 0)
  }

  /// Decides after a check of a round.
  func decide(_ tally: Tally, _ phase: inout Phase, in round: Int) -> Outcome {
    guard tally.unhealthy <= allowed else { return .rollback }
    let wasHeld = phase == .held
    if tally.healthy < wanted {
      phase = .waiting
    } else if phase == .waiting {
      phase = .soaking(since: round)
    }
    guard isPossible(tally, phase, wasHeld: wasHeld, in: round) else { return .rollback }
    switch phase {
    case .waiting: return .undecided
    case .soaking: return slots.soak == 0 ? begin(tally, &phase) : .undecided
    case .held: return isCounted(tally, pending: tally.missed - tally.missedOnceSince)
    }
  }

  /// All else holds from now on: what has missed its latest check must first pass one.
  func begin(_ tally: Tally, _ phase: inout Phase) -> Outcome {
    phase = .held
    return isCounted(tally, pending: tally.missed)
  }

  private func isCounted(_ tally: Tally, pending: Int32) -> Outcome {
    tally.healthy - pending >= wanted && tally.unhealthy + pending <= allowed
      ? .promote : .undecided
  }

  /// Whether it can still be promoted by the deadline.
  private func isPossible(_ tally: Tally, _ phase: Phase, wasHeld: Bool, in round: Int) -> Bool {
    switch phase {
    case .waiting:
      guard round <= slots.lastStart, tally.inTimeForSoak >= wanted else { return false }
    case .soaking(let since): guard since <= slots.lastStart else { return false }
    case .held: break
    }
    let excused = wasHeld ? tally.hopelessButOnceSince : 0
    return tally.hopeless - excused <= allowed && tally.inTime + excused >= wanted
  }
}
