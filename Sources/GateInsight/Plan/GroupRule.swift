internal import GateCore

/// The gate's decision about a group, given the states of its instances.
///
/// It is the gate's own rule, for instances that are there from the start and stay. Both the exact
/// calculation and the simulation use it.
struct GroupRule: Sendable {
  let chain: InstanceChain
  let slots: PlanSlots
  /// The number that must be healthy; `allowed` is the number that may be unhealthy.
  let wanted: Int
  let allowed: Int

  /// Whether an instance can be healthy, and `initial` again, within the grace period.
  var canFallBack: Bool { slots.time(of: chain.needed[0]) < slots.gracePeriod }

  /// How far a group has come.
  enum Phase: Hashable, Sendable {
    /// Too few instances are healthy.
    case waiting
    /// Enough instances are healthy, since a round.
    case soaking(since: Int)
    /// All conditions hold except for the latest checks.
    case held
  }

  enum Outcome: Hashable, Sendable {
    case promote
    case rollback
    case undecided
  }

  /// The counts of a group, as the gate counts them.
  struct Tally: Hashable, Sendable {
    var healthy: Int32 = 0
    var unhealthy: Int32 = 0
    /// Healthy instances that did not pass their latest check.
    ///
    /// `missedOnceSince` counts those of them that missed only that check, after all other
    /// conditions held.
    var missed: Int32 = 0
    var missedOnceSince: Int32 = 0
    /// Instances that can only be unhealthy or pending by the deadline.
    var hopeless: Int32 = 0
    var hopelessButOnceSince: Int32 = 0
    /// Instances that can be healthy in time for the soak; `inTime`: that can count by the
    /// deadline.
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

  /// The counts of one instance at a place, whose next check is in this round.
  ///
  /// A place is twice the index of its state, plus one if the instance has missed only one check
  /// since all other conditions held.
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

  /// The place after a check.
  func after(_ place: Int, isPass: Bool, _ phase: Phase, in round: Int) -> Int {
    let state = place / 2
    guard !isPass else { return 2 * chain.afterSuccess[state] }
    let next = chain.afterFailure(slots.counting(in: round))[state]
    let isFirst = phase == .held && chain.isClear(state) && chain.isHealthy(next)
    return 2 * next + (isFirst ? 1 : 0)
  }

  /// Decides after a check of a round, and updates the phase.
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

  /// The end of the soak of a group; nil if none is running.
  func soaked(_ phase: Phase) -> Int64? {
    guard case .soaking(let since) = phase, slots.soak > 0 else { return nil }
    return slots.soaked(since: since)
  }

  /// Begins the phase in which all other conditions hold.
  ///
  /// An instance that did not pass its latest check must pass one first.
  func begin(_ tally: Tally, _ phase: inout Phase) -> Outcome {
    phase = .held
    return isCounted(tally, pending: tally.missed)
  }

  private func isCounted(_ tally: Tally, pending: Int32) -> Outcome {
    tally.healthy - pending >= wanted && tally.unhealthy + pending <= allowed
      ? .promote : .undecided
  }

  /// Whether the group can still be promoted by the deadline.
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
