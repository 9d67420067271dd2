/// The load balancer's own view of a target.
package struct LoadBalancerView: Hashable, Sendable {
  /// The state in the gate's terms; a target neither in service nor failing is `initial`.
  package var state: InstanceState
  /// The reason code, as the load balancer spells it.
  package var reasonCode: String?
  package var description: String?

  package init(state: InstanceState, reasonCode: String? = nil, description: String? = nil) {
    self.state = state
    self.reasonCode = reasonCode?.cleaned(to: 300)
    self.description = description?.cleaned(to: 1000)
  }
}
