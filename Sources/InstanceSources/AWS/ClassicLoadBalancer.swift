internal import GateCore

/// A Classic Load Balancer: its instances, its health check, its own view.
package struct ClassicLoadBalancer: Sendable {
  package var name: String
  private let client: AWSClient

  package init(name: String, client: AWSClient) {
    self.name = name
    self.client = client
  }

  /// The instances that are registered, with the health check's port.
  package func list(port: Int) throws(SourceError) -> SourceListing {
    let budget = client.budget()
    let ids = try client.describeClassicLoadBalancer(name, budget: budget).instanceIDs
    let known = try client.describeInstances(ids, budget: budget)
    let members = ids.map { id in
      SourceMember(instanceID: id, port: port, as: known[id])
    }
    return SourceListing(staying: members)
  }

  /// The settings of its health check.
  package func healthCheck() throws(SourceError) -> ImportedHealthCheck {
    let balancer = try client.describeClassicLoadBalancer(name, budget: client.budget())
    return ImportedHealthCheck(settings: [
      .init("semantics", Semantics.classic.rawValue),
      .init("target", balancer.target),
      .init("interval", String(balancer.interval)),
      .init("timeout", String(balancer.timeout)),
      .init("healthy_threshold", String(balancer.healthyThreshold)),
      .init("unhealthy_threshold", String(balancer.unhealthyThreshold)),
    ])
  }

  /// What it says of its instances.
  package func report() throws(SourceError) -> LoadBalancerReport {
    LoadBalancerReport(
      opinions: try client.describeInstanceHealth(name, budget: client.budget()),
      unregistered: LoadBalancerView(
        state: .initial,
        description: "Instance is not currently registered with the LoadBalancer."))
  }
}

extension SourceMember {
  /// A registered instance as EC2 knows it.
  init(
    instanceID: String, name: String? = nil, port: Int, zone: String? = nil,
    prefersIPv6: Bool = false,
    as known: EC2Instance?
  ) {
    let addresses = [known?.privateAddress, known?.ipv6Address].compactMap(\.self)
    let address = prefersIPv6 ? addresses.last : addresses.first
    self.init(
      instance: Instance(
        id: name ?? instanceID, address: address ?? "", port: port, zone: zone ?? known?.zone),
      standing: Standing.checked.corrected(by: known),
      image: known?.image, launchTemplateVersion: known?.launchTemplateVersion,
      tags: known?.tags ?? [:])
  }
}
