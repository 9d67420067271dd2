package import GateCore

/// What settings mean: when each verdict can come, and how probable it is.
///
/// Nothing is drawn: the same settings give the same plan.
package struct Plan: Sendable {
  package let check: HealthCheck
  package let policy: GatePolicy
  package let group: PlannedGroup
  package let bounds: PlanBounds
  package let proof: SoakProof
  package let method: Method
  private let chain: InstanceChain
  private let slots: PlanSlots
  private let classes: ChainClasses?

  /// How the group's odds are calculated.
  package enum Method: String, Hashable, Sendable, CaseIterable {
    /// Binomial sums over independent instances: exact for any size.
    case binomial
    /// A Markov chain over the counts of instances in each state.
    case occupancy
  }

  /// Why there is no plan.
  package enum Failure: Error, Hashable, Sendable {
    case tooManyInstances(most: Int)
    case tooManyRounds(Int, most: Int)
    /// An unhealthy window or thresholds with more states than can be looked at.
    case tooManyStates
    case neverPromoted
    /// An outage that can begin at any moment meets the checks in too many ways.
    case tooManyOutages(Int, most: Int)
  }

  package static let mostInstances = 1000
  /// Where instances may be unhealthy: beyond it hardly anything would be resolved.
  package static let mostInstancesTolerated = 100
  package static let mostRounds = 100_000
  /// States times rounds.
  static let mostWork = 5_000_000
  static let mostOutages = 2000

  package init(check: HealthCheck, policy: GatePolicy) throws(Failure) {
    let (slots, group) = (PlanSlots(check: check, policy: policy), PlannedGroup(policy))
    let most = group.allowed == 0 ? Self.mostInstances : Self.mostInstancesTolerated
    guard group.count <= most else { throw .tooManyInstances(most: most) }
    guard slots.lastStart >= 0 else { throw .neverPromoted }
    guard slots.rounds <= Self.mostRounds else {
      throw .tooManyRounds(slots.rounds, most: Self.mostRounds)
    }
    guard let chain = InstanceChain(check),
      chain.states.count * slots.rounds <= Self.mostWork
    else { throw .tooManyStates }
    guard let bounds = PlanBounds(chain, slots, group) else { throw .neverPromoted }
    method = group.allowed == 0 ? .binomial : .occupancy
    classes = method == .occupancy ? ChainClasses(chain, slots) : nil
    if method == .occupancy, classes == nil { throw .tooManyStates }
    proof = SoakProof(check, slots, count: group.count)
    (self.check, self.policy, self.group, self.bounds) = (check, policy, group, bounds)
    (self.chain, self.slots) = (chain, slots)
  }

  /// The odds under an assumption about the checks.
  package func odds(_ failures: FailureModel) -> PlanOdds {
    odds([(failures, 1)])
  }

  /// The odds for an outage that is as probable to begin at any moment before the deadline as at
  /// any other.
  package func odds(
    rate: Double, bootTime: Duration, outageOf length: Duration
  ) throws(Failure) -> PlanOdds {
    let ways = 2 * Int((slots.deadline + length.inMicroseconds) / slots.interval)
    guard ways <= Self.mostOutages else { throw .tooManyOutages(ways, most: Self.mostOutages) }
    return odds(
      outages(of: length).map { outage in
        (FailureModel(rate: rate, bootTime: bootTime, outage: outage.range), outage.weight)
      })
  }

  private func odds(_ cases: [(failures: FailureModel, weight: Double)]) -> PlanOdds {
    var course = VerdictCourse()
    var instance = InstanceOdds()
    for (failures, weight) in cases {
      let rates = failures.rates(slots)
      course.add(self.course(rates), weighted: weight)
      instance.add(InstanceOdds(chain, slots, failing: rates), weighted: weight)
    }
    return PlanOdds(rate: cases[0].failures.rate, instance: instance, course: course)
  }

  private func course(_ rates: [Double]) -> VerdictCourse {
    guard let classes else {
      return IndependentGroup(chain: chain, slots: slots, count: group.count, wanted: group.wanted)
        .course(failing: rates)
    }
    var occupancy = OccupancyGroup(classes: classes, slots: slots, group)
    return occupancy.course(failing: rates)
  }

  /// The outages that differ in the rounds that they meet, each as probable as its share of the
  /// time before the deadline.
  private func outages(
    of length: Duration
  ) -> [(range: Range<GateInstant>, weight: Double)] {
    let (length, deadline, interval) = (length.inMicroseconds, slots.deadline, slots.interval)
    // An outage that begins after the round at -interval's place, or ends after one, meets others.
    var edges: Set<Int64> = [0, deadline]
    for round in stride(from: 0, through: deadline + length, by: Int64.Stride(interval)) {
      // From `a + 1` on the round at `a` is missed; until `a - length` it was not met yet.
      for edge in [round + 1, round - length + 1] where (0..<deadline).contains(edge) {
        edges.insert(edge)
      }
    }
    let sorted = edges.sorted()
    return zip(sorted, sorted.dropFirst()).map { start, end in
      let begin = GateInstant(microseconds: start)
      return (begin..<(begin + .microseconds(length)), Double(end - start) / Double(deadline))
    }
  }
}

/// How probable what is at one failure rate.
package struct PlanOdds: Hashable, Sendable {
  package var rate: Double
  package var instance: InstanceOdds
  package var course: VerdictCourse
}
