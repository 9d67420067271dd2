/// All that the gate knows of one instance.
package struct InstanceRecord: Hashable, Sendable {
  package let instance: Instance
  package let firstSeen: GateInstant
  package internal(set) var health = InstanceHealth()
  package internal(set) var removed: GateInstant?
  package internal(set) var healthySince: GateInstant?
  package internal(set) var successes = 0
  package internal(set) var failures = 0
  /// Checks that a fault of the gate's own cost.
  package internal(set) var lostChecks = 0
  package internal(set) var latency = LatencySummary()
  package internal(set) var transitions: [Transition] = []
  package internal(set) var lastFailure: LastFailure?
  /// The versions that its answers carried, in the order in which they first came.
  package internal(set) var versions: [String] = []
  package internal(set) var lastLoss: LostCheck?
  /// What the latest check saw, in words, where it says so.
  package internal(set) var lastDetail: String?
  package internal(set) var pattern = ResultPattern()
  /// What the load balancer said last; nil when it was not asked, or has not said anything.
  package internal(set) var view: LoadBalancerView?
  /// Whether the view could not be had the last time.
  package internal(set) var isViewStale = false

  /// When the next check may start, by the schedule.
  var nextCheck: GateInstant
  var schedule = CheckSchedule()
  /// Its health if every lost check had been a success; nil while it lost none.
  var healthWithoutFaults: InstanceHealth?
  /// Whether its latest check was lost to a fault of the gate's own, so that its state is stale.
  var isUnobserved = false
  /// How it stands where the old group is asked whose fault it is; nil when it is not asked.
  var blame: Blame.Standing?

  /// More versions than this are a server's play, and not kept.
  static let maximumVersions = 8

  init(_ instance: Instance, at now: GateInstant) {
    self.instance = instance
    firstSeen = now
    nextCheck = now
  }

  package var checks: Int { successes + failures }

  /// What it contributes to the counts of the group.
  ///
  /// A healthy instance whose latest check was lost wants one more success: seen to be healthy.
  /// Inlined, so that a record is not copied twice a check for a few of its fields.
  @inline(__always)
  func share(
    under check: HealthCheck, _ certainty: Certainty, _ role: GatePolicy.LoadBalancerRole
  ) -> GroupHealth.Share {
    guard role != .decides else {
      // Its view can change at any moment.
      return GroupHealth.Share(
        state: health.state, isSeenHealthy: health.state == .healthy && !isViewStale,
        lastChance: certainty.latest)
    }
    let needed = max(health.successesNeeded(under: check), isUnobserved ? 1 : 0)
    return GroupHealth.Share(
      state: health.state, isSeenHealthy: needed == 0 && (role == .none || isConfirmed),
      lastChance: lastChance(needing: needed, certainty))
  }

  /// Whether a fault of the gate's own kept something of it from being seen.
  var isBlind: Bool { removed == nil && (lostChecks > 0 || isViewStale) }

  /// Whether its next check should long have been over: the gate was held up, and has not looked.
  ///
  /// A check is over a time-out after its slot, and begins a little late in a burst; a whole interval
  /// more is not a little.
  func isOutOfSight(at now: GateInstant, under check: HealthCheck) -> Bool {
    isLongAgo(nextCheck, at: now, under: check)
  }

  /// Whether a check that began then should long have been over.
  private func isLongAgo(
    _ started: GateInstant, at now: GateInstant, under check: HealthCheck
  ) -> Bool {
    started + check.interval + check.timeout(of: instance.role) < now
  }

  /// Notes that nobody has looked for so long that its state is stale.
  mutating func loseSight(at now: GateInstant) {
    lostChecks += 1
    lastLoss = LostCheck(at: now, fault: .heldUp)
    isUnobserved = true
  }

  /// Whether the load balancer says in service too, as far as it can be asked.
  @inline(__always)
  var isConfirmed: Bool { view?.state == .healthy && !isViewStale }

  /// The last moment at which the first of so many like results can come; nil when they cannot
  /// all come in time.
  @inline(__always)
  func lastChance(needing results: Int, _ certainty: Certainty) -> GateInstant? {
    guard certainty.canCome(results, from: nextCheck) else { return nil }
    return certainty.lastAnswer(
      of: results,
      lastSlot: schedule.lastSlot(by: certainty.latest, every: certainty.interval))
  }
}

/// A change of an instance's state.
package struct Transition: Hashable, Sendable {
  package var at: GateInstant
  package var from: InstanceState
  package var to: InstanceState
  package var reason: HealthReason

  package init(at: GateInstant, from: InstanceState, to: InstanceState, reason: HealthReason) {
    self.at = at
    self.from = from
    self.to = to
    self.reason = reason
  }
}

/// The latest failed check of an instance.
package struct LastFailure: Hashable, Sendable {
  /// When the check ended.
  package var at: GateInstant
  package var kind: FailureKind
  package var report: CheckReport
}

