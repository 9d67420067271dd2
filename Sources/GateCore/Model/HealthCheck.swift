/// The health check's settings, as the load balancer names them.
package struct HealthCheck: Hashable, Sendable {
  package var target: HealthCheckTarget
  package var semantics: Semantics
  /// The time from the start of one check to the start of the next.
  package var interval: Duration
  /// The time limit from a check's first packet to its complete response.
  package var timeout: Duration
  /// Consecutive successes that make an unhealthy target healthy again; at least 1.
  package var healthyThreshold: Int
  /// Consecutive successes that make a new target healthy; at least 1.
  package var initialThreshold: Int
  /// Consecutive failures that make a target unhealthy; at least 1.
  package var unhealthyThreshold: Int
  /// A second unhealthy limit against flapping, which load balancers do not have; nil if not set.
  package var unhealthyWindow: UnhealthyWindow?
  package var matcher: Matcher
  /// Whether the checks of healthy instances are spread over the interval.
  package var spreadChecks: Bool
  /// The name, if there are several health checks; otherwise empty.
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
  /// The time from the first to the last of the successes that make a new target healthy.
  package var timeToRise: Duration { interval * max(initialThreshold - 1, 0) }
}

extension [HealthCheck] {
  /// The targets in words: `HTTP:80/health`, or `api HTTP:80/health, admin TCP:9000`.
  package var targets: String {
    map { $0.name.isEmpty ? "\($0.target)" : "\($0.name) \($0.target)" }.joined(separator: ", ")
  }

  /// The semantics of all health checks: `alb`, or `alb, nlb`.
  package var allSemantics: String {
    map(\.semantics.rawValue).withoutRepetitions.joined(separator: ", ")
  }
}

/// A window of the last `checks` checks, in which `failures` failures make a target unhealthy:
/// `3/10`.
package struct UnhealthyWindow: Hashable, Sendable, CustomStringConvertible {
  /// The number of failures, 1 to `checks`.
  package var failures: Int
  /// The size of the window, at most 64 checks: the bits of one word.
  package var checks: Int

  package init(failures: Int, of checks: Int) {
    self.failures = failures
    self.checks = checks
  }

  /// Reads `FAILURES/CHECKS`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
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

  /// The window in words, such as `3 of the latest 10`.
  package var inWords: String { "\(failures) of the latest \(checks)" }
}
