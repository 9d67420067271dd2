import GateCore

/// The rules once more, each event at a time, for groups for which the slow model is too slow.
///
/// An event costs the same whatever the group's size. Only at a verdict all instances are gone
/// through: whether something could still be, an instant earlier, and cannot be any more.
struct FleetRules {
  let check: HealthCheck
  let policy: GatePolicy
  private(set) var violations: [Violation] = []
  var ones: [RuledInstance] = []

  struct Counts: Equatable {
    var present = 0
    var initial = 0
    var unhealthy = 0
    /// Healthy, and seen to be.
    var healthy = 0
    var left = 0
    var wrong = 0
  }

  struct Conclusion: Equatable {
    var decision: Decision
    var code: ReasonCode
    var at: Int64
  }

  struct Trial {
    var code: ReasonCode
    var began: Int64
    var asked: Int
    var failing = 0
    var open = 0
  }

  private(set) var expected: Int
  var members = Counts()
  var guards = Counts()
  var old = Counts()
  var trial: Trial?
  private(set) var healthySince: Int64?
  private(set) var isSourceFailing = false
  private(set) var hasFault = false
  private var isInterrupted = false
  private var conclusion: Conclusion?
  /// The time of the latest event; nil before the first.
  private var last: Int64?

  init(_ check: HealthCheck, _ policy: GatePolicy) {
    self.check = check
    self.policy = policy
    expected = policy.expected
  }

  var minHealthy: Int { max(1, atLeast(policy.minHealthy, of: expected)) }
  var maxUnhealthy: Int { atMost(policy.maxUnhealthy, of: expected) }
  var latestHealthy: Int64 { policy.deadline.inMicroseconds - policy.soak.inMicroseconds }

  func atLeast(_ count: InstanceCount, of total: Int) -> Int {
    switch count {
    case .number(let number): number
    // The least whole number that is not below the share.
    case .percentage(let share): share * total / 100 + (share * total % 100 > 0 ? 1 : 0)
    }
  }

  func atMost(_ count: InstanceCount, of total: Int) -> Int {
    switch count {
    case .number(let number): number
    case .percentage(let share): (share * total - share * total % 100) / 100
    }
  }

  mutating func complain(_ rule: Violation.Rule, _ words: String) {
    guard violations.count < 20 else { return }
    violations.append(Violation(rule, words))
  }

  // MARK: - An event

