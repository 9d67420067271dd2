package import GateCore

/// What a load balancer itself says of its targets.
package struct LoadBalancerView: Hashable, Sendable {
  /// In the order in which the load balancer names them.
  package var opinions: [Opinion]

  package init(opinions: [Opinion]) {
    self.opinions = opinions
  }

  /// One target's state.
  package struct Opinion: Hashable, Sendable {
    /// As it is registered: an EC2 instance ID, or an address.
    package var targetID: String
    /// A target group has a port for each; a Classic Load Balancer has not.
    package var port: Int?
    package var state: State
    /// `Elb.InitialHealthChecking`, `Target.Timeout`, …; Classic: `ELB`, `Instance`.
    package var reasonCode: String?
    package var description: String?

    package init(
      targetID: String, port: Int? = nil, state: State, reasonCode: String? = nil,
      description: String? = nil
    ) {
      self.targetID = targetID
      self.port = port
      self.state = state
      self.reasonCode = reasonCode
      self.description = description
    }
  }

  /// The states of both generations of load balancers.
  package enum State: String, Hashable, Sendable {
    /// Classic `InService`, or `healthy`.
    case inService = "in_service"
    /// Classic `OutOfService`, or `unhealthy`; for a Network Load Balancer also
    /// `unhealthy.draining`.
    case outOfService = "out_of_service"
    /// Registering, or not enough checks yet.
    case initial
    /// Being deregistered.
    case draining
    /// Registered, but no listener uses it.
    case unused
    /// The load balancer does not say, or says what is not known here: not in service.
    case unknown
  }

  /// What is said of an instance; more than one when it is registered with several ports.
  ///
  /// A target group may know it by its ID or by its address.
  package func opinions(on instance: Instance) -> [Opinion] {
    let registered = opinions.filter {
      $0.targetID == instance.id || $0.targetID == instance.address
        || instance.id == "\($0.targetID):\($0.port ?? 0)"
    }
    let exact = registered.filter {
      instance.id == "\($0.targetID):\($0.port ?? 0)" || $0.port == instance.port
    }
    return exact.isEmpty ? registered : exact
  }
}
