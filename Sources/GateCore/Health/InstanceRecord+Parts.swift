/// An instance under several health checks: each is folded in as if it were the only one, and what
/// holds of the instance follows from them all.
///
/// Its state is the worst of theirs: a target that is registered with two target groups serves
/// through both. What is told of the instance beside sums is told of the check that its state comes
/// from, the first of those that are as bad.
extension InstanceRecord {
  /// Gives it a record for each of several health checks, and each check its place; `index` is that
  /// of its own record.
  mutating func divide(among checks: [HealthCheck], as index: Int, at now: GateInstant) {
    guard checks.count > 1 else {
      place = checks[0].place(of: index)
      return
    }
    parts = checks.enumerated().map { number, check in
      var part = InstanceRecord(
        instance.checked(by: number), under: number, called: check.name, at: now)
      part.place = check.place(of: index * checks.count + number)
      return part
    }
  }

  /// Folds in a check by the health check at this place.
  mutating func record(
    _ report: CheckReport, of number: Int, isInTime: Bool, isSupposed: Bool, at now: GateInstant,
    rules: [CheckRule], policy: GatePolicy, in episode: Int
  ) -> Transition? {
    guard !parts.isEmpty else {
      return record(
        report, isInTime: isInTime, isSupposed: isSupposed, at: now, check: rules[rule].check,
        policy: policy, in: episode)
    }
    _ = parts[number].record(
      report, isInTime: isInTime, isSupposed: isSupposed, at: now, check: rules[number].check,
      policy: policy, in: episode)
    note(report, counting(at: report.started, policy), at: now)
    return gather(at: now, rules)
  }

  mutating func recordLoss(
    _ fault: GateFault, of number: Int, isInTime: Bool, at now: GateInstant,
    rules: [CheckRule], in episode: Int
  ) {
    guard !parts.isEmpty else {
      return recordLoss(
        fault, isInTime: isInTime, at: now, check: rules[rule].check, in: episode)
    }
    parts[number].recordLoss(
      fault, isInTime: isInTime, at: now, check: rules[number].check, in: episode)
    _ = gather(at: now, rules)
  }

  mutating func recordMissed(
    _ count: Int, of number: Int, at now: GateInstant, rules: [CheckRule], in episode: Int
  ) {
    guard !parts.isEmpty else {
      return recordMissed(count, at: now, check: rules[rule].check, in: episode)
    }
    parts[number].recordMissed(count, at: now, check: rules[number].check, in: episode)
    _ = gather(at: now, rules)
  }

  /// Goes on to the slot after so many more.
  mutating func skip(_ count: Int, of number: Int, rules: [CheckRule]) {
    guard !parts.isEmpty else { return skip(count, under: rules[rule].check) }
    parts[number].skip(count, under: rules[number].check)
  }

  /// Changes what is checked, each part of it, in the way of a resumption: the state stands.
  mutating func changeParts(_ change: (inout InstanceRecord) -> Void) {
    guard !parts.isEmpty else { return change(&self) }
    for number in parts.indices { change(&parts[number]) }
    follow(parts[rule])
  }

  /// Notes what happens to the instance as a whole.
  mutating func changeWhole(_ change: (inout InstanceRecord) -> Void) {
    change(&self)
    for number in parts.indices { change(&parts[number]) }
  }

  /// What now holds of the instance; returns the change of its state, if it changed.
  private mutating func gather(at now: GateInstant, _ rules: [CheckRule]) -> Transition? {
    let old = health.state
    rule = worst
    follow(parts[rule])
    guard health.state != old else { return nil }
    return moved(from: old, to: health.state, at: now, check: rules[rule].check)
  }

  /// Takes over what is told of the check that the state comes from.
  private mutating func follow(_ part: InstanceRecord) {
    health = part.health
    (schedule, nextCheck) = (part.schedule, part.nextCheck)
    latest = parts.reduce(.passed) { $0.together(with: $1.latest) }
    history.follow(part.history, of: parts)
    lostChecks = parts.reduce(0) { $0 + $1.lostChecks }
  }

  /// The place of the check that is worst off, the first of several.
  private var worst: Int {
    // Of equals the first: `max` takes the last.
    parts.indices.reversed().max { parts[$0].badness < parts[$1].badness } ?? 0
  }

  /// How far from what a promotion needs.
  private var badness: Int {
    switch health.state {
    case .unhealthy: 4
    case .initial: 3
    case .healthy: !health.isShownHealthy ? 2 : latest == .passed ? 0 : 1
    }
  }
}

extension GroupHealth.Share {
  /// The share of an instance of which these are the shares under single health checks.
  init(ofParts parts: [GroupHealth.Share], inService: Bool, isListed: Bool) {
    self = parts[0]
    for part in parts.dropFirst() { worsen(by: part) }
    (self.isInService, self.isListed) = (inService, isListed)
    if finalChance == nil { finalChance = Self.chanceBesideMisses(parts) }
  }

  /// The last chance of an instance of which some checks have missed once, and have no time to pass
  /// again: that is no obstacle by itself, but the others have to pass.
  private static func chanceBesideMisses(_ parts: [GroupHealth.Share]) -> GateInstant? {
    let late = parts.filter { $0.finalChance == nil }
    let areMisses = late.allSatisfy { part in
      if case .missedOnce = part.latest { part.state == .healthy } else { false }
    }
    let others = parts.filter { $0.finalChance != nil }
    guard areMisses, others.contains(where: { !$0.isHealthy || $0.latest != .passed }) else {
      return nil
    }
    return others.compactMap(\.finalChance).min()
  }

  private mutating func worsen(by other: GroupHealth.Share) {
    if other.state.isWorse(than: state) { state = other.state }
    isHealthy = isHealthy && other.isHealthy
    latest = latest.together(with: other.latest)
    soakChance = Self.earlier(soakChance, other.soakChance)
    finalChance = Self.earlier(finalChance, other.finalChance)
  }

  /// What one of them can no longer have, the instance cannot.
  private static func earlier(_ one: GateInstant?, _ other: GateInstant?) -> GateInstant? {
    guard let one, let other else { return nil }
    return min(one, other)
  }
}

extension LatestResult {
  /// That of an instance of which this and the other are of single health checks: it waits for a
  /// pass where one of them does.
  fileprivate func together(with other: LatestResult) -> LatestResult {
    switch (self, other) {
    case (.passed, _): other
    case (_, .passed): self
    case (.missedOnce(let one), .missedOnce(let another)): .missedOnce(episode: min(one, another))
    case (.missedOnce, .missedAgain), (.missedAgain, _): .missedAgain
    }
  }
}
