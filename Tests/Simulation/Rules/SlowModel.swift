import GateCore
import TestSupport

/// The rules once more, slowly: each question is answered from the whole list of what was seen.
///
/// It is written from the contract and shares nothing with the gate but the alphabet. Where the
/// gate keeps counts, it looks back over the list; where the gate compares with a formula, it
/// plays the best of all futures and looks whether that is good enough; where the gate keeps a
/// second fold, it writes the history of another world and judges that. It looks at every
/// microsecond.
struct SlowModel {
  let check: HealthCheck
  let policy: GatePolicy
  /// The other world: no check, view or listing is lost in it, and the gate is never late.
  let isWithoutFaults: Bool
  /// Checks begin late one after the other: what a fold notices when is beyond this model.
  let startsLate: Bool

  var members: [Member] = []
  /// How many the source wants now.
  var expected: Int
  /// By when the group must be promoted.
  var deadline: Int64
  /// The newest finished listing of the group, and the newest finished view.
  var listing: Asked?
  var viewing: Asked?
  /// The source said that the group is gone, or wants none.
  var isGone = false
  var isInterrupted = false
  /// In the other world: when the load balancers' next answers come, and when it is judged.
  var asked: [Int64] = []
  /// In the other world: the slots, by instance, whose checks were not made in this one.
  ///
  /// They succeed, and do not say where the slots after them are.
  var supposed: [Int: Set<Int64>] = [:]
  /// Since when the states have been as the policy wants them: of all that are present, and of those
  /// that the newest listing has.
  var soakWith: Int64?
  var soakWithout: Int64?
  /// Since when all holds but for the latest checks.
  var ready: Ready?
  var trial: Trial?
  private(set) var conclusion: Conclusion?
  /// Whether the one test depends on when it was noticed that a check was not made: then the gate may
  /// say one thing or the other, but not promote.
  private(set) var isDebatable = false
  /// What was taken in; checks of nobody are left out.
  private(set) var history: [VirtualRun.TimedEvent] = []

  init(
    check: HealthCheck, policy: GatePolicy, isWithoutFaults: Bool = false, startsLate: Bool = false
  ) {
    (self.check, self.policy) = (check, policy)
    (self.isWithoutFaults, self.startsLate) = (isWithoutFaults, startsLate)
    expected = policy.expected
    deadline = policy.deadline.inMicroseconds
  }

  struct Conclusion: Equatable {
    var decision: Decision
    var code: ReasonCode
    var at: Int64
  }

  /// Something that was asked of a source, and has come to an end.
  struct Asked {
    var started: Int64
    /// When its end was seen, and where it is in the history.
    var came: Int64
    var place: Int
    var hasSucceeded: Bool
  }

  /// The moment from which on only the latest checks can hold a promotion up.
  struct Ready {
    /// By place: how many results of each instance were known then.
    var known: [Int]
  }

  struct PastCheck {
    enum Ending: Equatable {
      case success
      case failure(isForgiven: Bool, FailureKind)
      /// Not made, or not to be judged: the gate's own fault.
      case lost
      /// A failure that was seen after its check was lost: it is held against nobody, but was no pass.
      case tooLate
    }

    var ending: Ending
    /// What was reported, also where it came too late to count.
    var result: CheckResult?
    var started: Int64
    var ended: Int64
    /// Its place in the history; nil where nothing was reported: it was not made.
    var report: Int?
    /// It was held to be lost when its report came, which shows nothing any more.
    var isOvertaken = false
    /// The place of the report that showed that it was not made.
    var shownBy: Int?
    /// When it was noticed that it was not made.
    var noticed: Int64?
    /// When its answer was there, however late the gate saw it.
    var answered: Int64?

    var isFailure: Bool { if case .failure = ending { true } else { false } }
    var failed: FailureKind? { if case .failure(let kind) = result { kind } else { nil } }
  }

  /// A state, and how an instance came to it as far as that matters.
  struct Health: Equatable {
    var state = InstanceState.initial
    /// It was healthy, and failed while failures were forgiven.
    var hasRelapsed = false
  }

