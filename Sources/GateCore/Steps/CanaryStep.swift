/// One step of a canary: the share of the traffic that the group receives, and its conditions.
package struct CanaryStep: Hashable, Sendable {
  /// The name, unique within the run.
  package var name: String
  /// The percentage that its `shift` sets, 0 to 100, never below the previous step's; nil if
  /// unknown.
  package var weight: Int?
  /// How long the group must meet the policy with this share of the traffic.
  package var soak = Duration.zero
  /// The time limit of the approval that the shift waits for; nil if it waits for none.
  package var approval: Duration?
  /// Whether a `confirm` command tells when the shift is in effect.
  package var isConfirmed = false
  /// The time limit of `shift`, and of the retries of `confirm`.
  package var commandTimeout = Duration.seconds(300)
  /// The guards of the step, in addition to those of the run.
  package var guards: [GuardMeasure] = []
  /// The time limit from the beginning of the shift to the end of the step; nil for the run's
  /// alone.
  package var deadline: Duration?

  package init(name: String) {
    self.name = name
  }
}

extension CanaryStep {
  /// The time after the shift from which each guard's data can be entirely from this step.
  package var settling: Duration { guards.map(\.settling).max() ?? .zero }

  /// The minimum duration of the step, from the beginning of the shift.
  package var shortest: Duration { settling + soak }

  /// The time limit of all its commands together.
  package var longestCommands: Duration { isConfirmed ? commandTimeout * 2 : commandTimeout }
}

/// How a guard is checked, and whether its results count.
package struct GuardMeasure: Hashable, Sendable {
  /// The guard's text without its secrets.
  package var name: String
  /// The interval; nil for the run's.
  package var interval: Duration?
  package var timeout: Duration?
  package var healthyThreshold: Int?
  package var unhealthyThreshold: Int?
  /// The delay until what it measures becomes visible.
  package var lag = Duration.zero
  /// The time range that its measurement covers.
  package var window = Duration.zero
  /// The minimum number of requests behind a result that counts; nil if there is no minimum.
  package var minRequests: Int?
  /// Whether it is only reported and does not count for the verdict.
  package var isAdvisory = false
  /// Whether it tests the requests of both groups, and has a share of the error.
  package var isTest = false

  package init(_ name: String) {
    self.name = name
  }

  /// How long after a change the guard's data may still include the time before the change.
  package var settling: Duration { lag + window }
}

extension HealthCheck {
  /// The minimum timeout of a guard without its own: most queries are not made to be fast.
  package static let guardTimeout = Duration.seconds(10)

  /// The check of a guard: its own settings, and else the run's.
  package func asked(as measure: GuardMeasure?) -> HealthCheck {
    var check = self
    check.timeout = measure?.timeout ?? max(timeout, Self.guardTimeout)
    guard let measure else { return check }
    check.interval = measure.interval ?? interval
    check.healthyThreshold = measure.healthyThreshold ?? healthyThreshold
    check.initialThreshold = measure.healthyThreshold ?? initialThreshold
    check.unhealthyThreshold = measure.unhealthyThreshold ?? unhealthyThreshold
    return check
  }
}
