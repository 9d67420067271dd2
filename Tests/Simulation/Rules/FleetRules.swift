import GateCore

/// The rules once more, each event at a time, for groups for which the slow model is too slow.
///
/// An event costs the same whatever the group's size. All instances are gone through only at a
/// verdict, and where only the latest checks are waited for. Whether a rollback is the gate's own
/// fault is left to the slow model: here it may be where the gate had a fault, and nowhere else.
struct FleetRules {
  let check: HealthCheck
  let policy: GatePolicy
  private(set) var violations: [Violation] = []
  var ones: [RuledInstance] = []

  struct Counts: Equatable {
    var present = 0
    var initial = 0
    var unhealthy = 0
    var healthy = 0
    /// What the newest listing has.
    var listed = 0
    var listedHealthy = 0
    /// What the newest listing has, and the load balancers have in service, as far as they are asked.
    var inService = 0
    var left = 0
    var wrong = 0
    var lacked: Int { present - listed }
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

  /// The newest finished question to a source.
  struct Asked {
    var started: Int64
    var hasSucceeded: Bool
  }

  private(set) var expected: Int
  var members = Counts()
  var guards = Counts()
  var old = Counts()
  var trial: Trial?
  private(set) var soakWith: Int64?
  private(set) var soakWithout: Int64?
  /// Since when all holds but for the latest checks.
  private(set) var readySince: Int64?
  var isReady: Bool { readySince != nil }
  private var listing: Asked?
  private var viewing: Asked?
  private(set) var hasFault = false
  private var isGone = false
  private var isInterrupted = false
  private var conclusion: Conclusion?
  /// The time of the latest event; nil before the first.
  private var last: Int64?
  /// Whether that was a piece of an answer.
  private var isInAnswer = false
  /// Of those that joined before it the grace period is over.
  private var spared = 0
  /// Before then no check is overdue.
  private var nextOverdue: Int64 = 0

  init(_ check: HealthCheck, _ policy: GatePolicy) {
    self.check = check
    self.policy = policy
    expected = policy.expected
  }

  var minHealthy: Int { max(1, atLeast(policy.minHealthy, of: expected)) }
  var maxUnhealthy: Int { atMost(policy.maxUnhealthy, of: expected) }
  var deadline: Int64 { policy.deadline.inMicroseconds }
  var soak: Int64 { policy.soak.inMicroseconds }

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

  var hasHadMembers: Bool { members.present + members.left > 0 }

  // MARK: - An event

  /// Judges what the gate made of an event; one that came too late is a wake-up.
  mutating func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at now: Int64, in gate: Gate
  ) {
    guard conclusion == nil, violations.isEmpty else { return }
    passTime(through: now, event, gate)
    guard conclusion == nil else { return compare(gate, at: now) }
    // What a piece of an answer brought is said at its close.
    if !isInAnswer || last != now { judgeCertainty(before: event, at: now, gate) }
    isInAnswer = event.sayable == .nothing
    endGrace(at: now)
    loseOverdue(at: now)
    let key = apply(event, at: now)
    if let key { judge(key, effects, gate, at: now) }
    decide(at: now, gate, allowing: event.sayable)
    compare(gate, at: now)
    last = now
  }

  /// What time alone brings, up to now.
  private mutating func passTime(through now: Int64, _ event: GateEvent, _ gate: Gate) {
    // What the gate says of a moment before this event, it says at a wake-up.
    let isByTime = if case .wokeUp = event { true } else { false }
    let said = isByTime ? gate.verdict.map(\.at.microseconds) : nil
    while conclusion == nil, let last, let moment = nextMoment(after: last), moment <= now {
      if let said, said < moment { break }
      if trial == nil, let since = gate.blame?.since.microseconds, last < since, since < moment {
        break
      }
      endGrace(at: moment)
      decideByStates(
        at: moment, seenAt: now, gate, says: isByTime ? gate.verdict : nil, allowing: .all)
      let isCondemned = trial == nil && gate.blame?.since.microseconds == moment
      if conclusion == nil, said == moment || isCondemned { break }
      self.last = moment
    }
    guard conclusion == nil, let last, last < now else { return }
    if trial == nil, hasHadMembers, let blame = gate.blame, blame.since.microseconds > last {
      let since = blame.since.microseconds
      // Too late by time alone, or by this event? By time, if it is too late without it.
      guard since < now || !canStillBePromoted(at: since) else { return }
      judgeTooLate(at: since)
      begin(codeOfTooLate(at: since), at: since)
    }
    if let said, said > last, let verdict = gate.verdict {
      judgeVerdictByTime(verdict, at: said, seenAt: now, after: last)
    }
  }

