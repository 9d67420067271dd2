import GateSettings
import Testing

@testable import InstanceSources

@Suite struct TerraformHealthCheckTests {
  /// `name=value`, in their order.
  private func settings(
    _ document: TerraformDocument, at address: String?, given: Set<String> = []
  ) throws -> [String] {
    try document.healthCheck(at: address, given: given).imported.settings
      .map { "\($0.name)=\($0.value)" }
  }

  private static let classic = [
    "semantics=classic", "target=HTTP:80/health", "interval=15", "timeout=5",
    "healthy_threshold=2", "unhealthy_threshold=10",
  ]

  @Test(arguments: [nil, "aws_autoscaling_group.web", "aws_elb.web", "data.aws_elb.web"])
  func aGroupHasTheHealthCheckOfItsLoadBalancer(address: String?) throws {
    for name in ["state.json", "state-halfway.json"] {
      #expect(try settings(terraformSample(name), at: address) == Self.classic)
    }
    let check = try terraformSample("state.json").healthCheck(at: nil)
    #expect(check.address == "aws_elb.web")
  }

  @Test func aPlanKnowsTheLoadBalancersHealthCheckBeforeTheGroupsName() throws {
    #expect(try settings(terraformSample("plan-create.json"), at: nil) == Self.classic)
    #expect(try settings(terraformSample("plan-bluegreen.json"), at: nil) == Self.classic)
  }

  @Test(arguments: [
    (
      "aws_lb_target_group.http",
      [
        "semantics=alb", "target=HTTP:traffic-port/health", "interval=15", "timeout=5",
        "healthy_threshold=3", "unhealthy_threshold=2", "matcher=200,202",
      ], 8080
    ),
    (
      "aws_alb_target_group.defaults",
      [
        "semantics=alb", "target=HTTPS:traffic-port/", "interval=30", "timeout=5",
        "healthy_threshold=5", "unhealthy_threshold=2", "matcher=200",
      ], 443
    ),
    (
      "module.health.aws_lb_target_group.grpc",
      [
        "semantics=alb", "target=GRPC:traffic-port/grpc.health.v1.Health/Check", "interval=30",
        "timeout=5", "healthy_threshold=3", "unhealthy_threshold=3", "matcher=0",
      ], 50051
    ),
    (
      "module.health.aws_lb_target_group.tcp",
      [
        "semantics=nlb", "target=TCP:5433", "interval=30", "timeout=10", "healthy_threshold=3",
        "unhealthy_threshold=3",
      ], 5432
    ),
  ])
  func aTargetGroupsHealthCheckIsAsTheAPIWouldGiveIt(
    address: String, expected: [String], port: Int
  ) throws {
    let document = try terraformSample("state.json")
    #expect(try settings(document, at: "module.edge[blue].\(address)") == expected)
    let check = try document.healthCheck(at: "module.edge[blue].\(address)")
    #expect(check.imported.trafficPort == port)
  }

  @Test func importedSettingsAreSettings() throws {
    let document = try terraformSample("state.json")
    for resource in document.fitting {
      let imported = try document.healthCheck(at: resource.address).imported
      #expect(imported.settings.allSatisfy { SettingKey(rawValue: $0.name) != nil })
    }
  }

