/// What the gate wants done; the engine does it and reports back with events.
package enum GateEffect: Hashable, Sendable {
  /// Check this instance then, or as soon after as can be.
  case startCheck(InstanceKey, at: GateInstant)
  case stateChanged(InstanceKey, Transition)
  /// Send `wokeUp` then, unless another time is named before.
  case wakeUp(at: GateInstant)
  case conclude(Verdict)
  /// Begin the step's shift: it is on record (`stepBegan`) before its command starts.
  case beginStep(Int)
  /// Run this command then.
  case runCommand(StepCommand, at: GateInstant)
  /// Ask the step's guards from now on.
  case watch(step: Int)
  case stepMoved(StepTransition)
}
