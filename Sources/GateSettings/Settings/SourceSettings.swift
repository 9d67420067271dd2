package import GateCore

/// A source of instances.
package enum InstanceSource: Hashable, Sendable {
  case instances([InstanceSpec])
  /// A path, or `-` for standard input.
  case file(String)
  /// All addresses of a name.
  case dns(String)
  /// The targets and ports of an SRV record.
  case srv(String)
  /// A shell command that prints instances.
  case exec(String)
  case autoScalingGroup(String)
  case classicLoadBalancer(String)
  /// A target group, by ARN or name.
  case targetGroup(String)
  /// A file of `terraform show -json`, and the address in it if several match.
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

  /// Who lists the instances.
  package enum Origin: Hashable, Sendable {
    case user([InstanceSpec])
    /// A file of the user, read once.
    case file(String)
    /// Another machine, which is queried repeatedly.
    case machine
    /// AWS's APIs, which are queried repeatedly.
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

  /// Whether later listings can have other instances.
  package var membership: GatePolicy.Membership {
    switch origin {
    case .user, .file: .fixed
    case .machine, .aws: .changing
    }
  }

  /// The load balancer, if the source is one; else nil.
  package var loadBalancer: LoadBalancerName? {
    switch self {
    case .classicLoadBalancer(let name): .classic(name)
    case .targetGroup(let name): .targetGroup(name)
    case .instances, .file, .dns, .srv, .exec, .autoScalingGroup, .terraform: nil
    }
  }
}

/// A load balancer whose settings or view are queried.
package enum LoadBalancerName: Hashable, Sendable {
  case classic(String)
  /// A target group, by ARN or name.
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

/// The source from which a health check's settings are imported.
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

/// What identifies an instance of the new release.
package struct ReleaseExpectations: Hashable, Sendable {
  package var image: String?
  package var launchTemplateVersion: String?
  package var tags: [Answer.Field] = []
}

/// Who checks the instances.
package enum ProbeOrigin: String, Hashable, Sendable, CaseIterable {
  case here
  case loadBalancer = "load-balancer"
}

/// How a changing group is followed.
package struct FollowingSettings: Hashable, Sendable {
  package var refresh: Duration
  package var release: ReleaseExpectations
  package var probeFrom: ProbeOrigin
  /// The load balancers that must agree, without duplicates.
  package var crossChecks: [LoadBalancerName]

  /// The shortest time between two queries of a source; shorter ones would be throttled.
  package static let shortestRefresh = Duration.milliseconds(100)

  /// The role of the load balancers' views.
  package var loadBalancerRole: GatePolicy.LoadBalancerRole {
    switch probeFrom {
    case .loadBalancer: .decides
    case .here: crossChecks.isEmpty ? .none : .confirms
    }
  }
}
