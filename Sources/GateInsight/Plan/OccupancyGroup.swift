internal import GateCore

/// A group in which instances may be unhealthy for a time: how many are in which state.
///
/// The instances are alike, so that the counts are all that there is to know. It is exact as long
/// as there are not too many of such counts; then the least probable are left out, and what they
/// amount to is told, so that each probability is known to lie within that much.
struct OccupancyGroup {
  let classes: ChainClasses
  let slots: PlanSlots
  let count: Int
  private var order: RoundOrder

  /// What a round is worth: so many transitions of whole groups.
  private let mostTransitions: Int

  static let usualTransitions = 20_000

  /// A group between two rounds.
  fileprivate struct Group: Hashable {
    /// The class of each instance, in order.
    var instances: [UInt16]
    /// The round since which it is healthy, or -1.
    var healthySince: Int
  }

  init(
    classes: ChainClasses, slots: PlanSlots, _ group: PlannedGroup,
    mostTransitions: Int = usualTransitions
  ) {
    self.mostTransitions = mostTransitions
    self.classes = classes
    self.slots = slots
    count = group.count
    order = RoundOrder(
      wanted: group.wanted, allowed: group.allowed, isPromotedAtOnce: slots.soak == 0)
  }

  mutating func course(failing rates: [Double]) -> VerdictCourse {
    var course = VerdictCourse()
    let new = Group(instances: Array(repeating: classes.first, count: count), healthySince: -1)
    var groups = [new: 1.0]
    for round in 0..<slots.rounds {
      promote(&groups, before: slots.time(of: round), &course)
      groups = check(kept(groups, &course), round, rates[round], &course)
    }
    promote(&groups, before: .max, &course)
    // A run that cannot be decided otherwise is decided by now.
    course.leaveOut(groups.values.reduce(0, +))
    return course
  }

  /// Ends the soaks that end by then: before the checks of that moment.
  private func promote(
    _ groups: inout [Group: Double], before moment: Int64, _ course: inout VerdictCourse
  ) {
    guard slots.soak > 0 else { return }
    var ended: [Int: [Double]] = [:]
    for (group, probability) in groups where group.healthySince >= 0 {
      guard slots.time(of: group.healthySince) + slots.soak <= moment else { continue }
      ended[group.healthySince, default: []].append(probability)
      groups[group] = nil
    }
    for (start, parts) in ended.sorted(by: { $0.key < $1.key }) {
      course.add(at: slots.time(of: start) + slots.soak, promote: parts.sum)
    }
  }

  /// The groups that the round is made for: the most probable, when there are too many.
  private func kept(
    _ groups: [Group: Double], _ course: inout VerdictCourse
  ) -> [(key: Group, value: Double)] {
    let sorted = groups.sorted { left, right in
      left.value == right.value ? left.key.precedes(right.key) : left.value > right.value
    }
    var (room, kept): (Int, [(key: Group, value: Double)]) = (mostTransitions, [])
    var left: [Double] = []
    for (group, probability) in sorted {
      let cost = group.instances.transitions
      if cost <= room {
        room -= cost
        kept.append((group, probability))
      } else {
        left.append(probability)
      }
    }
    course.leaveOut(left.sum)
    return kept
  }

  private mutating func check(
    _ groups: [(key: Group, value: Double)], _ round: Int, _ rate: Double,
    _ course: inout VerdictCourse
  ) -> [Group: Double] {
    var next: [Group: Double] = [:]
    var (promote, rollback) = (0.0, 0.0)
    let (before, after) = (classes.classes[round], classes.classes[round + 1])
    let wanted = order.wanted
    for (group, probability) in groups {
      let start = position(of: group, before: round)
      var outcome = Outcome(moves: start, instances: [], probability: probability)
      outcome.instances.reserveCapacity(count)
      let results = RoundResults(before: before, after: after, rate: rate)
      results.goThrough(group.instances[...], outcome) { outcome in
        let ends = order.ends(from: outcome.moves)
        let instances = outcome.instances.sorted()
        let share = outcome.probability
        promote += share * ends.promote
        rollback += share * ends.rollback
        if instances.count(where: { after[Int($0)].isHopeful }) < wanted {
          rollback += share * ends.unhealthy
        } else if ends.unhealthy > 0 {
          next[Group(instances: instances, healthySince: -1), default: 0] += share * ends.unhealthy
        }
        if ends.healthy > 0 {
          next[Group(instances: instances, healthySince: group.healthySince), default: 0] +=
            share * ends.healthy
        }
        if ends.renewed > 0 {
          next[Group(instances: instances, healthySince: round), default: 0] += share * ends.renewed
        }
      }
    }
    course.add(at: slots.time(of: round), promote: promote, rollback: rollback)
    return next
  }

