import Testing

@testable import InstanceSources

@Suite struct AWSConfigurationTests {
  private static let config = """
    [default]
    region = eu-central-1
    [profile dev]
    region = eu-north-1
    services = local
    endpoint_url = http://profile:1
    use_fips_endpoint = true
    ca_bundle = ~/ca.pem
    [services local]
    ec2 =
      endpoint_url = http://profile-ec2:2
    [profile quiet]
    endpoint_url = http://profile:1
    ignore_configured_endpoint_urls = true
    """

  private func configuration(_ variables: [String: String]) throws -> AWSConfiguration {
    try AWSConfiguration(
      FakeMachine(variables: variables, files: ["/home/me/.aws/config": Self.config])
        .hostEnvironment)
  }

  @Test(arguments: [
    ([:], "eu-central-1"),
    (["AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"], "a"),
    (["AWS_DEFAULT_REGION": "b"], "b"),
    (["AWS_REGION": "", "AWS_PROFILE": "dev"], "eu-north-1"),
    (["AWS_DEFAULT_PROFILE": "dev"], "eu-north-1"),
    (["AWS_CONFIG_FILE": "/elsewhere"], nil),
  ])
  func theRegionComesFromWhereUsersPutIt(_ variables: [String: String], _ region: String?) throws {
    #expect(try configuration(variables).region == region)
  }

  @Test(arguments: [
    (["AWS_PROFILE": "dev"], AWSService.ec2, "http://profile-ec2:2/"),
    (["AWS_PROFILE": "dev"], .sts, "http://profile:1/"),
    (["AWS_PROFILE": "dev", "AWS_ENDPOINT_URL": "http://all:3"], .ec2, "http://all:3/"),
    (
      [
        "AWS_ENDPOINT_URL": "http://all:3",
        "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING": "http://elb:4/",
      ],
      .elasticLoadBalancing, "http://elb:4/"
    ),
    (
      [
        "AWS_ENDPOINT_URL": "http://all:3",
        "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING": "http://elb:4/",
      ],
      .elasticLoadBalancingV2, "http://all:3/"
    ),
    (
      ["AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2": "http://v2"], .elasticLoadBalancingV2,
      "http://v2/"
    ),
    (["AWS_ENDPOINT_URL_AUTO_SCALING": "http://as"], .autoScaling, "http://as/"),
    (["AWS_ENDPOINT_URL_CLOUDWATCH": "http://cw"], .cloudWatch, "http://cw/"),
    (["AWS_ENDPOINT_URL_STS": "http://sts"], .sts, "http://sts/"),
    (
      ["AWS_ENDPOINT_URL": "http://all:3", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"], .ec2,
      "https://ec2.us-east-1.amazonaws.com/"
    ),
    (["AWS_PROFILE": "quiet"], .ec2, "https://ec2.us-east-1.amazonaws.com/"),
    (["AWS_USE_DUALSTACK_ENDPOINT": "true"], .ec2, "https://ec2.us-east-1.api.aws/"),
    (["AWS_USE_FIPS_ENDPOINT": "true"], .ec2, "https://ec2-fips.us-east-1.amazonaws.com/"),
  ])
  func anEndpointComesFromTheNearestSetting(
    _ variables: [String: String], _ service: AWSService, _ url: String
  ) throws {
    #expect(try configuration(variables).endpoint(of: service, region: "us-east-1") == url)
  }

  /// Every row is what botocore 1.43 makes of it.
  @Test(arguments: [
    ("eu-west-1", AWSService.autoScaling, false, false, "autoscaling.eu-west-1.amazonaws.com"),
    ("eu-west-1", .elasticLoadBalancing, true, true, "elasticloadbalancing-fips.eu-west-1.api.aws"),
    ("eu-west-1", .cloudWatch, true, false, "monitoring-fips.eu-west-1.amazonaws.com"),
    ("us-gov-west-1", .ec2, false, false, "ec2.us-gov-west-1.amazonaws.com"),
    ("us-gov-west-1", .ec2, true, false, "ec2.us-gov-west-1.amazonaws.com"),
    ("us-gov-east-1", .ec2, true, true, "ec2-fips.us-gov-east-1.api.aws"),
    ("us-gov-east-1", .cloudWatch, true, true, "monitoring.us-gov-east-1.api.aws"),
    ("cn-north-1", .sts, false, false, "sts.cn-north-1.amazonaws.com.cn"),
    ("cn-north-1", .sts, false, true, "sts.cn-north-1.api.amazonwebservices.com.cn"),
    (
      "cn-northwest-1", .elasticLoadBalancingV2, true, false,
      "elasticloadbalancing-fips.cn-northwest-1.amazonaws.com.cn"
    ),
    ("us-iso-east-1", .ec2, false, false, "ec2.us-iso-east-1.c2s.ic.gov"),
    ("us-isob-east-1", .ec2, false, true, "ec2.us-isob-east-1.api.aws.scloud"),
    ("eu-isoe-west-1", .ec2, true, false, "ec2-fips.eu-isoe-west-1.cloud.adc-e.uk"),
    ("us-isof-south-1", .ec2, false, false, "ec2.us-isof-south-1.csp.hci.ic.gov"),
    ("eusc-de-east-1", .ec2, false, true, "ec2.eusc-de-east-1.api.amazonwebservices.eu"),
  ])
  func everyPartitionHasItsOwnNames(
    _ region: String, _ service: AWSService, _ isFIPS: Bool, _ isDualStack: Bool, _ host: String
  ) throws {
    let url = try service.endpoint(region: region, isFIPS: isFIPS, isDualStack: isDualStack)
    #expect(url == "https://\(host)/")
  }

  @Test func aPartitionWithoutDualStackSaysSo() {
    let error = #expect(throws: SourceError.self) {
      try AWSService.ec2.endpoint(region: "eu-isoe-west-1", isFIPS: false, isDualStack: true)
    }
    #expect(error?.hint == "unset AWS_USE_DUALSTACK_ENDPOINT")
  }

