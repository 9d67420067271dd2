/// Everything that the gate knows about one instance.
package struct InstanceRecord: Hashable, Sendable {
  package let instance: Instance
  package let firstSeen: GateInstant
  /// The index of its check rule; with several health checks, of the one that determines its state.
  package internal(set) var rule: Int
  /// The record under each health check, if there are several; otherwise empty.
  package internal(set) var parts: [InstanceRecord] = []
  /// The name of the health check, in a part; otherwise empty.
  private(set) var checkName = ""
  package internal(set) var health = InstanceHealth()
  package internal(set) var removed: GateInstant?
  package internal(set) var healthySince: GateInstant?
  package internal(set) var successes = 0
  package internal(set) var failures = 0
  /// The number of failed checks that the grace period forgave.
  package internal(set) var forgivenFailures = 0
  /// The number of checks that were lost to gate faults.
  package internal(set) var lostChecks = 0
  package internal(set) var history = InstanceHistory()
  /// The load balancer's latest view; nil if it was not queried or has not reported any.
  package internal(set) var view: LoadBalancerView?
  /// Whether the instance is missing from the latest listing.
  package internal(set) var isMissing = false
  /// What a guard with too little data waits for; nil if its latest result counted.
  package internal(set) var waitsFor: String?

  /// When the next check may start by the schedule; in the past while it is running or late.
  var nextCheck: GateInstant
  /// A check that began before this time was counted already, as one that was not made.
  ///
  /// With spread checks, the settings determine when a check is moved ahead. In a replay under
  /// other settings, a recorded check can therefore begin before it is due.
  private(set) var countedUntil: GateInstant
  var schedule = CheckSchedule()
  /// Its place in the interval while it is healthy, in microseconds; nil without spread checks.
  var place: Int64?
  /// The latest result; an instance without a check yet counts as passed.
  var latest = LatestResult.passed
  /// The instance's standing in the check for a shared cause; nil if there is no such check.
  var blame: SharedCauseCheck.Standing?

  init(
    _ instance: Instance, under rule: Int = 0, called name: String = "", at now: GateInstant
  ) {
    checkName = name
    self.instance = instance
    self.rule = rule
    firstSeen = now
    (nextCheck, countedUntil) = (now, now)
  }

  package var checks: Int { successes + failures }

  /// The instance's contribution to the counts of the group.
  ///
  /// It takes a pointer, so that the record is not copied twice per check for a few fields.
  @inline(__always)
  static func share(
    of record: UnsafePointer<InstanceRecord>, under check: HealthCheck, soak: DeadlineFeasibility,
    final: DeadlineFeasibility, _ role: GatePolicy.LoadBalancerRole
  ) -> GroupHealth.Share {
    let (health, latest, nextCheck) = (
      record.pointee.health, record.pointee.latest, record.pointee.nextCheck
    )
    var share = GroupHealth.Share(
      state: health.state, isMismatched: record.pointee.instance.mismatch != nil,
      isHealthy: health.isShownHealthy, isListed: !record.pointee.isMissing,
      isInService: role == .none || record.pointee.view?.state == .healthy, latest: latest,
      soakChance: soak.latest, finalChance: final.latest)
    // A view can change at any moment.
    guard role != .decides else { return share }
    let needed = health.successesNeeded(under: check)
    if needed > 0 {
      let schedule = record.pointee.schedule
      share.soakChance = soak.lastChance(of: needed, from: nextCheck, schedule)
      share.finalChance = final.lastChance(of: needed, from: nextCheck, schedule)
    } else if latest != .passed, nextCheck > final.latest {
      share.finalChance = nil
    }
    return share
  }

  // MARK: - Checks that were not made

  /// The number of checks that should have begun at least an interval before another one began.
  func missedChecks(before started: GateInstant, every interval: Int64) -> Int {
    max(0, Int((started.microseconds - nextCheck.microseconds) / interval))
  }

  /// The number of checks that should have ended long ago: the gate was held up and has not looked.
  ///
  /// A check ends at most a timeout after its slot, and begins slightly late in a burst. A whole
  /// interval allows for that.
  func missedChecks(by now: GateInstant, under check: HealthCheck) -> Int {
    let over = now.microseconds - check.timeout.inMicroseconds
    let overdue = over - nextCheck.microseconds - 1
    return overdue < 0 ? 0 : Int(overdue / check.interval.inMicroseconds)
  }

  /// The time from which on the next check counts as not made.
  func missDue(under check: HealthCheck) -> GateInstant {
    nextCheck + check.interval + check.timeout
  }
}

extension InstanceRecord {
  /// Records a check by the health check with this index; returns the change of state, if there was
  /// one.
  ///
  /// An assumed success of a check that was not made does not determine the slots.
  mutating func record(
    _ report: CheckReport, of number: Int, isInTime: Bool, isSupposed: Bool, at now: GateInstant,
    rules: [CheckRule], policy: GatePolicy, in episode: Int
  ) -> Transition? {
    guard parts.isEmpty else {
      _ = parts[number].record(
        report, of: number, isInTime: isInTime, isSupposed: isSupposed, at: now, rules: rules,
        policy: policy, in: episode)
      note(report, counting(at: report.started, policy), at: now)
      return gather(at: now, rules)
    }
    let check = rules[rule].check
    let slots = schedule
    // The schedule uses the time of the response: a gate that looks late makes the next check late,
    // but skips none.
    scheduleNext(afterCheckFrom: report.started, to: min(report.ended, now), under: check)
    if isSupposed { schedule = slots }
    waitsFor = nil
    let counting = counting(at: report.started, policy)
    note(report, counting, at: now)
    // The gate noticed the response so late that the check counts as not made.
    guard isInTime else {
      health.recordTooLate(report.result)
      return nil
    }
    latest.record(isPass: report.result == .success, in: episode)
    let old = health.state
    let new = health.record(report.result, counting: counting, under: check)
    // An instance that must still pass a check keeps its schedule.
    if let place, !isSupposed, health.isShownHealthy, latest == .passed {
      nextCheck = schedule.spread(
        to: place, from: nextCheck, after: now, every: check.interval.inMicroseconds)
    }
    return new.map { moved(from: old, to: $0, at: now, check: check) }
  }

