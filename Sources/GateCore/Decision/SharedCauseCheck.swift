/// Whose fault it is: while the new group stands condemned, the old one is asked.
///
/// Each old instance that is there at the condemnation is judged by what comes after it. One that is
/// unhealthy then, or becomes so, is failing, and so is one whose failures leave it too little time
/// to be healthy by the deadline; a success of a check that began since shows that it is well, and
/// that what the new group suffers from is not shared. When the failing ones are too many
/// for the policy that condemned the new group, the cause is shared; when they can no longer be by
/// the end of the time that a check's failures take, it is not.
package struct SharedCauseCheck: Hashable, Sendable {
  /// What the new group would be rolled back for.
  package let reason: VerdictReason
  /// When it was condemned.
  package let since: GateInstant
  /// So many failing instances are too many.
  package let needed: Int
  /// Until when they are asked.
  private var certainty: DeadlineFeasibility
  /// Until when they would have to be healthy, by the new group's deadline.
  private var promotion: DeadlineFeasibility
  package private(set) var failing = 0
  private var chances = LatestStarts()

  /// How one old instance stands.
  enum Standing: Hashable, Sendable {
    /// It has shown nothing since; with the last moment at which it can begin to fail in time.
    case open(lastChance: GateInstant?)
    case failing
    case well
  }

  /// Asks so many instances; each is added with `add`.
  init(
    _ reason: VerdictReason, at now: GateInstant, asking present: Int, check: HealthCheck,
    policy: GatePolicy, promotion: DeadlineFeasibility
  ) {
    self.promotion = promotion
    self.reason = reason
    since = now
    certainty = DeadlineFeasibility(check: check, until: Self.end(from: now, under: check))
    // By the same policy: more unhealthy than allowed, or too few left to be healthy.
    let allowed = policy.maxUnhealthy.roundedDown(of: present)
    let least = min(max(policy.minHealthy.roundedUp(of: present), 1), present)
    needed = min(allowed, present - least) + 1
  }

  /// Until when those that are asked from now on are: as long as their failures take.
  private static func end(from now: GateInstant, under check: HealthCheck) -> GateInstant {
    let failures = check.interval.inMicroseconds * Int64(check.unhealthyThreshold)
    return now + .microseconds(failures) + check.timeout
  }

  /// The last moment at which enough of them can still fail; nil when they cannot.
  var lastChance: GateInstant? {
    failing >= needed ? certainty.latest : chances.latest(needed - failing)
  }

  /// How an instance stands at the condemnation.
  mutating func add(_ record: InstanceRecord, under check: HealthCheck) -> Standing {
    let isFailing =
      switch record.health.state {
      case .healthy: false
      case .initial: record.failures > 0 && isTooLate(record, at: since, under: check)
      case .unhealthy: true
      }
    let standing = isFailing ? Standing.failing : open(record, under: check)
    count(standing, by: 1)
    return standing
  }

  /// How an instance stands after another check; one that was lost has no result.
  mutating func judge(
    _ record: InstanceRecord, _ report: CheckReport?, at now: GateInstant, under check: HealthCheck
  ) -> Standing? {
    guard let old = record.blame else { return nil }
    let new: Standing =
      switch (old, record.health.state) {
      case (.well, _), (.failing, .healthy): .well
      case (.failing, _), (.open, .unhealthy): .failing
      case (.open, .healthy), (.open, .initial): judge(record, report, at: now, under: check)
      }
    count(old, by: -1)
    count(new, by: 1)
    return new
  }

  mutating func remove(_ standing: Standing) { count(standing, by: -1) }

  /// Asks for so much longer, since nobody looked for a while; each instance is placed again with
  /// `place`.
  mutating func extend(
    by time: Duration, at now: GateInstant, promotion: DeadlineFeasibility, under check: HealthCheck
  ) {
    self.promotion = promotion
    let end = min(certainty.latest + time, Self.end(from: now, under: check))
    certainty = DeadlineFeasibility(check: check, until: end)
    (failing, chances) = (0, LatestStarts())
  }

  /// How an instance stands after the extension: what it has shown it has shown.
  mutating func place(_ record: InstanceRecord, under check: HealthCheck) -> Standing? {
    guard let old = record.blame else { return nil }
    let standing =
      switch old {
      case .open: open(record, under: check)
      case .failing, .well: old
      }
    count(standing, by: 1)
    return standing
  }

  private func judge(
    _ record: InstanceRecord, _ report: CheckReport?, at now: GateInstant, under check: HealthCheck
  ) -> Standing {
    switch report?.result {
    case .success where report.map { $0.started >= since } ?? false: .well
    case .failure where record.health.state == .initial && isTooLate(record, at: now, under: check):
      .failing
    case .success, .failure, nil: open(record, under: check)
    }
  }

  /// Whether it can no longer be healthy by the deadline.
  private func isTooLate(
    _ record: InstanceRecord, at now: GateInstant, under check: HealthCheck
  ) -> Bool {
    let needed = record.health.successesNeeded(under: check)
    return record.lastChance(needing: needed, promotion).map { $0 < now } ?? true
  }

  private func open(_ record: InstanceRecord, under check: HealthCheck) -> Standing {
    let needed = record.health.failuresNeeded(under: check)
    return .open(
      lastChance: canBecomeTooLate(record, under: check)
        ? certainty.latest : record.lastChance(needing: needed, certainty))
  }

  /// Whether failures can leave it too little time to be healthy, while it is asked.
  ///
  /// The first failure after which the next check would start too late is one of the check in the
  /// last slot that would not be; and any that ends later.
  private func canBecomeTooLate(_ record: InstanceRecord, under check: HealthCheck) -> Bool {
    guard record.health.state == .initial else { return false }
    let last = record.schedule.earliestLastSlot(
      by: promotion.latestStart(of: check.initialThreshold), every: promotion.interval)
    return max(record.nextCheck, last) <= certainty.latest
  }

  private mutating func count(_ standing: Standing, by step: Int) {
    switch standing {
    case .open(let chance?):
      if step > 0 { chances.insert(chance) } else { chances.remove(chance) }
    case .failing: failing += step
    case .open(nil), .well: break
    }
  }
}
