internal import GateCore

/// The exact odds of a group: the probability of every possible group, round by round.
struct ExactGroup {
  private let rule: GroupRule
  private let count: Int
  private var rounds: GroupRounds

  init(rule: GroupRule, count: Int, work: Int) {
    (self.rule, self.count) = (rule, count)
    rounds = GroupRounds(rule: rule, count: count, work: work)
  }

  /// The verdicts with their probabilities; each rate is the failure rate of a round.
  ///
  /// - Throws: `TooManyGroups` if there are more groups than `work` allows.
  mutating func course(failing rates: [Double]) throws(GroupRounds.TooManyGroups)
    -> VerdictDistribution
  {
    let course =
      !isAlone
      ? try courseOfAll(rates)
      : rule.slots.soak == 0 ? try courseWithoutSoak(rates) : try courseWithSoak(rates)
    guard rounds.leftOut < GroupRounds.mostLeftOut else { throw GroupRounds.TooManyGroups() }
    return course
  }

  /// The verdicts if all possibilities of a round are equally probable.
  ///
  /// No possibility is then too rare to be kept. Only the times are meaningful, not the
  /// probabilities.
  ///
  /// - Throws: `TooManyGroups` if there are more groups than `work` allows.
  mutating func possibleCourse() throws(GroupRounds.TooManyGroups) -> VerdictDistribution {
    try courseOfAll(Array(repeating: 0.5, count: rule.slots.rounds), .evenly)
  }

  private enum Weighing {
    case byChance
    case evenly
  }

  private mutating func courseOfAll(
    _ rates: [Double], _ weighing: Weighing = .byChance
  ) throws(GroupRounds.TooManyGroups) -> VerdictDistribution {
    var course = VerdictDistribution()
    var list = GroupRounds.List()
    list.add(GroupRounds.group([(0, count)], .waiting), 1)
    for (round, rate) in rates.enumerated() {
      if weighing == .evenly { list.weighEvenly() }
      endSoaks(&list, before: round, &course)
      let ends = try rounds.check(&list, in: round, failing: rate)
      course.add(at: rule.slots.time(of: round), promote: ends.promote, rollback: ends.rollback)
    }
    endSoaks(&list, before: nil, &course)
    return course
  }

  /// Ends the soaks that end by the checks of a round, or (nil) after the last round.
  private func endSoaks(
    _ list: inout GroupRounds.List, before round: Int?, _ course: inout VerdictDistribution
  ) {
    guard rule.slots.soak > 0 else { return }
    let moment = round.map(rule.slots.time) ?? .max
    let ended = list.take { group, _ in rule.soaked(group.phase).map { $0 <= moment } ?? false }
    for (group, probability) in ended {
      guard let soaked = rule.soaked(group.phase) else { continue }
      var group = group
      let tally = rounds.tally(group, before: round ?? rule.slots.rounds)
      switch rule.begin(tally, &group.phase) {
      case .promote: course.add(at: soaked, promote: probability)
      case .undecided, .rollback: list.add(group, probability)
      }
    }
  }
}

// MARK: - Where every instance must be healthy, and none may be unhealthy

/// The calculation for groups in which every instance must be healthy.
///
/// Until all other conditions hold, the instances are independent, and each healthy one stays
/// healthy: the group's odds follow from one instance's chain. Whole groups are examined only after
/// that.
extension ExactGroup {
  /// Whether every instance must be healthy, and none may be unhealthy, at any time.
  private var isAlone: Bool { rule.allowed == 0 && rule.wanted == count && !rule.canFallBack }

  /// Bounds of the probability of a promotion, calculated without any group; nil if they are
  /// unknown.
  ///
  /// For the lower bound, all other conditions hold with every latest check passed; for the upper
  /// bound, whatever the latest checks found.
  func promotionRange(failing rates: [Double]) -> ClosedRange<Double>? {
    guard isAlone, rule.slots.soak > 0 else { return nil }
    var masses = InstanceMasses(rule)
    var earlier: InstanceMasses?
    var (least, most) = (0.0, 0.0)
    for round in 0...rule.slots.lastStart {
      masses.check(rule, rates[round], in: round)
      let all = masses.healthy(rule)
        .checked(rule, rates, after: round, times: rule.slots.soakRounds)
      let before = earlier?.checkedOnce(rule, rates, in: round + rule.slots.soakRounds)
      least += max(power(all.clear(rule)) - power(before?.clear(rule) ?? 0), 0)
      most += max(power(all.total) - power(before?.total ?? 0), 0)
      earlier = all
    }
    return min(least, most)...most
  }

