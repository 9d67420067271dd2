import GateCore
import TestSupport

/// The rules once more, slowly: each question is answered from the whole history of events.
///
/// It is written from the contract and shares nothing with the gate but the alphabet. Where the
/// gate keeps counts, it looks back over the list; where the gate compares with a formula, it
/// plays the best of all futures and looks whether that is good enough.
struct SlowModel {
  let check: HealthCheck
  let policy: GatePolicy

  struct Conclusion: Equatable {
    var decision: Decision
    var code: ReasonCode
    var at: Int64
  }

  enum Ending: Equatable {
    case success
    case failure(counted: Bool, FailureKind)
    case lost
  }

  struct PastCheck {
    var ending: Ending
    var started: Int64
    var ended: Int64
  }

  struct Member {
    var joined: Int64
    var hasLeft = false
    /// Whether it is of another release.
    var isWrong = false
    var checks: [PastCheck] = []
    var state = InstanceState.initial
    var isObserved: Bool { checks.last?.ending != .lost }
  }

  /// What a history comes to.
  struct Standing {
    var members: [Member] = []
    /// How many the source wants now.
    var expected: Int
    var isInterrupted = false
    var hasFault = false
    /// Whether the source could not be read when it was asked last.
    var isSourceFailing = false
    /// Since when the group has been as the policy wants it.
    var healthySince: Int64?
    var present: [Member] { members.filter { !$0.hasLeft } }
    var unhealthy: Int { present.count { $0.state == .unhealthy } }
  }

  var interval: Int64 { check.interval.inMicroseconds }
  var deadline: Int64 { policy.deadline.inMicroseconds }
  /// The latest moment at which a soak can begin.
  var latestHealthy: Int64 { deadline - policy.soak.inMicroseconds }

  var minHealthy: Int { minHealthy(of: policy.expected) }
  var maxUnhealthy: Int { maxUnhealthy(of: policy.expected) }

  func minHealthy(of expected: Int) -> Int { max(1, count(policy.minHealthy, of: expected, .up)) }
  func maxUnhealthy(of expected: Int) -> Int { count(policy.maxUnhealthy, of: expected, .down) }
  func maxReplaced(of expected: Int) -> Int { count(policy.maxReplaced, of: expected, .down) }

  private func count(
    _ wanted: InstanceCount, of expected: Int, _ rule: FloatingPointRoundingRule
  ) -> Int {
    switch wanted {
    case .number(let number): number
    case .percentage(let percentage):
      Int((Double(percentage * expected) / 100).rounded(rule))
    }
  }
}

// MARK: - One instance

extension SlowModel {
  /// The state that a whole list of checks comes to.
  func state(after all: [PastCheck]) -> InstanceState {
    let checks = all.contains { $0.ending == .lost } ? all.filter { $0.ending != .lost } : all
    var state = InstanceState.initial
    var windowBegins = 0
    for index in checks.indices {
      var successes = 0
      while successes <= index, checks[index - successes].ending == .success { successes += 1 }
      switch state {
      case .initial, .healthy:
        if hasFailed(checks[...index], windowFrom: windowBegins) {
          (state, windowBegins) = (.unhealthy, index + 1)
        } else if state == .initial, successes >= check.initialThreshold {
          state = .healthy
        }
      case .unhealthy:
        if successes >= check.healthyThreshold { (state, windowBegins) = (.healthy, index + 1) }
      }
    }
    return state
  }

  private func hasFailed(_ checks: ArraySlice<PastCheck>, windowFrom begin: Int) -> Bool {
    var run = 0
    for past in checks.reversed() {
      if past.ending == .success { break }
      if isCounted(past) { run += 1 }
    }
    if run >= check.unhealthyThreshold { return true }
    guard let window = check.unhealthyWindow else { return false }
    let counted = checks[begin...].filter { $0.ending == .success || isCounted($0) }
    return counted.suffix(window.checks).count { isCounted($0) } >= window.failures
  }

  private func isCounted(_ past: PastCheck) -> Bool {
    if case .failure(counted: true, _) = past.ending { true } else { false }
  }

