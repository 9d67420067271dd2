package import GateCore

/// Whoever is told what the gate sees as it sees it: the journal, the progress display.
///
/// An observer can neither change nor delay the verdict: what it throws away is its own matter.
package protocol GateObserver: AnyObject {
  /// An event was folded in and had these effects.
  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate)

  /// Everything that came in together was folded in; returns when to be called at the latest.
  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant?
}