  private mutating func courseWithoutSoak(
    _ rates: [Double]
  ) throws(GroupRounds.TooManyGroups) -> VerdictDistribution {
    var course = VerdictDistribution()
    var held = GroupRounds.List()
    var masses = InstanceMasses(rule)
    var undecided = 1.0
    let chain = rule.chain
    for (round, rate) in rates.enumerated() {
      // The groups that can become healthy in this round: all instances that are not need one
      // success.
      var rising = GroupRounds.List()
      for (group, chance) in try groups(
        masses.rising(rule), nil, .waiting, having: { !chain.isHealthy($0) })
      {
        rising.add(group, chance)
      }
      let risen = try rounds.check(&rising, in: round, failing: rate)
      let ends = try rounds.check(&held, in: round, failing: rate)
      for (group, chance) in rising.take({ group, _ in group.phase == .held }) {
        held.add(group, chance)
      }
      masses.check(rule, rate, in: round)
      let left = waiting(masses, after: round) + held.probability
      let promote = risen.promote + ends.promote
      course.add(
        at: rule.slots.time(of: round), promote: promote, rollback: undecided - promote - left)
      undecided = left
    }
    return course
  }

  private mutating func courseWithSoak(
    _ rates: [Double]
  ) throws(GroupRounds.TooManyGroups) -> VerdictDistribution {
    var course = VerdictDistribution()
    var held = GroupRounds.List()
    var masses = InstanceMasses(rule)
    // By round: the instances that are healthy by then, at the end of the soak that begins then.
    var soaked: [InstanceMasses] = []
    var healthy = masses
    var undecided = 1.0
    for (round, rate) in rates.enumerated() {
      undecided -= try endSoak(of: round, soaked, rates, &held, &course)
      let ends = try rounds.check(&held, in: round, failing: rate)
      if round <= rule.slots.lastStart {
        masses.check(rule, rate, in: round)
        healthy = masses.healthy(rule)
        soaked.append(healthy.checked(rule, rates, after: round, times: rule.slots.soakRounds))
      } else {
        healthy.check(rule, rate, in: round)
      }
      let left =
        (round <= rule.slots.lastStart ? waiting(masses, after: round) : 0) + held.probability
        + soaking(healthy, soaked, rates, after: round)
      course.add(
        at: rule.slots.time(of: round), promote: ends.promote,
        rollback: undecided - ends.promote - left)
      undecided = left
    }
    _ = try endSoak(of: rates.count, soaked, rates, &held, &course)
    return course
  }

  /// Ends the soak that ends after the previous round and at the latest with this one.
  ///
  /// Returns the probability of a promotion at its end.
  private mutating func endSoak(
    of round: Int, _ soaked: [InstanceMasses], _ rates: [Double],
    _ held: inout GroupRounds.List, _ course: inout VerdictDistribution
  ) throws(GroupRounds.TooManyGroups) -> Double {
    let start = round - 1 - rule.slots.soakRounds
    guard soaked.indices.contains(start) else { return 0 }
    let all = soaked[start]
    let earlier = start > 0 ? soaked[start - 1].checkedOnce(rule, rates, in: round - 1) : nil
    let promote = power(all.clear(rule)) - power(earlier?.clear(rule) ?? 0)
    course.add(at: rule.slots.soaked(since: start), promote: promote)
    guard round < rates.count else { return max(promote, 0) }
    // A healthy instance has missed its latest check.
    let chain = rule.chain
    for (group, chance) in try groups(
      all, earlier, .held, having: { chain.isHealthy($0) && !chain.isClear($0) })
    {
      held.add(group, chance)
    }
    return max(promote, 0)
  }

  /// The probability that a soak is running after a round.
  private func soaking(
    _ healthy: InstanceMasses, _ soaked: [InstanceMasses], _ rates: [Double], after round: Int
  ) -> Double {
    let ended = round - 1 - rule.slots.soakRounds
    guard ended < rule.slots.lastStart else { return 0 }
    let earlier = ended >= 0 ? soaked[ended].checkedOnce(rule, rates, in: round) : nil
    // After the last check, a missed check cannot be followed by a passing one.
    let isLast = round == rule.slots.lastRound
    func share(_ masses: InstanceMasses?) -> Double {
      power(masses.map { isLast ? $0.clear(rule) : $0.total } ?? 0)
    }
    return max(share(healthy) - share(earlier), 0)
  }

  /// The probability that too few are healthy after a round, but enough still can be in time.
  private func waiting(_ masses: InstanceMasses, after round: Int) -> Double {
    max(power(masses.inTime(rule, after: round)) - power(masses.healthy(rule).total), 0)
  }

  private func power(_ chance: Double) -> Double { Probability.power(chance, count) }

