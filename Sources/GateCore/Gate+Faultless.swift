/// The gate without losses: the same fold, forked at the first loss.
///
/// In it, each lost check succeeded when it was due, each lost view was "in service", and each
/// failed listing had the members of the previous one. If it was promoted, or still can be, gate
/// faults would be to blame for a rollback.
extension Gate {
  /// Whether gate faults would be to blame for a rollback.
  ///
  /// That is so if, without losses, the group would have been promoted by now, or still could be.
  var areFaultsToBlame: Bool {
    mutating get {
      bringFaultlessHere()
      return !faultless.isEmpty && faultless[0].isPromotable
    }
  }

  /// Brings the gate without losses to the present moment.
  ///
  /// It does so if that gate exists, or if something is lost by now that no event has shown yet.
  mutating func bringFaultlessHere() {
    if !isFaultless, faultless.isEmpty, isAnythingOverdue { forkFaultless() }
    guard !faultless.isEmpty else { return }
    foldUnfolded()
    faultless[0].pass(until: clock, seen: seen)
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

  /// The events of one moment that are not yet folded into the gate without losses.
  ///
  /// Anything that they show to be lost was due before all of them.
  struct Unfolded: Sendable {
    var at: GateInstant
    var events: [GateEvent] = []
    /// The newest view in these events; nil if there is none.
    var view: FinishedView?
  }

  /// Folds the event into the gate without losses, if there is one, with all others of this moment.
  mutating func foldFaultless(_ event: GateEvent, at now: GateInstant) {
    guard !faultless.isEmpty else { return }
    if let unfolded, unfolded.at < now { foldUnfolded() }
    if let (key, started) = event.endedCheck {
      guard isPresent(key), !isOvertaken(from: started ?? now, of: key) else { return }
    }
    let again = viewsAgain(before: event)
    var waiting = unfolded ?? Unfolded(at: now)
    unfolded = nil
    waiting.events += again
    waiting.events.append(event)
    if case .loadBalancerAsked(let view) = event { waiting.view = view }
    unfolded = waiting
  }

  private mutating func foldUnfolded() {
    guard let waiting = unfolded else { return }
    unfolded = nil
    faultless[0].pass(until: waiting.at, seen: waiting.at, with: waiting.events)
  }

  /// The load balancers' present views, as events for the gate without losses.
  ///
  /// They also apply there, if a lost view was assumed to differ.
  private func viewsAgain(before event: GateEvent) -> [GateEvent] {
    guard case .loadBalancerAsked(let view) = event, view.fault == nil else { return [] }
    // A lost view of this very moment has not been folded in yet.
    let isLost = unfolded?.view?.fault != nil
    return presentKeys(.member).compactMap { key in
      // An instance that the load balancers do not list is not in service.
      let view = records[key.index].view ?? LoadBalancerView(state: .initial)
      let isKnown = faultless[0].records.indices.contains(key.index)
      let assumed = isLost ? inService : isKnown ? faultless[0].records[key.index].view : nil
      return assumed.flatMap { $0 == view ? nil : .loadBalancerSaw(key, view) }
    }
  }

  /// Notes a listing or a view that is overdue, which counts as lost.
  ///
  /// In the gate without losses, the members are then as before, and all are in service.
  mutating func noteStaleness() {
    guard policy.polling != nil else { return }
    guard isStale(by: clock) else { return }
    forkFaultless()
    // A gate that was held up missed the view that was due, but not the one after it.
    if isHeldUp(at: clock, seen: seen) { bringFaultlessHere() }
    // Once for each view: after a failed one too, instances may have joined or changed.
    guard let view, let lost = viewLost, lost <= clock,
      view.started == (unfolded?.view ?? faultless[0].view)?.started
    else { return }
    foldUnfolded()
    faultless[0].seeInService(from: clock, at: lost)
  }

  /// Whether a listing or a view is overdue by this moment.
  func isStale(by now: GateInstant) -> Bool {
    listingLost.map { $0 <= now } ?? false || viewLost.map { $0 <= now } ?? false
  }

  /// When the newest listing counts as lost if no other follows; nil if that does not apply.
  var listingLost: GateInstant? {
    policy.membership == .changing ? lost(listing?.started, at: listed) : nil
  }

  var viewLost: GateInstant? {
    policy.loadBalancer == .none ? nil : lost(view?.started, at: viewed)
  }

  /// When a response becomes too old and counts as lost; one that was too old on arrival, at once.
  private func lost(_ started: GateInstant?, at came: GateInstant) -> GateInstant? {
    guard let started, let polling = policy.polling, !isFaultless else { return nil }
    return max(started + polling.maximumAge, came).next
  }

  /// The assumed content of each lost view.
  private var inService: LoadBalancerView { LoadBalancerView(state: .healthy) }

  private mutating func seeInService(from started: GateInstant, at moment: GateInstant) {
    var effects: [GateEffect] = []
    let moment = max(moment, clock)
    // The view's content is known before anything is judged at that moment.
    passTime(until: max(moment.previous, clock), effects: &effects)
    guard verdict == nil else { return }
    clock = moment
    for index in records.indices
    where records[index].instance.role == .member && records[index].view?.state != .healthy {
      fold(.loadBalancerSaw(InstanceKey(index), inService), effects: &effects)
    }
    handle(.loadBalancerAsked(FinishedView(started: started)), at: moment, effects: &effects)
  }

  private mutating func foldAsHadNothingBeenLost(_ event: GateEvent, at now: GateInstant) {
    var effects: [GateEffect] = []
    if case .checkLost(let key, let fault) = event {
      guard isPresent(key) else { return }
      let started = max(fault.started ?? now, nextCheck(of: key))
      guard started <= now else { return }
      let report = CheckReport(
        started: started, result: .success,
        latencyMicroseconds: now.microseconds - started.microseconds)
      handle(.checked(key, report), at: now, effects: &effects)
    } else if case .guardWaits(let key, let wait) = event, let fault = fault(of: wait, key) {
      foldAsHadNothingBeenLost(.checkLost(key, fault), at: now)
    } else if case .loadBalancerAsked(let view) = event, view.fault != nil {
      handle(.wokeUp, at: now, effects: &effects)
      seeInService(from: view.started, at: now)
    } else {
      // A failed listing changes no members, and here every listing is fresh.
      handle(event, at: now, effects: &effects)
    }
  }

  /// Passes time as if each check that was due, and lost, had succeeded when it was due.
  private mutating func pass(
    until moment: GateInstant, seen: GateInstant, with events: [GateEvent] = []
  ) {
    guard verdict == nil else { return }
    let isHeldUp = isHeldUp(at: moment, seen: seen)
    if isHeldUp, isViewDue(by: moment) { seeInService(from: moment, at: clock) }
    // The conditions are in this order so that not all instances are examined at each event.
    let lost =
      isHeldUp || isAnyMissed(by: moment) ? lostSlots(by: moment, isHeldUp: isHeldUp) : []
    for step in inOrder(lost + steps(to: events, at: moment)) {
      isSupposing = step.isSupposed
      foldAsHadNothingBeenLost(step.event, at: max(step.at, clock))
      isSupposing = false
    }
    var effects: [GateEffect] = []
    if moment >= clock { passTime(until: moment, effects: &effects) }
  }

  /// An event of the gate without losses, its time, and whether it is assumed for a check not made.
  private typealias Step = (at: GateInstant, event: GateEvent, isSupposed: Bool)

  /// The events with the times of their results, and before each the missed checks that it shows.
  private func steps(to events: [GateEvent], at now: GateInstant) -> [Step] {
    var next: [InstanceKey: (schedule: CheckSchedule, check: GateInstant)] = [:]
    var steps: [Step] = []
    for event in events {
      guard let (key, started, ended) = times(of: event, at: now) else {
        steps.append((now, event, false))
        continue
      }
      // An instance that joined at this very moment has missed nothing.
      guard isPresent(key) else {
        steps.append((ended, event, false))
        continue
      }
      let interval = rules[rule(of: key)].interval
      var (schedule, due) =
        next[key] ?? read(key) { ($0.pointee.schedule, $0.pointee.nextCheck) }
      let missed = max(0, Int((started.microseconds - due.microseconds) / interval))
      steps += slots(missed, of: key, from: due)
      steps.append((ended, event, false))
      due = max(due, schedule.next(afterCheckFrom: started, to: ended, every: interval))
      next[key] = (schedule, due)
    }
    return steps
  }

  /// Sorts by time; events of the same time keep their order.
  private func inOrder(_ steps: [Step]) -> [Step] {
    steps.enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  /// Whether the load balancers should have been queried again by this moment.
  private func isViewDue(by moment: GateInstant) -> Bool {
    guard policy.loadBalancer != .none, let view, let polling = policy.polling else {
      return policy.loadBalancer != .none
    }
    return view.started + polling.refresh <= moment
  }

  private func times(
    of result: GateEvent, at now: GateInstant
  ) -> (InstanceKey, started: GateInstant, ended: GateInstant)? {
    if case .checked(let key, let report) = result {
      return (key, report.started, min(report.ended, now))
    }
    // It ends when it was lost: the checks after it were made.
    return result.endedCheck.map { ($0.key, $0.started ?? now, now) }
  }

  /// The delay from which a gate counts as held up.
  ///
  /// What was due at a moment may not have begun if the gate handles the moment later than this.
  static let heldUpAfter = Duration.milliseconds(250)

  private func isHeldUp(at moment: GateInstant, seen: GateInstant) -> Bool {
    seen.since(moment) > Self.heldUpAfter
  }

  /// The lost checks that were due: those that are overdue, or all if the gate was held up.
  private func lostSlots(by moment: GateInstant, isHeldUp: Bool) -> [Step] {
    guard verdict == nil else { return [] }
    var lost: [Step] = []
    for index in records.indices where isChecked(records[index]) {
      for key in checkedKeys(at: index) {
        let (record, rule) = (read(key) { $0.pointee }, rules[rule(of: key)])
        let count =
          isHeldUp && record.nextCheck <= moment
          ? record.missedChecks(before: moment, every: rule.interval) + 1
          : record.missedChecks(by: moment, under: rule.check)
        lost += slots(count, of: key, from: record.nextCheck)
      }
    }
    return lost
  }

  /// Successes in the next slots of an instance.
  ///
  /// There are no more than make it healthy and fill its window, since more have no effect.
  private func slots(_ count: Int, of key: InstanceKey, from due: GateInstant) -> [Step] {
    let check = check(of: key)
    let wanted = max(read(key) { $0.pointee.health.successesNeeded(under: check) }, 0) + 1
    let telling = max(wanted, check.healthyThreshold, check.unhealthyWindow?.checks ?? 0)
    return (0..<min(count, telling)).map {
      let start = due + check.interval * $0
      let report = CheckReport(started: start, result: .success, latencyMicroseconds: 0)
      return (start, .checked(key, report), true)
    }
  }

  private var isAnythingOverdue: Bool {
    let isHeldUp = isHeldUp(at: clock, seen: seen)
    return isHeldUp && isViewDue(by: clock)
      || !lostSlots(by: clock, isHeldUp: isHeldUp).isEmpty
  }

  /// Whether the event shows a loss to a gate fault.
  mutating func isLoss(_ event: GateEvent, at now: GateInstant) -> Bool {
    guard !isFaultless, faultless.isEmpty else { return false }
    if case .resumed = event { return false }
    if isAnyMissed(by: now) || event.fault != nil { return true }
    if let (key, started) = event.endedCheck, let started, isPresent(key),
      missedChecks(of: key, before: started) > 0
    {
      return true
    }
    return switch event {
    case .guardWaits(let key, let wait): fault(of: wait, key) != nil
    case .listed(let listing): listing.role == .member && isTooOld(listing.started, by: now)
    case .loadBalancerAsked(let view): isTooOld(view.started, by: now)
    case .instanceAdded, .instanceRemoved, .checked, .checkLost, .loadBalancerSaw, .stepBegan,
      .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      false
    }
  }
}
