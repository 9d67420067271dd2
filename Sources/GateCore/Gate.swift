/// The gate: a fold over timed events that ends in one verdict.
///
/// It has no clock and performs no actions. Events go in with their times, effects come out as
/// data, and the same events give the same verdict, whether live, replayed or simulated.
package struct Gate: Sendable {
  /// The health checks of each instance: one, or several with names.
  package let checks: [HealthCheck]
  package let policy: GatePolicy
  /// A property that is never set, which prevents a copy of the gate at each check.
  ///
  /// A struct with an existential member is passed by address. Without one, the compiler copies all
  /// of its some 1,500 bytes wherever a mutating function reads a property of the gate.
  private let lent: (any Sendable)? = nil
  /// The check rules: first those of the health checks, for instances, then those of the guards.
  let rules: [CheckRule]
  /// The steps of the canary, and their state.
  package internal(set) var rollout: Rollout
  /// The effects of the steps, collected until the event that caused them has been folded in.
  var stepEffects: [GateEffect] = []
  /// The records, indexed by key, in the order in which the instances joined; records of instances
  /// that left are kept.
  package internal(set) var records: [InstanceRecord] = []
  package private(set) var verdict: Verdict?
  /// The time since which the group meets the policy; nil if it does not.
  package private(set) var healthySince: GateInstant?
  /// The same for the instances in the latest listing: their soak counts once the others are gone.
  private(set) var listedHealthySince: GateInstant?
  /// The number of expected instances: the policy's, or the source's latest.
  package private(set) var expected: Int

  /// The check for a shared cause, while the new group is condemned; otherwise nil.
  package private(set) var blame: SharedCauseCheck? {
    get { trial.first }
    set { trial = newValue.map { [$0] } ?? [] }
  }
  /// At most one element; testing an array for it copies nothing, at each check.
  private var trial: [SharedCauseCheck] = []

  /// The samples of both groups since the new one became healthy; empty unless they are compared.
  private(set) var samples = ComparisonSamples()

  private(set) var counts = RoleCounts()
  private var keys: [Name: InstanceKey] = [:]
  /// The time of the latest event.
  package internal(set) var clock = GateInstant.start
  /// The next moment at which the passing of time alone decides; nil if there is none.
  private var nextMoment: GateInstant?
  private var announcedWakeUp: GateInstant?
  /// The time by which the group must be promoted: the policy's deadline, or later after a
  /// resumption.
  package internal(set) var deadline: GateInstant
  /// The time by which the conditions of the next promotion or step must hold.
  package private(set) var goal: GateInstant
  /// The resumptions of the run, oldest first.
  package private(set) var resumptions: [Resumption] = []
  /// Whether everything that a promotion requires holds, except for the latest checks.
  var isHeld = false
  /// The latest times at which the group can begin to soak, and at which all else can happen, to be
  /// promoted by the deadline.
  private(set) var certainties: Certainties
  /// The newest listing of the group, and the newest view of the load balancers; nil if there was
  /// none.
  package private(set) var listing: FinishedListing?
  package private(set) var view: FinishedView?
  /// When they arrived.
  private(set) var (listed, viewed) = (GateInstant.start, GateInstant.start)
  /// Names in listings for places of instances with another name.
  package private(set) var doubledNames: [String] = []
  /// The notes of the newest listing that succeeded.
  package private(set) var notes: [ListingNote] = []
  /// The earliest time at which a view against an instance is no longer forgiven; nil if there is
  /// none.
  private var nextGraceEnd: GateInstant?

  /// What was lost to gate faults.
  package private(set) var losses = Losses()
  /// The earliest time at which a check can count as not made.
  private(set) var nextMiss = GateInstant.start
  /// The gate without losses, at most one; it exists from the first loss on.
  var faultless: [Gate] = []
  /// Whether this gate is the one that lost nothing.
  var isFaultless = false
  /// Whether the event that this gate is folding is an assumed success of a check that was not
  /// made.
  var isSupposing = false
  /// The latest events, which are not yet folded into the gate without losses; nil if there are
  /// none.
  var unfolded: Unfolded?
  /// When the event that is being folded in was noticed, however late that was.
  private(set) var seen = GateInstant.start

  private struct Name: Hashable {
    var id: String
    var role: InstanceRole
  }

  /// Creates a gate; guards without their own settings use those of the first health check.
  package init(checks: [HealthCheck], policy: GatePolicy) {
    precondition(policy.expected >= 0, "a count")
    precondition(!checks.isEmpty, "something is checked")
    precondition(
      checks.allSatisfy { $0.interval.inMicroseconds > 0 }, "checks need an interval")
    self.checks = checks
    self.policy = policy
    rules = CheckRule.all(checks, policy)
    let check = checks[0]
    rollout = Rollout(policy.steps)
    expected = policy.expected
    deadline = .start + policy.deadline
    goal = deadline
    let final = DeadlineFeasibility(check: check, until: deadline)
    certainties = (final, final)
    placeGoal()
    noteNextMoment()
  }

  /// The first health check.
  package var check: HealthCheck { checks[0] }

  /// The required number of healthy instances: at least one, even with `min_healthy 0%`.
  var minHealthy: Int { max(policy.minHealthy.roundedUp(of: expected), 1) }
  var maxUnhealthy: Int { policy.maxUnhealthy.roundedDown(of: expected) }
  var maxReplaced: Int { policy.maxReplaced.roundedDown(of: expected) }

  var group: GroupHealth { counts[.member] }
  var guards: GroupHealth { counts[.guard] }

  package var present: Int { group.present }
  /// The total of which the healthy instances are reported: the expected or, if more, the present
  /// ones.
  package var total: Int { max(expected, present) }
  package var healthy: Int { healthy(.member) }
  package var unhealthy: Int { group.unhealthy }
  package var initial: Int { group.initial }
  package var replaced: Int { group.removed }
  /// The number of present instances that do not belong to the new release.
  package var mismatched: Int { group.mismatched }
  /// The number of present instances that the latest listing lacks.
  package var unlisted: Int { group.present - group.listed }

  package func present(_ role: InstanceRole) -> Int { counts[role].present }
  package func healthy(_ role: InstanceRole) -> Int {
    counts[role].present - counts[role].initial - counts[role].unhealthy
  }
  package func unhealthy(_ role: InstanceRole) -> Int { counts[role].unhealthy }
  package func initial(_ role: InstanceRole) -> Int { counts[role].initial }
  package func replaced(_ role: InstanceRole) -> Int { counts[role].removed }

  /// Calls `body` with a pointer to each record of one role, in the order of joining, including those
  /// of instances that left.
  ///
  /// A record is large, and costs more to copy than to judge.
  package func forEachRecord(
    _ role: InstanceRole, _ body: (UnsafePointer<InstanceRecord>) -> Void
  ) {
    records.withUnsafeBufferPointer { records in
      guard let first = records.baseAddress else { return }
      for record in first..<first + records.count where record.pointee.instance.role == role {
        body(record)
      }
    }
  }

  /// The records of one role that satisfy the condition, in the order of joining; only these are
  /// copied.
  package func records(
    _ role: InstanceRole, where isWanted: (InstanceRecord) -> Bool = { _ in true }
  ) -> [InstanceRecord] {
    var wanted: [InstanceRecord] = []
    forEachRecord(role) { if isWanted($0.pointee) { wanted.append($0.pointee) } }
    return wanted
  }

  /// The same, without the records of instances that left.
  func present(
    _ role: InstanceRole, where isWanted: (InstanceRecord) -> Bool
  ) -> [InstanceRecord] {
    records(role) { $0.removed == nil && isWanted($0) }
  }

  /// The keys of the instances and guards that are present, of one role or (nil) of all.
  package func presentKeys(_ role: InstanceRole? = nil) -> [InstanceKey] {
    records.indices.filter {
      records[$0].removed == nil && (role == nil || records[$0].instance.role == role)
    }.map(InstanceKey.init)
  }

  /// The key of the latest instance with this ID in this role; nil if there was none.
  package func key(of id: String, _ role: InstanceRole = .member) -> InstanceKey? {
    keys[Name(id: id, role: role)]
  }

  package subscript(key: InstanceKey) -> InstanceRecord { records[key.index] }

  // Properties that are read at each check, without a copy of the record.

  /// The instance as the key's health check sees it.
  package func instance(_ key: InstanceKey) -> Instance { read(key) { $0.pointee.instance } }
  /// The id and the role that together identify an instance.
  package func identity(of key: InstanceKey) -> (id: String, role: InstanceRole) {
    read(key) { ($0.pointee.instance.id, $0.pointee.instance.role) }
  }
  /// The record under the health check of the key.
  package func checked(_ key: InstanceKey) -> InstanceRecord { read(key) { $0.pointee } }

  package func state(of key: InstanceKey) -> InstanceState { records[key.index].health.state }

  /// Folds in one event, and appends its effects to `effects`.
  ///
  /// Returns false when the event came too late: the verdict stood before it, if only by a
  /// moment that passed unseen, and the event changed nothing.
  @discardableResult
  package mutating func handle(
    _ event: GateEvent, at now: GateInstant, effects: inout [GateEffect]
  ) -> Bool {
    precondition(now >= clock, "events come in the order of their times")
    seen = now
    // While no runner was there, time decided nothing.
    if case .resumed = event {
      // A promotion rests on what a runner has seen, and this one has seen nothing yet. The
      // promotion of the gate without losses stands, because it came before the gap.
      if verdict?.decision == .promote, !isFaultless { verdict = nil }
    } else {
      passTime(until: now, effects: &effects)
    }
    guard verdict == nil else { return false }
    if isLoss(event, at: now) { forkFaultless() }
    clock = now
    // Overdue events are lost, whatever comes now; but not those of a gap between two runners.
    if case .resumed = event {} else { noteMissedChecks() }
    foldFaultless(event, at: now)
    fold(event, effects: &effects)
    decide(after: event)
    announce(&effects)
    return true
  }

  mutating func fold(_ event: GateEvent, effects: inout [GateEffect]) {
    switch event {
    case .instanceAdded(let instance): add(instance, effects: &effects)
    case .instanceRemoved(let key): remove(key)
    case .checked(let key, let report): record(report, of: key, effects: &effects)
    case .checkLost(let key, let fault): recordLoss(fault, of: key, effects: &effects)
    case .listed(let listing): note(listing)
    case .loadBalancerSaw(let key, let view): note(view, of: key, effects: &effects)
    case .loadBalancerAsked(let view): note(view)
    case .guardWaits(let key, let wait):
      if let fault = fault(of: wait, key) {
        recordLoss(fault, of: key, effects: &effects)
      } else {
        pass(over: wait, of: key, effects: &effects)
      }
    case .stepBegan(let step): begin(step)
    case .stepCommandEnded(let end): note(end)
    case .interrupted(let interruption): conclude(interrupted(by: interruption))
    case .resumed(let gap): resume(after: gap, effects: &effects)
    case .wokeUp: break
    }
  }

  // MARK: - Time

  /// Passes the moments at which time alone decides, at their exact times, however late they are
  /// noticed.
  mutating func passTime(until now: GateInstant, effects: inout [GateEffect]) {
    guard verdict == nil else { return }
    while verdict == nil, let moment = nextMoment, moment <= now {
      if isAnyMissed(by: moment) || seen.since(moment) > Self.heldUpAfter || isStale(by: moment) {
        forkFaultless()
      }
      clock = moment
      endGrace(effects: &effects)
      noteMissedChecks()
      decide()
      noteNextMoment()
    }
    if verdict != nil { announce(&effects) }
  }

  /// Updates `nextMoment`; called at the end of every change of the gate.
  mutating func noteNextMoment() {
    var next = Earliest(after: clock)
    next.consider(nextGraceEnd)
    if !trial.isEmpty {
      next.consider(trial[0].lastChance?.next)
    } else {
      next.consider(lastChance?.next)
      if let healthySince { next.consider(soaked(since: healthySince)) }
      if let listed = listedHealthySince, listed != healthySince {
        next.consider(soaked(since: listed))
      }
      if !policy.steps.isEmpty { next.consider(nextStepMoment) }
      if policy.polling != nil {
        next.consider(listingLost)
        next.consider(viewLost)
      }
    }
    nextMoment = next.moment
  }

  /// The end of a soak that began then; in a step that soaks, not before the step's own soak ends.
  package func soaked(since healthy: GateInstant) -> GateInstant {
    let run = healthy + policy.soak
    guard rollout.state == .soaking, let step, let since = rollout.since else { return run }
    return max(run, max(since, healthy) + step.soak)
  }

  // MARK: - Instances

  private mutating func add(_ instance: Instance, effects: inout [GateEffect]) {
    let key = InstanceKey(records.count)
    var record = InstanceRecord(instance, under: rule(of: instance), at: clock)
    if instance.role != .guard, loadBalancerRole(for: instance.role) != .decides {
      record.divide(among: checks, as: records.count, at: clock)
    }
    records.append(record)
    keys[Name(id: instance.id, role: instance.role)] = key
    if hasSay(key) { counts[instance.role].add(share(of: key)) }
    guard loadBalancerRole(for: instance.role) != .decides else { return }
    for key in checkedKeys(at: key.index) {
      nextMiss = min(nextMiss, read(key) { $0.pointee.missDue(under: check(of: key)) })
      effects.append(.startCheck(key, at: clock))
    }
  }

  mutating func remove(_ key: InstanceKey) {
    guard isPresent(key) else { return }
    let record = records[key.index]
    if hasSay(key) { counts[record.instance.role].remove(share(of: key)) }
    let clock = clock
    records[key.index].changeWhole { $0.removed = clock }
    if record.instance.role == .baseline, rollout.hasShifted {
      rollout.noteWayBack(counts[.baseline].present)
    }
    // The soak of the group with it ends; that of the listed instances continues.
    if record.isMissing, record.instance.role == .member { healthySince = listedHealthySince }
    if let standing = record.blame { blame?.remove(standing) }
  }

  private mutating func record(
    _ report: CheckReport, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard isPresent(key) else { return }
    noteMissed(of: key, before: report.started)
    if let wait = wait(for: report, of: key) { return pass(over: wait, of: key, effects: &effects) }
    let isInTime = !isOvertaken(from: report.started, of: key)
    let old = share(of: key)
    let transition = records[key.index].record(
      report, of: key.check, isInTime: isInTime, isSupposed: isSupposing, at: clock,
      rules: rules, policy: policy, in: counts.episode)
    changed(key, from: old)
    judge(key, isInTime ? report : nil)
    if policy.comparison != nil, isInTime, let compared = comparedSince, report.started >= compared
    {
      samples.add(report, of: records[key.index].instance.role)
    }
    if let transition { effects.append(.stateChanged(key, transition)) }
    effects.append(.startCheck(key, at: max(nextCheck(of: key), clock)))
  }

  private mutating func recordLoss(
    _ fault: GateFault, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard isPresent(key) else { return }
    noteMissed(of: key, before: fault.started ?? clock)
    let isInTime = !isOvertaken(from: fault.started ?? clock, of: key)
    if isInTime { losses.addChecks(1, of: key, fault) }
    let old = share(of: key)
    records[key.index].recordLoss(
      fault, of: key.check, isInTime: isInTime, at: clock, rules: rules, in: counts.episode)
    changed(key, from: old)
    judge(key, nil)
    effects.append(.startCheck(key, at: max(nextCheck(of: key), clock)))
  }

  /// Whether a check that began then counts as not made already, because its response came too
  /// late.
  func isOvertaken(from started: GateInstant, of key: InstanceKey) -> Bool {
    // In the gate without losses, a check in each slot has succeeded.
    read(key) { started < (isFaultless ? $0.pointee.nextCheck : $0.pointee.countedUntil) }
  }

  /// Records checks that should have begun long before another one did.
  mutating func noteMissed(of key: InstanceKey, before started: GateInstant) {
    let missed = missedChecks(of: key, before: started)
    if missed > 0 { noteMissed(missed, of: key) }
  }

  /// The number of checks that should have begun at least an interval before another one began.
  func missedChecks(of key: InstanceKey, before started: GateInstant) -> Int {
    read(key) { $0.pointee.missedChecks(before: started, every: rules[$0.pointee.rule].interval) }
  }

  private mutating func noteMissed(_ count: Int, of key: InstanceKey) {
    // The gate without losses has counted them as successes, as far as they matter.
    guard !isFaultless else {
      return records[key.index].skip(count, of: key.check, rules: rules)
    }
    losses.addChecks(count, of: key, .heldUp)
    let old = share(of: key)
    records[key.index].recordMissed(
      count, of: key.check, at: clock, rules: rules, in: counts.episode)
    changed(key, from: old)
    judge(key, nil)
  }

  /// Records the checks that should have ended long ago but were not looked at.
  private mutating func noteMissedChecks() {
    // The gate without losses gets them as successes.
    guard verdict == nil, !isFaultless, isAnyMissed(by: clock) else { return }
    for index in records.indices where isChecked(records[index]) {
      for key in checkedKeys(at: index) {
        let missed = read(key) { $0.pointee.missedChecks(by: clock, under: check(of: key)) }
        if missed > 0 { noteMissed(missed, of: key) }
      }
    }
    nextMiss = .start
  }

  /// Whether there is a check that should have ended long ago, but has not.
  mutating func isAnyMissed(by now: GateInstant) -> Bool {
    guard now > nextMiss else { return false }
    nextMiss = Self.firstMiss(
      of: records, rules, isGroupChecked: policy.loadBalancer != .decides,
      before: now + .seconds(3600))
    return now > nextMiss
  }

  /// The earliest time at which a next check counts as not made, or the limit.
  ///
  /// It gets its data as parameters, because a closure that captures the gate would copy it.
  private static func firstMiss(
    of records: [InstanceRecord], _ rules: [CheckRule], isGroupChecked: Bool,
    before limit: GateInstant
  ) -> GateInstant {
    records.withUnsafeBufferPointer { records in
      var next = limit
      for index in records.indices
      where records[index].removed == nil
        && (isGroupChecked || records[index].instance.role != .member)
      {
        guard !records[index].parts.isEmpty else {
          next = min(next, records[index].missDue(under: rules[records[index].rule].check))
          continue
        }
        for part in records[index].parts {
          next = min(next, part.missDue(under: rules[part.rule].check))
        }
      }
      return next
    }
  }

  /// Reads a record in place: an element of an array would be copied, but one of a buffer is not.
  @inline(__always)
  func read<Value>(_ key: InstanceKey, _ look: (UnsafePointer<InstanceRecord>) -> Value) -> Value {
    precondition(records.indices.contains(key.index), "its record is here")
    return records.withUnsafeBufferPointer { records in
      guard let first = records.baseAddress else { preconditionFailure("its record is here") }
      let record = first + key.index
      guard !record.pointee.parts.isEmpty else { return look(record) }
      return record.pointee.parts.withUnsafeBufferPointer { parts in
        guard let first = parts.baseAddress, parts.indices.contains(key.check) else {
          preconditionFailure("it is checked so")
        }
        return look(first + key.check)
      }
    }
  }

  func nextCheck(of key: InstanceKey) -> GateInstant { read(key) { $0.pointee.nextCheck } }

  /// The keys of all checks of one instance, or of a guard.
  func checkedKeys(at index: Int) -> [InstanceKey] {
    let parts = records[index].parts
    return parts.isEmpty
      ? [InstanceKey(index)] : parts.indices.map { InstanceKey(index, check: $0) }
  }

  /// Whether the gate checks the instance itself.
  func isChecked(_ record: InstanceRecord) -> Bool {
    record.removed == nil && loadBalancerRole(for: record.instance.role) != .decides
  }

  private mutating func note(
    _ view: LoadBalancerView, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard isPresent(key), records[key.index].instance.role == .member else { return }
    let old = share(of: key)
    let transition = records[key.index].note(view, at: clock, check: check, policy: policy)
    changed(key, from: old)
    if let end = records[key.index].graceEnd(policy) {
      nextGraceEnd = min(nextGraceEnd ?? end, end)
    }
    if let transition { effects.append(.stateChanged(key, transition)) }
  }

  private mutating func note(_ view: FinishedView) {
    (self.view, viewed) = (view, clock)
    if let fault = view.fault { losses.addView(fault) }
  }

  private mutating func note(_ listing: FinishedListing) {
    if let fault = listing.fault { losses.addListing(fault) }
    guard listing.role == .member else { return }
    (self.listing, listed) = (listing, clock)
    if listing.fault == nil { notes = listing.notes }
    switch listing.result {
    case .succeeded(let expected, let missing, let doubled):
      self.expected = max(expected, 1)
      let missing = Set(missing)
      markMissing { missing.contains($0) }
      // If no instance is missing, the two soaks are one.
      if missing.isEmpty { listedHealthySince = healthySince }
      for name in doubled where !doubledNames.contains(name) { doubledNames.append(name) }
    case .empty(let expected):
      self.expected = expected
      if group.present + group.removed == 0 { return conclude(.inconclusive, noInstances) }
      markMissing { _ in true }
    case .failed: break
    }
  }

  private mutating func markMissing(_ isLacked: (InstanceKey) -> Bool) {
    for key in presentKeys(.member) where records[key.index].isMissing != isLacked(key) {
      let old = share(of: key)
      records[key.index].changeWhole { $0.isMissing.toggle() }
      changed(key, from: old)
    }
  }

  /// Judges the newest views of the instances whose grace period is over.
  private mutating func endGrace(effects: inout [GateEffect]) {
    guard let end = nextGraceEnd, end <= clock else { return }
    nextGraceEnd = nil
    for index in records.indices {
      guard let end = records[index].graceEnd(policy), let view = records[index].view else {
        continue
      }
      if end <= clock {
        note(view, of: InstanceKey(index), effects: &effects)
      } else {
        nextGraceEnd = min(nextGraceEnd ?? end, end)
      }
    }
  }

  // MARK: - Resuming

  /// Resumes the run after a gap without checks.
  ///
  /// A gap of up to an interval counts as a delay of the gate: late results are late, and the time
  /// is not held against anybody. After a longer gap, nothing that must be shown in a row has been
  /// shown, so all of it restarts, and so does the deadline. In either case no instance is worse
  /// off, because a gate fault must not count against it. Nor is it better off: whatever was
  /// recorded, each instance must pass a check again.
  private mutating func resume(after gap: Duration, effects: inout [GateEffect]) {
    let resumption = Resumption(at: clock, gap: gap, every: shortestInterval)
    resumptions.append(resumption)
    let present = presentKeys()
    recount(present) { $0.resume(present, resumption) }
    for key in present where isChecked(records[key.index]) {
      for key in checkedKeys(at: key.index) {
        effects.append(.startCheck(key, at: max(nextCheck(of: key), clock)))
      }
    }
    announcedWakeUp = nil
    resumeSteps()
  }

  private mutating func resume(_ present: [InstanceKey], _ resumption: Resumption) {
    let (gap, clock) = (resumption.gap, clock)
    switch resumption.effect {
    case .late:
      // In addition to the gap, checks that were running when the runner died were lost.
      let lost = gap + (checks.map(\.timeout).max() ?? check.timeout)
      moveDeadline(to: min(deadline + lost, clock + policy.deadline + approvalTime))
      // The gap does not count as soak.
      healthySince = healthySince.map { $0 + gap }
      listedHealthySince = listedHealthySince.map { $0 + gap }
      extendTrial(by: lost)
    case .anew:
      moveDeadline(to: clock + policy.deadline + approvalTime)
      (healthySince, listedHealthySince) = (nil, nil)
      // A load balancer's view is a state without counts.
      for key in present where isChecked(records[key.index]) {
        records[key.index].changeParts { $0.startAnew(at: clock) }
      }
      if let blame { _ = tried(for: blame.reason) }
    }
    (isHeld, listing, view, nextGraceEnd) = (false, nil, nil, nil)
    // A forgiven view counts only if it is confirmed, because the instance continued to boot.
    for key in present where records[key.index].graceEnd(policy) != nil {
      records[key.index].changeWhole { $0.view = nil }
    }
    // An instance that the load balancer judges must be in service in a later view.
    let episode = counts.episode
    for key in present where isChecked(records[key.index]) {
      records[key.index].changeParts { $0.latest.record(isPass: false, in: episode) }
    }
  }

  private mutating func moveDeadline(to moment: GateInstant) {
    deadline = moment
    placeGoal()
  }

  /// Updates the goal and the times that follow from it; the caller updates the instances' shares.
  mutating func placeGoal() {
    goal = nextGoal
    certainties = certainties(under: 0)
  }

  typealias Certainties = (soak: DeadlineFeasibility, final: DeadlineFeasibility)

  /// The latest times for results under a rule, for a soak and for all else; guards do not soak.
  func certainties(under rule: Int) -> Certainties {
    let final = DeadlineFeasibility(check: rules[rule].check, until: goal)
    guard checks.indices.contains(rule) else { return (final, final) }
    return (DeadlineFeasibility(check: rules[rule].check, until: goal - wantedSoak), final)
  }

  /// The shortest interval of any health check.
  var shortestInterval: Duration { checks.map(\.interval).min() ?? check.interval }

  /// Moves the goal during the run, and updates the share of each instance.
  mutating func moveGoal(by change: (inout Gate) -> Void = { _ in }) {
    recount(presentKeys()) {
      change(&$0)
      $0.placeGoal()
    }
  }

  /// Makes a change that concerns all who are present, and updates their shares.
  private mutating func recount(_ present: [InstanceKey], after change: (inout Gate) -> Void) {
    let old = present.map { share(of: $0) }
    change(&self)
    for (key, share) in zip(present, old) { changed(key, from: share) }
  }

  private mutating func extendTrial(by time: Duration) {
    guard var blame else { return }
    blame.extend(by: time, at: clock, promotion: certainties.soak.latest)
    for key in presentKeys() { blame.place(&records[key.index], rules) }
    self.blame = blame
  }

  mutating func changed(_ key: InstanceKey, from old: GroupHealth.Share) {
    guard hasSay(key) else { return }
    counts[records[key.index].instance.role].change(from: old, to: share(of: key))
  }

  /// Whether the instance or guard has joined and is present.
  package func isPresent(_ key: InstanceKey) -> Bool {
    records.indices.contains(key.index) && records[key.index].removed == nil
  }

  /// The role of the load balancer for this kind of instance: only group members have one.
  func loadBalancerRole(for role: InstanceRole) -> GatePolicy.LoadBalancerRole {
    role == .member ? policy.loadBalancer : .none
  }

  func share(of key: InstanceKey) -> GroupHealth.Share {
    let role = loadBalancerRole(for: records[key.index].instance.role)
    precondition(records.indices.contains(key.index), "its record is here")
    return records.withUnsafeBufferPointer { records in
      guard let first = records.baseAddress else { preconditionFailure("its record is here") }
      let record = first + key.index
      guard !record.pointee.parts.isEmpty else { return share(of: record, role) }
      return record.pointee.parts.withUnsafeBufferPointer { parts in
        guard let first = parts.baseAddress else { preconditionFailure("it is checked") }
        return GroupHealth.Share(
          ofParts: parts.indices.map { share(of: first + $0, .none) },
          inService: role == .none || record.pointee.view?.state == .healthy,
          isListed: !record.pointee.isMissing)
      }
    }
  }

  /// The contribution of an instance under one rule.
  @inline(__always)
  private func share(
    of record: UnsafePointer<InstanceRecord>, _ role: GatePolicy.LoadBalancerRole
  ) -> GroupHealth.Share {
    let rule = record.pointee.rule
    let own = rule > 0 ? certainties(under: rule) : certainties
    return InstanceRecord.share(
      of: record, under: rules[rule].check, soak: own.soak, final: own.final, role)
  }

  // MARK: - The decision

  private mutating func decide(after event: GateEvent = .wokeUp) {
    guard verdict == nil else { return }
    noteStaleness()
    endCommandsTime()
    guard verdict == nil else { return }
    passSettling()
    passSoaks()
    let holds = holdsAllElse
    // This comes before the test of what is still possible: an instance that missed one check while
    // all conditions held is pending again.
    if !holds { isHeld = false }
    if policy.comparison != nil, comparedSince == nil { samples = ComparisonSamples() }
    guard event.place != .speaksAgainst else { return }
    if group.mismatched > 0 {
      rollBack(wrongInstances)
    } else if trial.isEmpty, group.unhealthy > maxUnhealthy {
      condemn(tooManyUnhealthy)
    } else if group.removed > maxReplaced {
      rollBack(tooManyReplaced)
    } else if guards.unhealthy > 0 {
      rollBack(guardFailed)
    } else if !trial.isEmpty {
      settle(trial[0])
    } else if let lastChance, clock <= lastChance {
      if !event.isPartOfAnswer, holds { hold() }
    } else {
      concludeTooLate()
    }
  }

  /// Continues, starts or ends the soaks.
  private mutating func passSoaks() {
    let canSoak = trial.isEmpty && group.unhealthy <= maxUnhealthy
    healthySince = canSoak && group.healthy >= minHealthy ? healthySince ?? clock : nil
    listedHealthySince =
      canSoak && group.healthyAndListed >= minHealthy ? listedHealthySince ?? clock : nil
  }

  /// Applies the rule of the latest check.
  ///
  /// From the moment at which all other conditions hold, an instance that missed its latest check
  /// must pass one first, and no instance may fail twice in a row.
  private mutating func hold() {
    if !isHeld { counts.beginEpisode() }
    isHeld = true
    if isCounted { concludeHeld() }
  }

  /// Concludes when all conditions hold.
  ///
  /// If the groups are compared, that is done once, as soon as there are enough samples: repeated
  /// tests would find a difference sooner or later.
  private mutating func concludeHeld() {
    guard let wanted = policy.comparison, isComparing else { return goOn() }
    guard samples.suffice(wanted) else { return }
    let comparison = Comparison(samples, wanted, tests: policy.tests)
    comparison.isWorse ? rollBack(worseThanBaseline(comparison)) : goOn()
  }

  /// Continues with the next step, or promotes the group after the last one.
  private mutating func goOn() {
    if advance() { conclude(.promote, groupHealthy) }
  }

  /// Concludes when nothing can make the group healthy in time, with the first reason that applies.
  private mutating func concludeTooLate() {
    if !hasHadMembers {
      // If the source could not be read, it is not known whether there are instances.
      conclude(.inconclusive, listing?.fault == nil ? noInstances : gateFault)
    } else if areFaultsToBlame {
      conclude(.inconclusive, gateFault)
    } else if isOnlyCrossCheckMissing {
      conclude(.rollback, loadBalancerDisagrees)
    } else if isOnlyTrafficMissing {
      conclude(.inconclusive, tooFewRequests)
    } else if let wanted = policy.comparison, isComparing, holdsAllElse, isCounted {
      conclude(
        .inconclusive, tooFewSamples(Comparison(samples, wanted, tests: policy.tests)))
    } else if areGuardsMissing {
      conclude(.rollback, guardsNotHealthy)
    } else if isOnlyStepTooLate {
      conclude(.rollback, stepTooLate)
    } else {
      condemn(isDeadlinePast ? deadlineExceeded : cannotBecomeHealthy)
    }
  }

  /// The comparison of the groups so far; nil if they are not compared.
  package var comparison: Comparison? {
    policy.comparison.map { Comparison(samples, $0, tests: policy.tests) }
  }

  var isDeadlinePast: Bool { clock >= deadline || rollout.underWay != nil && clock >= goal }

  /// Condemns the group: it will not be promoted, but the old group may have the same failures.
  private mutating func condemn(_ reason: VerdictReason) {
    // The old group has the old version, which is not a failure.
    guard counts[.baseline].present > 0, reason.code != .wrongVersion else {
      return rollBack(reason)
    }
    // The gate without losses need not have reached this point.
    bringFaultlessHere()
    settle(tried(for: reason))
  }

  /// Starts the check for a shared cause.
  private mutating func tried(for reason: VerdictReason) -> SharedCauseCheck {
    var blame = SharedCauseCheck(
      reason, at: clock, asking: counts[.baseline].present, checks: checks, policy: policy,
      promotion: certainties.soak.latest)
    for key in presentKeys(.baseline) { blame.add(&records[key.index], rules) }
    self.blame = blame
    return blame
  }

  private mutating func judge(_ key: InstanceKey, _ report: CheckReport?) {
    guard records[key.index].blame != nil, !trial.isEmpty else { return }
    trial[0].judge(&records[key.index], by: key.check, report, at: clock, rules)
  }

  private mutating func settle(_ blame: SharedCauseCheck) {
    if blame.failing >= blame.needed {
      conclude(.inconclusive, sharedCause(blame))
    } else if blame.lastChance.map({ $0 < clock }) ?? true {
      rollBack(reason(of: blame))
    }
  }

  /// Decides on a rollback, or on `gate_fault` if gate faults could be to blame.
  mutating func rollBack(_ reason: VerdictReason) {
    areFaultsToBlame ? conclude(.inconclusive, gateFault) : conclude(.rollback, reason)
  }

  mutating func conclude(_ decision: Decision, _ reason: VerdictReason) {
    conclude(Verdict(decision: decision, reason: inStep(reason), at: clock))
  }

  private mutating func conclude(_ verdict: Verdict) {
    precondition(self.verdict == nil, "one verdict, never taken back")
    self.verdict = verdict
    endSteps(verdict.decision)
  }

  private mutating func announce(_ effects: inout [GateEffect]) {
    noteNextMoment()
    effects += stepEffects
    stepEffects = []
    if let verdict {
      effects.append(.conclude(verdict))
    } else if let moment = nextMoment, moment != announcedWakeUp {
      announcedWakeUp = moment
      effects.append(.wakeUp(at: moment))
    }
  }
}

/// Collects the earliest of several moments in the future.
private struct Earliest {
  private(set) var moment: GateInstant?
  private let now: GateInstant

  init(after now: GateInstant) { self.now = now }

  mutating func consider(_ other: GateInstant?) {
    guard let other, other > now else { return }
    moment = moment.map { min($0, other) } ?? other
  }
}
