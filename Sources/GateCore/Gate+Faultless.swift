/// The gate that lost nothing: the same fold, forked at the first loss.
///
/// In it each lost check succeeded when it was due, each lost view said in service, and each failed
/// listing had the members of the one before. Where it was promoted, or still can be, a rollback
/// would be the gate's own fault.
extension Gate {
  /// Whether a rollback would be the gate's own fault: had nothing been lost, the group would have
  /// been promoted by now, or could still be.
  var areFaultsToBlame: Bool {
    mutating get {
      guard !isFaultless else { return false }
      if faultless.isEmpty, hasOverdueChecks { forkFaultless() }
      guard !faultless.isEmpty else { return false }
      faultless[0].pass(until: clock, seen: seen)
      return faultless[0].isPromotable
    }
  }

  private var isPromotable: Bool {
    switch verdict?.decision {
    case .promote: true
    case .rollback, .inconclusive: false
    case nil: blame == nil
    }
  }

  mutating func forkFaultless() {
    guard !isFaultless, faultless.isEmpty else { return }
    var fork = self
    fork.isFaultless = true
    fork.noteNextMoment()
    faultless = [fork]
  }

  /// Folds the event into the gate that lost nothing, if there is one, as it would have been.
  mutating func foldFaultless(_ event: GateEvent, at now: GateInstant) {
    guard !faultless.isEmpty else { return }
    faultless[0].pass(until: now, seen: now)
    if case .loadBalancerAsked(let view) = event, view.fault == nil { seeAgain(at: now) }
    faultless[0].foldAsHadNothingBeenLost(event, at: now)
  }

  /// What the load balancers say now holds in the gate that lost nothing too, where a lost view said
  /// otherwise.
  private mutating func seeAgain(at now: GateInstant) {
    guard faultless[0].verdict == nil else { return }
    var effects: [GateEffect] = []
    for index in records.indices where records[index].instance.role == .member {
      // One that they do not know is not in service with them.
      let view = records[index].view ?? LoadBalancerView(state: .initial)
      guard let assumed = faultless[0].records[index].view, assumed != view else { continue }
      faultless[0].handle(.loadBalancerSaw(InstanceKey(index), view), at: now, effects: &effects)
    }
  }

  /// An answer that has not come for so long is lost: who is in the group is as before, and the load
  /// balancers have all in service.
  mutating func noteStaleness() {
    guard !isFaultless else { return }
    let isListingOld = policy.membership == .changing && isTooOld(listing?.started)
    let isViewOld = policy.loadBalancer != .none && isTooOld(view?.started)
    guard isListingOld || isViewOld else { return }
    if faultless.isEmpty {
      forkFaultless()
      var effects: [GateEffect] = []
      faultless[0].handle(.wokeUp, at: clock, effects: &effects)
    }
    guard isViewOld, let view, faultless[0].view == view, view.fault == nil else { return }
    faultless[0].seeInService(from: clock)
  }

  private mutating func seeInService(from started: GateInstant) {
    var effects: [GateEffect] = []
    let inService = LoadBalancerView(state: .healthy)
    for index in records.indices
    where records[index].instance.role == .member && records[index].view?.state != .healthy {
      handle(.loadBalancerSaw(InstanceKey(index), inService), at: clock, effects: &effects)
    }
    handle(.loadBalancerAsked(FinishedView(started: started)), at: clock, effects: &effects)
  }

