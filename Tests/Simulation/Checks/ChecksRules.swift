package import GateCore
import TestSupport

/// What must hold of a group under several health checks, told from its checks alone: whoever reads
/// the list of results counts them again, for each instance and health check apart.
struct ChecksRules {
  private let world: ChecksWorld
  private var checked: [InstanceKey: Checked] = [:]
  /// Since when so many instances as are wanted have been healthy; nil when they are not.
  private var healthySince: GateInstant?
  /// When more instances than are allowed were unhealthy first, which is not taken back.
  private var condemnedSince: GateInstant?
  private var resumed: GateInstant?
  private(set) var violations: [String] = []

  /// What an instance has shown under one health check.
  private struct Checked {
    var state = InstanceState.initial
    var successes = 0
    var failures = 0
    var unforgiven = 0
    var hasBeenHealthy = false
    /// The latest results that count for the window, the newest last; a failure is false.
    var window: [Bool] = []
    /// When each result came, and whether it was a pass; lost ones are none.
    var results: [(at: GateInstant, isPass: Bool)] = []
    /// When its next check starts, or has started.
    var next = GateInstant.start

    mutating func see(_ result: Bool?, isForgiven: Bool, at now: GateInstant, by check: HealthCheck)
    {
      results.append((now, result ?? false))
      switch result {
      case nil: (failures, unforgiven) = (0, 0)
      case true?:
        (successes, failures, unforgiven) = (successes + 1, 0, 0)
        window.append(true)
      case false?:
        (successes, failures) = (0, failures + 1)
        if !isForgiven {
          unforgiven += 1
          window.append(false)
        }
      }
      move(by: check)
    }

    mutating func forgetCounts() {
      (successes, failures, unforgiven, window) = (0, 0, 0, [])
    }

    private mutating func move(by check: HealthCheck) {
      let isFull =
        check.unhealthyWindow.map { wanted in
          window.suffix(wanted.checks).count { !$0 } >= wanted.failures
        } ?? false
      let old = state
      if state != .unhealthy, unforgiven >= check.unhealthyThreshold || isFull {
        state = .unhealthy
      } else if state == .healthy, failures >= check.unhealthyThreshold {
        state = .initial
      } else if state != .healthy {
        let isNew = state == .initial && !hasBeenHealthy
        let wanted = isNew ? check.initialThreshold : check.healthyThreshold
        if successes >= wanted { state = .healthy }
      }
      if state == .healthy { hasBeenHealthy = true }
      if old != state, old == .unhealthy || state == .unhealthy { window = [] }
    }
  }

  /// Whatever broke a rule, in words.
  static func judge(_ run: VirtualRun, in world: ChecksWorld) -> [String] {
    var rules = ChecksRules(world)
    for timed in run.events {
      if let verdict = run.verdict, timed.at > verdict.at { break }
      rules.see(timed, run)
    }
    if let verdict = run.verdict { rules.judge(verdict, run) } else { rules.complain("no verdict") }
    let again = run.replayed()
    if again.verdict != run.verdict { rules.complain("the same events give another verdict") }
    return rules.violations + run.violations
  }

  private init(_ world: ChecksWorld) { self.world = world }

  private mutating func complain(_ words: String) { violations.append(words) }

  private mutating func see(_ timed: VirtualRun.TimedEvent, _ run: VirtualRun) {
    switch timed.event {
    case .instanceAdded:
      let index = Set(checked.keys.map(\.index)).count
      for number in world.checks.indices {
        checked[InstanceKey(index, check: number)] = Checked()
      }
    case .checked(let key, let report):
      checked[key]?.next = report.started + world.checks[key.check].interval
      let isForgiven =
        key.index < world.instances && report.started < .start + world.policy.gracePeriod
      checked[key]?.see(
        report.result == .success, isForgiven: isForgiven, at: timed.at,
        by: world.checks[key.check])
    case .checkLost(let key, let fault):
      checked[key]?.next = (fault.started ?? timed.at) + world.checks[key.check].interval
      checked[key]?.see(nil, isForgiven: false, at: timed.at, by: world.checks[key.check])
    case .resumed(let gap):
      resumed = timed.at
      // Nothing that was shown in a row before a long gap has been.
      guard gap > world.checks.map(\.interval).min() ?? .zero else { break }
      for key in checked.keys { checked[key]?.forgetCounts() }
    default: break
    }
    let isEnough =
      members(.healthy).count >= minHealthy && members(.unhealthy).count <= maxUnhealthy
    healthySince = isEnough ? healthySince ?? timed.at : nil
    let isCondemned = members(.unhealthy).count > maxUnhealthy
    if isCondemned { condemnedSince = condemnedSince ?? timed.at }
  }

