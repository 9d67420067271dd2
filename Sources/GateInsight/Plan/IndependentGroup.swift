internal import GateCore

/// A group in which any unhealthy instance is a rollback: exact for any size.
///
/// Before that rollback a healthy instance stays healthy, so that the group's state follows from
/// how many instances are healthy by now, and each instance's course from its own checks alone:
/// the group's odds are binomial sums of one instance's.
struct IndependentGroup: Sendable {
  let chain: InstanceChain
  let slots: PlanSlots
  /// How many instances there are, and how many must be healthy.
  let count: Int
  let wanted: Int
  private let quadrature: Quadrature

  init(chain: InstanceChain, slots: PlanSlots, count: Int, wanted: Int) {
    self.chain = chain
    self.slots = slots
    self.count = count
    self.wanted = wanted
    quadrature = Quadrature(exactForDegree: slots.soak == 0 ? count - 1 : 0)
  }

  func course(failing rates: [Double]) -> VerdictCourse {
    slots.soak == 0 ? courseWithoutSoak(rates) : courseWithSoak(rates)
  }

  // MARK: - Without a soak

  private func courseWithoutSoak(_ rates: [Double]) -> VerdictCourse {
    var course = VerdictCourse()
    var instance = InstanceMasses(chain)
    var undecided = 1.0
    for round in 0..<slots.rounds {
      let moves = instance.moves(chain, rates[round], slots.counting(in: round))
      let promoted = promotion(during: moves)
      instance.check(chain, rates[round], slots.counting(in: round))
      let left = undecidedShare(of: instance, after: round)
      course.add(
        at: slots.time(of: round), promote: promoted, rollback: undecided - promoted - left)
      undecided = left
    }
    return course
  }

  /// The probability that in this round, whose checks end in any order, the last healthy instance
  /// that was wanted comes before any unhealthy one.
  ///
  /// Let each check of the round end at an independent moment from 0 to 1, which makes every order
  /// as probable as any other; at each moment the instances are independent.
  private func promotion(during moves: InstanceMasses.Moves) -> Double {
    guard moves.risen > 0 else { return 0 }
    return quadrature.integral { moment in
      let healthy = moves.healthy + moment * (moves.risen - moves.relapsed)
      let others = moves.others - moment * (moves.risen + moves.failed)
      return Double(count) * moves.risen
        * Probability.exactly(wanted - 1, of: count - 1, healthy, others)
    }
  }

  // MARK: - With a soak

  private func courseWithSoak(_ rates: [Double]) -> VerdictCourse {
    var course = VerdictCourse()
    var instance = InstanceMasses(chain)
    var survival = Survival(chain, slots, rates)
    // By round: enough healthy then, and none unhealthy until so many rounds later.
    var (throughSoak, pastSoak): ([Double], [Double]) = ([], [])
    var (undecided, soaking) = (1.0, 0.0)
    var (healthy, others) = (instance, instance)
    for round in 0..<slots.rounds {
      if round <= slots.lastStart {
        instance.check(chain, rates[round], slots.counting(in: round))
        let within = survival.after(round, slots.soakRounds)
        let past = survival.after(round, slots.soakRounds + 1)
        throughSoak.append(healthyGroup(instance, within))
        pastSoak.append(healthyGroup(instance, past))
        (healthy, others) = instance.parts(chain)
      } else {
        healthy.check(chain, rates[round], slots.counting(in: round))
        others.check(chain, rates[round], slots.counting(in: round))
      }
      // A soak that ended since the last round was promoted at its end.
      let ended = round - slots.soakRounds - 1
      var promoted = 0.0
      if ended >= 0, ended <= slots.lastStart {
        promoted = throughSoak[ended] - (ended > 0 ? pastSoak[ended - 1] : 0)
        course.add(at: slots.time(of: ended) + slots.soak, promote: promoted)
      }
      let began = round <= slots.lastStart ? undecidedShare(of: instance, after: round) : 0
      let nowHealthy = Probability.atLeast(wanted, of: count, healthy.mass, others.mass)
      let nowSoaking = nowHealthy - (ended >= 0 ? pastSoak[min(ended, slots.lastStart)] : 0)
      course.add(
        at: slots.time(of: round),
        rollback: undecided + soaking - max(promoted, 0) - began - max(nowSoaking, 0))
      (undecided, soaking) = (began, max(nowSoaking, 0))
    }
    addLastPromotions(to: &course, throughSoak, pastSoak)
    return course
  }

  /// Soaks that end after the last round.
  private func addLastPromotions(
    to course: inout VerdictCourse, _ throughSoak: [Double], _ pastSoak: [Double]
  ) {
    for start in max(slots.rounds - slots.soakRounds - 1, 0)..<(slots.lastStart + 1) {
      course.add(
        at: slots.time(of: start) + slots.soak,
        promote: throughSoak[start] - (start > 0 ? pastSoak[start - 1] : 0))
    }
  }

