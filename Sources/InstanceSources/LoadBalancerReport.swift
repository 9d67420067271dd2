package import GateCore

/// What a load balancer itself says of all its targets.
package struct LoadBalancerReport: Hashable, Sendable {
  /// In the order in which the load balancer names them.
  package var opinions: [Opinion]
  /// What is said of an instance that is not among its targets.
  package var unregistered: LoadBalancerView

  package init(opinions: [Opinion], unregistered: LoadBalancerView) {
    self.opinions = opinions
    self.unregistered = unregistered
  }

  /// What is said of one target.
  package struct Opinion: Hashable, Sendable {
    /// As it is registered: an EC2 instance ID, or an address.
    package var targetID: String
    /// A target group has one for each; a Classic Load Balancer has none.
    package var port: Int?
    package var view: LoadBalancerView

    package init(targetID: String, port: Int? = nil, view: LoadBalancerView) {
      self.targetID = targetID
      self.port = port
      self.view = view
    }
  }

  /// What is said of each of these instances, by its ID.
  ///
  /// A target group may know an instance by its ID or by its address, and with several ports; where
  /// none of them is the one that is checked, the worst counts.
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
  /// Whether it is of the target that `TargetGroup` names so: `i-0abc:8081`.
  fileprivate func isNamed(_ id: String) -> Bool {
    port.map { id == "\(targetID):\($0)" } ?? false
  }
}