/// The latest check of an instance that a fault of the gate's own cost.
package struct LostCheck: Hashable, Sendable {
  package var at: GateInstant
  package var fault: GateFault
}

/// How long the answers of one instance took, in microseconds.
///
/// The least and the greatest are of all answers; the percentiles are of the latest 256, so that a
/// soak of days takes no more memory than one of minutes.
package struct LatencySummary: Hashable, Sendable {
  package private(set) var least: Int64?
  package private(set) var greatest: Int64?
  private var latest: [UInt32] = []
  private var oldest = 0

  private static let kept = 256

  package init() {}

  package mutating func add(_ microseconds: Int64) {
    least = min(least ?? microseconds, microseconds)
    greatest = max(greatest ?? microseconds, microseconds)
    let sample = UInt32(clamping: microseconds)
    guard latest.count == Self.kept else {
      latest.append(sample)
      return
    }
    latest[oldest] = sample
    oldest = (oldest + 1) % Self.kept
  }

  /// The nearest-rank percentile of the latest answers; nil when there was none.
  package func percentile(_ percent: Int) -> Int64? {
    guard !latest.isEmpty else { return nil }
    let rank = (percent * latest.count + 99) / 100
    return Int64(latest.sorted()[max(rank, 1) - 1])
  }

  /// The latest answers, oldest first.
  package var samples: [Int64] {
    (latest[oldest...] + latest[..<oldest]).map(Int64.init)
  }
}

extension InstanceRecord {
  /// Folds in one check; returns the change of state, if it brought one.
  mutating func record(
    _ report: CheckReport, at now: GateInstant, check: HealthCheck, policy: GatePolicy
  ) -> Transition? {
    let counting: FailureCounting =
      report.started < firstSeen + gracePeriod(policy) ? .forgiven : .counted
    // An answer that waited until the gate came back tells how it was then.
    isUnobserved = isLongAgo(report.started, at: now, under: check)
    nextCheck = schedule.next(
      afterCheckFrom: report.started, to: now, every: check.interval.inMicroseconds)
    note(report, at: now)
    _ = healthWithoutFaults?.record(report.result, counting: counting, under: check)
    let old = health.state
    guard let new = health.record(report.result, counting: counting, under: check) else {
      return nil
    }
    return moved(from: old, to: new, at: now, check: check)
  }

  /// Notes a check that was lost: it moves the schedule on and nothing else.
  mutating func recordLoss(_ fault: GateFault, at now: GateInstant, check: HealthCheck) {
    lostChecks += 1
    lastLoss = LostCheck(at: now, fault: fault)
    isUnobserved = true
    nextCheck = schedule.next(
      afterCheckFrom: fault.started ?? now, to: now, every: check.interval.inMicroseconds)
    var assumed = healthWithoutFaults ?? health
    _ = assumed.record(.success, counting: .counted, under: check)
    healthWithoutFaults = assumed
  }

  /// Begins anew after a time in which nobody looked: counts and the schedule of its checks.
  mutating func startAnew(at now: GateInstant) {
    health.startAnew()
    // What lost checks might have shown is as old as what the others did.
    (healthWithoutFaults, isUnobserved) = (nil, false)
    isViewStale = view != nil
    (schedule, nextCheck) = (CheckSchedule(), now)
  }

  /// Notes the load balancer's view; returns the change of state, if the view decides.
  mutating func note(
    _ view: LoadBalancerView, at now: GateInstant, check: HealthCheck,
    _ role: GatePolicy.LoadBalancerRole
  ) -> Transition? {
    (self.view, isViewStale) = (view, false)
    let old = health.state
    guard role == .decides, let new = health.follow(view) else { return nil }
    return moved(from: old, to: new, at: now, check: check)
  }

  /// The old group does not boot: nothing of it is forgiven.
  private func gracePeriod(_ policy: GatePolicy) -> Duration {
    switch instance.role {
    case .member, .guard: policy.gracePeriod
    case .baseline: .zero
    }
  }

  private mutating func moved(
    from old: InstanceState, to new: InstanceState, at now: GateInstant, check: HealthCheck
  ) -> Transition {
    healthySince = new == .healthy ? now : nil
    let transition = Transition(at: now, from: old, to: new, reason: reason(under: check))
    transitions.append(transition)
    return transition
  }

  private mutating func note(_ report: CheckReport, at now: GateInstant) {
    if let version = report.version, !versions.contains(version),
      versions.count < Self.maximumVersions
    {
      versions.append(version)
    }
    pattern.record(report.result, at: now)
    lastDetail = report.detail
    switch report.result {
    case .success:
      successes += 1
      latency.add(report.latencyMicroseconds)
    case .failure(let kind):
      failures += 1
      lastFailure = LastFailure(at: now, kind: kind, report: report)
      if kind.isAnswered { latency.add(report.latencyMicroseconds) }
    }
  }
}
