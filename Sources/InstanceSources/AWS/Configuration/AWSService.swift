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

  /// The version of the API.
  var apiVersion: String {
    switch self {
    case .autoScaling: "2011-01-01"
    case .ec2: "2016-11-15"
    case .elasticLoadBalancing: "2012-06-01"
    case .elasticLoadBalancingV2: "2015-12-01"
    case .sts: "2011-06-15"
    case .cloudWatch: "2010-08-01"
    }
  }

  /// The first label of its host name, which is also its name in a signature's scope.
  var hostLabel: String {
    switch self {
    case .autoScaling: "autoscaling"
    case .ec2: "ec2"
    case .elasticLoadBalancing, .elasticLoadBalancingV2: "elasticloadbalancing"
    case .sts: "sts"
    case .cloudWatch: "monitoring"
    }
  }

  /// The prefix of its actions in a policy, as in `autoscaling:DescribeAutoScalingGroups`.
  var policyPrefix: String {
    self == .cloudWatch ? "cloudwatch" : hostLabel
  }

  /// The name of the service in settings; in capitals, the end of `AWS_ENDPOINT_URL_…`.
  var settingName: String {
    switch self {
    case .autoScaling: "auto_scaling"
    case .ec2: "ec2"
    case .elasticLoadBalancing: "elastic_load_balancing"
    case .elasticLoadBalancingV2: "elastic_load_balancing_v2"
    case .sts: "sts"
    case .cloudWatch: "cloudwatch"
    }
  }
}
