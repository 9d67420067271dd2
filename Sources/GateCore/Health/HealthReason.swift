/// Why an instance is in its state: the load balancer's reason code and a sentence.
package struct HealthReason: Hashable, Sendable {
  /// The reason code, such as `Target.Timeout`, or `Instance` or `ELB` for Classic; nil if healthy.
  package var code: String?
  package var description: String
}

extension HealthReason {
  init(_ code: HealthReasonCode, _ description: String) {
    self.init(code: code.rawValue, description: description)
  }
}

/// The reason codes of the gate itself, in the load balancers' spelling.
///
/// A code from a load balancer is passed on without changes.
package enum HealthReasonCode: String, Hashable, Sendable, CaseIterable {
  case registration = "ELB"
  case instance = "Instance"
  case registrationInProgress = "Elb.RegistrationInProgress"
  case initialHealthChecking = "Elb.InitialHealthChecking"
  case responseCodeMismatch = "Target.ResponseCodeMismatch"
  case timeout = "Target.Timeout"
  case failedHealthChecks = "Target.FailedHealthChecks"
}

extension InstanceRecord {
  /// The reason for the present state, in the words of the load balancer whose rules apply.
  ///
  /// Sources: elb `DescribeInstanceHealth` (2012-06-01); elbv2 `DescribeTargetHealth` (2015-12-01),
  /// `TargetHealth.Reason` and `Description`.
  package func reason(under check: HealthCheck) -> HealthReason {
    // Load balancers have no reason codes for guards.
    guard instance.role != .guard else {
      return HealthReason(code: nil, description: history.lastDetail ?? health.state.rawValue)
    }
    if !parts.isEmpty { return reasonOfParts(under: check) }
    if checks == 0, let view {
      // Only the load balancer has checked it, so these are its own words.
      return HealthReason(
        code: view.reasonCode, description: view.description ?? view.state.rawValue)
    }
    return switch health.state {
    case .healthy where health.mustShowAgain:
      HealthReason(
        code: nil,
        description: "healthy before the run was resumed, \(health.consecutiveSuccesses) of "
          + "\(counted(check.healthyThreshold, "health check")) passed since")
    case .healthy: HealthReason(code: nil, description: healthyDescription)
    case .initial: initialReason(under: check)
    case .unhealthy: unhealthyReason(under: check)
    }
  }

  /// The reason of the health check that determines the state, with the name of that check.
  private func reasonOfParts(under check: HealthCheck) -> HealthReason {
    guard !parts.allSatisfy({ $0.health.isShownHealthy && $0.latest == .passed }) else {
      return HealthReason(
        code: nil, description: "\(parts.count) health checks are healthy")
    }
    var reason = parts[rule].reason(under: check)
    reason.description = "\(check.name): \(reason.description)"
    return reason
  }

  private var healthyDescription: String {
    let count = health.consecutiveSuccesses
    guard count > 0 || health.consecutiveFailures > 0 else {
      return "healthy, but the latest health check was lost"
    }
    guard count > 0 else {
      return "healthy, but \(counted(health.consecutiveFailures, "health check")) failed since"
    }
    return count < Self.successes.count ? Self.successes[count] : Self.successes(count)
  }

  /// The texts for small numbers, made once: a verdict on thousands of instances has thousands.
  private static let successes = (0...32).map(successes)

  private static func successes(_ count: Int) -> String {
    "\(count == 1 ? "1 health check" : "\(count) consecutive health checks") passed"
  }

  private func initialReason(under check: HealthCheck) -> HealthReason {
    switch check.semantics {
    case .classic where failures == 0:
      HealthReason(.registration, "Instance registration is still in progress.")
    case .classic:
      HealthReason(
        .instance,
        "Instance has not passed the configured HealthyThreshold number of health "
          + "checks consecutively.")
    case .alb where checks == 0, .nlb where checks == 0:
      HealthReason(.registrationInProgress, "Target registration is in progress")
    case .alb, .nlb:
      HealthReason(.initialHealthChecking, "Initial health checks in progress")
    }
  }

  private func unhealthyReason(under check: HealthCheck) -> HealthReason {
    switch (check.semantics, history.lastFailure?.kind) {
    case (.classic, _):
      HealthReason(
        .instance,
        "Instance has failed at least the UnhealthyThreshold number of health checks "
          + "consecutively" + (check.unhealthyWindow.map { ", or \($0.inWords)" } ?? "") + ".")
    case (.alb, .statusMismatch), (.alb, .grpcStatusMismatch):
      HealthReason(
        .responseCodeMismatch,
        "Health checks failed with these codes: "
          + "[\(history.lastFailure?.report.status.map(String.init) ?? "")]")
    case (.alb, .some(let kind)) where kind.isTimeout:
      HealthReason(.timeout, "Request timed out")
    case (.alb, _), (.nlb, _):
      HealthReason(.failedHealthChecks, "Health checks failed")
    }
  }
}

/// A number with its noun: `1 instance`, `2 instances`.
package func counted(_ number: Int, _ noun: String) -> String {
  number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
}
