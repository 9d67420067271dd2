package import GateCore

/// The times of the rounds of checks in a planned run, and which of them still matter.
///
/// All instances are there from the start, each round is at one moment, and responses take no time.
package struct PlanSlots: Hashable, Sendable {
  /// The interval; all times are in microseconds.
  let interval: Int64
  let soak: Int64
  let gracePeriod: Int64
  let deadline: Int64
  /// The index of the last round by the deadline.
  let lastRound: Int
  /// The index of the last round after which a group can become healthy; -1 if there is none.
  let lastStart: Int
  /// The rounds within a soak that begins with a round; one at its very end does not count.
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

  /// The same with a soak and a deadline that are shorter by `count` intervals.
  func withoutRounds(_ count: Int) -> PlanSlots {
    PlanSlots(
      interval: interval, soak: soak - time(of: count), gracePeriod: gracePeriod,
      deadline: deadline - time(of: count))
  }

  /// The number of rounds that can bring a verdict; until the deadline a failed check can be made
  /// up.
  package var rounds: Int { lastRound + 1 }

  func time(of round: Int) -> Int64 { Int64(round) * interval }

  /// The end of a soak that begins with a round.
  func soaked(since round: Int) -> Int64 { time(of: round) + soak }

  func counting(in round: Int) -> FailureCounting {
    time(of: round) < gracePeriod ? .forgiven : .counted
  }

  /// Whether this number of successes, beginning with the next round, is reached in time for the
  /// soak.
  func isInTime(needing successes: Int, after round: Int) -> Bool {
    successes <= 0 || round + successes <= lastStart
  }
}

/// An assumption about how checks fail.
package struct FailureModel: Hashable, Sendable {
  /// The probability that a check fails, apart from the times below; 0 to 1.
  package var rate: Double
  /// Checks that start before this time certainly fail.
  package var bootTime: Duration
  /// Checks that start within this time certainly fail; nil for no outage.
  package var outage: Range<GateInstant>?

  package init(
    rate: Double, bootTime: Duration = .zero, outage: Range<GateInstant>? = nil
  ) {
    self.rate = rate
    self.bootTime = bootTime
    self.outage = outage
  }

  /// The probability that a check fails, by round.
  func rates(_ slots: PlanSlots) -> [Double] {
    (0..<slots.rounds).map { round in
      let moment = GateInstant(microseconds: slots.time(of: round))
      return isCertain(at: moment) ? 1 : rate
    }
  }

  /// Whether a check that starts at this moment certainly fails.
  func isCertain(at moment: GateInstant) -> Bool {
    moment < .start + bootTime || outage?.contains(moment) == true
  }
}