  /// Judges what the gate made of an event; one that came too late is a wake-up.
  mutating func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at now: Int64, in gate: Gate
  ) {
    guard conclusion == nil, violations.isEmpty else { return }
    passTime(through: now, event, gate)
    guard conclusion == nil else { return compare(gate, at: now) }
    judgeCertainty(before: event, at: now, gate)
    let key = apply(event, at: now)
    if let key { judge(key, effects, gate) }
    decide(at: now, gate)
    compare(gate, at: now)
    last = now
  }

  /// What time alone brings, up to now.
  private mutating func passTime(through now: Int64, _ event: GateEvent, _ gate: Gate) {
    guard var last, last < now else { return }
    if trial == nil, let healthySince {
      let moment = healthySince + policy.soak.inMicroseconds
      guard moment <= now else { return }
      guard loseSight(at: moment) else { return conclude(.promote, .groupHealthy, at: moment) }
      self.last = moment
      // It may be too late at that very moment.
      last = moment - 1
    }
    if trial == nil, let blame = gate.blame, blame.since.microseconds > last {
      let since = blame.since.microseconds
      // Too late by time alone, or by this event? By time, if it is too late without it.
      guard since < now || !canStillBePromoted(at: since) else { return }
      judgeTooLate(at: since)
      begin(codeOfTooLate(at: since), at: since)
    }
    guard case .wokeUp = event, let verdict = gate.verdict, verdict.at.microseconds > last else {
      return
    }
    let moment = verdict.at.microseconds
    if let trial {
      if moment - 1 > last, mustSettle(trial, at: moment - 1) {
        complain(.trial, "at \(moment - 1) the old group was cleared, and no word of it")
      }
      return settle(trial, at: moment, says: verdict)
    }
    judgeTooLate(at: moment)
    let late = tooLate(at: moment)
    conclude(late.decision, late.code, at: moment)
  }

  /// By time alone: an instant earlier it was not too late.
  private mutating func judgeTooLate(at moment: Int64) {
    if canStillBePromoted(at: moment) {
      complain(.earliest, "at \(moment) the group could still be promoted")
    }
    guard let last, last < moment, !canStillBePromoted(at: moment - 1) else { return }
    complain(.earliest, "at \(moment - 1) nothing could save the group any more, and no word of it")
  }

  /// When an event brings the verdict, time alone must not have brought it before.
  private mutating func judgeCertainty(before event: GateEvent, at now: Int64, _ gate: Gate) {
    guard last != nil, trial == nil, healthySince == nil, gate.verdict != nil || gate.blame != nil,
      !canStillBePromoted(at: now)
    else { return }
    complain(.earliest, "before \(event) at \(now) nothing could save the group any more")
  }

  // MARK: - What an event changes

  /// Returns the instance that it is of.
  private mutating func apply(_ event: GateEvent, at now: Int64) -> Int? {
    switch event {
    case .instanceAdded(let instance):
      ones.append(RuledInstance(instance, at: now))
      count(ones.count - 1, by: 1)
      return ones.count - 1
    case .instanceRemoved(let key):
      guard let index = present(key) else { return nil }
      count(index, by: -1)
      ones[index].hasLeft = true
      self[ones[index].role].left += 1
      find(index, nil)
      return index
    case .checked(let key, let report):
      guard let index = present(key) else { return nil }
      if ones[index].isUnseen(at: now, check) {
        hasFault = true
        change(index) { one, _, _ in one.loseSight() }
        if !isHealthy { healthySince = nil }
      }
      change(index) { $0.checked(report, at: now, $1, $2) }
      hear(index, report, at: now)
      return index
    case .checkLost(let key, let fault):
      hasFault = true
      guard let index = present(key) else { return nil }
      change(index) { one, check, _ in
        one.lost(from: fault.started?.microseconds ?? now, at: now, check)
      }
      return index
    case .loadBalancerSaw(let key, let view):
      guard let index = present(key), ones[index].role == .member else { return nil }
      change(index) { one, _, policy in
        (one.view, one.isViewStale) = (view.state, false)
        if policy.loadBalancer == .decides { one.follow(view.state) }
      }
      return index
    case .loadBalancerUnseen:
      hasFault = true
      for index in ones.indices where ones[index].role == .member && !ones[index].hasLeft {
        change(index) { one, _, _ in one.isViewStale = true }
      }
    case .gateFault: (hasFault, isSourceFailing) = (true, true)
    case .baselineUnlisted: hasFault = true
    case .groupListed(let wanted): (expected, isSourceFailing) = (max(wanted, 1), false)
    case .interrupted: isInterrupted = true
    case .resumed: preconditionFailure("no runner dies in these worlds, but in ResumedModelTests")
    case .wokeUp: break
    }
    return nil
  }

  private func present(_ key: InstanceKey) -> Int? {
    ones.indices.contains(key.index) && !ones[key.index].hasLeft ? key.index : nil
  }

  private mutating func change(
    _ index: Int, _ edit: (inout RuledInstance, HealthCheck, GatePolicy) -> Void
  ) {
    count(index, by: -1)
    edit(&ones[index], check, policy)
    count(index, by: 1)
  }

  private subscript(role: InstanceRole) -> Counts {
    get {
      switch role {
      case .member: members
      case .guard: guards
      case .baseline: old
      }
    }
    set {
      switch role {
      case .member: members = newValue
      case .guard: guards = newValue
      case .baseline: old = newValue
      }
    }
  }

  private mutating func count(_ index: Int, by step: Int) {
    let one = ones[index]
    self[one.role].present += step
    switch one.state {
    case .initial: self[one.role].initial += step
    case .unhealthy: self[one.role].unhealthy += step
    case .healthy: break
    }
    if isSeenHealthy(one) { self[one.role].healthy += step }
    if one.isWrong { self[one.role].wrong += step }
  }

  private func isSeenHealthy(_ one: RuledInstance) -> Bool {
    guard one.state == .healthy else { return false }
    switch one.role == .member ? policy.loadBalancer : .none {
    case .none: return !one.isLost
    case .confirms: return !one.isLost && one.view == .healthy && !one.isViewStale
    case .decides: return !one.isViewStale
    }
  }

  /// The gate's own counts of this instance, and what it wants of it next.
  private mutating func judge(_ index: Int, _ effects: ArraySlice<GateEffect>, _ gate: Gate) {
    let (one, record) = (ones[index], gate[InstanceKey(index)])
    if record.health.state != one.state {
      complain(.state, "\(record.instance.id) is \(record.health.state), not \(one.state)")
    }
    if record.failures != one.failures {
      complain(
        .faults, "\(record.failures) failures of \(record.instance.id), but \(one.failures) were")
    }
    for case .startCheck(InstanceKey(index), let start) in effects
    where start.microseconds != one.next {
      complain(
        .schedule, "\(record.instance.id) is next checked at \(start.microseconds), not \(one.next)"
      )
    }
  }
}

// MARK: - The decision

extension FleetRules {
  private var isHealthy: Bool {
    members.present >= expected && members.healthy >= minHealthy
      && members.unhealthy <= maxUnhealthy && guards.healthy == guards.present
  }