  /// The first slot after the start of the latest check that is not before its end.
  func nextStart(after checks: [PastCheck]) -> Int64? {
    guard let first = checks.first, let last = checks.last else { return nil }
    var slot = first.started
    while slot <= last.started || slot < last.ended { slot += interval }
    return slot
  }

  /// When the instance is healthy and seen to be, if from now on every check succeeds at once.
  ///
  /// The start of a first check that has not ended is not known: it is the best of the possible.
  func earliestHealthy(_ member: Member, from now: Int64) -> Int64 {
    if member.state == .healthy, member.isObserved { return now }
    guard let start = nextStart(after: member.checks) else {
      return (member.joined...max(member.joined, now))
        .map { playBest(member.checks, start: $0, from: now) }.min() ?? now
    }
    return playBest(member.checks, start: start, from: now)
  }

  private func playBest(_ past: [PastCheck], start: Int64, from now: Int64) -> Int64 {
    var checks = past
    var start = start
    while true {
      let ended = max(start, now)
      checks.append(PastCheck(ending: .success, started: start, ended: ended))
      if state(after: checks) == .healthy { return ended }
      start = nextStart(after: checks) ?? ended
    }
  }
}

// MARK: - The group

extension SlowModel {
  func standing(after history: [VirtualRun.TimedEvent]) -> Standing {
    var standing = Standing(expected: policy.expected)
    for timed in history {
      apply(timed.event, at: timed.at.microseconds, to: &standing)
      standing.healthySince =
        isHealthy(standing) ? standing.healthySince ?? timed.at.microseconds : nil
    }
    return standing
  }

  private func apply(_ event: GateEvent, at now: Int64, to standing: inout Standing) {
    switch event {
    case .instanceAdded(let instance):
      standing.members.append(Member(joined: now, isWrong: instance.mismatch != nil))
    case .instanceRemoved(let key):
      if standing.members.indices.contains(key.index) {
        standing.members[key.index].hasLeft = true
      }
    case .checked(let key, let report):
      let started = report.started.microseconds
      append(to: key, of: &standing) { member in
        let ending: Ending =
          switch report.result {
          case .success: .success
          case .failure(let kind):
            .failure(
              counted: started >= member.joined + policy.gracePeriod.inMicroseconds, kind)
          }
        return PastCheck(ending: ending, started: started, ended: now)
      }
    case .checkLost(let key, let fault):
      standing.hasFault = true
      append(to: key, of: &standing) { _ in
        PastCheck(ending: .lost, started: fault.started?.microseconds ?? now, ended: now)
      }
    case .gateFault: (standing.hasFault, standing.isSourceFailing) = (true, true)
    case .groupListed(let expected):
      (standing.isSourceFailing, standing.expected) = (false, max(expected, 1))
    case .loadBalancerSaw, .loadBalancerUnseen: break
    case .interrupted: standing.isInterrupted = true
    case .wokeUp: break
    }
  }

  private func append(
    to key: InstanceKey, of standing: inout Standing, _ past: (Member) -> PastCheck
  ) {
    guard standing.members.indices.contains(key.index), !standing.members[key.index].hasLeft
    else { return }
    standing.members[key.index].checks.append(past(standing.members[key.index]))
    standing.members[key.index].state = state(after: standing.members[key.index].checks)
  }

  private func isHealthy(_ standing: Standing) -> Bool {
    standing.present.count >= standing.expected
      && standing.unhealthy <= maxUnhealthy(of: standing.expected)
      && standing.present.count { $0.state == .healthy && $0.isObserved }
        >= minHealthy(of: standing.expected)
  }

  /// Whether the best of all futures still ends in a promotion.
  func canStillBePromoted(_ standing: Standing, from now: Int64) -> Bool {
    let inTime = standing.present.count { earliestHealthy($0, from: now) <= latestHealthy }
    if inTime >= minHealthy(of: standing.expected) { return true }
    // A newcomer may join now, and as many as are wanted.
    return mayGrow(standing)
      && earliestHealthy(Member(joined: now), from: now) <= latestHealthy
  }

