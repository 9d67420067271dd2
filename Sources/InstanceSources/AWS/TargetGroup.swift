package import GateCore

/// A target group: its targets, its health check, its load balancer's view.
package struct TargetGroup: Sendable {
  /// The name or ARN of the target group.
  package var reference: String
  private let client: AWSClient

  package init(_ reference: String, client: AWSClient) {
    self.reference = reference
    self.client = client
  }

  /// The client for the region in the ARN, or for the configured one.
  private func asked() throws(SourceError) -> AWSClient {
    client.inRegion(try AWSReference(reference, .targetGroup).region)
  }

  /// Lists the targets: instances, or addresses.
  ///
  /// The ID of a target is the ID of its instance, or its address. If its port differs from the
  /// group's, the ID has it too (`i-0abc:8081`), because an instance can be registered more than
  /// once.
  ///
  /// The port is the health check's; with `traffic-port` it is that of each target.
  ///
  /// - Throws: `SourceError` if AWS cannot be queried.
  package func list(ports wanted: CheckPorts) throws(SourceError) -> SourceListing {
    let client = try asked()
    let budget = client.budget()
    let group = try client.describeTargetGroup(reference, budget: budget)
    guard group.targetType == "instance" || group.targetType == "ip" else {
      throw Self.unusable(group, "its targets are of type \(shownLine(group.targetType))")
    }
    let targets = try client.describeTargetHealth(arn: group.arn, budget: budget)
    let ids = group.targetType == "instance" ? targets.map(\.opinion.targetID) : []
    let known = try client.describeInstances(ids, budget: budget)
    var members: [SourceMember] = []
    for target in targets {
      let known = known[target.opinion.targetID]
      members.append(try member(of: target, in: group, ports: wanted, as: known))
    }
    var listing = SourceListing(staying: members)
    listing.joining = zip(targets, members).filter { $0.0.isJoining }.map(\.1.instance.id)
    return listing
  }

  private func member(
    of target: TargetHealthDescription, in group: TargetGroupDescription,
    ports wanted: CheckPorts, as known: EC2Instance?
  ) throws(SourceError) -> SourceMember {
    let (id, port) = (target.opinion.targetID, target.opinion.port)
    guard let ports = wanted.ports(own: port ?? group.port) else {
      throw Self.unusable(group, "its target \(id) has no port")
    }
    let name = if let port, port != group.port { "\(id):\(port)" } else { id }
    let zone = target.zone == "all" ? nil : target.zone
    var member: SourceMember
    if group.targetType == "ip" {
      member = SourceMember(
        instance: Instance(id: name, address: id, ports: ports, zone: zone),
        standing: .checked)
    } else {
      member = SourceMember(
        instanceID: id, name: name, ports: ports, zone: zone,
        prefersIPv6: group.addressType == "ipv6", as: known)
    }
    if target.isLeaving { member.standing = .leaving }
    return member
  }

  /// The settings of its health check.
  ///
  /// - Throws: `SourceError.unusable` for a group of Lambda functions, or one without health
  ///   checks.
  package func healthCheck() throws(SourceError) -> ImportedHealthCheck {
    let client = try asked()
    let budget = client.budget()
    var group = try client.describeTargetGroup(reference, budget: budget)
    guard !group.isOfApplication else { return try group.importedHealthCheck() }
    do throws(SourceError) {
      let attributes = try client.describeTargetGroupAttributes(arn: group.arn, budget: budget)
      group.sendsProxyProtocol = attributes["proxy_protocol_v2.enabled"] == "true"
      return try group.importedHealthCheck()
    } catch {
      // Most groups do not set these attributes, and the other settings do not depend on them.
      switch error {
      case .missingPermission, .rejected, .malformed:
        var imported = try group.importedHealthCheck()
        imported.warnings.append(
          "whether the target group \(group.name) enables proxy_protocol is not known: "
            + error.message)
        return imported
      case .unreachable, .throttled, .noCredentials, .unusableCredentials, .refusedCredentials,
        .notFound, .ending, .unusable, .foreign:
        throw error
      }
    }
  }

  /// The load balancer's view of its targets.
  package func report() throws(SourceError) -> LoadBalancerReport {
    let client = try asked()
    let budget = client.budget()
    let arn =
      reference.hasPrefix("arn:")
      ? reference : try client.describeTargetGroup(reference, budget: budget).arn
    return LoadBalancerReport(
      opinions: try client.describeTargetHealth(arn: arn, budget: budget).map(\.opinion),
      unregistered: LoadBalancerView(
        state: .initial, reasonCode: "Target.NotRegistered",
        description: "Target is not registered to the target group"))
  }

  static func unusable(_ group: TargetGroupDescription, _ detail: String) -> SourceError {
    .unusable(
      detail: "the target group \(group.name) cannot be used: \(detail)",
      advice: "name a target group of instances or addresses")
  }
}

extension TargetHealthDescription {
  /// Whether the load balancer has not finished registering it.
  var isJoining: Bool {
    state == "initial" && opinion.view.reasonCode == "Elb.RegistrationInProgress"
  }

  var isLeaving: Bool {
    state == "draining" || opinion.view.reasonCode == "Target.NotRegistered"
      || opinion.view.reasonCode == "Target.DeregistrationInProgress"
  }
}

extension InstanceState {
  /// The state of a target of a target group.
  ///
  /// `draining`, `unused` and `unavailable` mean neither in service nor failing.
  ///
  /// Source: `DescribeTargetHealth`, `TargetHealth`.
  init(target state: String) {
    self =
      switch state {
      case "healthy": .healthy
      case "unhealthy", "unhealthy.draining": .unhealthy
      default: .initial
      }
  }
}
