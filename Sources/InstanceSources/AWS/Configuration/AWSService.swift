/// A service of AWS with a query API: requests are posted forms, responses are XML.
package enum AWSService: String, Hashable, Sendable, CaseIterable {
  case autoScaling
  case ec2
  /// Classic Load Balancers.
  case elasticLoadBalancing
  /// Application, Network and Gateway Load Balancers.
  case elasticLoadBalancingV2
  case sts
  case cloudWatch

  /// What differs between the services.
  private var traits: (apiVersion: String, hostLabel: String, settingName: String) {
    switch self {
    case .autoScaling: ("2011-01-01", "autoscaling", "auto_scaling")
    case .ec2: ("2016-11-15", "ec2", "ec2")
    case .elasticLoadBalancing: ("2012-06-01", "elasticloadbalancing", "elastic_load_balancing")
    case .elasticLoadBalancingV2:
      ("2015-12-01", "elasticloadbalancing", "elastic_load_balancing_v2")
    case .sts: ("2011-06-15", "sts", "sts")
    case .cloudWatch: ("2010-08-01", "monitoring", "cloudwatch")
    }
  }

  /// The version of the API.
  var apiVersion: String { traits.apiVersion }

  /// The first label of its host name, which is also its name in a signature's scope.
  var hostLabel: String { traits.hostLabel }

  /// The prefix of its actions in a policy, as in `autoscaling:DescribeAutoScalingGroups`.
  var policyPrefix: String {
    self == .cloudWatch ? "cloudwatch" : hostLabel
  }

  /// The name of the service in settings; in capitals, the end of `AWS_ENDPOINT_URL_…`.
  var settingName: String { traits.settingName }
}
