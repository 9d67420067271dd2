internal import GateCore

/// The states of one instance as a Markov chain, and the state after each check.
///
/// It is `InstanceHealth` without values that no longer matter, such as the number of successes of
/// a healthy instance or of failures of an unhealthy one. So there are finitely many states.
struct InstanceChain: Sendable {
  struct State: Hashable, Sendable {
    var kind = InstanceState.initial
    /// Whether it was healthy, and fell back to `initial` within the grace period.
    var wasHealthy = false
    /// Consecutive successes; 0 once healthy.
    var successes = 0
    /// Consecutive failures of a healthy instance, forgiven or not, for the rule of the latest
    /// check.
    var failures = 0
    /// Consecutive counted failures; 0 while unhealthy.
    var counted = 0
    /// The latest counted results of the unhealthy window, without the one that drops out next.
    var recent: UInt64 = 0
  }

  /// The states; the first is that of a new instance.
  private(set) var states: [State] = [State()]
  private(set) var afterSuccess: [Int] = []
  private(set) var afterFailure: [Int] = []
  /// The states after a failure within the grace period.
  private(set) var afterForgiven: [Int] = []
  /// The number of consecutive successes until it is healthy; 0 if it is.
  private(set) var needed: [Int] = []

  /// Builds the chain; nil if an unhealthy window has more than `mostStates` states.
  init?(_ check: HealthCheck) {
    var places: [State: Int] = [State(): 0]
    func place(_ state: State, _ states: inout [State]) -> Int {
      if let known = places[state] { return known }
      places[state] = states.count
      states.append(state)
      return states.count - 1
    }
    var index = 0
    while index < states.count {
      guard states.count <= Self.mostStates else { return nil }
      let state = states[index]
      afterSuccess.append(place(state.succeeded(under: check), &states))
      afterFailure.append(place(state.failed(.counted, under: check), &states))
      afterForgiven.append(place(state.failed(.forgiven, under: check), &states))
      needed.append(state.needed(under: check))
      index += 1
    }
  }

  static let mostStates = 50_000

  func isHealthy(_ index: Int) -> Bool { states[index].kind == .healthy }
  func isUnhealthy(_ index: Int) -> Bool { states[index].kind == .unhealthy }

  /// Whether it is healthy and passed its latest check.
  func isClear(_ index: Int) -> Bool { isHealthy(index) && states[index].failures == 0 }

  /// The states after a failure, counted or forgiven.
  func afterFailure(_ counting: FailureCounting) -> [Int] {
    switch counting {
    case .counted: afterFailure
    case .forgiven: afterForgiven
    }
  }
}

extension InstanceChain.State {
  fileprivate func needed(under check: HealthCheck) -> Int {
    switch kind {
    case .initial: (wasHealthy ? check.healthyThreshold : check.initialThreshold) - successes
    case .healthy: 0
    case .unhealthy: check.healthyThreshold - successes
    }
  }

  fileprivate func succeeded(under check: HealthCheck) -> Self {
    let kept = recent << 1 & check.keptOfWindow
    guard needed(under: check) > 1 else { return Self(kind: .healthy, recent: kept) }
    return switch kind {
    case .initial, .healthy:
      Self(kind: kind, wasHealthy: wasHealthy, successes: successes + 1, recent: kept)
    case .unhealthy: Self(kind: kind, successes: successes + 1)
    }
  }

  fileprivate func failed(_ counting: FailureCounting, under check: HealthCheck) -> Self {
    let unhealthy = Self(kind: .unhealthy)
    guard kind != .unhealthy else { return unhealthy }
    var next = Self(kind: kind, wasHealthy: wasHealthy, counted: counted, recent: recent)
    if counting == .counted {
      let window = recent << 1 | 1
      if let limit = check.unhealthyWindow?.failures, window.nonzeroBitCount >= limit {
        return unhealthy
      }
      (next.counted, next.recent) = (counted + 1, window & check.keptOfWindow)
    }
    guard next.counted < check.unhealthyThreshold else { return unhealthy }
    guard kind == .healthy else { return next }
    guard failures + 1 < check.unhealthyThreshold else {
      (next.kind, next.wasHealthy) = (.initial, true)
      return next
    }
    next.failures = failures + 1
    return next
  }
}

extension HealthCheck {
  /// The bits of the window that stay in it after the next check.
  fileprivate var keptOfWindow: UInt64 {
    guard let checks = unhealthyWindow?.checks else { return 0 }
    return (1 << UInt64(checks - 1)) - 1
  }
}
