internal import GateSettings

/// A health check, and the resource in which it was found.
package struct TerraformHealthCheck: Hashable, Sendable {
  package var address: String
  package var imported: ImportedHealthCheck
}

extension TerraformDocument {
  /// The health check of a load balancer or a target group.
  ///
  /// For an Auto Scaling group it is that of what the group is attached to. Without an address it
  /// is that of the only Auto Scaling group, or else the only health check that there is.
  ///
  /// `given` are the names of settings, such as `timeout`, that come from elsewhere and override
  /// these: a plan need not know them, and they are left out.
  ///
  /// - Throws: `TerraformError`
  package func healthCheck(
    at address: String?, given: Set<String> = []
  ) throws(TerraformError) -> TerraformHealthCheck {
    let resource = try checkedResource(at: address)
    let imported =
      resource.kind == .classicLoadBalancer
      ? try resource.classicHealthCheck(given: given)
      : try resource.targetGroupHealthCheck(given: given)
    return TerraformHealthCheck(address: resource.address, imported: imported)
  }

  private func checkedResource(at address: String?) throws(TerraformError) -> TerraformResource {
    let checked = fitting.filter { $0.kind != .autoScalingGroup }
    var named: TerraformResource?
    if let address {
      named = try resource(at: address, for: .healthCheck)
    } else {
      let groups = fitting.filter { $0.kind == .autoScalingGroup }
      if groups.count == 1 { named = groups.first }
    }
    guard let named else { return try only(of: checked, for: .healthCheck) }
    switch named.kind {
    case .classicLoadBalancer, .targetGroup: return named
    case .autoScalingGroup:
      guard let attached = try attached(to: named) else {
        return try only(of: checked, for: .healthCheck)
      }
      return attached
    case .attachment, nil:
      throw .wrongType(
        address: named.address, type: shownLine(named.type), fitting: checked.map(\.address))
    }
  }

  /// The resource to which a group is attached; nil if the document does not have it.
  private func attached(to group: TerraformResource) throws(TerraformError) -> TerraformResource? {
    let names = attachments(of: group)
    guard let name = names.first else { return nil }
    guard names.count == 1 else {
      let fitting = names.map { loadBalancer(called: $0)?.address ?? $0 }
      throw .severalFit(.healthCheck, path: path, fitting: fitting)
    }
    guard let resource = loadBalancer(called: name) else {
      throw .attachedElsewhere(address: group.address, names: names)
    }
    return resource
  }

  /// The names of Classic Load Balancers and the ARNs of target groups, without duplicates.
  private func attachments(of group: TerraformResource) -> [String] {
    var found =
      (group.values["load_balancers"].elements + group.values["target_group_arns"].elements)
      .compactMap(\.scalar) + trafficSources(of: group)
    let name = group.values["name"].scalar
    for tie in resources where tie.kind == .attachment {
      guard let name, tie.values["autoscaling_group_name"].scalar == name else { continue }
      found += ["elb", "lb_target_group_arn", "alb_target_group_arn"]
        .compactMap { tie.values[$0].scalar }
      found += trafficSources(of: tie)
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  /// The load balancers and target groups; a group may also be in a service network of VPC Lattice.
  private func trafficSources(of resource: TerraformResource) -> [String] {
    resource.values["traffic_source"].elements
      .filter { $0["type"].scalar != "vpc-lattice" }.compactMap { $0["identifier"].scalar }
  }

  /// The load balancer with a name; a resource is preferred to a data source of the same object.
  private func loadBalancer(called name: String) -> TerraformResource? {
    let called = resources.filter { resource in
      switch resource.kind {
      case .classicLoadBalancer: resource.values["name"].scalar == name
      case .targetGroup: resource.values["arn"].scalar == name
      case .autoScalingGroup, .attachment, nil: false
      }
    }
    return called.first { $0.mode == .managed } ?? called.first
  }
}
