/// A resumption of a run after its runner was gone.
package struct Resumption: Hashable, Sendable {
  /// When the run was resumed.
  package var at: GateInstant
  /// The time without checks before that.
  package var gap: Duration
  package var effect: Effect

  package enum Effect: Hashable, Sendable {
    /// The gap counts as a delay of the gate: checks were late.
    case late
    /// Consecutive counts, the soak and the deadline restarted.
    case anew
  }

  init(at: GateInstant, gap: Duration, every interval: Duration) {
    self.at = at
    self.gap = gap
    effect = gap > interval ? .anew : .late
  }
}
