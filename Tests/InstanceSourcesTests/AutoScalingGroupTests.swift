import GateCore
import Testing

@testable import InstanceSources

@Suite struct AutoScalingGroupTests {
  private func group(
    _ name: String = "web-green", _ answer: @escaping @Sendable (FormCall) -> HTTPResponse
  ) -> AutoScalingGroup {
    AutoScalingGroup(
      name, ports: [80], client: AWSClient(AWSSession(FakeMachine.withAWS(answer).hostEnvironment)))
  }

  @Test func aGroupIsListedWithItsAddresses() throws {
    let listing = try group { call in
      switch call.action {
      case "DescribeAutoScalingGroups":
        #expect(call.parameters["AutoScalingGroupNames.member.1"] == "web-green")
        #expect(call.signing?.service == "autoscaling")
        #expect(call.parameters["Version"] == "2011-01-01")
        return .fixture("autoscaling-groups.xml")
      default:
        #expect(call.parameters["Filter.1.Name"] == "instance-id")
        #expect(call.parameters["Filter.1.Value.2"] == "i-56ecfb51f88935ccf")
        return .fixture("ec2-instances.xml")
      }
    }.list()
    #expect(listing.expected == 2)
    #expect(listing.members.map(\.instance.address) == ["127.0.21.4", "127.0.21.5"])
    let first = try #require(listing.members.first)
    #expect(
      first.instance
        == Instance(
          id: "i-e7c23121e75d78c2f", address: "127.0.21.4", port: 80, zone: "eu-west-1b"))
    #expect(first.standing == .checked)
    #expect(first.image == "ami-1e749f67")
    #expect(first.launchTemplateVersion == "1")
    #expect(first.tags["Version"] == "v42")
  }

  @Test func aGroupThatIsNotThereIsNotFound() {
    #expect(
      throws: SourceError.notFound(
        what: "Auto Scaling group", name: "web-green", place: QueryCallerTests.place)
    ) {
      try group { _ in .fixture("autoscaling-groups-none.xml") }.list()
    }
  }

  @Test func anEmptyGroupIsEmptyAndNotAsked() throws {
    let listing = try group { call in
      call.action == "DescribeInstances"
        ? .error("not asked") : Self.group(desired: 3, members: [])
    }.list()
    #expect(listing == SourceListing(members: [], expected: 3))
  }

  @Test func groupsAndInstancesComeInPages() throws {
    let machine = FakeMachine.withAWS { call in
      switch (call.action, call.parameters["NextToken"]) {
      case ("DescribeAutoScalingGroups", nil):
        .xml(
          "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups/>"
            + "<NextToken>g2</NextToken></DescribeAutoScalingGroupsResult>"
            + "</DescribeAutoScalingGroupsResponse>")
      case ("DescribeAutoScalingGroups", _):
        Self.group(desired: 2, members: [("i-1", "InService", ""), ("i-2", "InService", "")])
      case (_, nil): Self.instances([("i-1", "running", "10.0.0.1")], next: "p2/+=")
      case (_, let token):
        Self.instances(token == "p2/+=" ? [("i-2", "running", "10.0.0.2")] : [])
      }
    }
    let source = AutoScalingGroup(
      "web-green", ports: [80], client: AWSClient(AWSSession(machine.hostEnvironment)))
    #expect(try source.list().members.map(\.instance.address) == ["10.0.0.1", "10.0.0.2"])
    #expect(machine.now.requests.count == 4)
  }

  @Test func aThousandInstancesAreAskedForAHundredAtATime() throws {
    let ids = (0..<1000).map { "i-\($0)" }
    let machine = FakeMachine.withAWS { call in
      guard call.action == "DescribeInstances" else {
        return Self.group(desired: 1000, members: ids.map { ($0, "InService", "") })
      }
      let asked = call.parameters.filter { $0.key.hasPrefix("Filter.1.Value.") }.values
      #expect(asked.count == 100)
      return Self.instances(asked.map { ($0, "running", "10.0.0.1") })
    }
    let source = AutoScalingGroup(
      "web-green", ports: [80], client: AWSClient(AWSSession(machine.hostEnvironment)))
    #expect(try source.list().members.count { $0.standing == .checked } == 1000)
    #expect(machine.now.requests.count == 11)
  }

  @Test func pagesThatRepeatEnd() {
    let error = #expect(throws: SourceError.self) {
      try group { _ in
        .xml(
          "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><NextToken>x"
            + "</NextToken></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>")
      }.list()
    }
    #expect(error?.message.hasSuffix("its pages repeat") == true)
  }

  @Test(arguments: [
    ("InService", SourceMember.Standing.checked), ("Pending", .awaited), ("Pending:Wait", .awaited),
    ("Pending:Proceed", .awaited), ("ReplacingRootVolume", .awaited),
    ("ReplacingRootVolume:Wait", .awaited), ("RootVolumeReplaced", .awaited),
    ("Quarantined", .awaited), ("Terminating", .leaving), ("Terminating:Wait", .leaving),
    ("Terminating:Retained", .leaving), ("Terminated", .leaving), ("Detaching", .leaving),
    ("Detached", .leaving), ("Standby", .ignored), ("EnteringStandby", .ignored),
    ("Warmed:Pending", .ignored), ("Warmed:Running", .ignored), ("Warmed:Terminated", .ignored),
    ("", .awaited), ("Something:New", .awaited),
  ])
  func everyLifecycleStateHasItsClass(_ state: String, _ standing: SourceMember.Standing) {
    #expect(SourceMember.Standing(lifecycleState: state) == standing)
  }

  @Test(arguments: [
    ("InService", "running", "10.0.0.1", SourceMember.Standing.checked),
    ("InService", "stopped", "10.0.0.1", .awaited),
    ("InService", "stopping", "10.0.0.1", .awaited),
    ("InService", "running", "", .awaited),
    ("InService", "shutting-down", "10.0.0.1", .leaving),
    ("InService", "terminated", "", .leaving),
    ("Pending:Wait", "pending", "10.0.0.1", .awaited),
    ("Pending", "terminated", "", .leaving),
    ("Standby", "terminated", "", .ignored),
  ])
  func whatEC2KnowsCorrectsIt(
    _ lifecycle: String, _ state: String, _ address: String, _ standing: SourceMember.Standing
  ) throws {
    let listing = try group { call in
      call.action == "DescribeInstances"
        ? Self.instances([("i-1", state, address)])
        : Self.group(desired: 1, members: [("i-1", lifecycle, "")])
    }.list()
    #expect(listing.members.map(\.standing) == [standing])
  }

  @Test(arguments: [
    ("InService", "Healthy", "running", SourceMember.Standing.checked, "InService"),
    ("InService", "Unhealthy", "running", .awaited, "InService, but Unhealthy"),
    ("InService", "UNHEALTHY", "running", .awaited, "InService, but Unhealthy"),
    ("Pending:Wait", "Healthy", "pending", .awaited, "Pending:Wait"),
    ("InService", "Healthy", "stopped", .awaited, "stopped in EC2"),
    ("Something:New", "Healthy", "running", .awaited, "Something:New"),
    ("Terminating", "Unhealthy", "running", .leaving, "Terminating"),
  ])
  func whoIsNotInServiceIsNamedWithItsState(
    _ lifecycle: String, _ health: String, _ state: String, _ standing: SourceMember.Standing,
    _ note: String
  ) throws {
    let listing = try group { call in
      call.action == "DescribeInstances"
        ? Self.instances([("i-1", state, "10.0.0.1")])
        : Self.group(desired: 1, members: [("i-1", lifecycle, "")], health: health)
    }.list()
    #expect(listing.members.map(\.standing) == [standing])
    #expect(listing.members.map(\.note?.words) == [note])
  }

  @Test func aGroupThatIsBeingDeletedIsGone() {
    #expect(
      throws: SourceError.ending(
        what: "Auto Scaling group", name: "web-green", detail: "Delete in progress")
    ) {
      try group { _ in
        Self.group(desired: 1, members: [], more: "<Status>Delete in progress</Status>")
      }.list()
    }
  }

  /// Its region is asked, and another account's group of the same name is not taken for it.
  @Test func aGroupOfAnARNIsWhereItSays() throws {
    let arn =
      "arn:aws:autoscaling:us-east-1:111122223333:autoScalingGroup:u-u:autoScalingGroupName/"
      + "web-green"
    for account in ["111122223333", "444455556666"] {
      let machine = FakeMachine.withAWS { call in
        Self.group(
          desired: 3, members: [],
          more: "<AutoScalingGroupARN>\(arn.replacing("111122223333", with: account))"
            + "</AutoScalingGroupARN>")
      }
      let source = AutoScalingGroup(
        arn, ports: [80], client: AWSClient(AWSSession(machine.hostEnvironment)))
      if account == "111122223333" {
        #expect(try source.list().expected == 3)
      } else {
        let error = #expect(throws: SourceError.self) { try source.list() }
        #expect(
          error?.message == "the Auto Scaling group 'web-green' that these credentials see is of "
            + "the account 444455556666, not of 111122223333")
      }
      #expect(
        machine.now.requests.allSatisfy { $0.url == "https://autoscaling.us-east-1.amazonaws.com/" }
      )
    }
  }

  @Test(arguments: [
    (
      "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/web/0a",
      AWSReference.Kind.targetGroup,
      "name the target group of that load balancer: target-group:NAME"
    ),
    (
      "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/web/0a", .classicLoadBalancer,
      "name the target group of that load balancer: target-group:NAME"
    ),
    (
      "arn:aws:ec2:eu-west-1:1:instance/i-1", .autoScalingGroup,
      "give the name, or the ARN of a Auto Scaling group"
    ),
    ("arn:aws", .alarm, "give the name, or the ARN of a CloudWatch alarm"),
  ])
  func anARNOfSomethingElseIsRefused(
    _ text: String, _ kind: AWSReference.Kind, _ advice: String
  ) {
    let error = #expect(throws: SourceError.self) { try AWSReference(text, kind) }
    #expect(error?.message.contains("is not the ARN of") == true)
    #expect(error?.hint == advice.replacing("a Auto", with: "an Auto"))
  }

  @Test func namesAreReadInARNs() throws {
    let rows: [(String, AWSReference.Kind, String)] = [
      (
        "arn:aws-cn:elasticloadbalancing:cn-north-1:1:loadbalancer/web", .classicLoadBalancer, "web"
      ),
      ("arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/0a", .targetGroup, "web"),
      ("arn:aws:cloudwatch:eu-west-1:1:alarm:a:b c", .alarm, "a:b c"),
      ("web", .autoScalingGroup, "web"),
    ]
    for (text, kind, name) in rows { #expect(try AWSReference(text, kind).name == name) }
  }

  @Test func anInstanceTooYoungForEC2IsAwaited() throws {
    let listing = try group { call in
      call.action == "DescribeInstances"
        ? Self.instances([])
        : Self.group(desired: 1, members: [("i-1", "InService", "")])
    }.list()
    #expect(listing.members.map(\.standing) == [.awaited])
  }

  @Test(arguments: [
    (4, ["2", "2"], 2), (5, ["2", "2"], 3), (3, ["2", "2"], 2), (4, [], 4), (2, ["1", "1"], 2),
    (3, ["1", "x"], 3),
  ])
  func weightsMakeADesiredCapacityANumberOfInstances(
    _ desired: Int, _ weights: [String], _ expected: Int
  ) throws {
    let members = weights.enumerated().map { ("i-\($0.offset)", "InService", $0.element) }
    let listing = try group { call in
      call.action == "DescribeInstances"
        ? Self.instances([]) : Self.group(desired: desired, members: members)
    }.list()
    #expect(listing.expected == expected)
  }

  @Test(arguments: [
    "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
      + "<AutoScalingGroupName>web-green</AutoScalingGroupName></member></AutoScalingGroups>"
      + "</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>",
    "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
      + "<AutoScalingGroupName>web-green</AutoScalingGroupName><DesiredCapacity>many"
      + "</DesiredCapacity></member></AutoScalingGroups></DescribeAutoScalingGroupsResult>"
      + "</DescribeAutoScalingGroupsResponse>",
    "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
      + "<AutoScalingGroupName>web-green</AutoScalingGroupName><DesiredCapacity>1</DesiredCapacity>"
      + "<Instances><member/></Instances></member></AutoScalingGroups>"
      + "</DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>",
    "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>"
      + "<AutoScalingGroupName>web-green</AutoScalingGroupName><DesiredCapacity>1</DesiredCapacity>"
      + "<Instances><member><InstanceId>i-1&#10;x</InstanceId></member></Instances></member>"
      + "</AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>",
  ])
  func whatIsMissingIsMalformed(_ text: String) {
    let error = #expect(throws: SourceError.self) { try group { _ in .xml(text) }.list() }
    guard case .malformed(_, let detail, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(detail.hasPrefix("DescribeAutoScalingGroups: <"))
  }

  static func group(
    desired: Int, members: [(id: String, state: String, weight: String)],
    health: String = "Healthy", more: String = ""
  ) -> HTTPResponse {
    let items = members.map { member in
      "<member><InstanceId>\(member.id)</InstanceId><LifecycleState>\(member.state)"
        + "</LifecycleState><HealthStatus>\(health)</HealthStatus><WeightedCapacity>\(member.weight)</WeightedCapacity></member>"
    }
    return .xml(
      "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups>"
        + "<member><AutoScalingGroupName>web-green</AutoScalingGroupName><DesiredCapacity>"
        + "\(desired)</DesiredCapacity>\(more)<Instances>\(items.joined())</Instances></member>"
        + "</AutoScalingGroups></DescribeAutoScalingGroupsResult>"
        + "</DescribeAutoScalingGroupsResponse>")
  }

  /// Each in a reservation of its own.
  static func instances(
    _ instances: [(id: String, state: String, address: String)], next: String = ""
  ) -> HTTPResponse {
    let items = instances.map { instance in
      "<item><instancesSet><item><instanceId>\(instance.id)</instanceId><instanceState><name>"
        + "\(instance.state)</name></instanceState><privateIpAddress>\(instance.address)"
        + "</privateIpAddress></item></instancesSet></item>"
    }
    return .xml(
      "<DescribeInstancesResponse><reservationSet>\(items.joined())</reservationSet><nextToken>"
        + "\(next)</nextToken></DescribeInstancesResponse>")
  }
}