  private mutating func foldAsHadNothingBeenLost(_ event: GateEvent, at now: GateInstant) {
    var effects: [GateEffect] = []
    switch event {
    case .checkLost(let key, let fault):
      guard isPresent(at: key) else { return }
      let started = max(fault.started ?? now, records[key.index].nextCheck)
      guard started <= now else { return }
      succeed(slots(missedChecks(of: key, before: started), of: key))
      // It ends when it was lost: the checks after it are those that were made.
      let report = CheckReport(
        started: started, result: .success,
        latencyMicroseconds: now.microseconds - started.microseconds)
      handle(.checked(key, report), at: now, effects: &effects)
    case .checked(let key, let report):
      guard isPresent(at: key) else { return }
      // A success that was seen too late has been counted when it was due.
      guard report.result != .success || report.started >= records[key.index].nextCheck else {
        return
      }
      succeed(slots(missedChecks(of: key, before: report.started), of: key))
      handle(event, at: now, effects: &effects)
    case .listed(let listing):
      guard case .failed = listing.result else {
        handle(event, at: now, effects: &effects)
        return
      }
      handle(.wokeUp, at: now, effects: &effects)
    case .loadBalancerAsked(let view) where view.fault != nil:
      handle(.wokeUp, at: now, effects: &effects)
      seeInService(from: view.started)
    case .instanceAdded, .instanceRemoved, .loadBalancerSaw, .loadBalancerAsked, .interrupted,
      .resumed, .wokeUp:
      handle(event, at: now, effects: &effects)
    }
  }

  /// Lets time pass as if each check that was due by then, and lost, had succeeded when it was due.
  private mutating func pass(until moment: GateInstant, seen: GateInstant) {
    succeed(lostSlots(by: moment, isHeldUp: seen.since(moment) > Self.heldUpAfter))
    var effects: [GateEffect] = []
    if moment >= clock { passTime(until: moment, effects: &effects) }
  }

  private typealias Slot = (start: GateInstant, key: InstanceKey)

  private mutating func succeed(_ slots: [Slot]) {
    var effects: [GateEffect] = []
    for slot in slots {
      let report = CheckReport(started: slot.start, result: .success, latencyMicroseconds: 0)
      handle(.checked(slot.key, report), at: max(slot.start, clock), effects: &effects)
    }
  }

  /// A gate that sees a moment later than this was held up at it, and what was due then may not
  /// have been begun.
  static let heldUpAfter = Duration.milliseconds(250)

  /// The checks that were due and are lost, in order: those that should long have been over, or
  /// where the gate was held up all that were due.
  private func lostSlots(by moment: GateInstant, isHeldUp: Bool) -> [Slot] {
    guard verdict == nil, isHeldUp || moment > nextMiss else { return [] }
    var lost: [Slot] = []
    for index in records.indices where isChecked(records[index]) {
      let record = records[index]
      let count =
        isHeldUp && record.nextCheck <= moment
        ? record.missedChecks(before: moment, every: check.interval.inMicroseconds) + 1
        : record.missedChecks(by: moment, under: check)
      lost += slots(count, of: InstanceKey(index))
    }
    return lost.sorted { ($0.start, $0.key.index) < ($1.start, $1.key.index) }
  }

  /// The next slots of an instance; more successes in a row than make it healthy tell nothing.
  private func slots(_ count: Int, of key: InstanceKey) -> [Slot] {
    let record = records[key.index]
    let wanted = max(record.health.successesNeeded(under: check), 0) + 1
    return (0..<min(count, wanted)).map { (record.nextCheck + check.interval * $0, key) }
  }

  private var hasOverdueChecks: Bool {
    !lostSlots(by: clock, isHeldUp: seen.since(clock) > Self.heldUpAfter).isEmpty
  }

  /// Whether the event tells of something that a fault of the gate's own has cost.
  mutating func isLoss(_ event: GateEvent, at now: GateInstant) -> Bool {
    guard !isFaultless, faultless.isEmpty else { return false }
    return switch event {
    case .checkLost: true
    case .checked(let key, let report):
      isPresent(at: key) && missedChecks(of: key, before: report.started) > 0
        || isAnyMissed(by: now)
    case .listed, .loadBalancerAsked: event.fault != nil || isAnyMissed(by: now)
    case .resumed: false
    case .instanceAdded, .instanceRemoved, .loadBalancerSaw, .interrupted, .wokeUp:
      isAnyMissed(by: now)
    }
  }
}
