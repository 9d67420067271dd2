/// A run that went on after its runner was gone.
package struct Resumption: Hashable, Sendable {
  /// When it went on.
  package var at: GateInstant
  /// How long nobody looked before that.
  package var gap: Duration
  package var effect: Effect

  package enum Effect: Hashable, Sendable {
    /// Checks were late, as when the gate is held up.
    case late
    /// Consecutive counts, the soak and the deadline began anew.
    case anew
  }

  init(at: GateInstant, gap: Duration, every interval: Duration) {
    self.at = at
    self.gap = gap
    effect = gap > interval ? .anew : .late
  }
}
