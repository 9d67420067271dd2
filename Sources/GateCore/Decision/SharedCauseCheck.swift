/// The check of whether the old group fails too, made when the new group is condemned.
///
/// A group is condemned when it is to be rolled back. Each old instance that is present then is
/// judged by the results that follow. It is failing if it is unhealthy or becomes so, or if its
/// failures leave it too little time to be healthy by the deadline. A success of a check that began
/// since then shows that it is well, so that the new group's failures are not shared. If more old
/// instances are failing than the policy allows, the cause is shared. If that can no longer happen
/// within the time that the failures of a check take, it is not.
package struct SharedCauseCheck: Hashable, Sendable {
  /// The reason for which the new group would be rolled back.
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
    // The same policy applies: more unhealthy than allowed, or too few that can be healthy.
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

  /// Extends the check by the gap of a resumption.
  ///
  /// Each instance must then be placed again with `place`.
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
    let chance = certainty.lastChance(of: needed, from: record.nextCheck, record.schedule)
    return chance.map { $0 < now } ?? true
  }

  private func open(_ record: InstanceRecord, under check: HealthCheck) -> Standing {
    let needed = record.health.failuresNeeded(under: check)
    let certainty = DeadlineFeasibility(check: check, until: end)
    return .open(
      lastChance: canBecomeTooLate(record, under: check)
        ? end : certainty.lastChance(of: needed, from: record.nextCheck, record.schedule))
  }

  /// Whether failures during this check can leave the instance too little time to be healthy.
  ///
  /// The first such failure is that of the check in the last slot before the next check would start
  /// too late, or any that ends later.
  private func canBecomeTooLate(_ record: InstanceRecord, under check: HealthCheck) -> Bool {
    guard record.health.state == .initial else { return false }
    let certainty = DeadlineFeasibility(check: check, until: promotion)
    let last = record.schedule.earliestLastSlot(
      by: certainty.latestStart(of: check.initialThreshold), every: certainty.interval)
    return max(record.nextCheck, last) <= end
  }

  private mutating func count(_ standing: Standing, by step: Int) {
    switch standing {
    case .open(let chance): chances.count(chance, by: step)
    case .failing: failing += step
    case .well: break
    }
  }
}

extension HealthCheck {
  /// The maximum time from now until enough failures have ended to make a target unhealthy.
  fileprivate var timeToFail: Duration { interval * unhealthyThreshold + timeout }
}

extension InstanceRecord {
  /// Records the standing of an instance, or of one of its health checks.
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
  /// The standing of an instance with several health checks.
  ///
  /// It is failing if it fails one of them, and well only if it is well under all.
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