  struct Member {
    var joined: Int64
    /// Where in the interval it is checked while it is healthy; nil where checks are not spread.
    var ownPlace: Int64?
    var role = InstanceRole.member
    /// Whether it is of another release.
    var isWrong = false
    var hasLeft = false
    /// When it left.
    var left: Int64?
    /// Whether the newest listing lacks it.
    var isLacked = false
    /// Its checks, those that were not made before a later one among them.
    var checks: [PastCheck] = []
    /// When its first check is due: when it joined, or the run was resumed.
    var begins: Int64
    /// When the run was last resumed.
    var resumed: Int64?
    /// Its health when the counts began anew, and its checks before that.
    var before = Health()
    var forgotten: [PastCheck] = []
    /// What the load balancer said last.
    var view: InstanceState?
    /// The newest view of it was lost: in the other world it said in service.
    var isViewLost = false
    /// When it joined, or the load balancer last said something new of it, and where that is in the
    /// history.
    var told: (at: Int64, place: Int)

    init(joined: Int64, place: Int = 0, role: InstanceRole = .member, isWrong: Bool = false) {
      (self.joined, self.role, self.isWrong, begins) = (joined, role, isWrong, joined)
      told = (joined, place)
    }
  }

  var interval: Int64 { check.interval.inMicroseconds }
  var soak: Int64 { policy.soak.inMicroseconds }

  func timeout(of role: InstanceRole) -> Int64 {
    // A guard is given ten seconds at least.
    max(check.timeout.inMicroseconds, role == .guard ? 10_000_000 : 0)
  }

  func present(_ role: InstanceRole) -> [Member] {
    members.filter { $0.role == role && !$0.hasLeft }
  }

  var minHealthy: Int { minHealthy(of: expected) }
  var maxUnhealthy: Int { maxUnhealthy(of: expected) }

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

// MARK: - What happens

extension SlowModel {
  /// Takes in an event, and before it the time that passed; one that comes after the verdict changes
  /// nothing.
  mutating func take(_ timed: VirtualRun.TimedEvent) {
    let now = timed.at.microseconds
    // While nobody looked, time decided nothing.
    if case .resumed = timed.event {} else { passTime(through: now, seenAt: now) }
    guard conclusion == nil else { return }
    see(timed)
    decide(at: now, seenAt: now, allowing: timed.event.sayable)
  }

  /// Takes in an event, and says nothing of it.
  mutating func see(_ timed: VirtualRun.TimedEvent) {
    history.append(timed)
    // What is overdue is lost, whatever comes now or later; while nobody looked, nothing was.
    if case .resumed = timed.event {} else { loseOverdue(at: timed.at.microseconds) }
    apply(timed.event, at: timed.at.microseconds)
  }

  /// Each microsecond since the last event, up to this one.
  mutating func passTime(through now: Int64, seenAt seen: Int64) {
    let last = history.last?.at.microseconds ?? 0
    guard last < now else { return }
    for moment in last + 1...now where conclusion == nil {
      decide(at: moment, seenAt: seen)
    }
  }

  private mutating func apply(_ event: GateEvent, at now: Int64) {
    switch event {
    case .instanceAdded(let instance):
      members.append(
        Member(
          joined: now, place: history.count, role: instance.role,
          isWrong: instance.mismatch != nil))
      members[members.count - 1].ownPlace = check.place(
        ofNumber: members.count - 1, instance.role)
    case .instanceRemoved(let key):
      guard let index = present(key) else { return }
      (members[index].hasLeft, members[index].left) = (true, now)
      // That it was only overlooked has come out wrong.
      if members[index].isLacked { soakWith = soakWithout }
    case .checked(let key, let report):
      let started = report.started.microseconds
      append(
        report.result, from: started, to: now, of: key,
        answered: started + report.latencyMicroseconds)
    case .checkLost(let key, let fault):
      append(nil, from: fault.started?.microseconds ?? now, to: now, of: key, answered: now)
    case .listed(let listed): take(listed, at: now)
    case .loadBalancerSaw(let key, let view):
      guard let index = present(key), members[index].role == .member else { return }
      (members[index].view, members[index].isViewLost) = (view.state, false)
      members[index].told = (now, history.count)
    case .loadBalancerAsked(let asked):
      viewing = Asked(
        started: asked.started.microseconds, came: now, place: history.count,
        hasSucceeded: asked.fault == nil)
      for index in members.indices { members[index].isViewLost = asked.fault != nil }
      self.asked = Array(self.asked.dropFirst())
    case .interrupted: isInterrupted = true
    case .resumed(let gap): resume(after: gap.inMicroseconds, at: now)
    // These models know no steps: `CanaryRules` do.
    case .guardWaits, .stepBegan, .stepCommandEnded, .wokeUp: break
    }
  }

