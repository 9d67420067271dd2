/// The policy: what the group as a whole must show to be promoted.
package struct GatePolicy: Hashable, Sendable {
  /// Minimum number or percentage of expected instances that must be healthy at the same time.
  package var minHealthy = InstanceCount.percentage(100)
  /// Maximum number of instances that may be unhealthy at once without a rollback.
  package var maxUnhealthy = InstanceCount.number(0)
  /// Maximum number of instances that may leave the group without a rollback.
  package var maxReplaced = InstanceCount.number(0)
  /// A failure whose check began less than this after its instance was first seen is forgiven.
  package var gracePeriod = Duration.zero
  /// How long the group must stay healthy before it is promoted.
  package var soak = Duration.zero
  /// The time limit of the run, from its start; no verdict by then is a rollback.
  package var deadline: Duration
  /// The number of instances required for a promotion; at least 1.
  package var expected: Int
  package var membership = Membership.fixed
  package var loadBalancer = LoadBalancerRole.none
  /// How often the source and the load balancers are queried; nil if they are queried once.
  package var polling: Polling?
  /// How the group is compared with the old one; nil if it is not.
  package var comparison: ComparisonPolicy?
  /// The run's guards that have their own interval, thresholds and so on.
  package var guards: [GuardMeasure] = []
  /// The steps of a canary; empty if the group is judged before any traffic reaches it.
  package var steps: [CanaryStep] = []

  /// Whether later listings can have other instances.
  package enum Membership: Hashable, Sendable {
    /// All instances are known when the run begins.
    case fixed
    /// Instances may join at any moment.
    case changing
  }

  /// The role of the load balancer's own view of the instances.
  package enum LoadBalancerRole: String, Hashable, Sendable, CaseIterable {
    /// It is not queried.
    case none
    /// A promotion waits for it too (`cross_check`).
    case confirms
    /// It alone decides; the gate sends no checks (`probe_from load-balancer`).
    case decides
  }

  /// How the source and the load balancers are polled during the run.
  package struct Polling: Hashable, Sendable {
    /// The time from the end of one listing to the start of the next.
    package var refresh: Duration
    /// The time limit of one listing.
    package var timeout: Duration

    package init(refresh: Duration, timeout: Duration) {
      self.refresh = refresh
      self.timeout = timeout
    }

    /// A listing or a view that began longer ago is stale.
    package var maximumAge: Duration { refresh * 2 + timeout }
  }

  package init(deadline: Duration, expected: Int) {
    self.deadline = deadline
    self.expected = expected
  }

  /// The number of tests that share the error.
  ///
  /// The groups are compared by two tests in each step, and each guard that tests requests has one.
  package var tests: Int {
    let measures = guards + steps.flatMap(\.guards)
    let compared = comparison == nil ? 0 : 2 * max(steps.count, 1)
    return max(compared + measures.count { $0.isTest }, 1)
  }

  /// The deadline if none is given.
  ///
  /// It has room for both thresholds twice, grace period, soak, and the samples of a comparison.
  /// For each step it adds commands, lags, windows and soak, and one repetition of the longest
  /// soak. Of several checks, the slowest counts.
  package static func defaultDeadline(
    for checks: [HealthCheck], gracePeriod: Duration, soak: Duration,
    comparison: ComparisonPolicy? = nil, steps: [CanaryStep] = []
  ) -> Duration {
    let samples = (comparison?.minSamples ?? 0) * max(steps.count, 1)
    let longest = checks.map { check in
      check.interval * (2 * (check.healthyThreshold + check.unhealthyThreshold) + samples)
    }.max()
    let canary = steps.reduce(Duration.zero) { $0 + $1.longestCommands + $1.shortest }
    return gracePeriod + (longest ?? .zero) + soak + canary
      + (steps.map(\.soak).max() ?? .zero)
  }
}

extension [HealthCheck] {
  /// The earliest promotion, if all checks pass and take no time.
  package func earliestPromotion(under policy: GatePolicy) -> Duration {
    let canary = policy.steps.reduce(Duration.zero) { $0 + $1.shortest }
    let samples = policy.comparison.map { $0.minSamples - 1 } ?? 0
    let healthy = map(\.timeToRise).max() ?? .zero
    let compared = map { $0.interval * samples }.min() ?? .zero
    return healthy + Swift.max(policy.soak, compared) + canary
  }
}

/// A count of instances: a number, or a percentage of the expected ones.
package enum InstanceCount: Hashable, Sendable, CustomStringConvertible {
  case number(Int)
  /// A percentage, 0 to 100.
  case percentage(Int)

  /// Reads `2` or `50%`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard text.hasSuffix("%") else {
      guard let number = text.asWholeNumber, number <= 1_000_000 else {
        throw GrammarError("'\(text)' is not a count of instances, such as 2 or 50%")
      }
      self = .number(number)
      return
    }
    guard let percentage = text.dropLast().asWholeNumber, percentage <= 100 else {
      throw GrammarError("'\(text)' is not a whole percentage of instances from 0% to 100%")
    }
    self = .percentage(percentage)
  }

  package var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .percentage(let percentage): "\(percentage)%"
    }
  }

  /// The number of instances out of `total`, rounded up.
  package func roundedUp(of total: Int) -> Int {
    switch self {
    case .number(let number): number
    case .percentage(let percentage): (percentage * total + 99) / 100
    }
  }

  /// The number of instances out of `total`, rounded down.
  package func roundedDown(of total: Int) -> Int {
    switch self {
    case .number(let number): number
    case .percentage(let percentage): percentage * total / 100
    }
  }
}
