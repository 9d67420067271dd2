import GateCore
import Testing

@testable import InstanceSources

@Suite struct ClassicLoadBalancerTests {
  private func balancer(_ answer: @escaping @Sendable (FormCall) -> HTTPResponse)
    -> ClassicLoadBalancer
  {
    ClassicLoadBalancer(
      "web", client: AWSClient(AWSSession(FakeMachine.withAWS(answer).hostEnvironment)))
  }

  @Test func itsInstancesAreListed() throws {
    let listing = try balancer { call in
      .fixture(
        call.action == "DescribeInstances" ? "ec2-instances.xml" : "elb-load-balancers.xml")
    }.list(ports: [80])
    #expect(listing.expected == 2)
    #expect(listing.members.map(\.instance.id) == ["i-e7c23121e75d78c2f", "i-56ecfb51f88935ccf"])
    #expect(listing.members.map(\.instance.address) == ["127.0.21.4", "127.0.21.5"])
    #expect(listing.members.first?.launchTemplateVersion == "1")
  }

  @Test func itsHealthCheckBecomesSettings() throws {
    let imported = try balancer { call in
      #expect(call.parameters["LoadBalancerNames.member.1"] == "web")
      return .fixture("elb-load-balancers.xml")
    }.healthCheck()
    #expect(
      imported.settings.map { "\($0.name)=\($0.value)" } == [
        "semantics=classic", "target=HTTP:80/health", "interval=15", "timeout=5",
        "healthy_threshold=2", "unhealthy_threshold=10",
      ])
  }

  @Test func policiesForItsInstancesAreNamed() throws {
    let server = """
      <BackendServerDescriptions><member><InstancePort>80</InstancePort><PolicyNames>\
      <member>proxy-header</member></PolicyNames></member></BackendServerDescriptions>
      """
    let answer = String(decoding: try Fixture.bytes("elb-load-balancers.xml"), as: UTF8.self)
      .replacing("<BackendServerDescriptions/>", with: server)
    let imported = try balancer { _ in HTTPResponse(status: 200, body: Array(answer.utf8)) }
      .healthCheck()
    #expect(imported.warnings.count == 1)
    #expect(imported.warnings[0].hasPrefix("the load balancer web has policies for its instances"))
    #expect(imported.warnings[0].hasSuffix(": proxy-header"))
  }

  @Test func oneThatIsNotThereIsNotFound() {
    let error = #expect(throws: SourceError.self) {
      try balancer { _ in .fixture("elb-load-balancers-none.xml", status: 400) }.healthCheck()
    }
    #expect(
      error?.message
        == "there is no Classic Load Balancer 'web' in AWS elasticloadbalancing in eu-west-1 "
        + "(elasticloadbalancing.eu-west-1.amazonaws.com)")
  }

  @Test func itsOwnViewIsRead() throws {
    let report = try balancer { call in
      #expect(call.parameters["LoadBalancerName"] == "web")
      return .fixture("elb-instance-health.xml")
    }.report()
    #expect(report.opinions.map(\.targetID) == ["i-e7c23121e75d78c2f", "i-56ecfb51f88935ccf"])
    #expect(report.opinions.map(\.view).allSatisfy { $0 == LoadBalancerView(state: .healthy) })
    let stranger = Instance(id: "i-1", address: "10.0.0.1", port: 80)
    #expect(report.views(of: [stranger])["i-1"] == report.unregistered)
  }

  /// Every message of the API, and what it has beside it.
  @Test(arguments: [
    ("InService", "N/A", "N/A", InstanceState.healthy),
    ("InService", "N/A", "Instance deregistration currently in progress.", .initial),
    ("InService", "ELB", "Disable Availability Zone is currently in progress.", .initial),
    ("OutOfService", "ELB", "Instance registration is still in progress.", .initial),
    (
      "OutOfService", "Instance",
      "Instance has not passed the configured HealthyThreshold number of health checks "
        + "consecutively.", .initial
    ),
    (
      "OutOfService", "Instance",
      "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
      .unhealthy
    ),
    (
      "OutOfService", "Instance",
      "Instance has failed at least the UnhealthyThreshold number of health checks consecutively. "
        + "Instance registration is still in progress.", .unhealthy
    ),
    ("OutOfService", "Instance", "Instance is in pending state.", .initial),
    ("OutOfService", "Instance", "Instance is in stopped state.", .unhealthy),
    ("OutOfService", "Instance", "Instance is in terminated state.", .unhealthy),
    (
      "OutOfService", "ELB",
      "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route "
        + "traffic to.", .initial
    ),
    (
      "OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer.",
      .initial
    ),
    ("OutOfService", "Instance", "", .unhealthy), ("OutOfService", "ELB", "", .initial),
    ("OutOfService", "", "", .unhealthy),
    ("Unknown", "ELB", "A transient error occurred. Please try again later.", .initial),
    ("", "", "", .initial), ("Perhaps", "", "", .initial),
  ])
  func notYetIsNotFailed(
    _ state: String, _ reason: String, _ description: String, _ expected: InstanceState
  ) {
    #expect(InstanceState(classic: state, reason: reason, description: description) == expected)
  }
}