  /// The probability that enough instances are healthy now, and that none is unhealthy until later.
  private func healthyGroup(_ instance: InstanceMasses, _ survival: [Double]) -> Double {
    var (healthy, others) = (0.0, 0.0)
    for (state, mass) in instance.masses.enumerated() where mass > 0 {
      if chain.isHealthy(state) {
        healthy += mass * survival[state]
      } else {
        others += mass * survival[state]
      }
    }
    return Probability.atLeast(wanted, of: count, healthy, others)
  }

  /// The probability that none is unhealthy, too few are healthy, and enough still can be in time.
  private func undecidedShare(of instance: InstanceMasses, after round: Int) -> Double {
    var (healthy, others, hopeful, hopeless) = (0.0, 0.0, 0.0, 0.0)
    for (state, mass) in instance.masses.enumerated() where mass > 0 {
      if chain.isHealthy(state) { healthy += mass } else { others += mass }
      if slots.isInTime(needing: chain.needed[state], after: round) {
        hopeful += mass
      } else {
        hopeless += mass
      }
    }
    let left =
      Probability.atLeast(wanted, of: count, hopeful, hopeless)
      - Probability.atLeast(wanted, of: count, healthy, others)
    return max(left, 0)
  }
}

/// The probabilities of one instance's states, of those in which it never was unhealthy.
private struct InstanceMasses {
  var masses: [Double]

  init(_ chain: InstanceChain) {
    masses = Array(repeating: 0, count: chain.states.count)
    masses[0] = 1
  }

  var mass: Double { masses.reduce(0, +) }

  mutating func check(_ chain: InstanceChain, _ rate: Double, _ counting: FailureCounting) {
    let afterFailure = chain.afterFailure(counting)
    var next = Array(repeating: 0.0, count: masses.count)
    for (state, mass) in masses.enumerated() where mass > 0 {
      next[chain.afterSuccess[state]] += mass * (1 - rate)
      next[afterFailure[state]] += mass * rate
    }
    for state in next.indices where chain.isUnhealthy(state) { next[state] = 0 }
    masses = next
  }

  /// What a round does to an instance.
  struct Moves {
    /// Before the round.
    var healthy = 0.0
    var others = 0.0
    /// Of the others, those that become healthy or unhealthy.
    var risen = 0.0
    var failed = 0.0
    /// Of the healthy, those that become unhealthy.
    var relapsed = 0.0
  }

  func moves(_ chain: InstanceChain, _ rate: Double, _ counting: FailureCounting) -> Moves {
    let afterFailure = chain.afterFailure(counting)
    var moves = Moves()
    for (state, mass) in masses.enumerated() where mass > 0 {
      let fails = chain.isUnhealthy(afterFailure[state]) ? mass * rate : 0
      if chain.isHealthy(state) {
        moves.healthy += mass
        moves.relapsed += fails
      } else {
        moves.others += mass
        moves.failed += fails
        if chain.isHealthy(chain.afterSuccess[state]) { moves.risen += mass * (1 - rate) }
      }
    }
    return moves
  }

  /// The healthy part and the rest.
  func parts(_ chain: InstanceChain) -> (healthy: InstanceMasses, others: InstanceMasses) {
    var (healthy, others) = (self, self)
    for state in masses.indices {
      if chain.isHealthy(state) { others.masses[state] = 0 } else { healthy.masses[state] = 0 }
    }
    return (healthy, others)
  }
}

/// The probability from each state of not becoming unhealthy in the next rounds.
private struct Survival {
  private let chain: InstanceChain
  private let slots: PlanSlots
  private let rates: [Double]
  /// From this round on, all are alike.
  private let steady: Int
  private var known: [Int: [Double]] = [:]

  init(_ chain: InstanceChain, _ slots: PlanSlots, _ rates: [Double]) {
    self.chain = chain
    self.slots = slots
    self.rates = rates
    var steady = rates.count
    while steady > 0, rates[steady - 1] == rates[rates.count - 1],
      slots.counting(in: steady - 1) == .counted
    { steady -= 1 }
    self.steady = steady
  }

  mutating func after(_ round: Int, _ count: Int) -> [Double] {
    let isSteady = round + 1 >= steady
    if isSteady, let known = known[count] { return known }
    var survival = Array(repeating: 1.0, count: chain.states.count)
    for later in stride(from: round + count, to: round, by: -1) {
      // The rounds after the last are never seen, and as the last.
      let rate = rates[min(later, rates.count - 1)]
      let afterFailure = chain.afterFailure(slots.counting(in: later))
      survival = survival.indices.map { state in
        let failed = afterFailure[state]
        return (1 - rate) * survival[chain.afterSuccess[state]]
          + (chain.isUnhealthy(failed) ? 0 : rate * survival[failed])
      }
    }
    if isSteady { known[count] = survival }
    return survival
  }
}
