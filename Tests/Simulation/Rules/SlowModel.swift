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
  /// The deadline that the run began with.
  let first: Duration

  init(check: HealthCheck, policy: GatePolicy, first: Duration? = nil) {
    (self.check, self.policy, self.first) = (check, policy, first ?? policy.deadline)
  }

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
    /// Its answer waited for a gate that was held up.
    var isStale = false
  }

  struct Member {
    var joined: Int64
    var role = InstanceRole.member
    var hasLeft = false
    /// Whether it is of another release.
    var isWrong = false
    var checks: [PastCheck] = []
    var state = InstanceState.initial
    /// What it was when the run was resumed and its checks before were forgotten.
    var carried = InstanceState.initial
    var resumed: Int64?
    var hadFailed = false
    /// When its first check may begin.
    var begins: Int64 { resumed ?? joined }
    /// What the load balancer said last, and whether it could be asked since.
    var view: InstanceState?
    var isViewStale = false
    /// Whether nobody looked at it in time, now or at any time.
    var isOutOfSight = false
    var wasOutOfSight = false
    var isObserved: Bool {
      guard let last = checks.last else { return true }
      return last.ending != .lost && !last.isStale && !isOutOfSight
    }

    mutating func loseSight() { (isOutOfSight, wasOutOfSight) = (true, true) }
  }

  /// What a history comes to.
  struct Standing {
    var members: [Member] = []
    /// How many the source wants now.
    var expected: Int
    var isInterrupted = false
    var hasFault = false
    /// The time of the latest event.
    var latest: Int64 = 0
    /// Whether the source could not be read when it was asked last.
    var isSourceFailing = false
    /// Since when the group has been as the policy wants it.
    var healthySince: Int64?
    var present: [Member] { present(.member) }
    var unhealthy: Int { present.count { $0.state == .unhealthy } }

    func present(_ role: InstanceRole) -> [Member] {
      members.filter { $0.role == role && !$0.hasLeft }
    }
  }

  /// The old group asked whose fault it is, from the moment at which the new one is condemned.
  struct Trial {
    var began: Int64
    var code: ReasonCode
    /// By place: how many checks each old instance had then, and whether it was failing.
    var asked: [Int: (checks: Int, isFailing: Bool)]
    /// So much longer, since nobody looked for a while.
    var longer: Int64 = 0
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
  func state(after all: [PastCheck], from carried: InstanceState = .initial) -> InstanceState {
    let checks = all.contains { $0.ending == .lost } ? all.filter { $0.ending != .lost } : all
    var state = carried
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
  ///
  /// What the load balancer says can be another thing at any moment.
  func earliestHealthy(_ member: Member, from now: Int64) -> Int64 {
    if loadBalancer(of: member) == .decides { return now }
    if isShownHealthy(member), member.isObserved { return now }
    return earliest(.healthy, by: .success, member, from: now)
  }

  /// Only the group has a load balancer.
  private func loadBalancer(of member: Member) -> GatePolicy.LoadBalancerRole {
    member.role == .member ? policy.loadBalancer : .none
  }

  /// Whether it is healthy, and everybody who is asked has said so the last time.
  private func isSeenHealthy(_ member: Member) -> Bool {
    let isInService = member.view == .healthy && !member.isViewStale
    return switch loadBalancer(of: member) {
    case .none: isShownHealthy(member) && member.isObserved
    case .confirms: isShownHealthy(member) && member.isObserved && isInService
    case .decides: isInService
    }
  }

  private func earliest(
    _ wanted: InstanceState, by ending: Ending, _ member: Member, from now: Int64
  ) -> Int64 {
    guard let start = nextStart(after: member.checks) else {
      return (member.begins...max(member.begins, now))
        .map { play(ending, to: wanted, member, start: $0, from: now) }.min() ?? now
    }
    return play(ending, to: wanted, member, start: start, from: now)
  }

  private func play(
    _ ending: Ending, to wanted: InstanceState, _ past: Member, start: Int64, from now: Int64
  ) -> Int64 {
    var member = past
    var start = start
    while true {
      let ended = max(start, now)
      member.checks.append(PastCheck(ending: ending, started: start, ended: ended))
      member.state = state(after: member.checks, from: member.carried)
      if member.state == wanted, wanted != .healthy || isShownHealthy(member) { return ended }
      start = nextStart(after: member.checks) ?? ended
    }
  }
}

// MARK: - The group

extension SlowModel {
  func standing(after history: [VirtualRun.TimedEvent]) -> Standing {
    var standing = Standing(expected: policy.expected)
    for timed in history {
      let now = timed.at.microseconds
      endSoak(by: now, &standing)
      apply(timed.event, at: now, to: &standing)
      standing.healthySince = isHealthy(standing) ? standing.healthySince ?? now : nil
      endSoak(by: now, &standing)
    }
    return standing
  }

  /// At the end of a soak, up to now, whoever was not looked at in time is not seen to be healthy.
  private func endSoak(by now: Int64, _ standing: inout Standing) {
    guard let since = standing.healthySince, since + policy.soak.inMicroseconds <= now else {
      return
    }
    let moment = max(since + policy.soak.inMicroseconds, standing.latest)
    for index in standing.members.indices {
      let member = standing.members[index]
      guard !member.hasLeft, member.role != .baseline, loadBalancer(of: member) != .decides,
        member.state == .healthy, member.isObserved, isLookedForInVain(member, at: moment)
      else { continue }
      standing.members[index].loseSight()
    }
    if !isHealthy(standing) { standing.healthySince = nil }
  }

  /// Whether its next check should have been over an interval ago, and more.
  private func isLookedForInVain(_ member: Member, at now: Int64) -> Bool {
    let due = nextStart(after: member.checks) ?? member.begins
    return isLongAgo(due, member, at: now)
  }

  private func isLongAgo(_ start: Int64, _ member: Member, at now: Int64) -> Bool {
    // A guard is given ten seconds at least.
    let timeout = max(check.timeout.inMicroseconds, member.role == .guard ? 10_000_000 : 0)
    return start + interval + timeout < now
  }

  private func apply(_ event: GateEvent, at now: Int64, to standing: inout Standing) {
    standing.latest = now
    switch event {
    case .instanceAdded(let instance):
      standing.members.append(
        Member(joined: now, role: instance.role, isWrong: instance.mismatch != nil))
    case .instanceRemoved(let key):
      if standing.members.indices.contains(key.index) {
        standing.members[key.index].hasLeft = true
      }
    case .checked(let key, let report):
      let started = report.started.microseconds
      loseSight(of: key, at: now, &standing)
      append(to: key, of: &standing) { member in
        let ending: Ending =
          switch report.result {
          case .success: .success
          case .failure(let kind):
            .failure(
              counted: member.role == .baseline
                || started >= member.joined + policy.gracePeriod.inMicroseconds, kind)
          }
        return PastCheck(
          ending: ending, started: started, ended: now, isStale: isLongAgo(started, member, at: now)
        )
      }
    case .checkLost(let key, let fault):
      standing.hasFault = true
      append(to: key, of: &standing) { _ in
        PastCheck(ending: .lost, started: fault.started?.microseconds ?? now, ended: now)
      }
    case .gateFault: (standing.hasFault, standing.isSourceFailing) = (true, true)
    case .baselineUnlisted: standing.hasFault = true
    case .groupListed(let expected):
      (standing.isSourceFailing, standing.expected) = (false, max(expected, 1))
    case .loadBalancerSaw(let key, let view):
      guard standing.members.indices.contains(key.index), !standing.members[key.index].hasLeft,
        standing.members[key.index].role == .member
      else { return }
      standing.members[key.index].view = view.state
      standing.members[key.index].isViewStale = false
      if policy.loadBalancer == .decides { standing.members[key.index].state = view.state }
    case .loadBalancerUnseen:
      standing.hasFault = true
      for index in standing.members.indices
      where standing.members[index].role == .member && !standing.members[index].hasLeft {
        standing.members[index].isViewStale = true
      }
    case .interrupted: standing.isInterrupted = true
    case .resumed(let gap): resume(after: gap.inMicroseconds, at: now, &standing)
    case .wokeUp: break
    }
  }

  /// A check that ends long after its time tells that nobody looked meanwhile.
  private func loseSight(of key: InstanceKey, at now: Int64, _ standing: inout Standing) {
    guard standing.members.indices.contains(key.index), !standing.members[key.index].hasLeft,
      isLookedForInVain(standing.members[key.index], at: now)
    else { return }
    standing.hasFault = true
    standing.members[key.index].loseSight()
    if !isHealthy(standing) { standing.healthySince = nil }
  }

  private func append(
    to key: InstanceKey, of standing: inout Standing, _ past: (Member) -> PastCheck
  ) {
    guard standing.members.indices.contains(key.index), !standing.members[key.index].hasLeft
    else { return }
    standing.members[key.index].checks.append(past(standing.members[key.index]))
    standing.members[key.index].isOutOfSight = false
    let member = standing.members[key.index]
    standing.members[key.index].state = state(after: member.checks, from: member.carried)
  }

  private func isHealthy(_ standing: Standing) -> Bool {
    standing.present.count >= standing.expected
      && standing.unhealthy <= maxUnhealthy(of: standing.expected)
      && standing.present.count(where: isSeenHealthy) >= minHealthy(of: standing.expected)
      && standing.present(.guard).allSatisfy(isSeenHealthy)
  }

  /// Whether the best of all futures still ends in a promotion.
  func canStillBePromoted(_ standing: Standing, from now: Int64) -> Bool {
    canStillBeHealthy(standing, from: now)
      && standing.present(.guard).allSatisfy { earliestHealthy($0, from: now) <= latestHealthy }
  }

  /// Whether the best of all futures makes the group itself healthy in time.
  private func canStillBeHealthy(_ standing: Standing, from now: Int64) -> Bool {
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
  func verdict(at now: Int64, _ standing: Standing, _ trial: inout Trial?) -> Conclusion? {
    if standing.isInterrupted {
      return Conclusion(decision: .inconclusive, code: .interrupted, at: now)
    }
    if standing.present.contains(where: \.isWrong) {
      return Conclusion(decision: .rollback, code: .wrongInstances, at: now)
    }
    if trial == nil, standing.unhealthy > maxUnhealthy(of: standing.expected) {
      return condemn(for: codeOfUnhealthy(standing), at: now, standing, &trial)
    }
    let left = standing.members.count { $0.role == .member && $0.hasLeft }
    if left > maxReplaced(of: standing.expected) {
      return Conclusion(decision: .rollback, code: .tooManyReplaced, at: now)
    }
    if standing.present(.guard).contains(where: { $0.state == .unhealthy }) {
      return Conclusion(decision: .rollback, code: .guardFailed, at: now)
    }
    if let trial { return settle(trial, at: now, standing) }
    if let since = standing.healthySince {
      guard since + policy.soak.inMicroseconds <= now else { return nil }
      return Conclusion(decision: .promote, code: .groupHealthy, at: now)
    }
    return canStillBePromoted(standing, from: now) ? nil : tooLate(at: now, standing, &trial)
  }

  /// The verdict that time alone brings after the latest event and not later than now.
  func verdict(
    byTimeFrom last: Int64, through now: Int64, _ standing: Standing, _ trial: inout Trial?
  ) -> Conclusion? {
    guard last < now else { return nil }
    var last = last
    var standing = standing
    if trial == nil {
      if let since = standing.healthySince {
        let moment = since + policy.soak.inMicroseconds
        guard moment <= now else { return nil }
        endSoak(by: moment, &standing)
        guard standing.healthySince == nil else {
          return Conclusion(decision: .promote, code: .groupHealthy, at: moment)
        }
        standing.hasFault = true
        if !canStillBePromoted(standing, from: moment) {
          if let verdict = tooLate(at: moment, standing, &trial) { return verdict }
        }
        last = moment
      }
    }
    if trial == nil {
      // What was hopeless before the first event is said at the first event.
      guard !canStillBePromoted(standing, from: now), canStillBePromoted(standing, from: last),
        let moment = ((last + 1)...now).first(where: { !canStillBePromoted(standing, from: $0) })
      else { return nil }
      if let verdict = tooLate(at: moment, standing, &trial) { return verdict }
      last = moment
    }
    guard let trial, last < now else { return nil }
    return ((last + 1)...now).lazy.compactMap { settle(trial, at: $0, standing) }.first
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

  private func tooLate(
    at now: Int64, _ standing: Standing, _ trial: inout Trial?
  ) -> Conclusion? {
    if !standing.members.contains(where: { $0.role == .member }) {
      return Conclusion(
        decision: .inconclusive, code: standing.hasFault ? .gateFault : .noInstances, at: now)
    }
    if faultsMayBeToBlame(at: now, standing) {
      return Conclusion(decision: .inconclusive, code: .gateFault, at: now)
    }
    // Healthy for the gate's own checks, and for them alone.
    if policy.loadBalancer == .confirms, standing.present.count >= standing.expected,
      standing.present.count(where: { $0.state == .healthy }) >= minHealthy(of: standing.expected)
    {
      return Conclusion(decision: .rollback, code: .loadBalancerDisagrees, at: now)
    }
    let code: ReasonCode = now >= deadline ? .deadlineExceeded : .cannotBecomeHealthyInTime
    // Where only a guard is late, nobody asks the old group.
    guard !canStillBeHealthy(standing, from: now) else {
      return Conclusion(decision: .rollback, code: code, at: now)
    }
    return condemn(for: code, at: now, standing, &trial)
  }

  /// Whether the group would be healthy, or still could be, had each lost check been a success.
  private func faultsMayBeToBlame(at now: Int64, _ standing: Standing) -> Bool {
    let present = standing.present
    let guards = standing.present(.guard)
    let lost = (present + guards).contains { member in
      member.isViewStale || member.wasOutOfSight || member.checks.contains { $0.ending == .lost }
    }
    guard lost || standing.isSourceFailing else { return false }
    // Those whom the source could not name may be there, and well.
    let unseen = standing.isSourceFailing ? max(standing.expected - present.count, 0) : 0
    func isHopeful(_ real: Member) -> Bool {
      switch loadBalancer(of: real) {
      case .none: break
      case .confirms where real.view != .healthy && !real.isViewStale: return false
      case .confirms: break
      case .decides: return real.state == .healthy || real.isViewStale
      }
      var member = real
      for index in member.checks.indices where member.checks[index].ending == .lost {
        member.checks[index].ending = .success
      }
      member.state = state(after: member.checks, from: member.carried)
      return isShownHealthy(member) || earliestHealthy(member, from: now) <= latestHealthy
    }
    return present.count + unseen >= standing.expected
      && present.count(where: isHopeful) + unseen >= minHealthy(of: standing.expected)
      && guards.allSatisfy(isHopeful)
  }
}

// MARK: - Whose fault it is

extension SlowModel {
  private func condemn(
    for code: ReasonCode, at now: Int64, _ standing: Standing, _ trial: inout Trial?
  ) -> Conclusion? {
    let begun = self.trial(for: code, at: now, standing.members)
    guard !begun.asked.isEmpty, code != .wrongVersion else {
      return Conclusion(decision: .rollback, code: code, at: now)
    }
    trial = begun
    return settle(begun, at: now, standing)
  }

  /// Asks the old instances that are there.
  func trial(for code: ReasonCode, at now: Int64, _ members: [Member]) -> Trial {
    var trial = Trial(began: now, code: code, asked: [:])
    for (index, member) in members.enumerated() where member.role == .baseline && !member.hasLeft {
      trial.asked[index] = (member.checks.count, isFailing(member, at: now))
    }
    return trial
  }

  /// By the rules that condemned the new group: unhealthy, or after failures too late to be healthy.
  private func isFailing(_ member: Member, at now: Int64) -> Bool {
    let hasFailed =
      member.hadFailed
      || member.checks.contains { if case .failure = $0.ending { true } else { false } }
    return member.state == .unhealthy
      || (member.state == .initial && hasFailed
        && earliestHealthy(member, from: now) > latestHealthy)
  }

  enum Finding { case open, failing, well }

  /// What the checks since have shown of one old instance, from its whole list.
  func finding(_ trial: Trial, _ index: Int, _ member: Member) -> Finding {
    guard let asked = trial.asked[index], !member.hasLeft else { return .well }
    var finding = asked.isFailing ? Finding.failing : .open
    for end in member.checks.indices.dropFirst(asked.checks) {
      let past = member.checks[end]
      switch (finding, state(after: Array(member.checks[...end]), from: member.carried)) {
      case (.open, .unhealthy): finding = .failing
      case (.failing, .healthy): return .well
      case (.open, _) where past.ending == .success && past.started >= trial.began: return .well
      case (.open, .initial) where isTooLate(Array(member.checks[...end]), member):
        finding = .failing
      case (.open, _), (.failing, _), (.well, _): break
      }
    }
    return finding
  }

  /// Whether the last of these checks failed, and left too little time to be healthy.
  private func isTooLate(_ checks: [PastCheck], _ member: Member) -> Bool {
    guard let last = checks.last, case .failure = last.ending else { return false }
    var member = member
    member.checks = checks
    member.state = state(after: checks, from: member.carried)
    return earliestHealthy(member, from: last.ended) > latestHealthy
  }

  /// Whether any future without a success makes it fail in time: its next check may end at once or
  /// late, and those that follow fail at once.
  private func canFail(_ member: Member, from now: Int64, by end: Int64) -> Bool {
    let scheduled = nextStart(after: member.checks)
    let first = scheduled ?? member.begins
    guard max(first, now) <= end else { return false }
    return (max(first, now)...end).contains { ended in
      let starts = scheduled.map { $0...$0 } ?? member.begins...ended
      return starts.contains { started in
        var checks = member.checks
        var next = (started: started, ended: ended)
        while next.ended <= end {
          checks.append(
            PastCheck(
              ending: .failure(counted: true, .statusMismatch), started: next.started,
              ended: next.ended))
          switch state(after: checks, from: member.carried) {
          case .unhealthy: return true
          case .initial where isTooLate(checks, member): return true
          case .initial, .healthy: break
          }
          let slot = nextStart(after: checks) ?? next.ended
          next = (slot, slot)
        }
        return false
      }
    }
  }

  /// The policy's own measure, of the old group as it was asked.
  func isTooMany(_ failing: Int, _ trial: Trial) -> Bool {
    let total = trial.asked.count
    return failing > maxUnhealthy(of: total) || total - failing < min(minHealthy(of: total), total)
  }

  /// Until when the old group is asked.
  func end(of trial: Trial) -> Int64 {
    trial.began + Int64(check.unhealthyThreshold) * interval + check.timeout.inMicroseconds
      + trial.longer
  }

  private func settle(_ trial: Trial, at now: Int64, _ standing: Standing) -> Conclusion? {
    var failing = 0
    var open = 0
    for (index, member) in standing.members.enumerated() {
      switch finding(trial, index, member) {
      case .failing: failing += 1
      case .open where canFail(member, from: now, by: end(of: trial)): open += 1
      case .open, .well: break
      }
    }
    if isTooMany(failing, trial) {
      return Conclusion(decision: .inconclusive, code: .sharedCause, at: now)
    }
    guard now > end(of: trial) || !isTooMany(failing + open, trial) else { return nil }
    return Conclusion(decision: .rollback, code: trial.code, at: now)
  }
}