@Suite struct TargetGroupTests {
  static let arn =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web-green/e11da4095f7f7e1b"

  private func group(
    _ reference: String = "web-green", _ answer: @escaping @Sendable (FormCall) -> HTTPResponse
  ) -> TargetGroup {
    TargetGroup(
      reference, client: AWSClient(AWSSession(FakeMachine.withAWS(answer).hostEnvironment)))
  }

  /// A group of the given elements, and one target for each health.
  private static func answer(
    group elements: String, targets: [String] = []
  ) -> @Sendable (FormCall) -> HTTPResponse {
    { call in
      switch call.action {
      case "DescribeTargetGroups":
        .xml(
          "<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups><member>"
            + "<TargetGroupArn>\(Self.arn)</TargetGroupArn><TargetGroupName>web-green"
            + "</TargetGroupName>\(elements)</member></TargetGroups></DescribeTargetGroupsResult>"
            + "</DescribeTargetGroupsResponse>")
      case "DescribeTargetHealth":
        .xml(
          "<DescribeTargetHealthResponse><DescribeTargetHealthResult><TargetHealthDescriptions>"
            + targets.map { "<member>\($0)</member>" }.joined()
            + "</TargetHealthDescriptions></DescribeTargetHealthResult>"
            + "</DescribeTargetHealthResponse>")
      default: AutoScalingGroupTests.instances([("i-1", "running", "10.0.0.1")])
      }
    }
  }

  private static func target(
    _ id: String, _ port: Int, _ state: String, reason: String = "", zone: String = ""
  ) -> String {
    "<Target><Id>\(id)</Id><Port>\(port)</Port><AvailabilityZone>\(zone)</AvailabilityZone></Target>"
      + "<TargetHealth><State>\(state)</State><Reason>\(reason)</Reason></TargetHealth>"
  }

