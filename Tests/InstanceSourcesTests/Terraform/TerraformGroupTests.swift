import Testing

@testable import InstanceSources

@Suite struct TerraformGroupTests {
  @Test func theOnlyAutoScalingGroupIsTheGroup() throws {
    let group = try terraformSample("state.json").group(at: nil)
    #expect(group.address == "aws_autoscaling_group.web")
    #expect(
      group.reference
        == .autoScalingGroup(
          "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:"
            + "061bb862-838e-4cd2-b5aa-2cba3e4ad04b:autoScalingGroupName/"
            + "web-web-r1-20261124172515918200000001"))
    #expect(group.region == "us-east-1")
  }

  @Test(arguments: [nil, "aws_autoscaling_group.web"])
  func halfwayItIsTheNewGroupThoughItIsTainted(address: String?) throws {
    let group = try terraformSample("state-halfway.json").group(at: address)
    #expect(group.reference == .autoScalingGroup("web-web-r2-20261124172538268200000001"))
  }

  @Test func aClassicLoadBalancerIsAGroupByItsName() throws {
    let document = try terraformSample("state.json")
    let arn = "arn:aws:elasticloadbalancing:us-east-1::loadbalancer/web"
    #expect(try document.group(at: "aws_elb.web").reference == .classicLoadBalancer(arn))
    #expect(try document.group(at: "data.aws_elb.web").reference == .classicLoadBalancer(arn))
  }

  @Test(arguments: [
    #"module.edge["blue"].aws_lb_target_group.http[0]"#,
    #"module.edge["blue"].aws_lb_target_group.http"#,
    "module.edge[blue].aws_lb_target_group.http",
  ])
  func aTargetGroupIsAGroupByItsARN(address: String) throws {
    let group = try terraformSample("state.json").group(at: address)
    #expect(group.address == #"module.edge["blue"].aws_lb_target_group.http[0]"#)
    #expect(
      group.reference
        == .targetGroup(
          "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/edge-blue-http/"
            + "05d877a392218e13"))
  }

  @Test func severalThatFitAreListed() throws {
    let document = try terraformSample("state.json")
    #expect(
      throws: TerraformError.severalFit(
        .group, path: "state.json",
        fitting: [
          #"module.edge["blue"].aws_lb_target_group.http[0]"#,
          #"module.edge["green"].aws_lb_target_group.http[0]"#,
        ])
    ) {
      try document.group(at: "module.edge.aws_lb_target_group.http")
    }
    let twoGroups = try terraformState(
      resource("aws_autoscaling_group.blue", #""name":"b""#),
      resource("aws_autoscaling_group.green", #""name":"g""#),
      resource("aws_elb.web", #""name":"web""#))
    let error = #expect(throws: TerraformError.self) { try twoGroups.group(at: nil) }
    #expect(
      error?.message == "2 resources of state.json could be the group: "
        + "aws_autoscaling_group.blue, aws_autoscaling_group.green")
  }

  /// The state's own region and account are asked, whatever this machine's are.
  @Test func whereAGroupIsStandsInItsARN() throws {
    let arn = "arn:aws:autoscaling:us-east-1:1:autoScalingGroup:u:autoScalingGroupName/web"
    let group = try terraformState(
      resource("aws_autoscaling_group.web", #""name":"web","arn":"\#(arn)""#)
    ).group(at: nil)
    #expect(group.reference == .autoScalingGroup(arn))
    #expect(group.region == "us-east-1")
    let regional = try terraformState(
      resource("aws_elb.web", #""name":"web","region":"ap-south-1""#)
    ).group(at: nil)
    #expect(regional.reference == .classicLoadBalancer("web"))
    #expect(regional.region == "ap-south-1")
  }

  @Test(arguments: ["0.1", "0.2", "1.0", "1.1", "1.2", "1.9"])
  func everyVersionOfTheFormatIsRead(_ version: String) throws {
    let text =
      #"{"format_version":"\#(version)","terraform_version":"0.12.31","values":{"root_module":"#
      + #"{"resources":[{"address":"aws_elb.web","mode":"managed","type":"aws_elb","name":"web","#
      + #""provider_name":"aws","schema_version":0,"values":{"name":"web"}}]}}}"#
    let document = try TerraformDocument(parsing: Array(text.utf8), path: "f")
    #expect(try document.group(at: nil).reference == .classicLoadBalancer("web"))
  }

  @Test func withoutAnAutoScalingGroupItIsTheOnlyLoadBalancer() throws {
    let document = try terraformState(
      resource("aws_lb_target_group.fn", #""name":"fn","target_type":"lambda""#),
      resource("data.aws_elb.old", #""name":"old""#, mode: "data"),
      resource("aws_elb.web", #""name":"web""#))
    #expect(try document.group(at: nil).reference == .classicLoadBalancer("web"))
  }

  @Test func theNameOfAGroupThatIsYetToBeMadeIsNotKnown() throws {
    for plan in ["plan-create.json", "plan-bluegreen.json"] {
      let error = #expect(throws: TerraformError.self) { try terraformSample(plan).group(at: nil) }
      #expect(
        error
          == .notKnownYet(address: "aws_autoscaling_group.web", attributes: ["name"]))
      #expect(error?.hint.contains("run 'terraform apply' first") == true)
    }
  }

  @Test func aTargetGroupThatIsYetToBeMadeGoesByItsName() throws {
    let group = try terraformSample("plan-create.json")
      .group(at: #"module.edge["blue"].aws_lb_target_group.http[0]"#)
    #expect(group.reference == .targetGroup("edge-blue-http"))
  }

  @Test func whatIsNotThereOrNotOfAKindSaysWhatWouldDo() throws {
    let document = try terraformState(
      resource("aws_instance.web", ""), resource("aws_elb.web", #""name":"web""#),
      resource("aws_instance.web[0]", ""))
    #expect(
      throws: TerraformError.noSuchResource(
        address: "aws_elb.wbe", path: "state.json", fitting: ["aws_elb.web"])
    ) {
      try document.group(at: "aws_elb.wbe")
    }
    #expect(
      throws: TerraformError.wrongType(
        address: "aws_instance.web", type: "aws_instance", fitting: ["aws_elb.web"])
    ) {
      try document.group(at: "aws_instance.web")
    }
    #expect(throws: TerraformError.noneFits(.group, path: "state.json")) {
      try terraformState(resource("aws_instance.web", "")).group(at: nil)
    }
  }

  @Test func lambdaFunctionsAreNoGroup() throws {
    let error = #expect(throws: TerraformError.self) {
      try terraformSample("state.json")
        .group(at: "module.edge[blue].module.health.aws_lb_target_group.fn")
    }
    #expect(error?.message.contains("lambda functions") == true)
  }
}
