package import GateCore

/// The earliest and the latest moment of each verdict, whatever the checks find.
///
/// They hold for rounds at one moment and answers that take no time; the gate itself, given the
/// right checks, decides at each of these moments and at none outside them.
package struct PlanBounds: Hashable, Sendable {
  package var earliestPromotion: Duration
  package var latestPromotion: Duration
  package var earliestRollback: Duration
  package var latestRollback: Duration

  /// Nil when the group cannot be promoted at all by the deadline.
  init?(_ chain: InstanceChain, _ slots: PlanSlots, _ group: PlannedGroup) {
    let reach = Reach(chain, slots)
    let starts = reach.rises(group.spare < group.allowed ? .any : .neverUnhealthy)
    guard let first = starts.first, let last = starts.last else { return nil }
    let relapse = reach.latestRelapse(afterStart: last, group)
    func duration(_ round: Int) -> Duration { .microseconds(slots.time(of: round)) }
    earliestPromotion = duration(first) + .microseconds(slots.soak)
    latestPromotion = duration(last) + .microseconds(slots.soak)
    earliestRollback = duration(reach.earliestFailure(group))
    latestRollback = duration(relapse ?? last)
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

  /// The last round within a soak, begun as late as can be, that can end it in a rollback.
  func latestRelapse(afterStart start: Int, _ group: PlannedGroup) -> Int? {
    let rounds = Array(stride(from: start + 1, through: start + slots.soakRounds, by: 1))
    let past: Past = group.allowed > 0 ? .any : .neverUnhealthy
    guard group.wanted == 1 else {
      // It can be one that was healthy before the last; with instances to spare, any.
      let candidates = states(past, before: start + 1).filter {
        group.allowed < group.spare || chain.isHealthy($0)
      }
      return relapses(in: rounds, from: candidates).last
    }
    // None was healthy before the soak began: it is the one that began it, or one to spare.
    let waiting = states(past, before: start).filter { !chain.isHealthy($0) }
    let checked = Self.next(waiting, in: start, chain, slots)
    guard group.allowed >= group.spare else { return relapses(in: rounds, from: checked).last }
    var found = relapses(in: rounds, from: checked.filter { chain.isHealthy($0) })
    for _ in 0..<group.spare {
      let more = relapses(in: rounds, ofThoseThatTakeOverIn: Set(found), from: checked)
      guard more.last ?? 0 > found.last ?? 0 else { break }
      found = Set(found + more).sorted()
    }
    return found.last
  }

  /// The rounds in which an instance in one of these states can become unhealthy for the first
  /// time.
  private func relapses(in rounds: [Int], from candidates: Set<Int>) -> [Int] {
    var states = candidates.filter { !chain.isUnhealthy($0) }
    return rounds.filter { round in
      let next = Self.next(states, in: round, chain, slots)
      states = next.filter { !chain.isUnhealthy($0) }
      return states.count < next.count
    }
  }

  /// The same of instances that are healthy when another, which alone was until then, relapses.
  private func relapses(
    in rounds: [Int], ofThoseThatTakeOverIn handovers: Set<Int>, from candidates: Set<Int>
  ) -> [Int] {
    var (states, holders): (Set<Int>, Set<Int>) = (candidates, [])
    return rounds.filter { round in
      let next = Self.next(holders, in: round, chain, slots)
      holders = next.filter { !chain.isUnhealthy($0) }
      let hasRelapsed = holders.count < next.count
      states = Self.next(states, in: round, chain, slots)
      if handovers.contains(round) { holders.formUnion(states.filter { chain.isHealthy($0) }) }
      return hasRelapsed
    }
  }
}
