/// What the group as a whole must show.
package struct GatePolicy: Hashable, Sendable {
  /// Of the expected instances, healthy at the same time.
  package var minHealthy: InstanceCount
  /// Maximum number of instances that may be unhealthy at once without a rollback.
  package var maxUnhealthy: InstanceCount
  /// Maximum number of instances that may leave the group without a rollback.
  package var maxReplaced: InstanceCount
  /// A failure whose check began less than this after its instance was first seen is forgiven.
  package var gracePeriod: Duration
  /// How long the group must stay healthy before it is promoted.
  package var soak: Duration
  /// No verdict by then is a rollback.
  package var deadline: Duration
  /// How many instances there must be before anything is promoted; at least 1.
  package var expected: Int
  package var membership: Membership
  package var loadBalancer: LoadBalancerRole
  /// How often the source and the load balancers are asked; nil where nothing is asked again.
  package var polling: Polling?
  /// How a promotion is compared with the old group; nil when it is not.
  package var comparison: ComparisonPolicy?
  /// How the run's guards are asked, where that is not as the instances are.
  package var guards: [GuardMeasure]
  /// The canary's; empty: the group is judged before any traffic reaches it.
  package var steps: [CanaryStep]

  /// Whether the source can name other instances later.
  package enum Membership: Hashable, Sendable {
    /// All instances are known when the run begins.
    case fixed
    /// Instances may join at any moment.
    case changing
  }

  /// What the load balancer's own view of the instances is good for.
  package enum LoadBalancerRole: String, Hashable, Sendable, CaseIterable {
    /// Nobody asks for it.
    case none
    /// A promotion waits for it too (`cross_check`).
    case confirms
    /// There are no checks but its own (`probe_from load-balancer`).
    case decides
  }

  /// How the source and the load balancers are asked while the run goes on.
  package struct Polling: Hashable, Sendable {
    /// From the end of one listing to the start of the next.
    package var refresh: Duration
    /// How long one listing may take.
    package var timeout: Duration

    package init(refresh: Duration, timeout: Duration) {
      self.refresh = refresh
      self.timeout = timeout
    }

    /// A listing or a view that began longer ago is stale.
    package var maximumAge: Duration { refresh * 2 + timeout }
  }

  package init(
    minHealthy: InstanceCount = .percentage(100), maxUnhealthy: InstanceCount = .number(0),
    maxReplaced: InstanceCount = .number(0), gracePeriod: Duration = .zero, soak: Duration = .zero,
    deadline: Duration, expected: Int, membership: Membership = .fixed,
    loadBalancer: LoadBalancerRole = .none, polling: Polling? = nil,
    comparison: ComparisonPolicy? = nil, guards: [GuardMeasure] = [], steps: [CanaryStep] = []
  ) {
    self.minHealthy = minHealthy
    self.maxUnhealthy = maxUnhealthy
    self.maxReplaced = maxReplaced
    self.gracePeriod = gracePeriod
    self.soak = soak
    self.deadline = deadline
    self.expected = expected
    self.membership = membership
    self.loadBalancer = loadBalancer
    self.polling = polling
    self.comparison = comparison
    self.guards = guards
    self.steps = steps
  }

  /// Among how many tests the error is shared: two by which the groups are compared at each step,
  /// and one of each guard that tests requests.
  package var tests: Int {
    let measures = guards + steps.flatMap(\.guards)
    let compared = comparison == nil ? 0 : 2 * max(steps.count, 1)
    return max(compared + measures.count { $0.isTest }, 1)
  }

  /// The deadline when none is given: room for both thresholds twice, beside grace and soak, and
  /// for the samples of a comparison; for each step its commands, lags and windows and its soak, and
  /// one relapse of the longest soak.
  ///
  /// Of several checks the slowest needs the most.
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
  /// When a group could be promoted whose checks all pass and take no time.
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
  /// 0 to 100.
  case percentage(Int)

  /// Reads `2` or `50%`.
  ///
  /// - Throws: `GrammarError`, with what is wanted in place of what stands there.
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

  /// At least so many of `total`: a part of an instance is a whole one.
  package func roundedUp(of total: Int) -> Int {
    switch self {
    case .number(let number): number
    case .percentage(let percentage): (percentage * total + 99) / 100
    }
  }

  /// At most so many of `total`: a part of an instance is none.
  package func roundedDown(of total: Int) -> Int {
    switch self {
    case .number(let number): number
    case .percentage(let percentage): percentage * total / 100
    }
  }
}
