/// Until when the group can still be promoted: what no continuation can change is certain.
///
/// An instance that wants n more successes, and may be checked from now on, is healthy after n - 1
/// intervals at the earliest. So it must have the first of them by the latest start of the soak
/// less n - 1 intervals; a check that hangs until then has decided the matter.
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

  /// The last moment at which the first of so many successes can come.
  func latestStart(needing successes: Int) -> GateInstant {
    GateInstant(
      microseconds: latestHealthy.microseconds - Int64(max(successes - 1, 0)) * interval)
  }
}