  private mutating func judgeVerdictByTime(
    _ verdict: Verdict, at moment: Int64, seenAt now: Int64, after last: Int64
  ) {
    if let trial {
      if moment - 1 > last, mustSettle(trial, at: moment - 1) {
        complain(.trial, "at \(moment - 1) the old group was cleared, and no word of it")
      }
      return settle(trial, at: moment, seenAt: now, says: verdict)
    }
    guard hasHadMembers else {
      if moment != deadline + 1 { complain(.earliest, "no instances, but not at the deadline") }
      let isKnown = listing?.hasSucceeded ?? true
      return conclude(.inconclusive, isKnown ? .noInstances : .gateFault, at: moment)
    }
    judgeTooLate(at: moment)
    concludeTooLate(at: moment, seenAt: now, verdict)
  }

  /// When the next of the moments comes at which time alone changes what holds.
  private func nextMoment(after last: Int64) -> Int64? {
    var moments: [Int64] = []
    let since = members.lacked > 0 ? soakWithout : soakWith
    if let since { moments.append(since + soak) }
    if let age = policy.polling?.maximumAge.inMicroseconds {
      moments += [listing, viewing].compactMap { $0 }.map { $0.started + age + 1 }
    }
    if policy.loadBalancer == .decides, spared < ones.count {
      moments.append(ones[spared].joined + policy.gracePeriod.inMicroseconds)
    }
    return moments.filter { $0 > last }.min()
  }

  private mutating func endGrace(at now: Int64) {
    guard policy.loadBalancer == .decides else { return }
    while spared < ones.count,
      ones[spared].joined + policy.gracePeriod.inMicroseconds <= now
    {
      let index = spared
      spared += 1
      guard ones[index].role == .member, !ones[index].hasLeft else { continue }
      change(index) { one, _, _ in
        one.isSpared = false
        if let view = one.view { one.follow(view) }
      }
    }
  }

  /// By time alone: an instant earlier it was not too late.
  private mutating func judgeTooLate(at moment: Int64) {
    if canStillBePromoted(at: moment) {
      complain(.earliest, "at \(moment) the group could still be promoted")
    }
    guard let last, last < moment, !canStillBePromoted(at: moment - 1, losing: false) else {
      return
    }
    complain(.earliest, "at \(moment - 1) nothing could save the group any more, and no word of it")
  }

  /// When an event brings the verdict, time alone must not have brought it before.
  private mutating func judgeCertainty(before event: GateEvent, at now: Int64, _ gate: Gate) {
    // That something was overdue it is the event that shows.
    guard last != nil, trial == nil, gate.verdict != nil || gate.blame != nil,
      hasHadMembers, !canStillBePromoted(at: now), now < nextOverdue
    else { return }
    complain(.earliest, "before \(event) at \(now) nothing could save the group any more")
  }

  // MARK: - What an event changes