  /// The groups of instances in these states, of which one at least is a wanted state, with the
  /// excess of their probability over `less`.
  private mutating func groups(
    _ masses: InstanceMasses, _ less: InstanceMasses?, _ phase: GroupRule.Phase,
    having isWanted: (_ state: Int) -> Bool
  ) throws(GroupRounds.TooManyGroups) -> [(GroupRounds.Group, Double)] {
    let places = masses.masses.indices.filter { masses.masses[$0] > 0 }
    var rest = places.map { masses.masses[$0] }
    for index in rest.indices.dropLast().reversed() { rest[index] += rest[index + 1] }
    var all: [(GroupRounds.Group, Double)] = []
    var counts: [(place: Int, count: Int)] = []
    /// Chooses the states of the remaining instances; the chances are those of the choices so far.
    func choose(
      _ index: Int, _ left: Int, _ chance: Double, _ lessChance: Double
    ) throws(GroupRounds.TooManyGroups) {
      guard left > 0 else {
        if counts.contains(where: { $0.count > 0 && isWanted($0.place / 2) }) {
          all.append((GroupRounds.group(counts, phase), max(chance - lessChance, 0)))
        }
        return try rounds.spend()
      }
      guard index < places.count else { return }
      let (mass, other) = (rest[index], less?.masses[places[index]] ?? 0)
      guard chance * Probability.power(mass, left) >= GroupRounds.negligible else {
        return rounds.leaveOut(chance * Probability.power(mass, left))
      }
      let (own, isLast) = (masses.masses[places[index]], index == places.count - 1)
      var ways = 1.0
      for chosen in 0...left {
        defer { ways *= Double(left - chosen) / Double(chosen + 1) }
        guard !isLast || chosen == left else { continue }
        counts.append((2 * places[index], chosen))
        try choose(
          index + 1, left - chosen, chance * ways * Probability.power(own, chosen),
          lessChance * ways * Probability.power(other, chosen))
        counts.removeLast()
      }
    }
    try choose(0, count, 1, less == nil ? 0 : 1)
    return all
  }
}

/// The probabilities of one instance's states, given as far as it was never unhealthy.
struct InstanceMasses {
  private(set) var masses: [Double]

  init(_ rule: GroupRule) {
    masses = Array(repeating: 0, count: rule.chain.states.count)
    masses[0] = 1
  }

  var total: Double { masses.reduce(0, +) }

  mutating func check(_ rule: GroupRule, _ rate: Double, in round: Int) {
    let afterFailure = rule.chain.afterFailure(rule.slots.counting(in: round))
    var next = Array(repeating: 0.0, count: masses.count)
    for (state, mass) in masses.enumerated() where mass > 0 {
      next[rule.chain.afterSuccess[state]] += mass * (1 - rate)
      if !rule.chain.isUnhealthy(afterFailure[state]) { next[afterFailure[state]] += mass * rate }
    }
    masses = next
  }

  /// The probabilities after the checks of the following rounds, up to the last round.
  func checked(
    _ rule: GroupRule, _ rates: [Double], after round: Int, times: Int
  ) -> InstanceMasses {
    var masses = self
    for later in stride(from: round + 1, through: min(round + times, rates.count - 1), by: 1) {
      masses.check(rule, rates[later], in: later)
    }
    return masses
  }

  func checkedOnce(_ rule: GroupRule, _ rates: [Double], in round: Int) -> InstanceMasses {
    checked(rule, rates, after: round - 1, times: 1)
  }

  /// The part in which the instance is healthy.
  func healthy(_ rule: GroupRule) -> InstanceMasses {
    only { rule.chain.isHealthy($0) }
  }

  /// The part that is healthy, or becomes so with the next success.
  ///
  /// States that the success turns into the same state are combined.
  func rising(_ rule: GroupRule) -> InstanceMasses {
    var rising = healthy(rule)
    var places: [Int: Int] = [:]
    for (state, mass) in masses.enumerated() where mass > 0 && rule.chain.needed[state] == 1 {
      let after = rule.chain.afterSuccess[state]
      let place = places[after] ?? state
      places[after] = place
      rising.masses[place] += mass
    }
    return rising
  }

  /// The probability of being healthy with the latest check passed.
  func clear(_ rule: GroupRule) -> Double {
    only { rule.chain.isClear($0) }.total
  }

  /// The probability of being healthy, or of becoming so in time for the soak.
  func inTime(_ rule: GroupRule, after round: Int) -> Double {
    only { rule.slots.isInTime(needing: rule.chain.needed[$0], after: round) }.total
  }

  private func only(_ isKept: (Int) -> Bool) -> InstanceMasses {
    var kept = self
    for state in masses.indices where !isKept(state) { kept.masses[state] = 0 }
    return kept
  }
}
