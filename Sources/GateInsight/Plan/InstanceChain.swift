internal import GateCore

/// What one instance can be, as far as its future depends on it, and where a check leads.
///
/// It is `InstanceHealth` without what does not matter any more, so that there are finitely many
/// states: the successes of a healthy instance, the failures of an unhealthy one.
struct InstanceChain: Sendable {
  struct State: Hashable, Sendable {
    var kind = InstanceState.initial
    /// Consecutive; 0 once healthy.
    var successes = 0
    /// Consecutive and counted; 0 while unhealthy.
    var failures = 0
    /// The latest counted checks of the unhealthy window but for the one that falls out next.
    var recent: UInt64 = 0
  }

  /// The first is that of a new instance.
  private(set) var states: [State] = [State()]
  private(set) var afterSuccess: [Int] = []
  private(set) var afterFailure: [Int] = []
  /// Within the grace period.
  private(set) var afterForgiven: [Int] = []
  /// Consecutive successes until it is healthy; 0 when it is.
  private(set) var needed: [Int] = []

  /// Nil when an unhealthy window has more states than can be looked at.
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
      afterFailure.append(place(state.failed(under: check), &states))
      afterForgiven.append(place(state.forgiven, &states))
      needed.append(state.needed(under: check))
      index += 1
    }
  }

  static let mostStates = 50_000

  func isHealthy(_ index: Int) -> Bool { states[index].kind == .healthy }
  func isUnhealthy(_ index: Int) -> Bool { states[index].kind == .unhealthy }

  /// Where a failure leads, counted or not.
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
    case .initial: check.initialThreshold - successes
    case .healthy: 0
    case .unhealthy: check.healthyThreshold - successes
    }
  }

  fileprivate func succeeded(under check: HealthCheck) -> Self {
    let isRisen = needed(under: check) <= 1
    return switch kind {
    case .initial, .healthy:
      Self(
        kind: isRisen ? .healthy : kind, successes: isRisen ? 0 : successes + 1,
        recent: recent << 1 & check.keptOfWindow)
    case .unhealthy: isRisen ? Self(kind: .healthy) : Self(kind: kind, successes: successes + 1)
    }
  }

  fileprivate func failed(under check: HealthCheck) -> Self {
    let unhealthy = Self(kind: .unhealthy)
    guard kind != .unhealthy else { return unhealthy }
    let window = recent << 1 | 1
    if let limit = check.unhealthyWindow?.failures, window.nonzeroBitCount >= limit {
      return unhealthy
    }
    guard failures + 1 < check.unhealthyThreshold else { return unhealthy }
    return Self(kind: kind, failures: failures + 1, recent: window & check.keptOfWindow)
  }

  fileprivate var forgiven: Self {
    Self(kind: kind, failures: failures, recent: recent)
  }
}

extension HealthCheck {
  /// The bits of the window that the next check does not push out of it.
  fileprivate var keptOfWindow: UInt64 {
    guard let checks = unhealthyWindow?.checks else { return 0 }
    return (1 << UInt64(checks - 1)) - 1
  }
}
