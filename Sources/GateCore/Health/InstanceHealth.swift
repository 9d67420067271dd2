/// The state that the load balancer would report for a target.
package enum InstanceState: String, Hashable, Sendable, CaseIterable {
  case initial
  case healthy
  case unhealthy

  /// Whether this state takes precedence over another one of the same instance: unhealthy, then
  /// initial.
  func isWorse(than other: InstanceState) -> Bool {
    switch (self, other) {
    case (.unhealthy, .initial), (.unhealthy, .healthy), (.initial, .healthy): true
    case (.unhealthy, .unhealthy), (.initial, _), (.healthy, _): false
    }
  }
}

/// An instance's state, and the consecutive counts that determine it.
package struct InstanceHealth: Hashable, Sendable {
  package private(set) var state = InstanceState.initial
  package private(set) var consecutiveSuccesses = 0
  /// The number of failures in a row, including forgiven ones.
  package private(set) var consecutiveFailures = 0
  /// The number of those failures that count towards `unhealthy`.
  private var unforgivenFailures = 0
  /// Whether the instance was healthy before the run was resumed and must pass a check again.
  package private(set) var mustShowAgain = false
  /// Whether the target was ever healthy; if so, it needs `healthy_threshold` passes, not
  /// `initial_threshold`.
  private var hasBeenHealthy = false
  /// The latest counted checks, the newest in the lowest bit; 1 is a failure.
  private var recentFailures: UInt64 = 0

  package init() {}

  /// Records one check; returns the new state if the state changed.
  ///
  /// Source: ALB guide, "Health checks for target groups"; CLB guide, "Configure health checks".
  package mutating func record(
    _ result: CheckResult, counting: FailureCounting, under check: HealthCheck
  ) -> InstanceState? {
    switch (result, counting) {
    case (.success, _):
      consecutiveSuccesses += 1
      (consecutiveFailures, unforgivenFailures) = (0, 0)
      recentFailures <<= 1
      if consecutiveSuccesses >= check.healthyThreshold { mustShowAgain = false }
    case (.failure, .counted):
      consecutiveSuccesses = 0
      (consecutiveFailures, unforgivenFailures) = (consecutiveFailures + 1, unforgivenFailures + 1)
      recentFailures = recentFailures << 1 | 1
    case (.failure, .forgiven):
      (consecutiveSuccesses, consecutiveFailures) = (0, consecutiveFailures + 1)
    }
    let next = nextState(under: check)
    guard next != state else { return nil }
    if state == .unhealthy || next == .unhealthy {
      // The failures that made it unhealthy, and later ones, no longer count: a success never makes
      // an instance unhealthy.
      recentFailures = 0
    }
    state = next
    mustShowAgain = false
    if next == .healthy { hasBeenHealthy = true }
    return next
  }

  private func nextState(under check: HealthCheck) -> InstanceState {
    if state != .unhealthy, hasFailed(under: check) { return .unhealthy }
    // Forgiven failures do not make it unhealthy, but an instance that fails is not healthy either.
    if state == .healthy, consecutiveFailures >= check.unhealthyThreshold { return .initial }
    return successesNeeded(under: check) <= 0 ? .healthy : state
  }

  /// Records a lost check.
  ///
  /// It ends a run of failures, but not a run of successes.
  mutating func recordLoss() {
    (consecutiveFailures, unforgivenFailures) = (0, 0)
  }

  /// Records the response of a check that was lost already.
  ///
  /// A pass adds nothing, and a failure does not count against the instance, but it was not a pass.
  mutating func recordTooLate(_ result: CheckResult) {
    if result != .success { consecutiveSuccesses = 0 }
  }

  /// Resets the counts after a time without checks.
  ///
  /// The state is kept, because nothing has changed it. But a healthy instance may have failed and
  /// recovered in the meantime, so it needs as many successes as one that recovers.
  mutating func startAnew() {
    (consecutiveSuccesses, consecutiveFailures, unforgivenFailures) = (0, 0, 0)
    recentFailures = 0
    mustShowAgain = state == .healthy
  }

  /// Adopts the load balancer's state; returns the new state if the state changed.
  ///
  /// A forgiven view that says unhealthy says that the instance is not healthy yet.
  package mutating func follow(
    _ view: LoadBalancerView, counting: FailureCounting
  ) -> InstanceState? {
    mustShowAgain = false
    let next: InstanceState =
      view.state == .unhealthy && counting == .forgiven ? .initial : view.state
    guard next != state else { return nil }
    state = next
    return next
  }

  /// Whether it is healthy, and has passed a check since a resumption if it must.
  package var isShownHealthy: Bool { state == .healthy && !mustShowAgain }

  /// The number of consecutive successes still needed to be healthy; 0 if it is.
  package func successesNeeded(under check: HealthCheck) -> Int {
    switch state {
    case .initial:
      (hasBeenHealthy ? check.healthyThreshold : check.initialThreshold) - consecutiveSuccesses
    case .healthy: mustShowAgain ? check.healthyThreshold - consecutiveSuccesses : 0
    case .unhealthy: check.healthyThreshold - consecutiveSuccesses
    }
  }

  /// The number of further consecutive failures that make it unhealthy; 0 if it is.
  package func failuresNeeded(under check: HealthCheck) -> Int {
    guard state != .unhealthy else { return 0 }
    let inARow = check.unhealthyThreshold - unforgivenFailures
    guard let window = check.unhealthyWindow else { return inARow }
    var next = self
    for failures in 1...window.failures where failures < inARow {
      next.recentFailures = next.recentFailures << 1 | 1
      if next.failures(in: window) >= window.failures { return failures }
    }
    return inARow
  }

  /// The number of failures among the latest checks in the window.
  package func failures(in window: UnhealthyWindow) -> Int {
    let mask = window.checks == 64 ? UInt64.max : (1 << UInt64(window.checks)) - 1
    return (recentFailures & mask).nonzeroBitCount
  }

  private func hasFailed(under check: HealthCheck) -> Bool {
    guard unforgivenFailures < check.unhealthyThreshold else { return true }
    return check.unhealthyWindow.map { failures(in: $0) >= $0.failures } ?? false
  }
}

/// Whether a failure counts towards `unhealthy`.
package enum FailureCounting: Hashable, Sendable {
  case counted
  /// Within the grace period it cannot make the instance unhealthy; for a promotion it is a
  /// failure.
  case forgiven
}
