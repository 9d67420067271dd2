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

  private var group = GroupHealth()
  private var keys: [String: InstanceKey] = [:]
  private(set) var clock = GateInstant.start
  private var announcedWakeUp: GateInstant?
  private let certainty: Certainty
  /// Whether the source of instances could not be read the last time.
  private var isSourceFailing = false

  package init(check: HealthCheck, policy: GatePolicy) {
    precondition(policy.expected > 0, "an empty group is never promoted")
    precondition(check.interval.inMicroseconds > 0, "checks need an interval")
    self.check = check
    self.policy = policy
    expected = policy.expected
    certainty = Certainty(check: check, policy: policy)
  }

  /// Not even `min_healthy 0%` promotes a group in which nothing was seen to be healthy.
  private var minHealthy: Int { max(policy.minHealthy.roundedUp(of: expected), 1) }
  private var maxUnhealthy: Int { policy.maxUnhealthy.roundedDown(of: expected) }
  private var maxReplaced: Int { policy.maxReplaced.roundedDown(of: expected) }

  package var present: Int { group.present }
  package var healthy: Int { group.present - group.initial - group.unhealthy }
  package var unhealthy: Int { group.unhealthy }
  package var initial: Int { group.initial }
  package var replaced: Int { group.removed }

  /// The instance that has this id now, or had it last.
  package func key(of id: String) -> InstanceKey? { keys[id] }

  package subscript(key: InstanceKey) -> InstanceRecord { records[key.index] }

  /// Folds in one event; what it brings about is appended to `effects`.
  ///
  /// Returns false when the event came too late: the verdict stood before it, if only by a
  /// moment that passed unseen, and the event changed nothing.
  @discardableResult
  package mutating func handle(
    _ event: GateEvent, at now: GateInstant, effects: inout [GateEffect]
  ) -> Bool {
    precondition(now >= clock, "events come in the order of their times")
    passTime(until: now, effects: &effects)
    guard verdict == nil else { return false }
    clock = now
    switch event {
    case .instanceAdded(let instance): add(instance, effects: &effects)
    case .instanceRemoved(let key): remove(key)
    case .checked(let key, let report): record(report, of: key, effects: &effects)
    case .checkLost(let key, let fault): recordLoss(fault, of: key, effects: &effects)
    case .gateFault(let fault): (lastFault, isSourceFailing) = (fault, true)
    case .groupListed(let expected):
      (self.expected, isSourceFailing) = (max(expected, 1), false)
    case .loadBalancerSaw(let key, let view): note(view, of: key, effects: &effects)
    case .loadBalancerUnseen(let fault): noteViewsStale(fault)
    case .interrupted(let interruption): conclude(interrupted(by: interruption))
    case .wokeUp: break
    }
    decide()
    announce(&effects)
    return true
  }

  // MARK: - Time

  /// Lets the moment pass at which time alone decides, at its exact time, however late it is seen.
  private mutating func passTime(until now: GateInstant, effects: inout [GateEffect]) {
    guard verdict == nil, let moment = nextMoment, clock < moment, moment <= now
    else { return }
    clock = moment
    decide()
    announce(&effects)
  }

  /// When, if nothing else happens, time alone will decide.
  private var nextMoment: GateInstant? {
    if let healthySince { return healthySince + policy.soak }
    return lastChance.map { GateInstant(microseconds: $0.microseconds + 1) }
  }

  /// The last moment at which the group can begin to be healthy; nil when it cannot at all.
  private var lastChance: GateInstant? {
    let present = group.lastChance(of: minHealthy)
    guard policy.membership == .changing || group.present < expected else { return present }
    // Others may join at any moment, and each is new.
    let joined = certainty.latestStart(needing: check.initialThreshold)
    return max(present ?? joined, joined)
  }

  // MARK: - Instances

  private mutating func add(_ instance: Instance, effects: inout [GateEffect]) {
    let key = InstanceKey(records.count)
    records.append(InstanceRecord(instance, at: clock))
    keys[instance.id] = key
    group.add(share(of: key))
    if policy.loadBalancer != .decides { effects.append(.startCheck(key, at: clock)) }
  }

  private mutating func remove(_ key: InstanceKey) {
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    group.remove(share(of: key))
    records[key.index].removed = clock
  }

  private mutating func record(
    _ report: CheckReport, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    let old = share(of: key)
    let transition = records[key.index].record(report, at: clock, check: check, policy: policy)
    group.change(from: old, to: share(of: key))
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
    group.change(from: old, to: share(of: key))
    effects.append(.startCheck(key, at: records[key.index].nextCheck))
  }

  private mutating func note(
    _ view: LoadBalancerView, of key: InstanceKey, effects: inout [GateEffect]
  ) {
    guard records.indices.contains(key.index), records[key.index].removed == nil else { return }
    let old = share(of: key)
    let transition = records[key.index].note(view, at: clock, check: check, policy.loadBalancer)
    group.change(from: old, to: share(of: key))
    if let transition { effects.append(.stateChanged(key, transition)) }
  }

  private mutating func noteViewsStale(_ fault: GateFault) {
    lastFault = fault
    for index in records.indices where records[index].removed == nil {
      let old = share(of: InstanceKey(index))
      records[index].isViewStale = true
      group.change(from: old, to: share(of: InstanceKey(index)))
    }
  }

  private func share(of key: InstanceKey) -> GroupHealth.Share {
    var share = records[key.index].share(under: check, certainty, policy.loadBalancer)
    share.isMismatched = records[key.index].instance.mismatch != nil
    return share
  }

  // MARK: - The decision

  private var isGroupHealthy: Bool {
    group.present >= expected && group.healthy >= minHealthy
      && group.unhealthy <= maxUnhealthy
  }

  private mutating func decide() {
    guard verdict == nil else { return }
    healthySince = isGroupHealthy ? healthySince ?? clock : nil
    if group.mismatched > 0 {
      conclude(.rollback, wrongInstances)
    } else if group.unhealthy > maxUnhealthy {
      conclude(.rollback, tooManyUnhealthy)
    } else if group.removed > maxReplaced {
      conclude(.rollback, tooManyReplaced)
    } else if let healthySince {
      if healthySince + policy.soak <= clock { conclude(.promote, groupHealthy) }
    } else if lastChance.map({ $0 < clock }) ?? true {
      concludeTooLate()
    }
  }

  /// Nothing can make the group healthy in time. Whose fault is it?
  private mutating func concludeTooLate() {
    if records.isEmpty {
      conclude(.inconclusive, lastFault == nil ? noInstances : gateFault)
    } else if faultsMayBeToBlame {
      conclude(.inconclusive, gateFault)
    } else if doesLoadBalancerDisagree {
      conclude(.rollback, loadBalancerDisagrees)
    } else {
      conclude(.rollback, clock >= certainty.deadline ? deadlineExceeded : cannotBecomeHealthy)
    }
  }

  /// Whether the group could be promoted if the gate had seen all that it wanted to see, and every
  /// check that it lost had been a success.
  private var faultsMayBeToBlame: Bool {
    guard isSourceFailing || records.contains(where: { $0.isBlind }) else { return false }
    let hopeful = records.count { record in
      guard record.removed == nil else { return false }
      guard policy.loadBalancer != .decides else {
        return record.isViewStale || record.health.state == .healthy
      }
      guard policy.loadBalancer == .none || record.isViewStale || record.isConfirmed else {
        return false
      }
      let health = record.healthWithoutFaults ?? record.health
      let needed = health.successesNeeded(under: check)
      return needed <= 0
        || record.lastChance(needing: needed, certainty).map { clock <= $0 } ?? false
    }
    // Those that the source could not be asked for may be there.
    let unseen = isSourceFailing ? max(expected - group.present, 0) : 0
    return hopeful + unseen >= minHealthy && group.present + unseen >= expected
  }

  /// Whether the gate's own checks alone would have promoted the group.
  private var doesLoadBalancerDisagree: Bool {
    guard policy.loadBalancer == .confirms, group.present >= expected else { return false }
    return records.count { $0.removed == nil && $0.health.state == .healthy } >= minHealthy
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
