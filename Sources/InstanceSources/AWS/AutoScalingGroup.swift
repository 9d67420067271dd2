internal import GateCore

/// The instances of an Auto Scaling group.
package struct AutoScalingGroup: Sendable {
  package var name: String
  /// The port of the health check: a group has none.
  package var port: Int
  private let client: AWSClient

  package init(name: String, port: Int, client: AWSClient) {
    self.name = name
    self.port = port
    self.client = client
  }

  /// Asks for the group and for the addresses of its instances.
  ///
  /// An instance that EC2 does not know yet, or that has no address yet, is awaited.
  package func list() throws(SourceError) -> SourceListing {
    let budget = client.budget()
    let group = try client.describeAutoScalingGroup(name, budget: budget)
    let known = try client.describeInstances(group.members.map(\.id), budget: budget)
    let members = group.members.map { member(of: $0, as: known[$0.id]) }
    return SourceListing(members: members, expected: expected(of: group))
  }

  private func member(
    of member: AutoScalingGroupDescription.Member, as known: EC2Instance?
  ) -> SourceMember {
    SourceMember(
      instance: Instance(
        id: member.id, address: known?.privateAddress ?? known?.ipv6Address ?? "", port: port,
        zone: member.zone ?? known?.zone),
      standing: SourceMember.Standing(lifecycleState: member.lifecycleState).corrected(by: known),
      image: known?.image,
      launchTemplateVersion: member.launchTemplateVersion ?? known?.launchTemplateVersion,
      tags: known?.tags ?? [:])
  }

  /// How many instances the desired capacity is.
  ///
  /// With weights it is not a number of instances: when those that are there weigh less than is
  /// desired, at least one more will come.
  private func expected(of group: AutoScalingGroupDescription) -> Int {
    let counted = group.members.filter {
      switch SourceMember.Standing(lifecycleState: $0.lifecycleState) {
      case .checked, .awaited: true
      case .leaving, .ignored: false
      }
    }
    guard counted.contains(where: { $0.weight != 1 }) else { return group.desiredCapacity }
    let weight = counted.map(\.weight).reduce(0, &+)
    return weight < group.desiredCapacity ? counted.count + 1 : counted.count
  }
}

extension SourceMember.Standing {
  /// Source: Auto Scaling API 2011-01-01, `LifecycleState`.
  ///
  /// A state that is not known here is awaited: it is not in service.
  init(lifecycleState state: String) {
    let stage = state.prefix { $0 != ":" }
    self =
      switch stage {
      case "InService": .checked
      case "Terminating", "Terminated", "Detaching", "Detached": .leaving
      case "Standby", "EnteringStandby", "Warmed": .ignored
      default: .awaited
      }
  }

  /// With what EC2 knows of the instance.
  func corrected(by known: EC2Instance?) -> SourceMember.Standing {
    guard self == .checked || self == .awaited else { return self }
    guard let known else { return .awaited }
    guard !known.isGone else { return .leaving }
    return known.privateAddress == nil && known.ipv6Address == nil ? .awaited : self
  }
}
