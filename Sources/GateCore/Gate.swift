/// The gate: a fold over timed events that ends in one verdict.
///
/// It has no clock and does nothing. Events go in with their time, effects come out as data, and
/// the same events give the same verdict, live, replayed or simulated.
package struct Gate: Sendable {
  package let check: HealthCheck
  package let policy: GatePolicy
  /// By key, in the order in which the instances joined; those that left are kept.
  package private(set) var records: [InstanceRecord] = []
  package private(set) var verdict: Verdict?
  /// Since when the group has been as the policy wants it; nil when it is not.
  package private(set) var healthySince: GateInstant?
  package private(set) var lastFault: GateFault?
  /// How many instances there must be: the policy's number, or what the source wants since.
  package private(set) var expected: Int

  /// The old group on trial, while the new one stands condemned.
  package private(set) var blame: Blame?

  /// What both groups showed since the new one has been healthy; only where they are compared.
  private var samples = ComparisonSamples()

  private var counts = RoleCounts()
  private var keys: [Name: InstanceKey] = [:]
  /// When the latest event came.
  package private(set) var clock = GateInstant.start
  private var announcedWakeUp: GateInstant?
  /// Until when the group must be promoted: the policy's deadline, or later after a resumption.
  package private(set) var deadline: GateInstant
  /// When the run went on after its runner was gone.
  package private(set) var resumptions: [Resumption] = []
  /// So much of the time since the group has been healthy, nobody looked.
  private var unseen = Duration.zero
  private var certainty: Certainty
  /// Whether the source of instances could not be read the last time.
  package private(set) var isSourceFailing = false

  private struct Name: Hashable {
    var id: String
    var role: InstanceRole
  }

  package init(check: HealthCheck, policy: GatePolicy) {
    precondition(policy.expected > 0, "an empty group is never promoted")
    precondition(check.interval.inMicroseconds > 0, "checks need an interval")
    self.check = check
    self.policy = policy
    expected = policy.expected
    deadline = .start + policy.deadline
    certainty = Certainty(check: check, policy: policy, deadline: deadline)
  }

  /// Not even `min_healthy 0%` promotes a group in which nothing was seen to be healthy.
  private var minHealthy: Int { max(policy.minHealthy.roundedUp(of: expected), 1) }
  private var maxUnhealthy: Int { policy.maxUnhealthy.roundedDown(of: expected) }
  private var maxReplaced: Int { policy.maxReplaced.roundedDown(of: expected) }

  private var group: GroupHealth { counts[.member] }
  private var guards: GroupHealth { counts[.guard] }

  package var present: Int { group.present }
  package var healthy: Int { healthy(.member) }
  package var unhealthy: Int { group.unhealthy }
  package var initial: Int { group.initial }
  package var replaced: Int { group.removed }

  package func present(_ role: InstanceRole) -> Int { counts[role].present }
  package func healthy(_ role: InstanceRole) -> Int {
    counts[role].present - counts[role].initial - counts[role].unhealthy
  }
  package func unhealthy(_ role: InstanceRole) -> Int { counts[role].unhealthy }
  package func initial(_ role: InstanceRole) -> Int { counts[role].initial }
  package func replaced(_ role: InstanceRole) -> Int { counts[role].removed }

  /// Those of one role, in the order in which they joined; those that left are among them.
  package func records(_ role: InstanceRole) -> [InstanceRecord] {
    records.filter { $0.instance.role == role }
  }

  /// Those of them that are wanted; only these are copied.
  package func records(
    _ role: InstanceRole, where isWanted: (InstanceRecord) -> Bool
  ) -> [InstanceRecord] {
    records.filter { $0.instance.role == role && isWanted($0) }
  }

  /// The instance that has this id in this role now, or had it last.
  package func key(of id: String, _ role: InstanceRole = .member) -> InstanceKey? {
    keys[Name(id: id, role: role)]
  }

  package subscript(key: InstanceKey) -> InstanceRecord { records[key.index] }

  // What is asked for at each check: a whole record is large, and costs more to copy than to judge.

  package func instance(_ key: InstanceKey) -> Instance { records[key.index].instance }
  package func state(of key: InstanceKey) -> InstanceState { records[key.index].health.state }
  package func isPresent(_ key: InstanceKey) -> Bool { records[key.index].removed == nil }

  /// Folds in one event; what it brings about is appended to `effects`.
  ///
  /// Returns false when the event came too late: the verdict stood before it, if only by a
  /// moment that passed unseen, and the event changed nothing.
  @discardableResult
  package mutating func handle(
    _ event: GateEvent, at now: GateInstant, effects: inout [GateEffect]
  ) -> Bool {
    precondition(now >= clock, "events come in the order of their times")
    // While nobody looked, time decided nothing.
    if case .resumed = event {} else { passTime(until: now, effects: &effects) }
    guard verdict == nil else { return false }
    clock = now
    switch event {
    case .instanceAdded(let instance): add(instance, effects: &effects)
    case .instanceRemoved(let key): remove(key)
    case .checked(let key, let report): record(report, of: key, effects: &effects)
    case .checkLost(let key, let fault): recordLoss(fault, of: key, effects: &effects)
    case .gateFault(let fault): (lastFault, isSourceFailing) = (fault, true)
    case .baselineUnlisted(let fault): lastFault = fault
    case .groupListed(let expected):
      (self.expected, isSourceFailing) = (max(expected, 1), false)
    case .loadBalancerSaw(let key, let view): note(view, of: key, effects: &effects)
    case .loadBalancerUnseen(let fault): noteViewsStale(fault)
    case .interrupted(let interruption): conclude(interrupted(by: interruption))
    case .resumed(let gap): resume(after: gap, effects: &effects)
    case .wokeUp: break
    }
    decide()
    announce(&effects)
    return true
  }

  // MARK: - Time

  /// Lets the moments pass at which time alone decides, at their exact times, however late they are
  /// seen.
  private mutating func passTime(until now: GateInstant, effects: inout [GateEffect]) {
    guard verdict == nil else { return }
    while verdict == nil, let moment = nextMoment, clock < moment, moment <= now {
      clock = moment
      decide()
    }
    if verdict != nil { announce(&effects) }
  }

  /// When, if nothing else happens, time alone will decide.
  private var nextMoment: GateInstant? {
    if let healthySince {
      let soaked = soaked(since: healthySince)
      // After that it is samples that are waited for, and at the deadline they are too few.
      return clock < soaked ? soaked : GateInstant(microseconds: deadline.microseconds + 1)
    }
    let last = if let blame { blame.lastChance } else { lastChance }
    return last.map { GateInstant(microseconds: $0.microseconds + 1) }
  }

  private func soaked(since healthy: GateInstant) -> GateInstant { healthy + policy.soak + unseen }

  /// The last moment at which the group and the guards can begin to be healthy; nil when they
  /// cannot at all.
  private var lastChance: GateInstant? {
    guard let members = lastChanceOfGroup, guards.present > 0 else { return lastChanceOfGroup }
    return guards.lastChance(of: guards.present).map { min($0, members) }
  }

  private var lastChanceOfGroup: GateInstant? {
    let present = group.lastChance(of: minHealthy)
    guard policy.membership == .changing || group.present < expected else { return present }
    // Others may join at any moment, and each is new; the load balancer may know it already.
    let joined =
      policy.loadBalancer == .decides
      ? certainty.latest : certainty.latestStart(of: check.initialThreshold)
    return max(present ?? joined, joined)
  }

  // MARK: - Instances

  private mutating func add(_ instance: Instance, effects: inout [GateEffect]) {
    let key = InstanceKey(records.count)
    records.append(InstanceRecord(instance, at: clock))
    keys[Name(id: instance.id, role: instance.role)] = key
    counts[instance.role].add(share(of: key))
    if loadBalancerRole(for: instance.role) != .decides {
      effects.append(.startCheck(key, at: clock))
    }
  }

  private mutating func remove(_ key: InstanceKey) {
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    counts[records[key.index].instance.role].remove(share(of: key))
    records[key.index].removed = clock
    if let standing = records[key.index].blame { blame?.remove(standing) }
  }

  private mutating func record(
    _ report: CheckReport, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    if records[key.index].isOutOfSight(at: clock, under: check) { loseSight(of: key) }
    let old = share(of: key)
    let transition = records[key.index].record(report, at: clock, check: check, policy: policy)
    changed(key, from: old)
    judge(key, report)
    if policy.comparison != nil, let healthySince, report.started >= healthySince {
      samples.add(report, of: records[key.index].instance.role)
    }
    if let transition { effects.append(.stateChanged(key, transition)) }
    effects.append(.startCheck(key, at: records[key.index].nextCheck))
  }

  private mutating func recordLoss(
    _ fault: GateFault, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    lastFault = fault
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    let old = share(of: key)
    records[key.index].recordLoss(fault, at: clock, check: check)
    changed(key, from: old)
    judge(key, nil)
    effects.append(.startCheck(key, at: records[key.index].nextCheck))
  }

  /// What was not looked at was not seen to be healthy: a soak starts anew.
  private mutating func loseSight(of key: InstanceKey) {
    lastFault = .heldUp
    let old = share(of: key)
    records[key.index].loseSight(at: clock)
    changed(key, from: old)
    if !isGroupHealthy { healthySince = nil }
  }

  /// Loses sight of those that count as healthy and were not looked at in time, if there are any.
  private mutating func loseSightOfUnseen() -> Bool {
    let unseen = records.indices.filter { index in
      let record = records[index]
      return record.removed == nil && record.instance.role != .baseline
        && loadBalancerRole(for: record.instance.role) != .decides
        && record.health.state == .healthy && !record.isUnobserved
        && record.isOutOfSight(at: clock, under: check)
    }
    for index in unseen { loseSight(of: InstanceKey(index)) }
    return !unseen.isEmpty
  }

  private mutating func note(
    _ view: LoadBalancerView, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard records.indices.contains(key.index), records[key.index].removed == nil,
      records[key.index].instance.role == .member
    else { return }
    let old = share(of: key)
    let transition = records[key.index].note(view, at: clock, check: check, policy.loadBalancer)
    changed(key, from: old)
    if let transition { effects.append(.stateChanged(key, transition)) }
  }

  private mutating func noteViewsStale(_ fault: GateFault) {
    lastFault = fault
    for index in records.indices
    where records[index].removed == nil && records[index].instance.role == .member {
      let old = share(of: InstanceKey(index))
      records[index].isViewStale = true
      changed(InstanceKey(index), from: old)
    }
  }

  // MARK: - Resuming

  /// Goes on after a time in which nobody looked.
  ///
  /// Up to an interval it is as if the gate had been held up: what it was late for comes late, and
  /// the time is nobody's. After a longer one nothing that has to be shown in a row has been, and
  /// it all begins anew; so does the time that there is for it. In either case no instance loses
  /// by it: a fault of the gate's own is not held against it.
  private mutating func resume(after gap: Duration, effects: inout [GateEffect]) {
    let resumption = Resumption(at: clock, gap: gap, under: check)
    resumptions.append(resumption)
    let present = records.indices.filter { records[$0].removed == nil }.map(InstanceKey.init)
    let old = present.map { share(of: $0) }
    switch resumption.effect {
    case .late:
      // Beside the gap, what was under way when the runner died was lost.
      let lost = gap + check.timeout
      deadline = min(deadline + lost, clock + policy.deadline)
      certainty = Certainty(check: check, policy: policy, deadline: deadline)
      if healthySince != nil { unseen += gap }
      extendTrial(by: lost)
    case .anew:
      deadline = clock + policy.deadline
      certainty = Certainty(check: check, policy: policy, deadline: deadline)
      healthySince = nil
      for key in present { records[key.index].startAnew(at: clock) }
      if let blame { _ = tried(for: blame.reason) }
    }
    for (key, share) in zip(present, old) {
      changed(key, from: share)
      guard loadBalancerRole(for: records[key.index].instance.role) != .decides else { continue }
      effects.append(.startCheck(key, at: max(records[key.index].nextCheck, clock)))
    }
    announcedWakeUp = nil
  }

  private mutating func extendTrial(by time: Duration) {
    guard var blame else { return }
    blame.extend(by: time, at: clock, promotion: certainty, under: check)
    for index in records.indices where records[index].removed == nil {
      records[index].blame = blame.place(records[index], under: check)
    }
    self.blame = blame
  }

  private mutating func changed(_ key: InstanceKey, from old: GroupHealth.Share) {
    counts[records[key.index].instance.role].change(from: old, to: share(of: key))
  }

  /// Only the group has a load balancer.
  private func loadBalancerRole(for role: InstanceRole) -> GatePolicy.LoadBalancerRole {
    role == .member ? policy.loadBalancer : .none
  }

  private func share(of key: InstanceKey) -> GroupHealth.Share {
    let role = loadBalancerRole(for: records[key.index].instance.role)
    // In its place: an element that is asked a question is copied for it, a buffer's is not.
    var share = records.withUnsafeBufferPointer {
      $0[key.index].share(under: check, certainty, role)
    }
    share.isMismatched = records[key.index].instance.mismatch != nil
    return share
  }

  // MARK: - The decision

  /// Whether the group is as the policy wants it, and every guard holds.
  private var isGroupHealthy: Bool {
    group.present >= expected && group.healthy >= minHealthy
      && group.unhealthy <= maxUnhealthy && guards.healthy == guards.present
  }

  private mutating func decide() {
    guard verdict == nil else { return }
    healthySince = blame == nil && isGroupHealthy ? healthySince ?? clock : nil
    if healthySince == nil { unseen = .zero }
    if policy.comparison != nil, healthySince == nil { samples = ComparisonSamples() }
    if group.mismatched > 0 {
      conclude(.rollback, wrongInstances)
    } else if blame == nil, group.unhealthy > maxUnhealthy {
      condemn(tooManyUnhealthy)
    } else if group.removed > maxReplaced {
      conclude(.rollback, tooManyReplaced)
    } else if guards.unhealthy > 0 {
      conclude(.rollback, guardFailed)
    } else if let blame {
      settle(blame)
    } else if let healthySince {
      guard soaked(since: healthySince) <= clock else { return }
      // Healthy at the moment of the verdict, and not when the gate last had time to look.
      loseSightOfUnseen() ? decide() : concludeSoaked()
    } else if lastChance.map({ $0 < clock }) ?? true {
      concludeTooLate()
    }
  }

  /// The new group beside the old one, as far as it can be told; nil where they are not compared.
  package var comparison: Comparison? { policy.comparison.map { Comparison(samples, $0) } }

  /// All holds; where the groups are compared, they are once, as soon as there are samples enough:
  /// who looks again and again finds a difference at last.
  private mutating func concludeSoaked() {
    guard let wanted = policy.comparison else { return conclude(.promote, groupHealthy) }
    if samples.suffice(wanted) {
      let comparison = Comparison(samples, wanted)
      comparison.isWorse
        ? conclude(.rollback, worseThanBaseline(comparison)) : conclude(.promote, groupHealthy)
    } else if clock > deadline {
      conclude(.inconclusive, tooFewSamples(Comparison(samples, wanted)))
    }
  }

  /// Nothing can make the group healthy in time. Whose fault is it?
  private mutating func concludeTooLate() {
    if group.present + group.removed == 0 {
      conclude(.inconclusive, lastFault == nil ? noInstances : gateFault)
    } else if faultsMayBeToBlame {
      conclude(.inconclusive, gateFault)
    } else if doesLoadBalancerDisagree {
      conclude(.rollback, loadBalancerDisagrees)
    } else if lastChanceOfGroup.map({ $0 < clock }) ?? true {
      condemn(isDeadlinePast ? deadlineExceeded : cannotBecomeHealthy)
    } else {
      conclude(.rollback, guardsNotHealthy)
    }
  }

  var isDeadlinePast: Bool { clock >= deadline }

  /// The group is not to be promoted any more; the old one may share what it suffers from.
  private mutating func condemn(_ reason: VerdictReason) {
    // That the old group is of an old version is no failure of it.
    guard counts[.baseline].present > 0, reason.code != .wrongVersion else {
      return conclude(.rollback, reason)
    }
    settle(tried(for: reason))
  }

  /// Puts the old group on trial, from now on.
  private mutating func tried(for reason: VerdictReason) -> Blame {
    var blame = Blame(
      reason, at: clock, asking: counts[.baseline].present, check: check, policy: policy,
      promotion: certainty)
    for index in records.indices
    where records[index].instance.role == .baseline && records[index].removed == nil {
      records[index].blame = blame.add(records[index], under: check)
    }
    self.blame = blame
    return blame
  }

  private mutating func judge(_ key: InstanceKey, _ report: CheckReport?) {
    guard records[key.index].blame != nil else { return }
    records[key.index].blame = blame?.judge(
      records[key.index], report, at: clock, under: check)
  }

  private mutating func settle(_ blame: Blame) {
    if blame.failing >= blame.needed {
      conclude(.inconclusive, sharedCause(blame))
    } else if blame.lastChance.map({ $0 < clock }) ?? true {
      conclude(.rollback, blame.reason)
    }
  }

  /// Whether the group could be promoted if the gate had seen all that it wanted to see, and every
  /// check that it lost had been a success.
  private var faultsMayBeToBlame: Bool {
    guard
      isSourceFailing || records.contains(where: { $0.isBlind && $0.instance.role != .baseline })
    else { return false }
    let hopeful = records.count { $0.instance.role == .member && isHopeful($0) }
    // Those that the source could not be asked for may be there.
    let unseen = isSourceFailing ? max(expected - group.present, 0) : 0
    return hopeful + unseen >= minHealthy && group.present + unseen >= expected
      && records.count { $0.instance.role == .guard && isHopeful($0) } == guards.present
  }

  private func isHopeful(_ record: InstanceRecord) -> Bool {
    guard record.removed == nil else { return false }
    let role = loadBalancerRole(for: record.instance.role)
    guard role != .decides else { return record.isViewStale || record.health.state == .healthy }
    guard role == .none || record.isViewStale || record.isConfirmed else { return false }
    let health = record.healthWithoutFaults ?? record.health
    let needed = health.successesNeeded(under: check)
    return needed <= 0
      || record.lastChance(needing: needed, certainty).map { clock <= $0 } ?? false
  }

  /// Whether the gate's own checks alone would have promoted the group.
  private var doesLoadBalancerDisagree: Bool {
    guard policy.loadBalancer == .confirms, group.present >= expected else { return false }
    return records.count {
      $0.instance.role == .member && $0.removed == nil
        && $0.health.successesNeeded(under: check) == 0
    } >= minHealthy
  }

  private mutating func conclude(_ decision: Decision, _ reason: VerdictReason) {
    conclude(Verdict(decision: decision, reason: reason, at: clock))
  }

  private mutating func conclude(_ verdict: Verdict) {
    precondition(self.verdict == nil, "one verdict, never taken back")
    self.verdict = verdict
  }

  private mutating func announce(_ effects: inout [GateEffect]) {
    if let verdict {
      effects.append(.conclude(verdict))
    } else if let moment = nextMoment, moment != announcedWakeUp {
      announcedWakeUp = moment
      effects.append(.wakeUp(at: moment))
    }
  }
}