  private func mayGrow(_ standing: Standing) -> Bool {
    policy.membership == .changing || standing.present.count < standing.expected
  }
}

// MARK: - The verdict

extension SlowModel {
  /// The verdict that the latest event of a history brings, given that none stood before it.
  func verdict(at now: Int64, _ standing: Standing) -> Conclusion? {
    if standing.isInterrupted {
      return Conclusion(decision: .inconclusive, code: .interrupted, at: now)
    }
    if standing.present.contains(where: \.isWrong) {
      return Conclusion(decision: .rollback, code: .wrongInstances, at: now)
    }
    if standing.unhealthy > maxUnhealthy(of: standing.expected) {
      return Conclusion(decision: .rollback, code: codeOfUnhealthy(standing), at: now)
    }
    if standing.members.count(where: \.hasLeft) > maxReplaced(of: standing.expected) {
      return Conclusion(decision: .rollback, code: .tooManyReplaced, at: now)
    }
    if let since = standing.healthySince {
      guard since + policy.soak.inMicroseconds <= now else { return nil }
      return Conclusion(decision: .promote, code: .groupHealthy, at: now)
    }
    return canStillBePromoted(standing, from: now) ? nil : tooLate(at: now, standing)
  }

  /// The verdict that time alone brings after the latest event and not later than now.
  func verdict(
    byTimeFrom last: Int64, through now: Int64, _ standing: Standing
  ) -> Conclusion? {
    guard last < now else { return nil }
    if let since = standing.healthySince {
      let moment = since + policy.soak.inMicroseconds
      guard moment <= now else { return nil }
      return Conclusion(decision: .promote, code: .groupHealthy, at: moment)
    }
    // What was hopeless before the first event is said at the first event.
    guard !canStillBePromoted(standing, from: now), canStillBePromoted(standing, from: last)
    else { return nil }
    return ((last + 1)...now).first { !canStillBePromoted(standing, from: $0) }
      .map { tooLate(at: $0, standing) }
  }

  private func codeOfUnhealthy(_ standing: Standing) -> ReasonCode {
    let failed = standing.present.filter { $0.state == .unhealthy }
    return failed.allSatisfy { lastFailure(of: $0) == .wrongVersion }
      ? .wrongVersion : .tooManyUnhealthy
  }

  private func lastFailure(of member: Member) -> FailureKind? {
    member.checks.reversed().lazy.compactMap { past in
      if case .failure(_, let kind) = past.ending { kind } else { nil }
    }.first
  }

  private func tooLate(at now: Int64, _ standing: Standing) -> Conclusion {
    if standing.members.isEmpty {
      return Conclusion(
        decision: .inconclusive, code: standing.hasFault ? .gateFault : .noInstances, at: now)
    }
    if faultsMayBeToBlame(at: now, standing) {
      return Conclusion(decision: .inconclusive, code: .gateFault, at: now)
    }
    return Conclusion(
      decision: .rollback,
      code: now >= deadline ? .deadlineExceeded : .cannotBecomeHealthyInTime, at: now)
  }

  /// Whether the group would be healthy, or still could be, had each lost check been a success.
  private func faultsMayBeToBlame(at now: Int64, _ standing: Standing) -> Bool {
    let present = standing.present
    let lost = present.contains { $0.checks.contains { $0.ending == .lost } }
    guard lost || standing.isSourceFailing else { return false }
    // Those whom the source could not name may be there, and well.
    let unseen = standing.isSourceFailing ? max(standing.expected - present.count, 0) : 0
    let hopeful = present.count { real in
      var member = real
      for index in member.checks.indices where member.checks[index].ending == .lost {
        member.checks[index].ending = .success
      }
      member.state = state(after: member.checks)
      return member.state == .healthy || earliestHealthy(member, from: now) <= latestHealthy
    }
    return present.count + unseen >= standing.expected
      && hopeful + unseen >= minHealthy(of: standing.expected)
  }
}