  /// Returns the instance that it is of.
  private mutating func apply(_ event: GateEvent, at now: Int64) -> Int? {
    switch event {
    case .instanceAdded(let instance):
      let place = check.place(ofNumber: ones.count, instance.role)
      ones.append(RuledInstance(instance, at: now, place: place))
      ones[ones.count - 1].isSpared = policy.gracePeriod > .zero
      count(ones.count - 1, by: 1)
      return ones.count - 1
    case .instanceRemoved(let key):
      guard let index = present(key) else { return nil }
      if isChecked(ones[index]), ones[index].unheard(at: now, check) > 0 { hasFault = true }
      count(index, by: -1)
      ones[index].hasLeft = true
      if ones[index].isLacked { soakWith = soakWithout }
      self[ones[index].role].left += 1
      find(index, nil)
      return index
    case .checked(let key, let report):
      guard let index = present(key) else { return nil }
      let isInTime = report.started.microseconds >= ones[index].next
      change(index) { $0.checked(report, at: now, $1, $2) }
      if ones[index].lost > 0 { hasFault = true }
      if isInTime { hear(index, report, at: now) }
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
        one.view = view.state
        if policy.loadBalancer == .decides { one.follow(view.state) }
      }
      return index
    case .loadBalancerAsked(let asked):
      viewing = Asked(started: asked.started.microseconds, hasSucceeded: asked.fault == nil)
      if asked.fault != nil { hasFault = true }
    case .listed(let listed): take(listed)
    case .interrupted: isInterrupted = true
    case .resumed: preconditionFailure("no runner dies in these worlds, but in ResumedModelTests")
    // These rules know no steps: `CanaryRules` do.
    case .guardWaits, .stepBegan, .stepCommandEnded, .wokeUp: break
    }
    return nil
  }

  /// Whom the newest listing lacks, of the members.
  private mutating func lack(_ isLacked: (Int) -> Bool) {
    for index in ones.indices where ones[index].role == .member && !ones[index].hasLeft {
      guard ones[index].isLacked != isLacked(index) else { continue }
      change(index) { one, _, _ in one.isLacked.toggle() }
    }
  }

  private mutating func take(_ listed: FinishedListing) {
    guard listed.role == .member else { return }
    switch listed.result {
    case .succeeded(let wanted, let missing, _):
      expected = max(wanted, 1)
      let missing = Set(missing.map(\.index))
      if members.lacked > 0 || !missing.isEmpty { lack { missing.contains($0) } }
      if members.lacked == 0 { soakWithout = soakWith }
    case .empty(let wanted):
      expected = wanted
      isGone = true
      lack { _ in true }
    case .failed: hasFault = true
    }
    let hasFailed = if case .failed = listed.result { true } else { false }
    listing = Asked(started: listed.started.microseconds, hasSucceeded: !hasFailed)
  }

  /// Only now and then: before the earliest of them is overdue there is nothing to lose.
  private mutating func loseOverdue(at now: Int64) {
    guard now >= nextOverdue else { return }
    nextOverdue = .max
    for index in ones.indices where !ones[index].hasLeft && isChecked(ones[index]) {
      if ones[index].unheard(at: now, check) > 0 {
        hasFault = true
        change(index) { one, check, _ in one.loseOverdue(at: now, check) }
      }
      nextOverdue = min(nextOverdue, ones[index].overdue(check))
    }
    nextOverdue = min(nextOverdue, now + check.interval.inMicroseconds + 1)
  }

  private func isChecked(_ one: RuledInstance) -> Bool {
    one.role != .member || policy.loadBalancer != .decides
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
    case .healthy: self[one.role].healthy += step
    }
    if one.isWrong { self[one.role].wrong += step }
    guard !one.isLacked else { return }
    self[one.role].listed += step
    if one.state == .healthy { self[one.role].listedHealthy += step }
    if isInService(one) { self[one.role].inService += step }
  }

  private func isInService(_ one: RuledInstance) -> Bool {
    one.state == .healthy && !one.isLacked
      && (one.role != .member || policy.loadBalancer != .confirms || one.view == .healthy)
  }

  /// The gate's own counts of this instance, and what it wants of it next.
  private mutating func judge(
    _ index: Int, _ effects: ArraySlice<GateEffect>, _ gate: Gate, at now: Int64
  ) {
    let (one, record) = (ones[index], gate[InstanceKey(index)])
    if record.health.state != one.state {
      complain(.state, "\(record.instance.id) is \(record.health.state), not \(one.state)")
    }
    if record.failures != one.failures || record.successes != one.successes {
      complain(
        .faults,
        "\(record.successes) successes and \(record.failures) failures of \(record.instance.id), "
          + "but \(one.successes) and \(one.failures) were")
    }
    for case .startCheck(InstanceKey(index), let start) in effects
    where start.microseconds != max(one.next, now) {
      complain(
        .schedule, "\(record.instance.id) is next checked at \(start.microseconds), not \(one.next)"
      )
    }
  }
}

