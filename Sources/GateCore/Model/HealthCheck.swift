/// The health check's settings, as the load balancer names them.
package struct HealthCheck: Hashable, Sendable {
  package var target: HealthCheckTarget
  package var semantics: Semantics
  /// Start of one check to start of the next.
  package var interval: Duration
  /// From a check's first packet to its whole answer.
  package var timeout: Duration
  /// Consecutive successes that make an unhealthy target healthy again; at least 1.
  package var healthyThreshold: Int
  /// Consecutive successes that make a new target healthy; at least 1.
  package var initialThreshold: Int
  /// Consecutive failures that make a target unhealthy; at least 1.
  package var unhealthyThreshold: Int
  /// Beyond the load balancer, against flapping.
  package var unhealthyWindow: UnhealthyWindow?
  package var matcher: Matcher
  /// Whether the checks of instances that are healthy are spread over the interval.
  package var spreadChecks: Bool
  /// What it is called where there are several; else empty.
  package var name = ""

  package init(
    target: HealthCheckTarget, semantics: Semantics, interval: Duration, timeout: Duration,
    healthyThreshold: Int, initialThreshold: Int, unhealthyThreshold: Int,
    unhealthyWindow: UnhealthyWindow? = nil, matcher: Matcher, spreadChecks: Bool = false
  ) {
    self.target = target
    self.semantics = semantics
    self.interval = interval
    self.timeout = timeout
    self.healthyThreshold = healthyThreshold
    self.initialThreshold = initialThreshold
    self.unhealthyThreshold = unhealthyThreshold
    self.unhealthyWindow = unhealthyWindow
    self.matcher = matcher
    self.spreadChecks = spreadChecks
  }
}

extension HealthCheck {
  /// From the first of the successes that make a new target healthy to the last.
  package var timeToRise: Duration { interval * max(initialThreshold - 1, 0) }
}

extension [HealthCheck] {
  /// What is checked: `HTTP:80/health`, or `api HTTP:80/health, admin TCP:9000`.
  package var targets: String {
    map { $0.name.isEmpty ? "\($0.target)" : "\($0.name) \($0.target)" }.joined(separator: ", ")
  }

  /// By whose rules: `alb`, or `alb, nlb`.
  package var allSemantics: String {
    var names: [String] = []
    for check in self where !names.contains(check.semantics.rawValue) {
      names.append(check.semantics.rawValue)
    }
    return names.joined(separator: ", ")
  }
}

/// So many failures among the last so many checks make a target unhealthy too: `3/10`.
package struct UnhealthyWindow: Hashable, Sendable, CustomStringConvertible {
  /// At least 1, at most `checks`.
  package var failures: Int
  /// At most 64: the window is the bits of one word.
  package var checks: Int

  package init(failures: Int, of checks: Int) {
    self.failures = failures
    self.checks = checks
  }

  /// Reads `FAILURES/CHECKS`.
  ///
  /// - Throws: `GrammarError`, with what is wanted in place of what stands there.
  package init(parsing text: String) throws(GrammarError) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let failures = parts[0].trimmed.asWholeNumber,
      let checks = parts[1].trimmed.asWholeNumber
    else {
      throw GrammarError("'\(text)' is not FAILURES/CHECKS, such as 3/10")
    }
    guard (1...64).contains(checks), (1...checks).contains(failures) else {
      throw GrammarError("'\(text)' needs 1 to 64 checks, and a number of failures from 1 to that")
    }
    self.init(failures: failures, of: checks)
  }

  package var description: String { "\(failures)/\(checks)" }
}
