package import GateCore
internal import GateText

extension Gate {
  /// The rules by which the group was judged, in words.
  package var rulesWords: String {
    policy.loadBalancer == .decides ? HealthCheck.viewWords : checks.rulesWords
  }
}

extension [HealthCheck] {
  /// The health checks with their intervals and thresholds, each with its name if there are
  /// several.
  package var rulesWords: String {
    map { $0.name.isEmpty ? $0.words : "\($0.name): \($0.words)" }.joined(separator: "; ")
  }
}

extension HealthCheck {
  package static let viewWords =
    "the load balancer's own view of its targets, without checks from here"

  /// What is checked: this health check, or the load balancer's own checks.
  package func words(_ role: GatePolicy.LoadBalancerRole) -> String {
    switch role {
    case .none: "checking \(words)"
    case .confirms: "checking \(words); the load balancer must say in service too"
    case .decides: "watching \(Self.viewWords)"
    }
  }

  /// The target, the interval and the thresholds in words.
  package var words: String {
    let new = initialThreshold == healthyThreshold ? "" : " (new ones after \(initialThreshold))"
    let window = unhealthyWindow.map { " or \($0.failures) of \($0.checks)" } ?? ""
    return "\(target.description.printable) every \(interval.inWords), timeout \(timeout.inWords), "
      + "as \(semantics.rawValue): healthy after \(counted(healthyThreshold, "success", "es"))"
      + "\(new), unhealthy after \(counted(unhealthyThreshold, "failure"))\(window)"
  }
}
