package import GateCore

/// When a planned run makes its rounds of checks, and which of them can still matter.
///
/// All instances are there from the start, each round is at one moment, and answers take no time.
package struct PlanSlots: Hashable, Sendable {
  /// All in microseconds.
  let interval: Int64
  let soak: Int64
  let gracePeriod: Int64
  let deadline: Int64
  /// The last round after which the group can begin to be healthy.
  let lastStart: Int
  /// Rounds that lie within a soak that begins with a round; the one at its very end is too late.
  let soakRounds: Int

  package init(check: HealthCheck, policy: GatePolicy) {
    interval = check.interval.inMicroseconds
    soak = policy.soak.inMicroseconds
    gracePeriod = policy.gracePeriod.inMicroseconds
    deadline = policy.deadline.inMicroseconds
    lastStart = deadline < soak ? -1 : Int((deadline - soak) / interval)
    soakRounds = soak == 0 ? 0 : Int((soak + interval - 1) / interval) - 1
  }

  /// Rounds up to the last that can bring a verdict.
  package var rounds: Int { lastStart + soakRounds + 1 }

  func time(of round: Int) -> Int64 { Int64(round) * interval }

  func counting(in round: Int) -> FailureCounting {
    time(of: round) < gracePeriod ? .forgiven : .counted
  }

  /// Whether so many successes, beginning with the round after this one, come in time.
  func isInTime(needing successes: Int, after round: Int) -> Bool {
    successes <= 0 || round + successes <= lastStart
  }
}

/// How checks are taken to fail.
package struct FailureModel: Hashable, Sendable {
  /// The probability that a check fails, apart from what follows; 0 to 1.
  package var rate: Double
  /// Checks that start before this fail for certain.
  package var bootTime: Duration
  /// Checks that start within this time fail for certain.
  package var outage: Range<GateInstant>?

  package init(
    rate: Double, bootTime: Duration = .zero, outage: Range<GateInstant>? = nil
  ) {
    self.rate = rate
    self.bootTime = bootTime
    self.outage = outage
  }

  /// The probability that a check of each round fails.
  func rates(_ slots: PlanSlots) -> [Double] {
    let untilDeadline = Int(slots.deadline / slots.interval) + 1
    return (0..<max(slots.rounds, untilDeadline)).map { round in
      let moment = GateInstant(microseconds: slots.time(of: round))
      let fails = moment < .start + bootTime || outage?.contains(moment) == true
      return fails ? 1 : rate
    }
  }
}
