package import GateCore

/// Searches for the thresholds and the soak with the earliest promotion that keep the errors small.
package struct ThresholdSearch: Sendable {
  /// The settings that do not change: semantics, interval, counts, and a fixed deadline.
  package var check: HealthCheck
  package var policy: GatePolicy
  /// The initial threshold, if the user set one; nil if it follows from the others.
  package var initialThreshold: Int?
  package var deadline: Duration?
  /// The limits of the errors; at least one.
  package var limits: [Limit]

  /// How often a group whose checks fail at a rate may be decided wrongly.
  package struct Limit: Hashable, Sendable {
    package var kind: Kind
    /// The highest probability that is allowed.
    package var most: Double
    package var failureRate: Double

    package init(_ kind: Kind, atMost most: Double, failureRate: Double) {
      self.kind = kind
      self.most = most
      self.failureRate = failureRate
    }
  }

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case falsePromote = "false_promote"
    case falseRollback = "false_rollback"
  }

  /// Settings that keep the limits.
  package struct Proposal: Hashable, Sendable {
    package var check: HealthCheck
    package var policy: GatePolicy
    package var earliestPromotion: Duration
    /// The probabilities of the errors, in the order of the limits.
    package var errors: [Double]
    /// Whether settings were skipped because their odds cannot be calculated.
    package var isIncomplete = false
  }

  package init(
    check: HealthCheck, policy: GatePolicy, initialThreshold: Int?, deadline: Duration?,
    limits: [Limit]
  ) {
    self.check = check
    self.policy = policy
    self.initialThreshold = initialThreshold
    self.deadline = deadline
    self.limits = limits
  }

  /// The longest soak that is tried, in intervals.
  package static let longestSoak = 2000

  /// The best settings; nil if no thresholds of the load balancer keep the limits with any such
  /// soak.
  ///
  /// Only calculated odds are compared: settings whose odds would be simulated are skipped.
  ///
  /// A longer soak promotes no group that a shorter one would not. So the shortest soak that keeps
  /// the limit of false promotions is found by bisection; a longer one only causes more rollbacks.
  package func proposal() -> Proposal? {
    let thresholds = check.semantics.ranges(for: check.target).thresholds
    var best: Proposal?
    var isIncomplete = false
    // The thresholds that fail most bad groups come first: the soak that they need limits the
    // others.
    for unhealthy in thresholds {
      for healthy in thresholds.reversed() {
        guard
          let found = shortestSoak(
            healthy, unhealthy, noLaterThan: best?.earliestPromotion, &isIncomplete),
          found.isBetter(than: best)
        else { continue }
        best = found
      }
    }
    best?.isIncomplete = isIncomplete
    return best
  }

  private func shortestSoak(
    _ healthy: Int, _ unhealthy: Int, noLaterThan latest: Duration?, _ isIncomplete: inout Bool
  ) -> Proposal? {
    var isKnown = true
    func holds(_ soak: Int, _ kind: Kind) -> Bool {
      let (check, policy) = settings(healthy, unhealthy, soak)
      let wanted = limits.filter { $0.kind == kind }
      guard !wanted.isEmpty else { return true }
      guard let plan = try? Plan(check: check, policy: policy) else { return kind == .falsePromote }
      return wanted.allSatisfy { limit in
        let holds = plan.holds(limit)
        if holds == nil { isKnown = false }
        return holds ?? false
      }
    }
    defer { if !isKnown { isIncomplete = true } }
    let interval = check.interval.inMicroseconds
    let start = Int64(settings(healthy, unhealthy, 0).check.initialThreshold - 1)
    let room = latest.map { Int($0.inMicroseconds / interval - start) } ?? Self.longestSoak
    let longest = min(room, Self.longestSoak)
    var (low, high) = (-1, 0)
    while longest >= 0, holds(high, .falseRollback), !holds(high, .falsePromote), high < longest {
      (low, high) = (high, min(max(2 * high, 1), longest))
    }
    guard longest >= 0, holds(high, .falsePromote) else { return nil }
    while high - low > 1 {
      let middle = (low + high) / 2
      if holds(middle, .falsePromote) { high = middle } else { low = middle }
    }
    guard holds(high, .falseRollback) else { return nil }
    let (check, policy) = settings(healthy, unhealthy, high)
    guard let plan = try? Plan(check: check, policy: policy) else { return nil }
    let errors = limits.compactMap { plan.exactly($0.kind, rate: $0.failureRate) }
    guard errors.count == limits.count else {
      isKnown = false
      return nil
    }
    return Proposal(
      check: check, policy: policy,
      earliestPromotion: check.interval * (check.initialThreshold - 1) + policy.soak,
      errors: errors)
  }

  private func settings(
    _ healthy: Int, _ unhealthy: Int, _ soak: Int
  ) -> (check: HealthCheck, policy: GatePolicy) {
    var (check, policy) = (self.check, self.policy)
    check.healthyThreshold = healthy
    check.unhealthyThreshold = unhealthy
    check.initialThreshold =
      initialThreshold ?? check.semantics.initialThreshold(healthyThreshold: healthy)
    policy.soak = check.interval * soak
    policy.deadline =
      deadline
      ?? GatePolicy.defaultDeadline(
        for: [check], gracePeriod: policy.gracePeriod, soak: policy.soak)
    return (check, policy)
  }
}

extension ThresholdSearch.Proposal {
  /// Whether it promotes earlier; if equal, it tolerates more failures of a good group, or else
  /// recovers sooner.
  fileprivate func isBetter(than other: Self?) -> Bool {
    guard let other else { return true }
    guard earliestPromotion == other.earliestPromotion else {
      return earliestPromotion < other.earliestPromotion
    }
    guard check.unhealthyThreshold == other.check.unhealthyThreshold else {
      return check.unhealthyThreshold > other.check.unhealthyThreshold
    }
    return check.healthyThreshold < other.check.healthyThreshold
  }
}