  private func position(of group: Group, before round: Int) -> RoundOrder.Position {
    let kinds = group.instances.map { classes.classes[round][Int($0)].kind }
    return RoundOrder.Position(
      healthy: kinds.count { $0 == .healthy }, unhealthy: kinds.count { $0 == .unhealthy },
      standing: group.healthySince < 0 ? .unhealthy : .healthy, isLate: round > slots.lastStart)
  }
}

/// What some of the instances of a group have come to in a round.
private struct Outcome {
  var moves: RoundOrder.Position
  var instances: [UInt16]
  var probability: Double
}

/// All that can come of a group in a round.
private struct RoundResults {
  let before: [ChainClasses.Class]
  let after: [ChainClasses.Class]
  let rate: Double

  /// Goes through it class by class; `rest` are those that have not been checked yet.
  func goThrough(_ rest: ArraySlice<UInt16>, _ outcome: Outcome, _ use: (Outcome) -> Void) {
    guard let first = rest.first else { return use(outcome) }
    let alike = rest.prefix { $0 == first }.count
    let state = before[Int(first)]
    var ways = 1.0
    for failures in 0...alike {
      defer { ways *= Double(alike - failures) / Double(failures + 1) }
      let chance =
        ways * Probability.power(rate, failures) * Probability.power(1 - rate, alike - failures)
      guard chance > 0 else { continue }
      var next = outcome
      next.probability *= chance
      next.instances += repeatElement(state.afterFailure, count: failures)
      next.instances += repeatElement(state.afterSuccess, count: alike - failures)
      next.moves.note(failures, from: state, to: after[Int(state.afterFailure)])
      next.moves.note(alike - failures, from: state, to: after[Int(state.afterSuccess)])
      goThrough(rest.dropFirst(alike), next, use)
    }
  }
}

extension RoundOrder.Position {
  fileprivate mutating func note(
    _ count: Int, from old: ChainClasses.Class, to new: ChainClasses.Class
  ) {
    switch (old.kind, new.kind) {
    case (.healthy, .unhealthy): relapses += count
    case (.unhealthy, .healthy): recoveries += count
    case (.initial, .healthy): rises += count
    case (.initial, .unhealthy): failures += count
    case (.initial, .initial), (.healthy, .healthy), (.unhealthy, .unhealthy): break
    case (.healthy, .initial), (.unhealthy, .initial):
      preconditionFailure("no instance is new again")
    }
  }
}

extension OccupancyGroup.Group {
  /// An order of its own, so that sums come out the same each time.
  fileprivate func precedes(_ other: Self) -> Bool {
    healthySince == other.healthySince
      ? instances.lexicographicallyPrecedes(other.instances) : healthySince < other.healthySince
  }
}

extension [UInt16] {
  /// How many results a round of a sorted group can have.
  fileprivate var transitions: Int {
    var (product, index) = (1, 0)
    while index < count {
      let alike = self[index...].prefix { $0 == self[index] }.count
      let (next, overflow) = product.multipliedReportingOverflow(by: alike + 1)
      guard !overflow else { return .max / 4 }
      (product, index) = (next, index + alike)
    }
    return product
  }
}

extension [Double] {
  /// The sum in an order of its own: that of a dictionary is another in each run.
  fileprivate var sum: Double { sorted().reduce(0, +) }
}