  private mutating func take(_ listed: FinishedListing, at now: Int64) {
    guard listed.role == .member else { return }
    func asked(hasSucceeded: Bool) -> Asked {
      Asked(
        started: listed.started.microseconds, came: now, place: history.count,
        hasSucceeded: hasSucceeded)
    }
    switch listed.result {
    case .succeeded(let wanted, let missing, _):
      listing = asked(hasSucceeded: true)
      expected = max(wanted, 1)
      for index in members.indices {
        members[index].isLacked = missing.contains(InstanceKey(index))
      }
      if !present(.member).contains(where: \.isLacked) { soakWithout = soakWith }
    case .empty(let wanted):
      expected = wanted
      listing = asked(hasSucceeded: true)
      isGone = true
      for index in members.indices where members[index].role == .member {
        members[index].isLacked = true
      }
    case .failed:
      // In the other world it had the members of the one before.
      listing = asked(hasSucceeded: false)
    }
  }

  private func present(_ key: InstanceKey) -> Int? {
    members.indices.contains(key.index) && !members[key.index].hasLeft ? key.index : nil
  }

  private func isForgiven(_ started: Int64, _ member: Member) -> Bool {
    member.role != .baseline && started < member.joined + policy.gracePeriod.inMicroseconds
  }

  /// A check that ended, and before it those that were not made; one without a result was lost.
  private mutating func append(
    _ result: CheckResult?, from started: Int64, to ended: Int64, of key: InstanceKey,
    answered: Int64
  ) {
    guard let index = present(key) else {
      history[history.count - 1].event = .wokeUp
      return
    }
    var slot = due(members[index])
    let isOvertaken = started < slot
    while slot + interval <= started, !isWithoutFaults {
      members[index].checks.append(
        PastCheck(ending: .lost, started: slot, ended: slot, noticed: ended))
      slot += interval
    }
    let ending: PastCheck.Ending =
      switch result {
      case .success: .success
      case .failure(let kind): .failure(isForgiven: isForgiven(started, members[index]), kind)
      case nil: .lost
      }
    let late = result == .success ? PastCheck.Ending.lost : .tooLate
    let isSupposed = supposed[index]?.contains(started) ?? false
    members[index].checks.append(
      PastCheck(
        ending: isOvertaken && result != nil ? late : ending, result: result, started: started,
        ended: ended, report: isSupposed ? nil : history.count - 1,
        isOvertaken: isOvertaken, answered: answered))
  }

  private mutating func loseOverdue(at now: Int64) {
    for index in members.indices where !members[index].hasLeft {
      members[index].checks = results(of: members[index], at: now)
    }
  }

  mutating func conclude(_ decision: Decision, _ code: ReasonCode, at now: Int64) {
    conclusion = Conclusion(decision: decision, code: code, at: now)
  }

  mutating func debate() { isDebatable = true }
}

// MARK: - One instance

extension SlowModel {
  /// When its next check is due, after these: the first check's start, or its place, and whole
  /// intervals.
  func due(_ member: Member) -> Int64 {
    var first: Int64?
    var due = member.begins
    for (index, past) in member.checks.enumerated() {
      guard past.report != nil else {
        due = max(due, past.started + interval)
        continue
      }
      let end = answered(past, member.role)
      due = next(after: index, endingAt: end, of: member, from: &first, due)
    }
    return due
  }