  private mutating func decide(at now: Int64, _ gate: Gate) {
    healthySince = trial == nil && isHealthy ? healthySince ?? now : nil
    if isInterrupted { return conclude(.inconclusive, .interrupted, at: now) }
    if members.wrong > 0 { return conclude(.rollback, .wrongInstances, at: now) }
    if trial == nil, members.unhealthy > maxUnhealthy {
      return condemn(codeOfUnhealthy, at: now, gate)
    }
    if members.left > atMost(policy.maxReplaced, of: expected) {
      return conclude(.rollback, .tooManyReplaced, at: now)
    }
    if guards.unhealthy > 0 { return conclude(.rollback, .guardFailed, at: now) }
    if let trial { return settle(trial, at: now, says: gate.verdict) }
    if let healthySince {
      guard healthySince + policy.soak.inMicroseconds <= now else { return }
      guard loseSight(at: now) else { return conclude(.promote, .groupHealthy, at: now) }
    }
    guard gate.verdict != nil || gate.blame != nil else { return }
    if canStillBePromoted(at: now) {
      complain(.earliest, "at \(now) the group could still be promoted")
    }
    let late = tooLate(at: now)
    if late.condemns {
      condemn(late.code, at: now, gate)
    } else {
      conclude(late.decision, late.code, at: now)
    }
  }

  private mutating func conclude(_ decision: Decision, _ code: ReasonCode, at now: Int64) {
    conclusion = Conclusion(decision: decision, code: code, at: now)
  }

  private mutating func compare(_ gate: Gate, at now: Int64) {
    let said = gate.verdict.map {
      Conclusion(decision: $0.decision, code: $0.reason.code, at: $0.at.microseconds)
    }
    if said != conclusion {
      complain(
        .verdict,
        "at \(now) the gate says \(said.map { "\($0)" } ?? "nothing"), but the rules "
          + "\(conclusion.map { "\($0)" } ?? "nothing")")
    }
    guard conclusion == nil else { return }
    let counted = (gate.present, gate.initial, gate.unhealthy, gate.healthy, gate.replaced)
    let wanted = (
      members.present, members.initial, members.unhealthy,
      members.present - members.initial - members.unhealthy, members.left
    )
    if counted != wanted || gate.expected != expected {
      complain(.counts, "at \(now) the gate counts \(counted), the rules \(wanted)")
    }
    if gate.healthySince?.microseconds != healthySince {
      complain(
        .counts,
        "at \(now) the gate has the group healthy since \(String(describing: gate.healthySince)), "
          + "the rules since \(String(describing: healthySince))")
    }
  }

  /// Whoever was not looked at in time does not count; returns whether the group is healthy no more.
  private mutating func loseSight(at now: Int64) -> Bool {
    for index in ones.indices {
      let one = ones[index]
      guard one.role != .baseline, one.role == .guard || policy.loadBalancer != .decides,
        !one.hasLeft, one.state == .healthy, !one.isLost, one.isUnseen(at: now, check)
      else { continue }
      hasFault = true
      change(index) { one, _, _ in one.loseSight() }
    }
    if !isHealthy { healthySince = nil }
    return healthySince == nil
  }

  private var codeOfUnhealthy: ReasonCode {
    ones.contains {
      $0.role == .member && !$0.hasLeft && $0.state == .unhealthy && !$0.isLatestFailureOfVersion
    } ? .tooManyUnhealthy : .wrongVersion
  }

  private mutating func condemn(_ code: ReasonCode, at now: Int64, _ gate: Gate) {
    guard old.present > 0, code != .wrongVersion else {
      return conclude(.rollback, code, at: now)
    }
    begin(code, at: now)
    if let trial { settle(trial, at: now, says: gate.verdict) }
  }

  private mutating func begin(_ code: ReasonCode, at now: Int64) {
    trial = Trial(code: code, began: now, asked: old.present)
    for index in ones.indices where ones[index].role == .baseline && !ones[index].hasLeft {
      let one = ones[index]
      let isTooLate =
        one.state == .initial && one.failures > 0 && earliestHealthy(one, at: now) > latestHealthy
      find(index, one.state == .unhealthy || isTooLate ? .failing : .open)
    }
    healthySince = nil
  }

  private mutating func settle(_ trial: Trial, at now: Int64, says verdict: Verdict?) {
    if isTooMany(trial.failing, trial) { return conclude(.inconclusive, .sharedCause, at: now) }
    guard !mustSettle(trial, at: now) else { return conclude(.rollback, trial.code, at: now) }
    guard verdict?.reason.code == trial.code, verdict?.at.microseconds == now else { return }
    if isTooMany(trial.failing + sureToBeAbleToFail(at: now, trial), trial) {
      complain(.trial, "at \(now) the old group could still fail, but was let off")
    }
    conclude(.rollback, trial.code, at: now)
  }

  private func mustSettle(_ trial: Trial, at now: Int64) -> Bool {
    now > end(of: trial) || !isTooMany(trial.failing + trial.open, trial)
  }
}
