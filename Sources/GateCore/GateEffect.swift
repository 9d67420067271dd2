/// An action that the gate requests.
///
/// The engine performs it and reports back with events.
package enum GateEffect: Hashable, Sendable {
  /// Start a check of this instance at this time, or as soon after as possible.
  case startCheck(InstanceKey, at: GateInstant)
  case stateChanged(InstanceKey, Transition)
  /// Send `wokeUp` at this time, unless a later effect replaces the time.
  case wakeUp(at: GateInstant)
  case conclude(Verdict)
  /// Begin the step's shift. The event `stepBegan` is recorded before the command starts.
  case beginStep(Int)
  /// Run this command at this time.
  case runCommand(StepCommand, at: GateInstant)
  /// Check the step's guards from now on.
  case watch(step: Int)
  case stepMoved(StepTransition)
}
