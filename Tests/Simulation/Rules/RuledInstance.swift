import GateCore

/// An instance as the quick rules know it: counts of its own, by which the gate's are checked.
struct RuledInstance {
  let role: InstanceRole
  let joined: Int64
  /// Of another release.
  let isWrong: Bool
  var hasLeft = false
  /// Whether the newest listing lacks it.
  var isLacked = false

  /// Where in the interval it is checked while it is healthy; nil where checks are not spread.
  let place: Int64?
  /// The start of its first check, when that has ended, or of one at its place; all that come later
  /// are whole intervals later.
  private(set) var first: Int64?
  /// When its next check is due; in the past while it is under way, or late.
  private(set) var next: Int64
  private(set) var counts = Counts()
  private(set) var successes = 0
  private(set) var failures = 0
  private(set) var lost = 0
  /// The latest results in a row that are no passes.
  private(set) var misses = 0
  /// Whether its latest result was no pass when all else came to hold, and none has passed since.
  private(set) var isMarked = false
  private(set) var isLatestFailureOfVersion = false

  var view: InstanceState?
  /// Within the grace period what the load balancer calls unhealthy is not.
  var isSpared = false
  var finding: Finding?

  /// What the old group's trial has found of it.
  enum Finding { case open, failing, well }

  enum Result { case success, failure, forgiven }

  /// The state, and the rows that it follows from.
  struct Counts {
    var state = InstanceState.initial
    private var hasRelapsed = false
    private(set) var successes = 0
    private(set) var failures = 0
    private var forgiven = 0
    /// Those that count since the state changed to or from unhealthy, the latest last.
    private var window: [Bool] = []

    mutating func endSuccesses() { successes = 0 }

    mutating func lose() { (failures, forgiven) = (0, 0) }

    mutating func add(_ result: Result, _ check: HealthCheck) {
      switch result {
      case .success: (successes, failures, forgiven) = (successes + 1, 0, 0)
      case .failure: (successes, failures) = (0, failures + 1)
      case .forgiven: (successes, forgiven) = (0, forgiven + 1)
      }
      if let size = check.unhealthyWindow?.checks, result != .forgiven {
        window.append(result == .failure)
        if window.count > size { window.removeFirst() }
      }
      let isFull =
        check.unhealthyWindow.map { wanted in window.count { $0 } >= wanted.failures } ?? false
      if state != .unhealthy, failures >= check.unhealthyThreshold || isFull {
        (state, hasRelapsed, window) = (.unhealthy, false, [])
      } else if state == .healthy, failures + forgiven >= check.unhealthyThreshold {
        (state, hasRelapsed) = (.initial, true)
      } else if state != .healthy, wanting(check) <= 0 {
        if state == .unhealthy { window = [] }
        (state, hasRelapsed) = (.healthy, false)
      }
    }

    /// How many successes in a row are wanting.
    func wanting(_ check: HealthCheck) -> Int {
      switch state {
      case .initial:
        (hasRelapsed ? check.healthyThreshold : check.initialThreshold) - successes
      case .healthy: 0
      case .unhealthy: check.healthyThreshold - successes
      }
    }
  }

  init(_ instance: Instance, at now: Int64, place: Int64? = nil) {
    role = instance.role
    self.place = place
    joined = now
    isWrong = instance.mismatch != nil
    next = now
  }

  var state: InstanceState { counts.state }

  mutating func checked(
    _ report: CheckReport, at now: Int64, _ check: HealthCheck, _ policy: GatePolicy
  ) {
    let started = report.started.microseconds
    // One that was held to be lost is no pass, and nothing that is held against the instance.
    let isOvertaken = started < next
    passOver(upTo: started, check)
    let isForgiven =
      role != .baseline && started - joined < policy.gracePeriod.inMicroseconds
    switch report.result {
    case .success:
      successes += 1
      guard !isOvertaken else { break }
      (misses, isMarked) = (0, false)
      counts.add(.success, check)
    case .failure(let kind):
      failures += 1
      isLatestFailureOfVersion = kind == .wrongVersion
      guard !isOvertaken else {
        counts.endSuccesses()
        break
      }
      misses += 1
      counts.add(isForgiven ? .forgiven : .failure, check)
    }
    // However late the gate saw it.
    moveOn(from: started, to: min(now, started + report.latencyMicroseconds), check)
    if report.result == .success, !isOvertaken, state == .healthy { spread(after: now, check) }
  }

