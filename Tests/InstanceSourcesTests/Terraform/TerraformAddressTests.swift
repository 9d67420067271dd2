import Testing

@testable import InstanceSources

@Suite struct TerraformAddressTests {
  @Test(arguments: [
    ("aws_elb.web", "aws_elb.web"),
    (#"module.edge["blue"].aws_elb.web[0]"#, #"module.edge["blue"].aws_elb.web[0]"#),
    ("module.edge.aws_elb.web", #"module.edge["blue"].aws_elb.web[0]"#),
    ("aws_elb.web", #"aws_elb.web["a.b[\"c\"]"]"#),
    (#"aws_elb.web["a.b[\"c\"]"]"#, #"aws_elb.web["a.b[\"c\"]"]"#),
    // A shell takes unprotected quotes.
    ("aws_elb.web[blue]", #"aws_elb.web["blue"]"#),
  ])
  func coversAnAddressWithTheSameOrFewerIndexes(written: String, address: String) {
    #expect(TerraformAddress(parsing: written).covers(TerraformAddress(parsing: address)))
  }

  @Test(arguments: [
    ("aws_elb.web", "aws_elb.web2"),
    ("aws_elb.web[1]", "aws_elb.web[0]"),
    ("aws_elb.web[0]", "aws_elb.web"),
    ("aws_elb.web", "module.edge.aws_elb.web"),
    ("web", "aws_elb.web"),
    ("", "aws_elb.web"),
    (#"aws_elb.web["a"#, "aws_elb.web"),
  ])
  func coversNoOtherAddress(written: String, address: String) {
    #expect(!TerraformAddress(parsing: written).covers(TerraformAddress(parsing: address)))
  }
}
