/// The latest times at which a run of results can still complete in time.
///
/// Once they have passed, no continuation can change the outcome.
///
/// An instance that needs n more successes is healthy n - 1 intervals after the start of its next
/// check at the earliest; the same holds for failures. Another question is how late the response of
/// that check may arrive: slots do not drift, so only the second result is bound to a slot, and the
/// first must come before it.
struct DeadlineFeasibility: Hashable, Sendable {
  /// The interval in microseconds.
  let interval: Int64
  /// The latest moment at which the last of the results may arrive.
  let latest: GateInstant

  init(check: HealthCheck, until latest: GateInstant) {
    interval = check.interval.inMicroseconds
    self.latest = latest
  }

  /// The latest moment at which the first of this many equal results may arrive, for given slots.
  ///
  /// The next check may start at `nextCheck`. It is nil if the results cannot all arrive in time.
  func lastChance(
    of results: Int, from nextCheck: GateInstant, _ schedule: CheckSchedule
  ) -> GateInstant? {
    guard results <= 0 || nextCheck <= latestStart(of: results) else { return nil }
    guard results > 1 else { return latest }
    let lastSlot = schedule.lastSlot(by: latest, every: interval)
    return GateInstant(microseconds: lastSlot.microseconds - Int64(results - 2) * interval)
  }

  /// The latest start of the first of this many checks.
  func latestStart(of results: Int) -> GateInstant {
    GateInstant(microseconds: latest.microseconds - Int64(max(results - 1, 0)) * interval)
  }
}
