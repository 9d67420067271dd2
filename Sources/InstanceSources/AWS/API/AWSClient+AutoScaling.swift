/// An Auto Scaling group as its API describes it.
struct AutoScalingGroupDescription: Hashable, Sendable {
  var arn: String?
  /// AWS's status of a group that is being deleted; nil for any other group.
  var status: String?
  var desiredCapacity: Int
  var members: [Member]

  struct Member: Hashable, Sendable {
    var id: String
    /// The state in AWS's spelling, such as `Pending:Wait`.
    var lifecycleState: String
    /// Whether the group itself considers it unhealthy, and will terminate it.
    var isUnhealthy: Bool
    var zone: String?
    var launchTemplateVersion: String?
    /// The part of the desired capacity that it accounts for.
    var weight: Int
  }
}

extension AWSClient {
  /// Describes a group.
  ///
  /// - Throws: `SourceError.notFound` if there is no such group, for which AWS returns an empty
  ///   list.
  func describeAutoScalingGroup(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> AutoScalingGroupDescription {
    let call = QueryCall(.autoScalingGroup, name, "DescribeAutoScalingGroups")
      .with(list: "AutoScalingGroupNames.member", [name])
    var found: AutoScalingGroupDescription?
    try forEach(
      in: "AutoScalingGroups", of: call, mark: ("NextToken", "NextToken"), budget: budget
    ) { group throws(SourceError) in
      guard group.value("AutoScalingGroupName") == name else { return }
      found = try autoScalingGroup(group, call: call)
    }
    guard let found else { throw missing(.autoScalingGroup, name) }
    return found
  }

  private func autoScalingGroup(
    _ group: XMLElement, call: QueryCall
  ) throws(SourceError) -> AutoScalingGroupDescription {
    var members: [AutoScalingGroupDescription.Member] = []
    var ids: Set<String> = []
    for item in group.list("Instances") {
      // An instance that is listed more than once counts once.
      guard ids.insert(try identifier("InstanceId", in: item, of: call)).inserted else { continue }
      members.append(
        AutoScalingGroupDescription.Member(
          id: try identifier("InstanceId", in: item, of: call),
          lifecycleState: shownLine(item.value("LifecycleState") ?? "", limit: 80),
          isUnhealthy: item.value("HealthStatus")?.lowercased() == "unhealthy",
          zone: item.value("AvailabilityZone"),
          launchTemplateVersion: item["LaunchTemplate"]?.value("Version"),
          weight: item.value("WeightedCapacity").flatMap { Int($0) } ?? 1))
    }
    return AutoScalingGroupDescription(
      arn: group.value("AutoScalingGroupARN"),
      status: group.value("Status").map { shownLine($0, limit: 80) },
      desiredCapacity: try number("DesiredCapacity", in: group, of: call), members: members)
  }
}
