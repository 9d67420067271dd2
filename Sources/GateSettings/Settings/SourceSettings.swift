package import GateCore

/// Where the instances come from.
package enum InstanceSource: Hashable, Sendable {
  case instances([InstanceSpec])
  /// A path, or `-` for standard input.
  case file(String)
  /// Every address of a name.
  case dns(String)
  /// The targets and ports of an SRV record.
  case srv(String)
  /// A shell command that prints instances.
  case exec(String)
  case autoScalingGroup(String)
  case classicLoadBalancer(String)
  /// By ARN or name.
  case targetGroup(String)
  /// A file of `terraform show -json`, and the address in it when more than one fits.
  case terraform(path: String, resource: String?)
}

extension InstanceSource {
  /// The setting that names it.
  package var key: SettingKey {
    switch self {
    case .instances: .instances
    case .file: .instancesFile
    case .dns: .dns
    case .srv: .srv
    case .exec: .exec
    case .autoScalingGroup: .asg
    case .classicLoadBalancer: .elb
    case .targetGroup: .targetGroup
    case .terraform: .terraform
    }
  }

  /// Who says which instances there are.
  package enum Origin: Hashable, Sendable {
    case user([InstanceSpec])
    /// A file of the user's, read once.
    case file(String)
    /// A machine, which is asked now and later.
    case machine
    /// The same, by AWS's APIs.
    case aws
  }

  package var origin: Origin {
    switch self {
    case .instances(let specs): .user(specs)
    case .file(let path): .file(path)
    case .dns, .srv, .exec: .machine
    case .autoScalingGroup, .classicLoadBalancer, .targetGroup, .terraform: .aws
    }
  }

  /// Whether it can name other instances later.
  package var membership: GatePolicy.Membership {
    switch origin {
    case .user, .file: .fixed
    case .machine, .aws: .changing
    }
  }

  /// The load balancer that it is; nil for other sources.
  package var loadBalancer: LoadBalancerName? {
    switch self {
    case .classicLoadBalancer(let name): .classic(name)
    case .targetGroup(let name): .targetGroup(name)
    case .instances, .file, .dns, .srv, .exec, .autoScalingGroup, .terraform: nil
    }
  }
}

/// A load balancer that is asked for its settings or its view.
package enum LoadBalancerName: Hashable, Sendable {
  case classic(String)
  /// By ARN or name.
  case targetGroup(String)

  /// Reads `elb:NAME` or `target-group:ARN-or-NAME`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    switch (parts.first, parts.dropFirst().first) {
    case ("elb", let name?): self = .classic(name)
    case ("target-group", let name?): self = .targetGroup(name)
    default: throw GrammarError("\(text.shown) is not elb:NAME or target-group:ARN-or-NAME")
    }
  }
}

/// Where the health check's settings are taken from.
package enum ImportSource: Hashable, Sendable {
  case loadBalancer(LoadBalancerName)
  case terraform(path: String, resource: String?)

  /// Reads `elb:NAME`, `target-group:ARN-or-NAME` or `terraform:FILE#ADDRESS`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    if text.hasPrefix("terraform:"), text.count > "terraform:".count {
      let parts = text.dropFirst("terraform:".count).split(separator: "#", maxSplits: 1)
      self = .terraform(
        path: String(parts[0]), resource: parts.count == 2 ? String(parts[1]) : nil)
    } else if let name = try? LoadBalancerName(parsing: text) {
      self = .loadBalancer(name)
    } else {
      throw GrammarError(
        "\(text.shown) is not elb:NAME, target-group:ARN-or-NAME or terraform:FILE#ADDRESS")
    }
  }
}

/// What shows that an instance is of the new release.
package struct ReleaseExpectations: Hashable, Sendable {
  package var image: String?
  package var launchTemplateVersion: String?
  package var tags: [Answer.Field] = []
}

/// Who looks at the instances.
package enum ProbeOrigin: String, Hashable, Sendable, CaseIterable {
  case here
  case loadBalancer = "load-balancer"
}

/// How a changing group is followed.
package struct FollowingSettings: Hashable, Sendable {
  package var refresh: Duration
  package var release: ReleaseExpectations
  package var probeFrom: ProbeOrigin
  /// Those that must agree, each once.
  package var crossChecks: [LoadBalancerName]

  /// The shortest time between two questions to a source: more would be throttled.
  package static let shortestRefresh = Duration.milliseconds(100)

  /// What the load balancers' own views are good for.
  package var loadBalancerRole: GatePolicy.LoadBalancerRole {
    switch probeFrom {
    case .loadBalancer: .decides
    case .here: crossChecks.isEmpty ? .none : .confirms
    }
  }
}