  /// When the check after one that was made is due, by the slots that begin with the first.
  func next(
    after index: Int, endingAt end: Int64, of member: Member, from first: inout Int64?,
    _ due: Int64
  ) -> Int64 {
    let past = member.checks[index]
    var slot = first ?? past.started
    first = slot
    while slot <= past.started || slot < end { slot += interval }
    let next = max(due, slot)
    guard let place = member.ownPlace, past.ending == .success,
      isUp(Array(member.checks[...index]), after: member.before)
    else { return next }
    // The latest of its places up to then, where it has not passed by the time of the answer.
    var earlier = next
    while (earlier - place) % interval != 0 { earlier -= 1 }
    guard earlier > past.ended else { return next }
    first = earlier
    return earlier
  }

  private func isUp(_ checks: [PastCheck], after before: Health) -> Bool {
    health(after: checks, from: before).state == .healthy && isShown(checks, after: before)
  }

  /// All that is known of its checks now: those that should long have been over were not made.
  func results(of member: Member, at now: Int64) -> [PastCheck] {
    guard !isSeenByLoadBalancer(member) else { return [] }
    var results = member.checks
    guard !isWithoutFaults else { return results }
    var slot = due(member)
    while slot + interval + timeout(of: member.role) < now {
      results.append(PastCheck(ending: .lost, started: slot, ended: slot, noticed: now))
      slot += interval
    }
    return results
  }

  /// Its state now, by its checks or, where those are the load balancer's, by its view.
  func state(of member: Member, at now: Int64) -> InstanceState {
    guard isSeenByLoadBalancer(member) else {
      return health(after: member.checks, from: member.before).state
    }
    let seen = view(of: member, at: now) ?? .initial
    // Who has left is what it was then.
    let isGrace = min(now, member.left ?? now) < member.joined + policy.gracePeriod.inMicroseconds
    return seen == .unhealthy && isGrace ? .initial : seen
  }

  func isSeenByLoadBalancer(_ member: Member) -> Bool {
    member.role == .member && policy.loadBalancer == .decides
  }

  /// What the load balancer says; a view that was lost, or is overdue, said in service in the other
  /// world.
  func view(of member: Member, at now: Int64) -> InstanceState? {
    guard isWithoutFaults, let viewing else { return member.view }
    // However old an answer is when it comes, at that moment it is what is known.
    if viewing.came == now { return seen(member) }
    // Who joined since was not yet asked for.
    let isOverdue =
      isTooOld(viewing, at: now) && isTooOld(viewing, at: asked.first ?? .max)
      && (member.told.place < viewing.place || !isTooOld(viewing, at: member.told.at))
    return isOverdue ? .healthy : seen(member)
  }

  private func seen(_ member: Member) -> InstanceState? {
    member.isViewLost ? .healthy : member.view
  }

  /// The health that a whole list of checks comes to.
  func health(after checks: [PastCheck], from before: Health = Health()) -> Health {
    var health = before
    var windowBegins = 0
    for index in checks.indices {
      let past = checks[...index]
      let old = health.state
      if old == .unhealthy {
        if successes(past) >= check.healthyThreshold { health = Health(state: .healthy) }
      } else if failures(past, forgiven: false) >= check.unhealthyThreshold
        || isWindowFull(checks[windowBegins...index])
      {
        health = Health(state: .unhealthy)
      } else if old == .healthy {
        if failures(past, forgiven: true) >= check.unhealthyThreshold {
          health = Health(state: .initial, hasRelapsed: true)
        }
      } else if successes(past)
        >= (health.hasRelapsed ? check.healthyThreshold : check.initialThreshold)
      {
        health = Health(state: .healthy)
      }
      if health.state != old, health.state == .unhealthy || old == .unhealthy {
        windowBegins = index + 1
      }
    }
    return health
  }

  /// In a row, up to the last; a lost check is none, and ends no row.
  private func successes(_ past: ArraySlice<PastCheck>) -> Int {
    past.filter { $0.ending != .lost }.reversed().prefix { $0.ending == .success }.count
  }

  /// In a row, up to the last; a lost check ends it.
  private func failures(_ past: ArraySlice<PastCheck>, forgiven: Bool) -> Int {
    guard past.last?.isFailure == true else { return 0 }
    return past.reversed().prefix(while: \.isFailure).count { forgiven || isCounted($0) }
  }

  private func isCounted(_ past: PastCheck) -> Bool {
    if case .failure(isForgiven: false, _) = past.ending { true } else { false }
  }

