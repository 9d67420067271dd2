internal import GateCore

/// Groups between two rounds, each with its probability, and the effect of a round on them.
///
/// The instances are alike, so a group is given by the number of instances at each place. The
/// checks of a round are made one after the other; every order is equally probable.
struct GroupRounds {
  let rule: GroupRule
  let count: Int
  /// The number of checks of whole groups that may still be examined.
  private var work: Int
  /// The total probability of the groups that were left out, each of which is negligible.
  private(set) var leftOut = 0.0

  /// There are too many groups to examine.
  struct TooManyGroups: Error {}

  /// The probability below which a group is left out; the total must be too small to be visible.
  static let negligible = 1e-19
  static let mostLeftOut = 1e-13

  struct Group: Hashable {
    /// The number of instances at each place; during a round, those that were checked come last.
    fileprivate var members: [Members]
    var phase: GroupRule.Phase
  }

  fileprivate struct Members: Hashable {
    var isChecked = false
    var place: Int32
    var count: Int32
  }

  /// Groups in the order in which they were added, so that each run adds numbers in the same order.
  struct List {
    fileprivate(set) var groups: [(group: Group, probability: Double)] = []
    private var places: [Group: Int] = [:]

    mutating func add(_ group: Group, _ probability: Double) {
      guard probability > 0 else { return }
      if let place = places[group] {
        groups[place].probability += probability
      } else {
        places[group] = groups.count
        groups.append((group, probability))
      }
    }

    var probability: Double { groups.reduce(0) { $0 + $1.probability } }

    mutating func weighEvenly() {
      for index in groups.indices { groups[index].probability = 1 }
    }

    mutating func take(
      _ isTaken: (_ group: Group, _ probability: Double) -> Bool
    ) -> [(group: Group, probability: Double)] {
      var rest = List()
      var taken: [(group: Group, probability: Double)] = []
      for entry in groups {
        if isTaken(entry.group, entry.probability) {
          taken.append(entry)
        } else {
          rest.add(entry.group, entry.probability)
        }
      }
      self = rest
      return taken
    }
  }

  init(rule: GroupRule, count: Int, work: Int) {
    (self.rule, self.count, self.work) = (rule, count, work)
  }

  /// The group with this number of instances at each place.
  static func group(_ places: [(place: Int, count: Int)], _ phase: GroupRule.Phase) -> Group {
    let members = places.filter { $0.count > 0 }.map {
      Members(place: Int32($0.place), count: Int32($0.count))
    }
    return Group(members: members.sorted { $0.place < $1.place }, phase: phase)
  }

  /// The counts of a group before the checks of a round, or after some of them.
  func tally(_ group: Group, before round: Int) -> GroupRule.Tally {
    var tally = GroupRule.Tally()
    for entry in group.members {
      tally.add(
        rule.tally(Int(entry.place), nextCheck: entry.isChecked ? round + 1 : round),
        times: entry.count)
    }
    return tally
  }

  /// Makes the checks of a round, and returns the probabilities of its verdicts.
  mutating func check(
    _ list: inout List, in round: Int, failing rate: Double
  ) throws(TooManyGroups) -> (promote: Double, rollback: Double) {
    var (promote, rollback) = (0.0, 0.0)
    if list.groups.contains(where: { $0.probability < Self.negligible }) {
      let leftOut = list.take { $1 < Self.negligible }
      leaveOut(leftOut.reduce(0) { $0 + $1.probability })
    }
    for _ in 0..<count where !list.groups.isEmpty {
      var next = List()
      for (group, probability) in list.groups {
        let tally = tally(group, before: round)
        let unchecked = group.members.prefix { !$0.isChecked }
        let left = Double(unchecked.reduce(0) { $0 + $1.count })
        try spend(2 * unchecked.count)
        for entry in unchecked {
          for (isPass, chance) in [(true, 1 - rate), (false, rate)] where chance > 0 {
            let share = probability * chance * Double(entry.count) / left
            let place = rule.after(Int(entry.place), isPass: isPass, group.phase, in: round)
            var (after, phase) = (tally, group.phase)
            after -= rule.tally(Int(entry.place), nextCheck: round)
            after += rule.tally(place, nextCheck: round + 1)
            switch rule.decide(after, &phase, in: round) {
            case .promote: promote += share
            case .rollback: rollback += share
            case .undecided:
              next.add(group.moving(entry.place, to: place, phase), share)
            }
          }
        }
      }
      list = next
    }
    list = list.unchecked
    return (promote, rollback)
  }

  mutating func leaveOut(_ probability: Double) { leftOut += probability }

  /// Counts one more examined group.
  ///
  /// - Throws: `TooManyGroups` if the work is used up.
  mutating func spend(_ effort: Int = 1) throws(TooManyGroups) {
    work -= effort
    guard work >= 0 else { throw TooManyGroups() }
  }
}

extension GroupRounds.List {
  /// The same group before another round, when no instance has been checked.
  fileprivate var unchecked: Self {
    var list = Self()
    for (group, probability) in groups {
      var group = group
      for index in group.members.indices { group.members[index].isChecked = false }
      list.add(group, probability)
    }
    return list
  }
}

extension GroupRounds.Group {
  /// The group after the check of one instance at a place.
  fileprivate func moving(_ old: Int32, to new: Int, _ phase: GroupRule.Phase) -> Self {
    var next = self
    next.phase = phase
    if let index = next.members.firstIndex(where: { !$0.isChecked && $0.place == old }) {
      next.members[index].count -= 1
      if next.members[index].count == 0 { next.members.remove(at: index) }
    }
    next.add(GroupRounds.Members(isChecked: true, place: Int32(new), count: 1))
    // A check that was missed while all other conditions held is an ordinary miss once they do not.
    if self.phase == .held, phase != .held { next.forgetEpisode() }
    return next
  }

  private mutating func forgetEpisode() {
    let old = members
    members = []
    for var entry in old {
      entry.place -= entry.place % 2
      add(entry)
    }
  }

  private mutating func add(_ entry: GroupRounds.Members) {
    let index = members.firstIndex { !$0.precedes(entry) } ?? members.count
    if index < members.count, members[index].place == entry.place,
      members[index].isChecked == entry.isChecked
    {
      members[index].count += entry.count
    } else {
      members.insert(entry, at: index)
    }
  }
}

extension GroupRounds.Members {
  fileprivate func precedes(_ other: Self) -> Bool {
    isChecked == other.isChecked ? place < other.place : !isChecked
  }
}
