package import GateCore

/// A load balancer's view of all its targets.
package struct LoadBalancerReport: Hashable, Sendable {
  /// The views in the load balancer's order.
  package var opinions: [Opinion]
  /// The view of an instance that is not among its targets.
  package var unregistered: LoadBalancerView

  /// The view of one target.
  package struct Opinion: Hashable, Sendable {
    /// The ID under which it is registered: an EC2 instance ID, or an address.
    package var targetID: String
    /// The port of a target of a target group; nil for a Classic Load Balancer.
    package var port: Int?
    package var view: LoadBalancerView
  }

  /// The view of each of these instances, by its ID.
  ///
  /// A target group may have an instance by its ID or by its address, and with several ports; if
  /// none of them is the checked port, the worst view counts.
  package func views(of instances: [Instance]) -> [String: LoadBalancerView] {
    Dictionary(instances.map { ($0.id, view(of: $0)) }, uniquingKeysWith: { first, _ in first })
  }

  private func view(of instance: Instance) -> LoadBalancerView {
    let registered = opinions.filter {
      $0.targetID == instance.id || $0.targetID == instance.address || $0.isNamed(instance.id)
    }
    let exact = registered.filter { $0.isNamed(instance.id) || $0.port == instance.port }
    let views = (exact.isEmpty ? registered : exact).map(\.view)
    return views.first { $0.state == .unhealthy } ?? views.first { $0.state == .initial }
      ?? views.first ?? unregistered
  }
}

extension LoadBalancerReport.Opinion {
  /// Whether it belongs to the target with this ID, such as `i-0abc:8081`.
  fileprivate func isNamed(_ id: String) -> Bool {
    port.map { id == "\(targetID):\($0)" } ?? false
  }
}