  /// Records a result that is neither a success nor a failure.
  ///
  /// It advances the schedule, and until the next success no promotion rests on earlier results.
  mutating func pass(over answer: GuardWait, at now: GateInstant, check: HealthCheck) {
    waitsFor = answer.detail
    latest = .missedAgain
    scheduleNext(afterCheckFrom: answer.started, to: now, under: check)
  }

  /// Records a lost check: it advances the schedule and is not a pass.
  mutating func recordLoss(
    _ fault: GateFault, of number: Int, isInTime: Bool, at now: GateInstant,
    rules: [CheckRule], in episode: Int
  ) {
    guard parts.isEmpty else {
      parts[number].recordLoss(
        fault, of: number, isInTime: isInTime, at: now, rules: rules, in: episode)
      _ = gather(at: now, rules)
      return
    }
    // Otherwise it is counted already.
    if isInTime { lost(1, fault, at: now, in: episode) }
    scheduleNext(afterCheckFrom: fault.started ?? now, to: now, under: rules[rule].check)
  }

  /// Records checks that were not made at all.
  mutating func recordMissed(
    _ count: Int, of number: Int, at now: GateInstant, rules: [CheckRule], in episode: Int
  ) {
    guard parts.isEmpty else {
      parts[number].recordMissed(count, of: number, at: now, rules: rules, in: episode)
      _ = gather(at: now, rules)
      return
    }
    lost(count, .heldUp, at: now, in: episode)
    skip(count, of: number, rules: rules)
  }

  /// Advances the schedule of a health check by this many slots.
  mutating func skip(_ count: Int, of number: Int, rules: [CheckRule]) {
    guard parts.isEmpty else { return parts[number].skip(count, of: number, rules: rules) }
    nextCheck = nextCheck + .microseconds(Int64(count) * rules[rule].interval)
    countedUntil = nextCheck
  }

  private mutating func lost(
    _ count: Int, _ fault: GateFault, at now: GateInstant, in episode: Int
  ) {
    lostChecks += count
    history.lastLoss = LostCheck(at: now, fault: fault)
    health.recordLoss()
    for _ in 0..<min(count, 2) { latest.record(isPass: false, in: episode) }
  }

  /// Advances the schedule; a check takes at most its timeout, so any further delay is the gate's.
  private mutating func scheduleNext(
    afterCheckFrom started: GateInstant, to now: GateInstant, under check: HealthCheck
  ) {
    let ended = min(now, max(started, started + check.timeout))
    let next = schedule.next(
      afterCheckFrom: started, to: ended, every: check.interval.inMicroseconds)
    nextCheck = max(nextCheck, next)
    countedUntil = place == nil ? nextCheck : max(countedUntil, ended)
  }

  /// Restarts the counts and the schedule after a time without checks.
  mutating func startAnew(at now: GateInstant) {
    health.startAnew()
    (schedule, nextCheck, countedUntil) = (CheckSchedule(), now, now)
  }

  /// Records the load balancer's view; returns the change of state, if the view decides.
  mutating func note(
    _ view: LoadBalancerView, at now: GateInstant, check: HealthCheck, policy: GatePolicy
  ) -> Transition? {
    changeWhole { $0.view = view }
    guard policy.loadBalancer == .decides else { return nil }
    let old = health.state
    guard let new = health.follow(view, counting: counting(at: now, policy)) else { return nil }
    return moved(from: old, to: new, at: now, check: check)
  }

  /// When a view against the instance is no longer forgiven; nil if none is forgiven.
  func graceEnd(_ policy: GatePolicy) -> GateInstant? {
    guard policy.loadBalancer == .decides, removed == nil, view?.state == .unhealthy,
      health.state == .initial
    else { return nil }
    return firstSeen + gracePeriod(policy)
  }

  func counting(at started: GateInstant, _ policy: GatePolicy) -> FailureCounting {
    started < firstSeen + gracePeriod(policy) ? .forgiven : .counted
  }

  /// The grace period that applies to the instance: none for the baseline, which does not boot.
  private func gracePeriod(_ policy: GatePolicy) -> Duration {
    switch instance.role {
    case .member: policy.gracePeriod
    case .guard: instance.step == nil ? policy.gracePeriod : .zero
    case .baseline: .zero
    }
  }

  mutating func moved(
    from old: InstanceState, to new: InstanceState, at now: GateInstant, check: HealthCheck
  ) -> Transition {
    healthySince = new == .healthy ? now : nil
    let transition = Transition(at: now, from: old, to: new, reason: reason(under: check))
    history.transitions.append(transition)
    return transition
  }

  mutating func note(
    _ report: CheckReport, _ counting: FailureCounting, at now: GateInstant
  ) {
    switch report.result {
    case .success: successes += 1
    case .failure:
      failures += 1
      if counting == .forgiven { forgivenFailures += 1 }
    }
    history.note(report, at: now, check: checkName)
  }
}