  private var minHealthy: Int {
    max(world.policy.minHealthy.roundedUp(of: world.policy.expected), 1)
  }
  private var maxUnhealthy: Int { world.policy.maxUnhealthy.roundedDown(of: world.policy.expected) }

  /// The instances of the group whose worst state is this.
  private func members(_ state: InstanceState) -> [Int] {
    (0..<world.instances).filter { self.state(of: $0) == state }
  }

  /// The old instance under each health check.
  private var old: [Checked] {
    world.checks.indices.compactMap { checked[InstanceKey(world.instances, check: $0)] }
  }

  private func state(of index: Int) -> InstanceState {
    let states = world.checks.indices.compactMap { checked[InstanceKey(index, check: $0)]?.state }
    return states.contains(.unhealthy)
      ? .unhealthy : states.contains(.initial) ? .initial : .healthy
  }

  private mutating func judge(_ verdict: Verdict, _ run: VirtualRun) {
    // After a gap nobody knows what was shown in it: only what a promotion rests on is judged.
    if resumed == nil {
      for index in 0..<world.instances
      where run.gate[InstanceKey(index)].health.state != state(of: index) {
        complain("instance \(index) is not as the worst of its checks says")
      }
    }
    switch (verdict.decision, verdict.reason.code) {
    case (.promote, _): judgePromotion(at: verdict.at)
    case (.rollback, .tooManyUnhealthy) where !world.hasOld && resumed == nil:
      if members(.unhealthy).count <= maxUnhealthy {
        complain("rolled back for who is not unhealthy")
      }
    case (.rollback, .cannotBecomeHealthyInTime) where !world.hasOld && resumed == nil:
      judgeHopelessness(at: verdict.at, run)
    case (.inconclusive, .sharedCause) where resumed == nil:
      // One that has failed and has too little time left is as bad as an unhealthy one.
      let isFailing = old.contains {
        $0.state == .unhealthy || $0.state == .initial && !$0.results.allSatisfy(\.isPass)
      }
      if !isFailing { complain("the old group shares a cause, and does not fail") }
    case (.rollback, .tooManyUnhealthy) where world.hasOld && resumed == nil:
      let neverPassed = old.contains { shown in
        shown.state == .unhealthy && !shown.results.contains(where: \.isPass)
      }
      if neverPassed { complain("rolled back, though the old group fails as well") }
      judgeHaste(at: verdict.at)
    default: break
    }
    if verdict.decision == .rollback, !world.hasOld, resumed == nil,
      verdict.at > .start + world.policy.deadline + .microseconds(1)
    {
      complain("rolled back after the deadline")
    }
  }

  /// Whoever counts is healthy under every check, has soaked, has failed both of the two latest checks
  /// under none, and has passed one of each since a resumption.
  private mutating func judgePromotion(at now: GateInstant) {
    let counted = members(.healthy).filter { index in
      let keys = world.checks.indices.map { InstanceKey(index, check: $0) }
      let results = keys.map { checked[$0]?.results ?? [] }
      let hasPassedSince = results.allSatisfy { results in
        resumed.map { moment in results.contains { $0.at >= moment && $0.isPass } } ?? true
      }
      return results.allSatisfy { $0.count < 2 || $0.suffix(2).contains(where: \.isPass) }
        && hasPassedSince
    }
    if counted.count < minHealthy {
      complain("promoted with \(counted.count) of \(minHealthy) that count")
    }
    if members(.unhealthy).count > maxUnhealthy { complain("promoted with too many unhealthy") }
    guard resumed == nil else { return }
    guard let since = healthySince, since + world.policy.soak <= now else {
      return complain("promoted without the soak")
    }
    // Before then not all else held: what had failed its latest check then must have passed one since.
    let waiting = counted.filter { index in
      world.checks.indices.contains { number in
        let last = checked[InstanceKey(index, check: number)]?.results.last
        return last.map { !$0.isPass && $0.at < since + world.policy.soak } ?? false
      }
    }
    if counted.count - waiting.count < minHealthy {
      complain("promoted with who had to pass a check first")
    }
  }

