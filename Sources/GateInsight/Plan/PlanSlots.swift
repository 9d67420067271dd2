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
  /// The last round by the deadline.
  let lastRound: Int
  /// The last round after which the group can begin to be healthy.
  let lastStart: Int
  /// Rounds that lie within a soak that begins with a round; the one at its very end is too late.
  let soakRounds: Int

  package init(check: HealthCheck, policy: GatePolicy) {
    self.init(
      interval: check.interval.inMicroseconds, soak: policy.soak.inMicroseconds,
      gracePeriod: policy.gracePeriod.inMicroseconds, deadline: policy.deadline.inMicroseconds)
  }

  private init(interval: Int64, soak: Int64, gracePeriod: Int64, deadline: Int64) {
    (self.interval, self.soak) = (interval, soak)
    (self.gracePeriod, self.deadline) = (gracePeriod, deadline)
    lastRound = Int(deadline / interval)
    lastStart = deadline < soak ? -1 : Int((deadline - soak) / interval)
    soakRounds = soak == 0 ? 0 : Int((soak + interval - 1) / interval) - 1
  }

  /// The same with a soak and a deadline that are so many intervals shorter.
  func withoutRounds(_ count: Int) -> PlanSlots {
    PlanSlots(
      interval: interval, soak: soak - time(of: count), gracePeriod: gracePeriod,
      deadline: deadline - time(of: count))
  }

  /// Rounds up to the last that can bring a verdict: by the deadline, a failed check can be made up
  /// for.
  package var rounds: Int { lastRound + 1 }

  func time(of round: Int) -> Int64 { Int64(round) * interval }

  /// When a soak ends that begins with a round.
  func soaked(since round: Int) -> Int64 { time(of: round) + soak }

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
    (0..<slots.rounds).map { round in
      let moment = GateInstant(microseconds: slots.time(of: round))
      return isCertain(at: moment) ? 1 : rate
    }
  }

  /// Whether a check that starts then fails for certain.
  func isCertain(at moment: GateInstant) -> Bool {
    moment < .start + bootTime || outage?.contains(moment) == true
  }
}
