package import GateCore
import TestSupport

/// What must hold of a group under several health checks, told from its checks alone: whoever reads
/// the list of results counts them again, for each instance and health check apart.
struct ChecksRules {
  private let world: ChecksWorld
  private var checked: [InstanceKey: Checked] = [:]
  /// Since when so many instances as are wanted have been healthy; nil when they are not.
  private var healthySince: GateInstant?
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
      let isForgiven =
        key.index < world.instances && report.started < .start + world.policy.gracePeriod
      checked[key]?.see(
        report.result == .success, isForgiven: isForgiven, at: timed.at,
        by: world.checks[key.check])
    case .checkLost(let key, _):
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
  }

  private var minHealthy: Int { max(world.policy.minHealthy.roundedUp(of: world.instances), 1) }
  private var maxUnhealthy: Int { world.policy.maxUnhealthy.roundedDown(of: world.instances) }

  /// The instances of the group whose worst state is this.
  private func members(_ state: InstanceState) -> [Int] {
    (0..<world.instances).filter { self.state(of: $0) == state }
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
    case (.inconclusive, .sharedCause):
      let old = world.checks.indices.map { InstanceKey(world.instances, check: $0) }
      if old.allSatisfy({ key in checked[key]?.results.allSatisfy(\.isPass) ?? true }) {
        complain("the old group shares a cause, and never failed")
      }
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
  }

  /// Even if all passed from now on, nobody could be promoted in time.
  private mutating func judgeHopelessness(at now: GateInstant, _ run: VirtualRun) {
    let ready = (0..<world.instances).map { index in
      world.checks.indices.map { number -> GateInstant in
        let key = InstanceKey(index, check: number)
        guard let shown = checked[key], let start = run.wanted(key) else { return .seconds(1e6) }
        let (check, next) = (world.checks[number], max(start, now))
        let isNew = shown.state == .initial && !shown.hasBeenHealthy
        let wanted = isNew ? check.initialThreshold : check.healthyThreshold
        let missing = shown.state == .healthy ? 0 : wanted - shown.successes
        let isPending = shown.state == .healthy && shown.results.last.map { !$0.isPass } ?? false
        guard missing > 0 || isPending else { return now }
        return next + check.interval * max(missing - 1, 0)
      }.max() ?? now
    }
    let deadline = GateInstant.start + world.policy.deadline
    // Whoever has been healthy, and can no longer be so and have passed, is in the way.
    let hopeless = ready.indices.filter { ready[$0] > deadline && state(of: $0) != .initial }
    guard hopeless.count <= maxUnhealthy else { return }
    let healthy = max(ready.sorted()[minHealthy - 1], now)
    let soaked = (healthySince ?? healthy) + world.policy.soak
    let earliest = max(healthy, soaked)
    if earliest <= deadline {
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
      let counts = reasons.sorted { ($0.value, $0.key.rawValue) > ($1.value, $1.key.rawValue) }
        .map { "\($0.key.rawValue) \($0.value)" }
      return "\(runs) groups under several checks, \(checks) checks: "
        + counts.joined(separator: ", ") + "\n"
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
