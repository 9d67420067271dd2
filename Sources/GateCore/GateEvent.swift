/// What happens to the gate: the journal is the list of these.
package enum GateEvent: Hashable, Sendable {
  case instanceAdded(Instance)
  case instanceRemoved(InstanceKey)
  case checked(InstanceKey, CheckReport)
  /// A check that a fault of the gate's own cost: it says nothing of the instance.
  case checkLost(InstanceKey, GateFault)
  /// A fault of the gate's own that cost no check.
  case gateFault(GateFault)
  case interrupted(Interruption)
  /// Nothing but time.
  case wokeUp
}
