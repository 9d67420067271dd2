internal import GateCore

/// The instances of an Auto Scaling group.
package struct AutoScalingGroup: Sendable {
  /// The name or ARN of the group.
  package var reference: String
  /// The ports of the health checks, because a group has none.
  package var ports: [Int]
  private let client: AWSClient

  package init(_ reference: String, ports: [Int], client: AWSClient) {
    self.reference = reference
    self.ports = ports
    self.client = client
  }

  /// Lists the group and the addresses of its instances.
  ///
  /// An instance is awaited if EC2 does not know it, it has no address or is stopped, or the group
  /// itself considers it unhealthy.
  ///
  /// - Throws: `SourceError` if AWS cannot be queried.
  package func list() throws(SourceError) -> SourceListing {
    let name = try AWSReference(reference, .autoScalingGroup)
    let client = client.inRegion(name.region)
    let budget = client.budget()
    let group = try client.describeAutoScalingGroup(name.name, budget: budget)
    try name.check(found: group.arn, .autoScalingGroup)
    if let status = group.status {
      throw .ending(
        what: "Auto Scaling group", name: shownLine(name.name), detail: status)
    }
    let known = try client.describeInstances(group.members.map(\.id), budget: budget)
    let members = group.members.map { member(of: $0, as: known[$0.id]) }
    return SourceListing(members: members, expected: expected(of: group))
  }

  private func member(
    of member: AutoScalingGroupDescription.Member, as known: EC2Instance?
  ) -> SourceMember {
    var listed = SourceMember(
      instance: Instance(
        id: member.id, address: known?.privateAddress ?? known?.ipv6Address ?? "", ports: ports,
        zone: member.zone ?? known?.zone),
      standing: SourceMember.Standing(lifecycleState: member.lifecycleState),
      note: .said(member.lifecycleState),
      image: known?.image,
      launchTemplateVersion: member.launchTemplateVersion ?? known?.launchTemplateVersion,
      tags: known?.tags ?? [:])
    listed.correct(by: known)
    if listed.standing == .checked, member.isUnhealthy {
      // An unhealthy instance is about to be terminated, so a replacement is awaited.
      (listed.standing, listed.note) = (
        .awaited, .unhealthy(lifecycleState: member.lifecycleState)
      )
    }
    return listed
  }

  /// The number of instances that corresponds to the desired capacity.
  ///
  /// With weights these numbers differ: if the present instances weigh less than desired, at least
  /// one more will be launched.
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
  /// The standing for a lifecycle state.
  ///
  /// An unknown state is awaited, because it is not in service. Source: Auto Scaling API
  /// 2011-01-01, `LifecycleState`.
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
}

extension SourceMember {
  /// Adds what EC2 knows about the instance.
  mutating func correct(by known: EC2Instance?) {
    guard standing == .checked || standing == .awaited else { return }
    let (wasAwaited, note) = (standing == .awaited, note)
    func wait(_ why: MemberNote) {
      standing = .awaited
      // The group's own note is more specific than EC2's state.
      self.note = wasAwaited ? note : why
    }
    guard let known else { return wait(.said("not known to EC2 yet")) }
    switch known.state {
    case "terminated", "shutting-down":
      (standing, self.note) = (.leaving, .outOfEC2(state: known.state))
    case "stopped", "stopping": wait(.outOfEC2(state: known.state))
    case _ where known.privateAddress == nil && known.ipv6Address == nil:
      wait(.said("without an address yet"))
    default: break
    }
  }
}
