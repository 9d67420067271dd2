import GateCore

/// An instance as the rules know it: counts of its own, by which the gate's are checked.
struct RuledInstance {
  let role: InstanceRole
  let joined: Int64
  /// Of another release.
  let isWrong: Bool
  var hasLeft = false

  /// The start of its first check, when that has ended; all others are whole intervals later.
  private(set) var first: Int64?
  private(set) var next: Int64
  private(set) var counts = Counts()
  /// As it would be had each lost check been a success.
  private(set) var hopeful = Counts()
  private(set) var failures = 0
  private(set) var hasLost = false
  /// Whether the latest check was lost, or is too long ago.
  private(set) var isLost = false
  private(set) var isLatestFailureOfVersion = false

  var view: InstanceState?
  var isViewStale = false
  var finding: Finding?

  /// What the old group's trial has found of it.
  enum Finding { case open, failing, well }

  enum Result { case success, failure, forgiven }

  /// The state, and the runs that it follows from.
  struct Counts {
    var state = InstanceState.initial
    private(set) var successes = 0
    private(set) var failures = 0
    /// Those that count since the state changed to or from unhealthy, the latest last.
    private var window: [Bool] = []

    mutating func add(_ result: Result, _ check: HealthCheck) {
      if result == .success { (successes, failures) = (successes + 1, 0) } else { successes = 0 }
      if result == .failure { failures += 1 }
      if let size = check.unhealthyWindow?.checks, result != .forgiven {
        window.append(result == .failure)
        if window.count > size { window.removeFirst() }
      }
      let isFailing =
        failures >= check.unhealthyThreshold
        || check.unhealthyWindow.map { wanted in window.count { $0 } >= wanted.failures } ?? false
      if state == .unhealthy {
        guard successes >= check.healthyThreshold else { return }
        (state, window) = (.healthy, [])
      } else if isFailing {
        (state, window) = (.unhealthy, [])
      } else if state == .initial, successes >= check.initialThreshold {
        state = .healthy
      }
    }

    /// How many successes in a row are wanting.
    func wanting(_ check: HealthCheck) -> Int {
      switch state {
      case .initial: check.initialThreshold - successes
      case .healthy: 0
      case .unhealthy: check.healthyThreshold - successes
      }
    }
  }

  init(_ instance: Instance, at now: Int64) {
    role = instance.role
    joined = now
    isWrong = instance.mismatch != nil
    next = now
  }

  var state: InstanceState { counts.state }

  mutating func checked(
    _ report: CheckReport, at now: Int64, _ check: HealthCheck, _ policy: GatePolicy
  ) {
    let started = report.started.microseconds
    let isForgiven =
      role != .baseline && started - joined < policy.gracePeriod.inMicroseconds
    let result: Result
    switch report.result {
    case .success: result = .success
    case .failure(let kind):
      failures += 1
      isLatestFailureOfVersion = kind == .wrongVersion
      result = isForgiven ? .forgiven : .failure
    }
    counts.add(result, check)
    hopeful.add(result, check)
    isLost = now - started > longest(check)
    moveOn(from: started, to: now, check)
  }

  mutating func lost(from started: Int64, at now: Int64, _ check: HealthCheck) {
    (hasLost, isLost) = (true, true)
    hopeful.add(.success, check)
    moveOn(from: started, to: now, check)
  }

  /// Whether nobody looked at it, a whole interval after its check should have been over.
  func isUnseen(at now: Int64, _ check: HealthCheck) -> Bool {
    now - next > longest(check)
  }

  /// From a check's slot until it is certainly over: a guard's takes up to ten seconds at least.
  private func longest(_ check: HealthCheck) -> Int64 {
    let timeout = check.timeout.inMicroseconds
    return check.interval.inMicroseconds + (role == .guard ? max(timeout, 10_000_000) : timeout)
  }

  mutating func loseSight() { (hasLost, isLost) = (true, true) }

  mutating func follow(_ state: InstanceState) { counts.state = state }

  private mutating func moveOn(from started: Int64, to ended: Int64, _ check: HealthCheck) {
    let interval = check.interval.inMicroseconds
    let first = self.first ?? started
    self.first = first
    let begun = (started - first) / interval
    let over = (ended - first + interval - 1) / interval
    next = first + max(begun + 1, over) * interval
  }

  /// When so many like results in a row can be there at the earliest, if from `now` on each check
  /// ends at once.
  func earliest(_ results: Int, from now: Int64, _ check: HealthCheck) -> Int64 {
    guard results > 0 else { return now }
    let interval = check.interval.inMicroseconds
    guard results > 1 else { return max(next, now) }
    let second: Int64
    if let first {
      let after = max(next, now)
      let slot = first + (after - first + interval - 1) / interval * interval
      second = max(next + interval, slot)
    } else {
      // Nobody knows yet when its first check began: at the best moment.
      second = max(now, joined + interval)
    }
    return second + Int64(results - 2) * interval
  }
}
