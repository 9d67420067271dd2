/// The check of whether the old group fails too, which follows when the new group is to be rolled
/// back (is condemned).
///
/// Each old instance that is there at the condemnation is judged by what comes after it. One that
/// is unhealthy then, or becomes so, is failing, and so is one whose failures leave it too little
/// time to be healthy by the deadline; a success of a check that began since shows that it is well,
/// and that what the new group suffers from is not shared. When the failing ones are too many for
/// the policy that condemned the new group, the cause is shared; when they can no longer be by the
/// end of the time that a check's failures take, it is not.
package struct SharedCauseCheck: Hashable, Sendable {
  /// What the new group would be rolled back for.
  package let reason: VerdictReason
  /// When the new group was condemned.
  package let since: GateInstant
  /// The number of failing old instances from which on the cause is shared.
  package let needed: Int
  /// The end of the time in which old instances are checked for this.
  private var end: GateInstant
  /// The time by which old instances would have to be healthy to meet the new group's deadline.
  private var promotion: GateInstant
  /// The time that the failures of a failing instance take at most.
  private let patience: Duration
  package private(set) var failing = 0
  private var chances = LatestStarts()

  /// The result for one old instance so far.
  enum Standing: Hashable, Sendable {
    /// No result yet; with the latest moment at which it can begin to fail in time.
    case open(lastChance: GateInstant?)
    case failing
    case well
  }

  /// Starts the check for this many old instances, each of which is added with `add`.
  init(
    _ reason: VerdictReason, at now: GateInstant, asking present: Int, checks: [HealthCheck],
    policy: GatePolicy, promotion: GateInstant
  ) {
    self.promotion = promotion
    self.reason = reason
    since = now
    patience = checks.map(\.timeToFail).max() ?? .zero
    end = now + patience
    // By the same policy: more unhealthy than allowed, or too few left to be healthy.
    let allowed = policy.maxUnhealthy.roundedDown(of: present)
    let least = min(max(policy.minHealthy.roundedUp(of: present), 1), present)
    needed = min(allowed, present - least) + 1
  }

  /// The latest moment at which enough of them can still fail; nil if they cannot.
  var lastChance: GateInstant? {
    failing >= needed ? end : chances.latest(needed - failing)
  }

  /// Adds an old instance with its state at the condemnation.
  mutating func add(_ record: inout InstanceRecord, _ rules: [CheckRule]) {
    record.stand { standing(of: $0, under: rules[$0.rule].check) }
    if let standing = record.blame { count(standing, by: 1) }
  }

  private func standing(of record: InstanceRecord, under check: HealthCheck) -> Standing {
    let isFailing =
      switch record.health.state {
      case .healthy: false
      case .initial: record.failures > 0 && isTooLate(record, at: since, under: check)
      case .unhealthy: true
      }
    return isFailing ? Standing.failing : open(record, under: check)
  }

  /// Updates the result of an old instance after another check; a lost check has no result.
  mutating func judge(
    _ record: inout InstanceRecord, by number: Int, _ report: CheckReport?, at now: GateInstant,
    _ rules: [CheckRule]
  ) {
    guard let old = record.blame else { return }
    record.stand(only: number) {
      judged($0, report, at: now, under: rules[$0.rule].check)
    }
    count(old, by: -1)
    if let standing = record.blame { count(standing, by: 1) }
  }

  private func judged(
    _ record: InstanceRecord, _ report: CheckReport?, at now: GateInstant, under check: HealthCheck
  ) -> Standing? {
    guard let old = record.blame else { return nil }
    return switch (old, record.health.state) {
    case (.well, _), (.failing, .healthy): .well
    case (.failing, _), (.open, .unhealthy): .failing
    case (.open, .healthy), (.open, .initial): judge(record, report, at: now, under: check)
    }
  }

  mutating func remove(_ standing: Standing) { count(standing, by: -1) }

  /// Extends the check by the time of a resumption's gap; each instance must then be placed again
  /// with `place`.
  mutating func extend(by time: Duration, at now: GateInstant, promotion: GateInstant) {
    self.promotion = promotion
    end = min(end + time, now + patience)
    (failing, chances) = (0, LatestStarts())
  }

  /// Updates an old instance after an extension; results that it has shown already are kept.
  mutating func place(_ record: inout InstanceRecord, _ rules: [CheckRule]) {
    guard record.blame != nil else { return }
    record.stand { part in
      guard case .open = part.blame else { return part.blame }
      return open(part, under: rules[part.rule].check)
    }
    if let standing = record.blame { count(standing, by: 1) }
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

  /// Whether the instance can no longer be healthy by the deadline.
  private func isTooLate(
    _ record: InstanceRecord, at now: GateInstant, under check: HealthCheck
  ) -> Bool {
    let needed = record.health.successesNeeded(under: check)
    let certainty = DeadlineFeasibility(check: check, until: promotion)
    return record.lastChance(needing: needed, certainty).map { $0 < now } ?? true
  }

  private func open(_ record: InstanceRecord, under check: HealthCheck) -> Standing {
    let needed = record.health.failuresNeeded(under: check)
    let certainty = DeadlineFeasibility(check: check, until: end)
    return .open(
      lastChance: canBecomeTooLate(record, under: check)
        ? end : record.lastChance(needing: needed, certainty))
  }

  /// Whether failures can leave it too little time to be healthy, while it is asked.
  ///
  /// The first failure after which the next check would start too late is one of the check in the
  /// last slot that would not be; and any that ends later.
  private func canBecomeTooLate(_ record: InstanceRecord, under check: HealthCheck) -> Bool {
    guard record.health.state == .initial else { return false }
    let certainty = DeadlineFeasibility(check: check, until: promotion)
    let last = record.schedule.earliestLastSlot(
      by: certainty.latestStart(of: check.initialThreshold), every: certainty.interval)
    return max(record.nextCheck, last) <= end
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

extension HealthCheck {
  /// The maximum time from now until enough failures have ended to make a target unhealthy.
  fileprivate var timeToFail: Duration { interval * unhealthyThreshold + timeout }
}

extension InstanceRecord {
  /// Notes how it stands, or under several health checks how it stands under each of them, or one.
  fileprivate mutating func stand(
    only number: Int? = nil, _ standing: (InstanceRecord) -> SharedCauseCheck.Standing?
  ) {
    guard !parts.isEmpty else {
      blame = standing(self)
      return
    }
    for index in parts.indices where number == nil || number == index {
      parts[index].blame = standing(parts[index])
    }
    blame = SharedCauseCheck.Standing(ofParts: parts.compactMap(\.blame))
  }
}

extension SharedCauseCheck.Standing {
  /// That of an instance which stands so under single health checks: one that it fails is enough,
  /// and well it is under all of them.
  fileprivate init(ofParts parts: [Self]) {
    var chances: [GateInstant] = []
    for part in parts {
      switch part {
      case .failing:
        self = .failing
        return
      case .open(let chance): if let chance { chances.append(chance) }
      case .well: break
      }
    }
    self = parts.allSatisfy { $0 == .well } ? .well : .open(lastChance: chances.max())
  }
}
