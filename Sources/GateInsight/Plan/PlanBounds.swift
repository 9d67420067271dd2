package import GateCore

/// The earliest and the latest moment of each verdict, whatever the checks find.
///
/// They hold for rounds at one moment and answers that take no time; the gate itself decides at none
/// outside them, and where a small group tells it all, it does decide at each of these moments.
package struct PlanBounds: Hashable, Sendable {
  package var earliestPromotion: Duration
  package var latestPromotion: Duration
  package var earliestRollback: Duration
  package var latestRollback: Duration
  /// When the last check begins that is made before the earliest promotion: of an instance that dies
  /// for good after it, nothing is seen by then.
  package var lastCheckBeforePromotion: Duration
  /// How long an instance can have been dead at a promotion that counts it, whatever the checks find
  /// and however long they take, if none is lost.
  package var longestUnseen: Duration

  /// Of a group that can be promoted.
  init(_ rule: GroupRule, _ group: PlannedGroup, _ check: HealthCheck) {
    let slots = rule.slots
    let reach = Reach(rule.chain, slots)
    let starts = reach.rises(group.spare < group.allowed ? .any : .neverUnhealthy)
    guard let first = starts.first, let last = starts.last else {
      preconditionFailure("a group that passes each check is promoted")
    }
    func duration(_ round: Int) -> Duration { .microseconds(slots.time(of: round)) }
    earliestPromotion = duration(first) + .microseconds(slots.soak)
    earliestRollback = duration(reach.earliestFailure(group))
    // One failed check can be pending at the end, or make nothing unhealthy.
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
    // Spread, the first of the last round is a whole interval before the promotion.
    lastCheckBeforePromotion =
      check.spreadChecks
      ? max(duration(first), earliestPromotion - check.interval)
      : duration(first + slots.soakRounds)
    // From the moment on at which all else holds, one failed check is no reason to wait; before, and
    // in a group of one, each is.
    let mayMissOne = mayMiss && group.count > 1 || group.allowed > 0
    longestUnseen = check.interval * (mayMissOne ? 2 : 1) + check.timeout
  }
}

/// The latest verdicts of all that can come about, where that is not too much to look at.
private struct LatestVerdicts {
  private(set) var promotion = Duration.zero
  private(set) var rollback = Duration.zero

  static let work = 300_000

  init?(_ rule: GroupRule, _ group: PlannedGroup) {
    // What a long soak has more of is more of the same.
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
  /// How many rounds of the soak show no more than the others do.
  fileprivate func sparedRounds(keeping chain: InstanceChain) -> Int {
    guard gracePeriod == 0 else { return 0 }
    let memory = chain.states.reduce(0) { memory, state in
      max(memory, state.counted, UInt64.bitWidth - state.recent.leadingZeroBitCount)
    }
    return max(soakRounds - 2 * (memory + 2), 0)
  }
}

/// A group by its counts.
package struct PlannedGroup: Hashable, Sendable {
  package var count: Int
  /// So many must be healthy at the same time; at least 1.
  package var wanted: Int
  /// So many may be unhealthy at once.
  package var allowed: Int

  package init(_ policy: GatePolicy) {
    count = policy.expected
    wanted = max(policy.minHealthy.roundedUp(of: count), 1)
    allowed = policy.maxUnhealthy.roundedDown(of: count)
  }

  /// Those that may be anything as long as the others are healthy.
  var spare: Int { count - wanted }

  /// The size of a group in which all that can be, and no more, can be in this one: of those that
  /// must be healthy, at most three differ; nil when it is not known to be.
  ///
  /// The rule of the latest check holds a group up as long as one is pending, and three suffice to
  /// take turns at it whenever any number does: with a threshold of two nobody takes over, with one
  /// of three three do, with a higher one two.
  fileprivate func telling(_ chain: InstanceChain) -> Int? {
    guard count > 3 else { return count }
    let hasWindow = chain.states.contains { $0.recent > 0 }
    return allowed == 0 && spare == 0 && !hasWindow ? 3 : nil
  }
}

/// The states that one instance can be in after each round, whatever its checks find.
private struct Reach {
  private let chain: InstanceChain
  private let slots: PlanSlots
  /// By round, of those that never were unhealthy, and of all; the first are before any check, and
  /// the last are those of all later rounds too.
  private var neverUnhealthy: [Set<Int>] = [[0]]
  private var any: [Set<Int>] = [[0]]

  enum Past: Hashable, Sendable {
    case neverUnhealthy
    case any
  }

  init(_ chain: InstanceChain, _ slots: PlanSlots) {
    self.chain = chain
    self.slots = slots
    for round in stride(from: 0, through: slots.lastStart, by: 1) {
      let next = Self.next(any[round], in: round, chain, slots)
      let new = Self.next(neverUnhealthy[round], in: round, chain, slots)
        .filter { !chain.isUnhealthy($0) }
      let isSteady =
        slots.counting(in: round) == .counted && next == any[round] && new == neverUnhealthy[round]
      guard !isSteady else { return }
      any.append(next)
      neverUnhealthy.append(new)
    }
  }

  private static func next(
    _ states: Set<Int>, in round: Int, _ chain: InstanceChain, _ slots: PlanSlots
  ) -> Set<Int> {
    let afterFailure = chain.afterFailure(slots.counting(in: round))
    return Set(states.flatMap { [chain.afterSuccess[$0], afterFailure[$0]] })
  }

  private func states(_ past: Past, before round: Int) -> Set<Int> {
    switch past {
    case .neverUnhealthy: neverUnhealthy[min(round, neverUnhealthy.count - 1)]
    case .any: any[min(round, any.count - 1)]
    }
  }

  /// The rounds in which an instance can become healthy, in time for the group's soak.
  ///
  /// A group that is held back as long as can be is held back by instances that all do the same:
  /// those that are new for as long as they can be, or, when enough of them may be unhealthy at
  /// once, those that recover as late as they can.
  func rises(_ past: Past) -> [Int] {
    (0..<(slots.lastStart + 1)).filter { round in
      states(past, before: round).contains {
        !chain.isHealthy($0) && chain.isHealthy(chain.afterSuccess[$0])
      }
    }
  }

  /// The first round after which the verdict can be a rollback: nothing fails sooner than what
  /// fails each time.
  func earliestFailure(_ group: PlannedGroup) -> Int {
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
}
