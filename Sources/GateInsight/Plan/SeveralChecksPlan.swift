internal import GateCore

/// The plan of a group with several health checks, each with its own rounds.
///
/// A Markov chain over the number of instances in each state would need the product of their states
/// and a common round. So the odds are simulated with the gate itself: it gets rounds whose checks
/// fail at the rate, each at one moment, until it gives a verdict. The random numbers have a fixed
/// seed, so the same settings give the same odds.
struct SeveralChecksPlan {
  private let checks: [HealthCheck]
  private let policy: GatePolicy
  private let count: Int
  private var random = Draws()

  /// The number of checks in a whole run, times the number of runs.
  private static let work = 150_000
  private static let fewestRuns = 200
  private static let mostRuns = 10_000
  /// The largest number of checks at the same time; more take too long.
  static let mostAtOnce = 200

  init(_ checks: [HealthCheck], _ policy: GatePolicy, count: Int) {
    (self.checks, self.policy, self.count) = (checks, policy, count)
  }

  /// The number of runs that the work allows.
  private var runs: Int {
    let rounds = checks.reduce(0) { $0 + Int(policy.deadline / $1.interval) + 1 }
    return min(max(Self.work / max(count * rounds, 1), Self.fewestRuns), Self.mostRuns)
  }

  /// Simulates the odds; `cases` is the number of cases that share the work.
  mutating func odds(_ failures: FailureModel, inCases cases: Int) -> (
    course: VerdictDistribution, instance: InstanceOdds
  ) {
    let runs = max(runs / cases, 100)
    var ends = DrawnEnds()
    var instance = InstanceOdds()
    for _ in 0..<runs {
      let verdict = run(failures)
      ends.note(at: verdict.at.microseconds, isPromoted: verdict.decision == .promote)
      instance.add(first(failures), weighted: 1 / Double(runs))
    }
    return (ends.course(of: runs), instance)
  }

  // MARK: - One run

  private mutating func run(_ failures: FailureModel) -> Verdict {
    var gate = Gate(checks: checks, policy: policy)
    var effects: [GateEffect] = []
    for number in 0..<count {
      let instance = Instance(id: "\(number)", address: "", port: 0)
      gate.handle(.instanceAdded(instance), at: .start, effects: &effects)
    }
    var round = Round(checks)
    while gate.verdict == nil {
      let now = round.moment
      var keys = round.take().flatMap { number in
        (0..<count).map { InstanceKey($0, check: number) }
      }
      for place in keys.indices.dropLast() {
        keys.swapAt(place, place + random.below(keys.count - place))
      }
      for key in keys where gate.verdict == nil {
        effects.removeAll(keepingCapacity: true)
        gate.handle(.checked(key, report(failures, at: now)), at: now, effects: &effects)
      }
      if gate.verdict == nil { gate.handle(.wokeUp, at: round.moment, effects: &effects) }
    }
    guard let verdict = gate.verdict else { preconditionFailure("a run ends by its deadline") }
    return verdict
  }

  /// The probabilities of what one instance becomes first, by the deadline.
  private mutating func first(_ failures: FailureModel) -> InstanceOdds {
    var healths = checks.map { _ in InstanceHealth() }
    var (round, odds) = (Round(checks), InstanceOdds())
    while round.moment <= .start + policy.deadline {
      let counting: FailureCounting =
        round.moment < .start + policy.gracePeriod ? .forgiven : .counted
      let now = round.moment
      for number in round.take() {
        _ = healths[number].record(
          report(failures, at: now).result, counting: counting, under: checks[number])
      }
      if healths.contains(where: { $0.state == .unhealthy }) {
        odds.unhealthy = 1
        return odds
      }
      if healths.allSatisfy({ $0.state == .healthy }) {
        odds.healthy = 1
        return odds
      }
    }
    odds.undecided = 1
    return odds
  }

  private mutating func report(_ failures: FailureModel, at now: GateInstant) -> CheckReport {
    let fails = failures.isCertain(at: now) || random.chance(failures.rate)
    return CheckReport(
      started: now, result: fails ? .failure(.statusMismatch) : .success, latencyMicroseconds: 0)
  }

  /// The moments of the checks, and which health checks are made at each.
  private struct Round {
    private let intervals: [Int64]
    private var next: [Int64]

    init(_ checks: [HealthCheck]) {
      intervals = checks.map(\.interval.inMicroseconds)
      next = checks.map { _ in 0 }
    }

    var moment: GateInstant { GateInstant(microseconds: next.min() ?? 0) }

    /// Returns the indexes of the health checks that are due, and advances to the next moment.
    mutating func take() -> [Int] {
      let now = moment.microseconds
      let due = next.indices.filter { next[$0] == now }
      for place in due { next[place] += intervals[place] }
      return due
    }
  }
}

extension PlanBounds {
  /// The bounds of a group with several health checks, from those of each check alone.
  ///
  /// They hold, but need not all be reached, because the checks have no common rounds.
  init(ofParts parts: [PlanBounds], _ checks: [HealthCheck], _ policy: GatePolicy) {
    let earliest = checks.earliestPromotion(under: policy)
    earliestPromotion = earliest
    latestPromotion = policy.deadline
    earliestRollback = parts.map(\.earliestRollback).min() ?? .zero
    latestRollback = policy.deadline
    // The last of all checks before the promotion.
    lastCheckBeforePromotion =
      checks.map { check in
        let rounds = max(earliest.inMicroseconds - 1, 0) / check.interval.inMicroseconds
        return check.interval * Int(rounds)
      }.max() ?? .zero
    // Each of the health checks would have detected it.
    longestUnseen = parts.map(\.longestUnseen).min() ?? .zero
  }
}
