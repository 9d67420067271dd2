package import GateCore

/// Observes the events of a run as the gate sees them: the journal, the progress display.
///
/// An observer can neither change nor delay the verdict; it may discard what it is given.
package protocol GateObserver: AnyObject {
  /// An event was folded in and had these effects.
  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate)

  /// All events that arrived together were folded in; returns when the next call is due at the
  /// latest.
  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant?
}