  @Test func whatTheStateHasAsNullIsLeftToTheSemantics() throws {
    let document = try terraformState(
      resource(
        "aws_lb_target_group.web",
        #""protocol":"TCP","port":80,"target_type":null,"health_check":[{"enabled":null,"#
          + #""interval":null,"path":"","matcher":"","port":null,"protocol":null}]"#),
      resource("aws_lb_target_group.bare", #""protocol":"HTTP","health_check":[]"#),
      resource(
        "aws_elb.web", #""health_check":[{"target":"tcp:80","interval":"15","timeout":null}]"#))
    #expect(
      try settings(document, at: "aws_lb_target_group.web")
        == ["semantics=nlb", "target=TCP:traffic-port"])
    #expect(
      try settings(document, at: "aws_lb_target_group.bare")
        == ["semantics=alb", "target=HTTP:traffic-port/"])
    #expect(
      try settings(document, at: "aws_elb.web")
        == ["semantics=classic", "target=TCP:80", "interval=15"])
  }

  @Test func howAChecksConnectionBeginsIsImported() throws {
    let document = try terraformState(
      resource(
        "aws_lb_target_group.h2",
        #""protocol":"HTTP","protocol_version":"HTTP2","health_check":[{"path":"/h"}]"#),
      resource(
        "aws_lb_target_group.pp",
        #""protocol":"TCP","proxy_protocol_v2":true,"health_check":[{"protocol":"HTTP"}]"#))
    #expect(
      try settings(document, at: "aws_lb_target_group.h2")
        == ["semantics=alb", "target=HTTP:traffic-port/h", "protocol_version=http2"])
    #expect(
      try settings(document, at: "aws_lb_target_group.pp")
        == ["semantics=nlb", "target=HTTP:traffic-port/", "proxy_protocol=v2"])
  }

  @Test func whatOnlyTheApplyWillTellIsNotGuessed() throws {
    let plan = try terraformSample("plan-create.json")
    let grpc = "module.edge[blue].module.health.aws_lb_target_group.grpc"
    let address = #"module.edge["blue"].module.health.aws_lb_target_group.grpc"#
    let error = #expect(throws: TerraformError.self) { try plan.healthCheck(at: grpc) }
    #expect(error == .notKnownYet(address: address, attributes: ["health_check.timeout"]))
    #expect(
      error?.message
        == "the plan does not know these attributes of \(address) yet: health_check.timeout")
    #expect(
      try settings(plan, at: grpc, given: ["timeout"]) == [
        "semantics=alb", "target=GRPC:traffic-port/grpc.health.v1.Health/Check", "interval=30",
        "healthy_threshold=3", "unhealthy_threshold=3", "matcher=0",
      ])
    // What a TCP check has no use for need not be known.
    #expect(throws: TerraformError.self) {
      try plan.healthCheck(at: "module.edge[blue].module.health.aws_lb_target_group.tcp")
    }
    #expect(
      try settings(
        plan, at: "module.edge[blue].module.health.aws_lb_target_group.tcp", given: ["timeout"]
      ).contains("target=TCP:5433"))
  }

  @Test func aHealthCheckThatIsUnknownAsAWholeIsNotGuessed() throws {
    let plan = try terraformSample("plan-create.json")
    #expect(
      throws: TerraformError.notKnownYet(
        address: #"module.edge["blue"].aws_alb_target_group.defaults"#,
        attributes: ["health_check"])
    ) {
      try plan.healthCheck(at: "module.edge[blue].aws_alb_target_group.defaults")
    }
    #expect(
      throws: TerraformError.notKnownYet(
        address: "aws_elb.bare", attributes: ["health_check"])
    ) {
      try terraformSample("plan-invalid.json").healthCheck(at: "aws_elb.bare")
    }
  }

  @Test func aTargetThatTerraformLetsPassIsFound() throws {
    let plan = try terraformSample("plan-invalid.json")
    let error = #expect(throws: TerraformError.self) {
      try plan.healthCheck(at: "aws_elb.badtarget")
    }
    #expect(error?.message.contains("80health") == true)
    #expect(try !settings(plan, at: "aws_elb.badtarget", given: ["target"]).isEmpty)
  }

  @Test func lambdaFunctionsAndSwitchedOffChecksAreErrors() throws {
    let document = try terraformState(
      resource("aws_lb_target_group.fn", #""target_type":"lambda","health_check":[{}]"#),
      resource(
        "aws_lb_target_group.off", #""protocol":"HTTP","health_check":[{"enabled":false}]"#))
    for name in ["fn", "off"] {
      let error = #expect(throws: TerraformError.self) {
        try document.healthCheck(at: "aws_lb_target_group.\(name)")
      }
      #expect(error?.message.contains("aws_lb_target_group.\(name)") == true)
    }
  }

  private static let elb = resource(
    "aws_elb.web", #""name":"web","health_check":[{"target":"HTTP:80/"}]"#)
  private static let targetGroup = resource(
    "aws_lb_target_group.api", #""arn":"arn:api","protocol":"HTTP","health_check":[{}]"#)

  @Test(arguments: [
    #""load_balancers":[],"target_group_arns":["arn:api"]"#,
    #""load_balancers":[],"traffic_source":[{"identifier":"arn:api","type":"elbv2"}]"#,
    #""target_group_arns":["arn:api"],"traffic_source":[{"identifier":"arn:api"}]"#,
    #""name":"green""#,
  ])
  func anAttachmentOfAnyKindIsFollowed(attributes: String) throws {
    let document = try terraformState(
      Self.elb, Self.targetGroup, resource("aws_autoscaling_group.green", attributes),
      resource(
        "aws_autoscaling_attachment.green",
        #""autoscaling_group_name":"green","lb_target_group_arn":"arn:api""#))
    let check = try document.healthCheck(at: nil)
    #expect(check.address == "aws_lb_target_group.api")
  }

  @Test(arguments: ["arn:api", "web"])
  func anAttachmentOfATrafficSourceIsFollowed(identifier: String) throws {
    let document = try terraformState(
      Self.elb, Self.targetGroup,
      resource("aws_autoscaling_group.green", #""name":"green","target_group_arns":[]"#),
      resource(
        "aws_autoscaling_traffic_source_attachment.green",
        #""autoscaling_group_name":"green","traffic_source":[{"identifier":"\#(identifier)"}]"#))
    let wanted = identifier == "web" ? "aws_elb.web" : "aws_lb_target_group.api"
    #expect(try document.healthCheck(at: nil).address == wanted)
  }

  @Test func severalAttachmentsAreListed() throws {
    let document = try terraformState(
      Self.elb,
      resource(
        "aws_autoscaling_group.green",
        #""load_balancers":["web"],"target_group_arns":["arn:elsewhere"]"#))
    #expect(
      throws: TerraformError.severalFit(
        .healthCheck, path: "state.json", fitting: ["aws_elb.web", "arn:elsewhere"])
    ) {
      try document.healthCheck(at: nil)
    }
  }

  @Test func anAttachmentToSomethingElsewhereIsNotReplacedByWhatIsHere() throws {
    let document = try terraformState(
      Self.elb, resource("aws_autoscaling_group.green", #""load_balancers":["other"]"#))
    let error = #expect(throws: TerraformError.self) { try document.healthCheck(at: nil) }
    #expect(
      error?.message == "aws_autoscaling_group.green is attached to other, which is not in the "
        + "same file")
  }

  @Test func aGroupWithoutAttachmentsHasTheOnlyHealthCheckThatThereIs() throws {
    let group = resource("aws_autoscaling_group.green", #""name":"green""#)
    #expect(try terraformState(Self.elb, group).healthCheck(at: nil).address == "aws_elb.web")
    #expect(throws: TerraformError.noneFits(.healthCheck, path: "state.json")) {
      try terraformState(group).healthCheck(at: "aws_autoscaling_group.green")
    }
    #expect(throws: TerraformError.self) {
      try terraformState(Self.elb, Self.targetGroup, group).healthCheck(at: nil)
    }
  }
}