  @Test(arguments: [
    "x.evil.example", "a/b", "a:b", "a@b", "EU-WEST-1", "", "-a", "é",
    String(repeating: "a", count: 64),
  ])
  func aRegionThatCouldNameAnotherHostIsRefused(_ region: String) throws {
    for variables in [[:], ["AWS_ENDPOINT_URL": "http://127.0.0.1:5055"]] {
      let configuration = try configuration(variables)
      #expect(throws: SourceError.self) { try configuration.endpoint(of: .ec2, region: region) }
    }
  }

  @Test(arguments: ["127.0.0.1:5055", "ftp://x", "http://a b", "http://x/?y", "http://x#y"])
  func anEndpointThatIsNoAddressIsRefused(_ url: String) throws {
    let configuration = try configuration(["AWS_ENDPOINT_URL": url])
    let error = #expect(throws: SourceError.self) {
      try configuration.endpoint(of: .ec2, region: "eu-west-1")
    }
    #expect(error?.hint.contains("AWS_ENDPOINT_URL") == true)
  }

  @Test func aProfileThatIsNotThereIsNamed() {
    let error = #expect(throws: SourceError.self) { try configuration(["AWS_PROFILE": "prod"]) }
    #expect(
      error?.message
        == "the AWS profile 'prod' is not in /home/me/.aws/config or /home/me/.aws/credentials")
  }

  @Test func aFileThatMayNotBeReadIsNamed() {
    let machine = FakeMachine()
    machine.change { $0.unreadable["/home/me/.aws/credentials"] = "Permission denied" }
    let error = #expect(throws: SourceError.self) { try AWSConfiguration(machine.hostEnvironment) }
    #expect(error?.message == "cannot read /home/me/.aws/credentials: Permission denied")
  }

  @Test func theOtherCertificatesOfAProfileAreTaken() throws {
    #expect(try configuration(["AWS_PROFILE": "dev"]).authorityFile == "/home/me/ca.pem")
    let both = ["AWS_PROFILE": "dev", "AWS_CA_BUNDLE": "/ca.pem"]
    #expect(try configuration(both).authorityFile == "/ca.pem")
    #expect(try configuration(["AWS_PROFILE": "dev"]).isFIPS)
    #expect(
      try !configuration(["AWS_PROFILE": "dev", "AWS_USE_FIPS_ENDPOINT": "false"]).isFIPS)
  }

  @Test func servicesThatAreNotThereAreNotPassedOver() throws {
    let machine = FakeMachine(files: ["/home/me/.aws/config": "[default]\nservices = gone\n"])
    let configuration = try AWSConfiguration(machine.hostEnvironment)
    let error = #expect(throws: SourceError.self) {
      try configuration.endpoint(of: .ec2, region: "eu-west-1")
    }
    #expect(
      error?.message.contains(
        "there is no section [services gone], which the profile 'default' names") == true)
  }

  @Test func theCredentialsFileComesBeforeTheConfigFile() throws {
    let machine = FakeMachine(files: [
      "/home/me/.aws/config":
        "[default]\nregion=a\naws_access_key_id=1\n[profile default]\nregion=b\n",
      "/home/me/.aws/credentials": "[default]\naws_access_key_id=2\n",
    ])
    let profile = try #require(try AWSConfiguration(machine.hostEnvironment).profile)
    #expect(profile["region"] == "b")
    #expect(profile["aws_access_key_id"] == "2")
  }
}