// MARK: - The decision

extension FleetRules {
  private mutating func decide(at now: Int64, _ gate: Gate, allowing verdicts: Sayable) {
    decideByStates(at: now, seenAt: now, gate, says: gate.verdict, allowing: verdicts)
    guard conclusion == nil, trial == nil, gate.verdict != nil || gate.blame != nil else { return }
    if canStillBePromoted(at: now) {
      complain(.earliest, "at \(now) the group could still be promoted")
    }
    concludeTooLate(at: now, seenAt: now, gate.verdict)
    if conclusion == nil {
      condemn(codeOfTooLate(at: now), at: now, seenAt: now, gate, says: gate.verdict)
    }
  }

  /// What follows from how things are, and not from how they can still be.
  private mutating func decideByStates(
    at now: Int64, seenAt seen: Int64, _ gate: Gate, says verdict: Verdict?,
    allowing verdicts: Sayable
  ) {
    if isInterrupted { return conclude(.inconclusive, .interrupted, at: now) }
    // What a source did not say in time it did not say.
    if [listing, viewing].contains(where: { $0 != nil && !isFresh($0, at: now) }) {
      hasFault = true
    }
    holdSoaks(at: now)
    holdReadiness(at: now, mayBegin: verdicts == .all)
    if verdicts == .nothing { return }
    if members.wrong > 0 { return rollBack(.wrongInstances, at: now, seenAt: seen, gate) }
    if trial == nil, members.unhealthy > maxUnhealthy {
      return condemn(codeOfUnhealthy, at: now, seenAt: seen, gate, says: verdict)
    }
    if members.left > atMost(policy.maxReplaced, of: expected) {
      return rollBack(.tooManyReplaced, at: now, seenAt: seen, gate)
    }
    if guards.unhealthy > 0 { return rollBack(.guardFailed, at: now, seenAt: seen, gate) }
    if let trial { return settle(trial, at: now, seenAt: seen, says: verdict) }
    if !hasHadMembers {
      if isGone { conclude(.inconclusive, .noInstances, at: now) }
      return
    }
    guard isReady, verdicts == .all, now <= deadline, isPromotable(at: now) else { return }
    conclude(.promote, .groupHealthy, at: now)
  }

  private mutating func holdSoaks(at now: Int64) {
    let isWell = trial == nil && members.unhealthy <= maxUnhealthy
    soakWith = isWell && members.healthy >= minHealthy ? soakWith ?? now : nil
    soakWithout = isWell && members.listedHealthy >= minHealthy ? soakWithout ?? now : nil
  }

  private mutating func holdReadiness(at now: Int64, mayBegin: Bool) {
    let since = members.lacked > 0 ? soakWithout : soakWith
    let isHolding =
      since.map { $0 + soak <= now } ?? false && members.listed >= expected
      && members.inService >= minHealthy && guards.healthy == guards.present
      && (policy.membership == .fixed || isFresh(listing, at: now))
      && (policy.loadBalancer == .none || isFresh(viewing, at: now))
    guard isHolding, !isReady, mayBegin else {
      readySince = isHolding ? readySince : nil
      return
    }
    readySince = now
    for index in ones.indices where !ones[index].hasLeft { ones[index].mark(at: now, check) }
  }

  private func isFresh(_ asked: Asked?, at now: Int64) -> Bool {
    guard let asked, asked.hasSucceeded else { return false }
    return policy.polling.map { now - asked.started <= $0.maximumAge.inMicroseconds } ?? true
  }

  private func isPromotable(at now: Int64) -> Bool {
    var (counted, against) = (0, members.unhealthy)
    for one in ones where !one.hasLeft && one.role != .baseline && one.state == .healthy {
      let isPending = isPending(one, at: now)
      switch one.role {
      case .guard: if isPending { return false }
      case .member:
        if isPending { against += 1 } else if isInService(one) { counted += 1 }
      case .baseline: break
      }
    }
    return counted >= minHealthy && against <= maxUnhealthy
  }

