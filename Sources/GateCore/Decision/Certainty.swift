/// Until when the group can still be promoted: what no continuation can change is certain.
///
/// An instance that wants n more successes is healthy n - 1 intervals after the start of its next
/// check at the earliest. How late that check may answer is another question: slots do not drift,
/// so only the second of the successes is bound to a slot, and the first must come before it.
struct Certainty: Hashable, Sendable {
  /// In microseconds.
  let interval: Int64
  /// The latest moment at which the group can become healthy and be promoted by the deadline.
  let latestHealthy: GateInstant
  let deadline: GateInstant

  init(check: HealthCheck, policy: GatePolicy) {
    interval = check.interval.inMicroseconds
    deadline = GateInstant.start + policy.deadline
    latestHealthy = deadline - policy.soak
  }

  /// Whether successes at the next check and those that follow it come in time.
  func canBecomeHealthy(needing successes: Int, from nextCheck: GateInstant) -> Bool {
    guard successes > 0 else { return true }
    return nextCheck <= latestStart(needing: successes)
  }

  /// The last moment at which the first of so many successes can come, given the last slot that is
  /// not after the latest start of the soak.
  func lastAnswer(needing successes: Int, lastSlot: GateInstant) -> GateInstant {
    guard successes > 1 else { return latestHealthy }
    return GateInstant(microseconds: lastSlot.microseconds - Int64(successes - 2) * interval)
  }

  /// The latest start of the first of so many successful checks.
  func latestStart(needing successes: Int) -> GateInstant {
    GateInstant(
      microseconds: latestHealthy.microseconds - Int64(max(successes - 1, 0)) * interval)
  }
}
