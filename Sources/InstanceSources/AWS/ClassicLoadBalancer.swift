internal import GateCore

/// A Classic Load Balancer: its instances, its health check, its view.
package struct ClassicLoadBalancer: Sendable {
  /// The name or ARN of the load balancer.
  package var reference: String
  private let client: AWSClient

  package init(_ reference: String, client: AWSClient) {
    self.reference = reference
    self.client = client
  }

  /// Its name, and a client for its region.
  private func place() throws(SourceError) -> (name: String, client: AWSClient) {
    let name = try AWSReference(reference, .classicLoadBalancer)
    return (name.name, client.inRegion(name.region))
  }

  /// Lists the registered instances, with the ports of the health checks.
  ///
  /// - Throws: `SourceError` if AWS cannot be queried.
  package func list(ports: [Int]) throws(SourceError) -> SourceListing {
    let (name, client) = try place()
    let budget = client.budget()
    let ids = try client.describeClassicLoadBalancer(name, budget: budget).instanceIDs
    let known = try client.describeInstances(ids, budget: budget)
    let members = ids.map { id in
      SourceMember(instanceID: id, ports: ports, as: known[id])
    }
    return SourceListing(staying: members)
  }

  /// The settings of its health check.
  package func healthCheck() throws(SourceError) -> ImportedHealthCheck {
    let (name, client) = try place()
    return try client.describeClassicLoadBalancer(name, budget: client.budget()).check
  }

  /// The load balancer's view of its instances.
  package func report() throws(SourceError) -> LoadBalancerReport {
    let (name, client) = try place()
    return LoadBalancerReport(
      opinions: try client.describeInstanceHealth(name, budget: client.budget()),
      unregistered: LoadBalancerView(
        state: .initial,
        description: "Instance is not currently registered with the LoadBalancer."))
  }
}

extension SourceMember {
  /// A registered instance with EC2's data.
  init(
    instanceID: String, name: String? = nil, ports: [Int], zone: String? = nil,
    prefersIPv6: Bool = false, standing: Standing = .checked, note: MemberNote? = nil,
    as known: EC2Instance?
  ) {
    let addresses = [known?.privateAddress, known?.ipv6Address].compactMap(\.self)
    let address = prefersIPv6 ? addresses.last : addresses.first
    self.init(
      instance: Instance(
        id: name ?? instanceID, address: address ?? "", ports: ports, zone: zone ?? known?.zone),
      standing: standing, note: note, image: known?.image,
      launchTemplateVersion: known?.launchTemplateVersion, tags: known?.tags ?? [:])
    correct(by: known)
  }
}