  /// What the load balancer checks is pending where its view is not fresh, and nowhere else.
  func isPending(_ one: RuledInstance, at now: Int64) -> Bool {
    guard one.role != .member || policy.loadBalancer != .decides else { return false }
    return one.isPending(isReady, at: now, check)
  }

  mutating func conclude(_ decision: Decision, _ code: ReasonCode, at now: Int64) {
    conclusion = Conclusion(decision: decision, code: code, at: now)
  }

  /// A rollback, or the gate's own fault where it says so and had one.
  mutating func rollBack(
    _ code: ReasonCode, at now: Int64, seenAt seen: Int64, _ gate: Gate
  ) {
    let isCleared = isFaultBlamed(by: gate.verdict, at: now, seenAt: seen)
    isCleared
      ? conclude(.inconclusive, .gateFault, at: now) : conclude(.rollback, code, at: now)
  }

  func isFaultBlamed(by verdict: Verdict?, at now: Int64, seenAt seen: Int64) -> Bool {
    verdict?.reason.code == .gateFault && verdict?.at.microseconds == now
      && (hasFault || seen - now > 250_000
        || ones.contains { one in
          !one.hasLeft && one.role != .baseline && isChecked(one) && one.unheard(at: now, check) > 0
        })
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
      members.present, members.initial, members.unhealthy, members.healthy, members.left
    )
    if counted != wanted || gate.expected != expected {
      complain(.counts, "at \(now) the gate counts \(counted), the rules \(wanted)")
    }
  }

  private var codeOfUnhealthy: ReasonCode {
    ones.contains {
      $0.role == .member && !$0.hasLeft && $0.state == .unhealthy && !$0.isLatestFailureOfVersion
    } ? .tooManyUnhealthy : .wrongVersion
  }

  private mutating func condemn(
    _ code: ReasonCode, at now: Int64, seenAt seen: Int64, _ gate: Gate, says verdict: Verdict?
  ) {
    guard old.present > 0, code != .wrongVersion else {
      return rollBack(code, at: now, seenAt: seen, gate)
    }
    begin(code, at: now)
    if let trial { settle(trial, at: now, seenAt: seen, says: verdict) }
  }

  private mutating func begin(_ code: ReasonCode, at now: Int64) {
    trial = Trial(code: code, began: now, asked: old.present)
    for index in ones.indices where ones[index].role == .baseline && !ones[index].hasLeft {
      let one = ones[index]
      let isTooLate =
        one.state == .initial && one.failures > 0
        && earliestHealthy(one, at: now) > deadline - soak
      find(index, one.state == .unhealthy || isTooLate ? .failing : .open)
    }
    (soakWith, soakWithout, readySince) = (nil, nil, nil)
  }

  private mutating func settle(
    _ trial: Trial, at now: Int64, seenAt seen: Int64, says verdict: Verdict?
  ) {
    if isTooMany(trial.failing, trial) { return conclude(.inconclusive, .sharedCause, at: now) }
    let isBlamed = isFaultBlamed(by: verdict, at: now, seenAt: seen)
    guard !mustSettle(trial, at: now) else {
      return isBlamed
        ? conclude(.inconclusive, .gateFault, at: now) : conclude(.rollback, trial.code, at: now)
    }
    guard isBlamed || verdict?.reason.code == trial.code, verdict?.at.microseconds == now else {
      return
    }
    if isTooMany(trial.failing + sureToBeAbleToFail(at: now, trial), trial) {
      complain(.trial, "at \(now) the old group could still fail, but was let off")
    }
    isBlamed
      ? conclude(.inconclusive, .gateFault, at: now) : conclude(.rollback, trial.code, at: now)
  }

  private func mustSettle(_ trial: Trial, at now: Int64) -> Bool {
    now > end(of: trial) || !isTooMany(trial.failing + trial.open, trial)
  }
}