  @Test(arguments: ["web-green", arn])
  func itsInstancesAreListedWithTheirPorts(_ reference: String) throws {
    let listing = try group(reference) { call in
      switch call.action {
      case "DescribeTargetGroups":
        #expect(
          (call.parameters["Names.member.1"] ?? call.parameters["TargetGroupArns.member.1"])
            == reference)
        return .fixture("elbv2-target-groups.xml")
      case "DescribeTargetHealth":
        #expect(call.parameters["TargetGroupArn"] == Self.arn)
        return .fixture("elbv2-target-health.xml")
      default: return .fixture("ec2-instances.xml")
      }
    }.list(ports: .trafficPort)
    #expect(listing.expected == 2)
    #expect(
      listing.members.map(\.instance) == [
        Instance(id: "i-e7c23121e75d78c2f", address: "127.0.21.4", port: 80, zone: "eu-west-1b"),
        Instance(id: "i-56ecfb51f88935ccf", address: "127.0.21.5", port: 80, zone: "eu-west-1b"),
      ])
  }

  @Test func anInstanceWithAnotherPortIsAnotherTarget() throws {
    let answer = Self.answer(
      group: "<Port>80</Port><TargetType>instance</TargetType>",
      targets: [
        Self.target("i-1", 80, "healthy"), Self.target("i-1", 8081, "initial"),
        Self.target("i-2", 80, "draining", reason: "Target.DeregistrationInProgress"),
      ])
    let listing = try group(answer: answer).list(ports: .trafficPort)
    #expect(listing.members.map(\.instance.id) == ["i-1", "i-1:8081", "i-2"])
    #expect(listing.members.map(\.instance.port) == [80, 8081, 80])
    #expect(listing.members.map(\.standing) == [.checked, .checked, .leaving])
    #expect(listing.expected == 2)
    #expect(try group(answer: answer).list(ports: .number(9)).members[1].instance.port == 9)
  }

  @Test func addressesAreListedWithoutEC2() throws {
    let listing = try group(
      answer: Self.answer(
        group: "<Port>80</Port><TargetType>ip</TargetType>",
        targets: [
          Self.target("10.0.0.9", 80, "healthy", zone: "all"),
          Self.target("fd00::1", 81, "healthy", zone: "eu-west-1a"),
        ])
    ).list(ports: .trafficPort)
    #expect(
      listing.members.map(\.instance) == [
        Instance(id: "10.0.0.9", address: "10.0.0.9", port: 80),
        Instance(id: "fd00::1:81", address: "fd00::1", port: 81, zone: "eu-west-1a"),
      ])
  }

  @Test(arguments: ["lambda", "alb"])
  func targetsWithoutAddressesAreRefused(_ type: String) {
    let error = #expect(throws: SourceError.self) {
      try group(answer: Self.answer(group: "<TargetType>\(type)</TargetType>"))
        .list(ports: .trafficPort)
    }
    #expect(
      error?.message
        == "the target group web-green cannot be used: its targets are of type \(type)")
  }

  /// A group of a Network Load Balancer, with an answer to what is asked of its attributes.
  private func importedOfNLB(_ attributes: HTTPResponse) throws -> ImportedHealthCheck {
    let answer = Self.answer(
      group: "<Protocol>TCP</Protocol><Port>80</Port><HealthCheckProtocol>TCP"
        + "</HealthCheckProtocol><HealthCheckPort>traffic-port</HealthCheckPort>")
    return try group { call in
      call.action == "DescribeTargetGroupAttributes" ? attributes : answer(call)
    }.healthCheck()
  }

  @Test(arguments: ["true", "false"])
  func theProxyHeaderThatAGroupAsksForIsImported(_ value: String) throws {
    let imported = try importedOfNLB(
      .xml(
        "<DescribeTargetGroupAttributesResponse><DescribeTargetGroupAttributesResult><Attributes>"
          + "<member><Key>deregistration_delay.timeout_seconds</Key><Value>300</Value></member>"
          + "<member><Key>proxy_protocol_v2.enabled</Key><Value>\(value)</Value></member>"
          + "</Attributes></DescribeTargetGroupAttributesResult>"
          + "</DescribeTargetGroupAttributesResponse>"))
    let header = imported.settings.first { $0.name == "proxy_protocol" }
    #expect(header?.value == (value == "true" ? "v2" : nil))
    #expect(imported.warnings.isEmpty)
  }

  @Test func attributesThatCannotBeReadAreWarnedOf() throws {
    let imported = try importedOfNLB(.error("AccessDenied"))
    #expect(imported.settings.contains { $0.name == "target" && $0.value == "TCP:traffic-port" })
    #expect(imported.warnings.count == 1)
    #expect(
      imported.warnings.first?.hasPrefix(
        "whether the target group web-green enables proxy_protocol is not known: ") == true)
  }

  @Test(arguments: [("HTTP1", nil), ("HTTP2", "http2")])
  func theProtocolVersionIsImported(_ version: String, _ value: String?) throws {
    let answer = Self.answer(
      group: "<Protocol>HTTP</Protocol><ProtocolVersion>\(version)</ProtocolVersion>"
        + "<Port>80</Port><HealthCheckProtocol>HTTP</HealthCheckProtocol>"
        + "<HealthCheckPath>/</HealthCheckPath>")
    let imported = try group { call in
      // Only a Network Load Balancer sends the header.
      #expect(call.action != "DescribeTargetGroupAttributes")
      return answer(call)
    }.healthCheck()
    #expect(imported.settings.first { $0.name == "protocol_version" }?.value == value)
  }

  @Test func theRegionOfAnARNIsAsked() throws {
    let arn = "arn:aws-cn:elasticloadbalancing:cn-north-1:1:targetgroup/a/b"
    let machine = FakeMachine.withAWS { _ in .error("TargetGroupNotFound") }
    let error = #expect(throws: SourceError.self) {
      try TargetGroup(arn, client: AWSClient(AWSSession(machine.hostEnvironment))).healthCheck()
    }
    #expect(
      machine.now.requests.map(\.url)
        == ["https://elasticloadbalancing.cn-north-1.amazonaws.com.cn/"])
    #expect(error?.message.hasPrefix("there is no target group 'arn:aws-cn:") == true)
  }

  struct Row: CustomTestStringConvertible {
    var testDescription: String
    var elements: String
    var settings: [String]
  }

  @Test(arguments: [
    Row(
      testDescription: "HTTP",
      elements: "<Protocol>HTTP</Protocol><Port>8080</Port><HealthCheckProtocol>HTTP"
        + "</HealthCheckProtocol><HealthCheckPort>traffic-port</HealthCheckPort><HealthCheckPath>/up"
        + "?x=1</HealthCheckPath><HealthCheckIntervalSeconds>15</HealthCheckIntervalSeconds>"
        + "<HealthCheckTimeoutSeconds>5</HealthCheckTimeoutSeconds><HealthyThresholdCount>2"
        + "</HealthyThresholdCount><UnhealthyThresholdCount>10</UnhealthyThresholdCount><Matcher>"
        + "<HttpCode>200-299,301</HttpCode></Matcher>",
      settings: [
        "semantics=alb", "target=HTTP:traffic-port/up?x=1", "interval=15", "timeout=5",
        "healthy_threshold=2", "unhealthy_threshold=10", "matcher=200-299,301",
      ]),
    Row(
      testDescription: "gRPC",
      elements: "<Protocol>HTTP</Protocol><ProtocolVersion>GRPC</ProtocolVersion>"
        + "<HealthCheckProtocol>HTTP</HealthCheckProtocol><HealthCheckPort>50051</HealthCheckPort>"
        + "<HealthCheckPath>/pkg.Service/Method</HealthCheckPath><Matcher><GrpcCode>0-5</GrpcCode>"
        + "</Matcher>",
      settings: ["semantics=alb", "target=GRPC:50051/pkg.Service/Method", "matcher=0-5"]),
    Row(
      testDescription: "gRPC over TLS, by default",
      elements: "<Protocol>HTTPS</Protocol><ProtocolVersion>GRPC</ProtocolVersion>"
        + "<HealthCheckProtocol>HTTPS</HealthCheckProtocol>",
      settings: ["semantics=alb", "target=GRPCS:traffic-port/AWS.ALB/healthcheck"]),
    Row(
      testDescription: "TCP",
      elements: "<Protocol>TCP</Protocol><HealthCheckProtocol>TCP</HealthCheckProtocol>"
        + "<HealthCheckPort>traffic-port</HealthCheckPort><Matcher><HttpCode>200-399</HttpCode>"
        + "</Matcher>",
      settings: ["semantics=nlb", "target=TCP:traffic-port"]),
    Row(
      testDescription: "HTTPS before TLS",
      elements: "<Protocol>TLS</Protocol><HealthCheckProtocol>HTTPS</HealthCheckProtocol>"
        + "<HealthCheckPort>443</HealthCheckPort><Matcher><HttpCode>200-399</HttpCode></Matcher>",
      settings: ["semantics=nlb", "target=HTTPS:443/", "matcher=200-399"]),
  ])
  func itsHealthCheckBecomesSettings(_ row: Row) throws {
    let imported = try group(answer: Self.answer(group: row.elements)).healthCheck()
    #expect(imported.settings.map { "\($0.name)=\($0.value)" } == row.settings)
  }

  @Test func itsPortComesAlong() throws {
    let imported = try group { _ in .fixture("elbv2-target-groups.xml") }.healthCheck()
    #expect(imported.trafficPort == 80)
  }

  @Test(arguments: [
    ("<TargetType>lambda</TargetType>", "its targets are lambda functions"),
    ("<HealthCheckEnabled>false</HealthCheckEnabled>", "its health check is off"),
    (
      "<HealthCheckProtocol>UDP</HealthCheckProtocol>", "its health check's protocol is UDP"
    ),
    ("", "its health check's protocol is not given"),
    (
      "<HealthCheckProtocol>TCP</HealthCheckProtocol><HealthCheckPort>0</HealthCheckPort>",
      "'0' in 'TCP:0' is not a port: 1 to 65535, or traffic-port"
    ),
  ])
  func aHealthCheckThatCannotBeMadeIsRefused(_ elements: String, _ detail: String) {
    let error = #expect(throws: SourceError.self) {
      try group(answer: Self.answer(group: elements)).healthCheck()
    }
    #expect(error?.message == "the target group web-green cannot be used: \(detail)")
  }

  @Test(arguments: [
    ("healthy", InstanceState.healthy), ("unhealthy", .unhealthy),
    ("unhealthy.draining", .unhealthy), ("initial", .initial), ("draining", .initial),
    ("unused", .initial), ("unavailable", .initial), ("", .initial), ("new", .initial),
  ])
  func everyStateIsUnderstood(_ state: String, _ expected: InstanceState) {
    #expect(InstanceState(target: state) == expected)
  }

  @Test func itsLoadBalancersViewIsRead() throws {
    let report = try group(
      answer: Self.answer(
        group: "",
        targets: [
          Self.target("i-1", 80, "unhealthy", reason: "Target.Timeout"),
          Self.target("i-1", 81, "healthy"), Self.target("10.0.0.9", 80, "initial"),
        ])
    ).report()
    func view(_ id: String, _ address: String, _ port: Int) -> LoadBalancerView? {
      report.views(of: [Instance(id: id, address: address, port: port)])[id]
    }
    let timedOut = LoadBalancerView(state: .unhealthy, reasonCode: "Target.Timeout")
    #expect(view("i-1", "10.0.0.1", 80) == timedOut)
    #expect(view("i-1:81", "10.0.0.1", 9)?.state == .healthy)
    #expect(view("i-1", "10.0.0.1", 81)?.state == .healthy)
    #expect(view("i-1", "10.0.0.1", 9) == timedOut)
    #expect(view("i-7", "10.0.0.9", 80)?.state == .initial)
    #expect(view("i-7", "10.0.0.7", 80)?.reasonCode == "Target.NotRegistered")
  }

  private func group(answer: @escaping @Sendable (FormCall) -> HTTPResponse) -> TargetGroup {
    group("web-green", answer)
  }
}
