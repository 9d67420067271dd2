/// What happens to the gate: the journal is the list of these.
package enum GateEvent: Hashable, Sendable {
  case instanceAdded(Instance)
  case instanceRemoved(InstanceKey)
  case checked(InstanceKey, CheckReport)
  /// A check that a fault of the gate's own cost: it says nothing of the instance.
  case checkLost(InstanceKey, GateFault)
  /// A fault of the gate's own that cost no check: the source of instances could not be read.
  case gateFault(GateFault)
  /// The source of the old group could not be read: who is in it is as it was.
  case baselineUnlisted(GateFault)
  /// The source was read and wants so many instances: it is another number than before, or the
  /// source had failed.
  case groupListed(expected: Int)
  case loadBalancerSaw(InstanceKey, LoadBalancerView)
  /// The load balancer's view could not be had: what it was last is stale.
  case loadBalancerUnseen(GateFault)
  case interrupted(Interruption)
  /// The run goes on after its runner was gone: so long nobody looked.
  case resumed(after: Duration)
  /// Nothing but time.
  case wokeUp
}