  /// Nothing of a check of the old instance may be open when the new group is blamed.
  private mutating func judgeHaste(at now: GateInstant) {
    guard let since = condemnedSince, now < .start + world.policy.deadline else { return }
    let end =
      since + (world.checks.map { $0.interval * $0.unhealthyThreshold + $0.timeout }.max() ?? .zero)
    for (check, shown) in zip(world.checks, old)
    where shown.state == .healthy
      && !shown.results.contains(where: { $0.isPass && $0.at > since })
    {
      let missing = check.unhealthyThreshold - shown.failures
      if shown.next + check.interval * max(missing - 1, 0) + check.timeout <= end, now < end {
        complain("rolled back before the old group had shown itself under each check")
      }
    }
  }

  /// When the group could be promoted if all passed from now on.
  private func earliest(at now: GateInstant) -> GateInstant {
    var ready = (0..<world.instances).map { self.ready($0, at: now) }
    // One that is still to join, which may be at once.
    let newcomer = now + (world.checks.map(\.timeToRise).max() ?? .zero)
    for _ in world.instances..<max(world.policy.expected, world.instances) {
      ready.append(newcomer)
    }
    let healthy = max(ready.sorted()[minHealthy - 1], now)
    return max(healthy, (healthySince ?? healthy) + world.policy.soak)
  }

  private func ready(_ index: Int, at now: GateInstant) -> GateInstant {
    world.checks.indices.map { number -> GateInstant in
      guard let shown = checked[InstanceKey(index, check: number)] else { return now }
      let (check, next) = (world.checks[number], max(shown.next, now))
      let isNew = shown.state == .initial && !shown.hasBeenHealthy
      let wanted = isNew ? check.initialThreshold : check.healthyThreshold
      let missing = shown.state == .healthy ? 0 : wanted - shown.successes
      let isPending = shown.state == .healthy && shown.results.last.map { !$0.isPass } ?? false
      guard missing > 0 || isPending else { return now }
      return next + check.interval * max(missing - 1, 0)
    }.max() ?? now
  }

  /// Even if all passed from now on, nobody could be promoted in time.
  private mutating func judgeHopelessness(at now: GateInstant, _ run: VirtualRun) {
    let deadline = GateInstant.start + world.policy.deadline
    // Whoever has been healthy, and can no longer be so and have passed, is in the way.
    let hopeless = (0..<world.instances).filter {
      ready($0, at: now) > deadline && state(of: $0) != .initial
    }
    let earliest = earliest(at: now)
    if hopeless.count <= maxUnhealthy, earliest <= deadline {
      complain("rolled back at \(now), and could have been promoted at \(earliest)")
    }
  }
}

/// Groups under several health checks, of one seed after the other.
package enum ChecksGroups {
  package struct Outcome: Sendable {
    package var runs = 0
    package var checks = 0
    package var reasons: [ReasonCode: Int] = [:]
    package var violation: String?

    package var text: String {
      "\(runs) groups under several checks, \(checks) checks: \(reasons.listed)\n"
    }
  }

  /// Plays until one breaks a rule, or so many are done.
  package static func run(_ runs: Int, seed: UInt64) -> Outcome {
    var outcome = Outcome()
    for offset in 0..<runs {
      let world = ChecksWorld(seed: seed &+ UInt64(offset))
      let run = world.play()
      outcome.runs += 1
      outcome.checks += run.gate.records.reduce(0) { $0 + $1.checks + $1.lostChecks }
      if let verdict = run.verdict { outcome.reasons[verdict.reason.code, default: 0] += 1 }
      let violations = ChecksRules.judge(run, in: world)
      guard violations.isEmpty else {
        let events = run.events.map(\.words).joined(separator: "\n")
        let verdict = run.verdict.map { "\($0)" } ?? "none"
        outcome.violation =
          "group of seed \(world.seed): \(violations.joined(separator: "; "))\n\(world)\n\(events)\n"
          + "verdict: \(verdict)"
        return outcome
      }
    }
    return outcome
  }
}