  private func isWindowFull(_ checks: ArraySlice<PastCheck>) -> Bool {
    guard let window = check.unhealthyWindow else { return false }
    return checks.filter { $0.ending == .success || isCounted($0) }
      .suffix(window.checks).count(where: isCounted) >= window.failures
  }

  /// Whether it is healthy, and has shown it since the checks before were forgotten.
  func isHealthy(_ member: Member, at now: Int64) -> Bool {
    guard state(of: member, at: now) == .healthy else { return false }
    return isSeenByLoadBalancer(member) || isShown(member.checks, after: member.before)
  }

  private func isShown(_ checks: [PastCheck], after before: Health) -> Bool {
    guard before.state == .healthy else { return true }
    let hasChanged = checks.indices.contains {
      health(after: Array(checks[...$0]), from: before).state != .healthy
    }
    let real = checks.filter { $0.ending != .lost }
    let longest = real.split { $0.ending != .success }.map(\.count).max() ?? 0
    return hasChanged || longest >= check.healthyThreshold
  }

  /// Whether its latest checks keep it from speaking for a promotion.
  func isPending(_ index: Int, since ready: Ready?, at now: Int64) -> Bool {
    let member = members[index]
    if let resumed = member.resumed, !hasPassed(member, since: resumed) { return true }
    // A view that was lost is not fresh, and there is no T.
    guard !isSeenByLoadBalancer(member) else { return false }
    let results = known(of: member, at: now)
    guard let last = results.last, last.ending != .success else { return false }
    if let other = results.dropLast().last, other.ending != .success { return true }
    guard let ready else { return true }
    return ready.known.indices.contains(index) && results.count <= ready.known[index]
  }

  /// Each check once: an answer that came too late is of one that is among the lost ones.
  func known(of member: Member, at now: Int64) -> [PastCheck] {
    results(of: member, at: now).filter { !$0.isOvertaken }
  }

  private func hasPassed(_ member: Member, since resumed: Int64) -> Bool {
    isSeenByLoadBalancer(member)
      ? viewing.map { $0.hasSucceeded && $0.started >= resumed } ?? false
      : member.checks.contains { $0.ending == .success && $0.started >= resumed }
  }

  /// The start of its next check by the schedule; nil while that of the first is not known.
  func nextStart(of member: Member) -> Int64? {
    member.checks.contains { $0.report != nil } ? due(member) : nil
  }

  /// When, if from now on every check ends at once and like this, the condition first holds.
  ///
  /// The start of a first check that has not ended is not known: it is the best of the possible.
  func earliest(
    _ member: Member, _ ending: PastCheck.Ending, from now: Int64,
    _ isWanted: ([PastCheck]) -> Bool
  ) -> Int64 {
    let begins = due(member)
    let starts = nextStart(of: member).map { $0...$0 } ?? begins...max(begins, now)
    return starts.map { start in
      var member = member
      var (start, ended) = (start, max(start, now))
      while true {
        member.checks.append(PastCheck(ending: ending, started: start, ended: ended, report: 0))
        if isWanted(member.checks) { return ended }
        start = slot(of: member, notBefore: ended)
        ended = start
      }
    }.min() ?? now
  }

  /// The first of its slots from a moment on: what is late is not made up for.
  func slot(of member: Member, notBefore moment: Int64) -> Int64 {
    var slot = due(member)
    while slot < moment { slot += interval }
    return slot
  }

  /// When it can be healthy at the earliest.
  func earliestHealthy(_ member: Member, from now: Int64) -> Int64 {
    // What the load balancer says can be another thing at any moment.
    if isSeenByLoadBalancer(member) || isHealthy(member, at: now) { return now }
    return earliest(member, .success, from: now) {
      health(after: $0, from: member.before).state == .healthy && isShown($0, after: member.before)
    }
  }

  /// When it can speak for a promotion at the earliest: healthy, and its latest check a pass.
  func earliestCounted(_ index: Int, from now: Int64) -> Int64 {
    let healthy = earliestHealthy(members[index], from: now)
    guard healthy <= now, !isSeenByLoadBalancer(members[index]),
      isPending(index, since: ready, at: now)
    else { return healthy }
    return earliest(members[index], .success, from: now) { _ in true }
  }
}
