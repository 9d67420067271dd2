package import GateCore

/// The earliest and the latest moment of each verdict, whatever the results of the checks are.
///
/// They are for rounds at one moment and responses that take no time. The gate never decides
/// outside them. If a small group can stand for the whole one, it does decide at each of these
/// moments.
package struct PlanBounds: Hashable, Sendable {
  package var earliestPromotion: Duration
  package var latestPromotion: Duration
  package var earliestRollback: Duration
  package var latestRollback: Duration
  /// The start of the last check before the earliest promotion.
  ///
  /// If an instance dies for good after it, no check notices that before the promotion.
  package var lastCheckBeforePromotion: Duration
  /// The longest time for which a counted instance can have been dead at a promotion.
  ///
  /// It holds whatever the results and durations of the checks are, if no check is lost.
  package var longestUnseen: Duration

  /// The bounds of a group that can be promoted.
  init(_ rule: GroupRule, _ group: PlannedGroup, _ check: HealthCheck) {
    let slots = rule.slots
    let starts = rises(rule, group.spare < group.allowed ? .any : .neverUnhealthy)
    guard let first = starts.first, let last = starts.last else {
      preconditionFailure("a group that passes each check is promoted")
    }
    func duration(_ round: Int) -> Duration { .microseconds(slots.time(of: round)) }
    earliestPromotion = duration(first) + .microseconds(slots.soak)
    earliestRollback = duration(earliestFailure(rule, group))
    // One failed check can be pending at the end, or leave the instance healthy.
    let mayMiss = rule.chain.states.contains { $0.kind == .healthy && $0.failures > 0 }
    if let latest = LatestVerdicts(rule, group) {
      (latestPromotion, latestRollback) = (latest.promotion, latest.rollback)
    } else if mayMiss {
      latestPromotion = max(
        duration(last) + .microseconds(slots.soak), duration(slots.lastRound))
      latestRollback = duration(slots.lastRound)
    } else {
      latestPromotion = duration(last) + .microseconds(slots.soak)
      latestRollback = duration(last + slots.soakRounds)
    }
    // With spread checks, the first check of the last round is a whole interval before the
    // promotion.
    lastCheckBeforePromotion =
      check.spreadChecks
      ? max(duration(first), earliestPromotion - check.interval)
      : duration(first + slots.soakRounds)
    // After all other conditions hold, one failed check is no reason to wait. Before that, and in a
    // group of one, each failed check is.
    let mayMissOne = mayMiss && group.count > 1 || group.allowed > 0
    longestUnseen = check.interval * (mayMissOne ? 2 : 1) + check.timeout
  }
}

/// The latest verdicts of all possible courses; nil if there are too many to examine.
private struct LatestVerdicts {
  private(set) var promotion = Duration.zero
  private(set) var rollback = Duration.zero

  static let work = 300_000

  init?(_ rule: GroupRule, _ group: PlannedGroup) {
    // A long soak differs from a shorter one only in more rounds of the same kind.
    let spared = rule.slots.sparedRounds(keeping: rule.chain)
    let slots = rule.slots.withoutRounds(spared)
    guard let count = group.telling(rule.chain) else { return nil }
    let small = GroupRule(
      chain: rule.chain, slots: slots, wanted: count - group.spare, allowed: group.allowed)
    var exact = ExactGroup(rule: small, count: count, work: Self.work)
    guard let course = try? exact.possibleCourse() else { return nil }
    for step in course.steps {
      let later = Duration.microseconds(step.at.microseconds + rule.slots.time(of: spared))
      if step.promote > 0 { promotion = later }
      if step.rollback > 0 { rollback = later }
    }
  }
}

extension PlanSlots {
  /// The number of the soak's rounds that can be left out without a difference.
  fileprivate func sparedRounds(keeping chain: InstanceChain) -> Int {
    guard gracePeriod == 0 else { return 0 }
    let memory = chain.states.reduce(0) { memory, state in
      max(memory, state.counted, UInt64.bitWidth - state.recent.leadingZeroBitCount)
    }
    return max(soakRounds - 2 * (memory + 2), 0)
  }
}

/// The size of a group and its limits.
package struct PlannedGroup: Hashable, Sendable {
  package var count: Int
  /// The number that must be healthy at the same time; at least 1.
  package var wanted: Int
  /// The number that may be unhealthy at the same time.
  package var allowed: Int

  package init(_ policy: GatePolicy) {
    count = policy.expected
    wanted = max(policy.minHealthy.roundedUp(of: count), 1)
    allowed = policy.maxUnhealthy.roundedDown(of: count)
  }

  /// The number of instances that may be in any state if the others are healthy.
  var spare: Int { count - wanted }

  /// The size of a smaller group with the same possibilities; nil if none is known.
  ///
  /// Of the instances that must be healthy, at most three matter. The rule of the latest check
  /// holds the group up as long as one is pending, and three are enough to take turns at that
  /// whenever any number is: with a threshold of one it takes three, with a higher one two, and
  /// with two nobody can take over.
  fileprivate func telling(_ chain: InstanceChain) -> Int? {
    guard count > 3 else { return count }
    let hasWindow = chain.states.contains { $0.recent > 0 }
    return allowed == 0 && spare == 0 && !hasWindow ? 3 : nil
  }
}

/// The states through which an instance may have come.
private enum Past: Hashable, Sendable {
  case neverUnhealthy
  case any
}

/// The rounds in which an instance can become healthy, in time for the group's soak.
///
/// A group is held back longest by instances that all do the same. They stay `initial` as long as
/// possible, or recover as late as possible if enough of them may be unhealthy at the same time.
private func rises(_ rule: GroupRule, _ past: Past) -> [Int] {
  let (chain, slots) = (rule.chain, rule.slots)
  // The states that an instance can have before the round, whatever its results are.
  var reached: Set = [0]
  var isSteady = false
  var rises: [Int] = []
  for round in stride(from: 0, through: slots.lastStart, by: 1) {
    if reached.contains(where: { !chain.isHealthy($0) && chain.isHealthy(chain.afterSuccess[$0]) })
    {
      rises.append(round)
    }
    guard !isSteady else { continue }
    let afterFailure = chain.afterFailure(slots.counting(in: round))
    var next = Set(reached.flatMap { [chain.afterSuccess[$0], afterFailure[$0]] })
    if past == .neverUnhealthy { next = next.filter { !chain.isUnhealthy($0) } }
    isSteady = slots.counting(in: round) == .counted && next == reached
    reached = next
  }
  return rises
}

/// The first round after which the verdict can be a rollback: that of a group whose checks all
/// fail.
private func earliestFailure(_ rule: GroupRule, _ group: PlannedGroup) -> Int {
  let (chain, slots) = (rule.chain, rule.slots)
  var (state, round) = (0, 0)
  while true {
    state = chain.afterFailure(slots.counting(in: round))[state]
    let isTooMany = chain.isUnhealthy(state) && group.allowed < group.count
    guard !isTooMany, slots.isInTime(needing: chain.needed[state], after: round) else {
      return round
    }
    round += 1
  }
}