  /// One that is healthy is checked at its place, unless that has passed before the answer was seen.
  private mutating func spread(after now: Int64, _ check: HealthCheck) {
    guard let place else { return }
    var earlier = next
    while (earlier - place) % check.interval.inMicroseconds != 0 { earlier -= 1 }
    if earlier > now { (first, next) = (earlier, earlier) }
  }

  mutating func lost(from started: Int64, at now: Int64, _ check: HealthCheck) {
    passOver(upTo: started, check)
    if started >= next { lose(1) }
    moveOn(from: started, to: now, check)
  }

  /// Checks that were due and not made before one that was.
  private mutating func passOver(upTo started: Int64, _ check: HealthCheck) {
    let interval = check.interval.inMicroseconds
    guard started - next >= interval else { return }
    skip(Int((started - next) / interval), check)
  }

  private mutating func skip(_ number: Int, _ check: HealthCheck) {
    lose(number)
    next += Int64(number) * check.interval.inMicroseconds
  }

  /// What is overdue is lost, whatever comes later.
  mutating func loseOverdue(at now: Int64, _ check: HealthCheck) {
    skip(unheard(at: now, check), check)
  }

  private mutating func lose(_ number: Int) {
    lost += number
    misses += number
    counts.lose()
  }

  /// So many checks should long have been over, and nothing was heard of them.
  func unheard(at now: Int64, _ check: HealthCheck) -> Int {
    let late = now - next - check.interval.inMicroseconds - timeout(check)
    return late > 0 ? Int((late - 1) / check.interval.inMicroseconds) + 1 : 0
  }

  /// From then on its next check is overdue.
  func overdue(_ check: HealthCheck) -> Int64 {
    next + check.interval.inMicroseconds + timeout(check) + 1
  }

  /// Notes whether its latest result is no pass, at the moment at which all else comes to hold.
  mutating func mark(at now: Int64, _ check: HealthCheck) {
    isMarked = misses + unheard(at: now, check) > 0
  }

  /// Whether its latest checks keep it from speaking for a promotion.
  func isPending(_ isAllElseHolding: Bool, at now: Int64, _ check: HealthCheck) -> Bool {
    let misses = misses + unheard(at: now, check)
    return misses > 1 || misses == 1 && (isMarked || !isAllElseHolding)
  }

  /// A guard's takes up to ten seconds at least.
  private func timeout(_ check: HealthCheck) -> Int64 {
    let timeout = check.timeout.inMicroseconds
    return role == .guard ? max(timeout, 10_000_000) : timeout
  }

  mutating func follow(_ state: InstanceState) {
    counts.state = state == .unhealthy && isSpared ? .initial : state
  }

  private mutating func moveOn(from started: Int64, to ended: Int64, _ check: HealthCheck) {
    let interval = check.interval.inMicroseconds
    let first = self.first ?? started
    self.first = first
    let begun = (started - first) / interval
    // What was waited for longer than a check takes was there before.
    let over = (min(ended, started + timeout(check)) - first + interval - 1) / interval
    next = max(next, first + max(begun + 1, over) * interval)
  }

  /// When so many like results in a row can be there at the earliest, if from `now` on each check
  /// ends at once.
  func earliest(
    _ results: Int, from now: Int64, losing: Bool = true, _ check: HealthCheck
  ) -> Int64 {
    guard results > 0 else { return now }
    let interval = check.interval.inMicroseconds
    let next = next + (losing ? Int64(unheard(at: now, check)) * interval : 0)
    guard results > 1 else { return max(next, now) }
    let second: Int64
    if let first {
      let after = max(next, now)
      let slot = first + (after - first + interval - 1) / interval * interval
      second = max(next + interval, slot)
    } else {
      // Nobody knows yet when its first check began: at the best moment.
      second = max(now, next + interval)
    }
    return second + Int64(results - 2) * interval
  }
}

extension HealthCheck {
  /// The place in the interval of the instance that joined as this number.
  func place(ofNumber number: Int, _ role: InstanceRole) -> Int64? {
    guard spreadChecks, role != .guard else { return nil }
    // The golden ratio's fraction in 64 bits, the whole intervals left out.
    let part = UInt64(number) &* 11_400_714_819_323_198_485
    return Int64((UInt128(part) * UInt128(interval.inMicroseconds)) >> 64)
  }
}
