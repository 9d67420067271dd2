package import GateCore

/// The consequences of settings: when each verdict can come, and how probable it is.
///
/// The same settings give the same plan.
package struct Plan: Sendable {
  /// The health check; of several the one with the longest interval, which has the fewest results.
  package let check: HealthCheck
  /// All health checks, at least one; if there are several, they have names.
  package let checks: [HealthCheck]
  package let policy: GatePolicy
  package let group: PlannedGroup
  package let proof: SoakProof
  private let chain: InstanceChain
  private let slots: PlanSlots
  private let rule: GroupRule

  /// How the group's odds are determined.
  package enum Method: String, Hashable, Sendable, CaseIterable {
    /// Calculated from all possible groups.
    case exact
    /// Simulated, if there are too many groups to calculate.
    case simulation
  }

  /// The reason why there is no plan.
  package enum Failure: Error, Hashable, Sendable {
    case tooManyInstances(most: Int)
    case tooManyRounds(Int, most: Int)
    /// The unhealthy window or the thresholds have too many states to examine.
    case tooManyStates
    case neverPromoted
    /// An outage that can begin at any moment affects the checks in too many different ways.
    case tooManyOutages(Int, most: Int)
  }

  package static let mostInstances = 1000
  package static let mostRounds = 100_000
  /// The limit for states times rounds, and for group checks under an outage at any moment.
  static let mostWork = 5_000_000
  static let mostOutages = 2000
  /// The number of group checks that are calculated per failure rate; beyond it, the odds are
  /// simulated.
  static let exactWork = 400_000

  /// The plans for each of several health checks alone; empty for a single check.
  private let parts: [Plan]

  package init(checks: [HealthCheck], policy: GatePolicy) throws(Failure) {
    let group = PlannedGroup(policy)
    var parts: [Plan] = []
    if checks.count > 1 {
      for check in checks { parts.append(try Plan(check: check, policy: policy)) }
      let most = SeveralChecksPlan.mostAtOnce / checks.count
      guard group.count <= most else { throw .tooManyInstances(most: most) }
    }
    let check = checks.max { $0.interval < $1.interval } ?? checks[0]
    let slots = PlanSlots(check: check, policy: policy)
    guard group.count <= Self.mostInstances else {
      throw .tooManyInstances(most: Self.mostInstances)
    }
    guard slots.lastStart >= check.initialThreshold - 1 else { throw .neverPromoted }
    guard slots.rounds <= Self.mostRounds else {
      throw .tooManyRounds(slots.rounds, most: Self.mostRounds)
    }
    guard let chain = InstanceChain(check),
      chain.states.count * slots.rounds <= Self.mostWork
    else { throw .tooManyStates }
    rule = GroupRule(chain: chain, slots: slots, wanted: group.wanted, allowed: group.allowed)
    proof = SoakProof(check, slots, count: group.count)
    (self.check, self.policy, self.group) = (check, policy, group)
    (self.checks, self.parts) = (checks, parts)
    (self.chain, self.slots) = (chain, slots)
  }

  package init(check: HealthCheck, policy: GatePolicy) throws(Failure) {
    try self.init(checks: [check], policy: policy)
  }

  /// When each verdict can come.
  package var bounds: PlanBounds {
    parts.isEmpty
      ? PlanBounds(rule, group, check)
      : PlanBounds(ofParts: parts.map(\.bounds), checks, policy)
  }

  /// The odds under an assumption about the checks.
  package func odds(_ failures: FailureModel) -> PlanOdds {
    odds([(failures, 1)])
  }

  /// The odds for an outage that is equally likely to begin at any moment before the deadline.
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
    var course = VerdictDistribution()
    var instance = InstanceOdds()
    for (failures, weight) in cases {
      guard parts.isEmpty else {
        var drawn = SeveralChecksPlan(checks, policy, count: group.count)
        let own = drawn.odds(failures, inCases: cases.count)
        course.add(own.course, weighted: weight)
        instance.add(own.instance, weighted: weight)
        continue
      }
      let rates = failures.rates(slots)
      let own =
        exactCourse(rates, work: min(Self.exactWork, Self.mostWork / cases.count))
        ?? drawnCourse(rates, inCases: cases.count)
      course.add(own, weighted: weight)
      instance.add(InstanceOdds(chain, slots, failing: rates), weighted: weight)
    }
    return PlanOdds(rate: cases[0].failures.rate, instance: instance, course: course)
  }

  /// The exact probability of a promotion or a rollback at a failure rate; nil if it cannot be
  /// calculated.
  func exactly(_ error: ThresholdSearch.Kind, rate: Double) -> Double? {
    let course = exactCourse(FailureModel(rate: rate).rates(slots), work: Self.exactWork)
    return error == .falsePromote ? course?.promote : course?.rollback
  }

  /// Whether the probability of an error is within its limit; nil if that is not known exactly.
  func holds(_ limit: ThresholdSearch.Limit) -> Bool? {
    let rates = FailureModel(rate: limit.failureRate).rates(slots)
    let group = ExactGroup(rule: rule, count: group.count, work: 0)
    if let range = group.promotionRange(failing: rates) {
      let (least, most) =
        limit.kind == .falsePromote
        ? (range.lowerBound, range.upperBound) : (1 - range.upperBound, 1 - range.lowerBound)
      // A probability that is closer to the limit than rounding errors is calculated below.
      if most <= limit.most - 1e-9 { return true }
      if least > limit.most + 1e-9 { return false }
    }
    return exactly(limit.kind, rate: limit.failureRate).map { $0 <= limit.most }
  }

  /// The exact verdicts; nil if there are too many groups.
  func exactCourse(_ rates: [Double], work: Int) -> VerdictDistribution? {
    var exact = ExactGroup(rule: rule, count: group.count, work: work)
    return try? exact.course(failing: rates)
  }

  func drawnCourse(_ rates: [Double], inCases cases: Int) -> VerdictDistribution {
    var drawn = DrawnGroup(rule: rule, count: group.count)
    let runs = DrawnGroup.runs(of: group.count, rounds: slots.rounds)
    return drawn.course(failing: rates, runs: max(runs / cases, 100))
  }

  /// The outages that affect different rounds, each with its share of the time before the deadline.
  private func outages(
    of length: Duration
  ) -> [(range: Range<GateInstant>, weight: Double)] {
    let (length, deadline, interval) = (length.inMicroseconds, slots.deadline, slots.interval)
    // An outage that begins after the round at -interval's place, or ends after one, meets others.
    var edges: Set<Int64> = [0, deadline]
    for round in stride(from: 0, through: deadline + length, by: Int64.Stride(interval)) {
      // An outage covers the round at `a` if it begins after `a - length` and not after `a`.
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

/// The odds at one failure rate.
package struct PlanOdds: Hashable, Sendable {
  package var rate: Double
  package var instance: InstanceOdds
  package var course: VerdictDistribution

  package var method: Plan.Method { course.runs == nil ? .exact : .simulation }
}
