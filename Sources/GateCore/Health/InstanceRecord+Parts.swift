/// An instance with several health checks, each recorded as if it were the only one.
///
/// The instance's state is the worst of theirs: a target that is registered with two target groups
/// serves through both. Other values, except for sums, are those of the check that determines the
/// state, the first if several are equally bad.
extension InstanceRecord {
  /// Creates a part for each of several health checks, with its place; `index` is the record's own.
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

  /// Applies a change of a resumption to each part; the state is kept.
  mutating func changeParts(_ change: (inout InstanceRecord) -> Void) {
    guard !parts.isEmpty else { return change(&self) }
    for number in parts.indices { change(&parts[number]) }
    follow(parts[rule])
  }

  /// Applies a change to the instance as a whole.
  mutating func changeWhole(_ change: (inout InstanceRecord) -> Void) {
    change(&self)
    for number in parts.indices { change(&parts[number]) }
  }

  /// Updates the instance from its parts; returns the change of its state, if it changed.
  mutating func gather(at now: GateInstant, _ rules: [CheckRule]) -> Transition? {
    let old = health.state
    rule = worst
    follow(parts[rule])
    guard health.state != old else { return nil }
    return moved(from: old, to: health.state, at: now, check: rules[rule].check)
  }

  /// Takes over values of the health check that determines the state.
  private mutating func follow(_ part: InstanceRecord) {
    health = part.health
    (schedule, nextCheck) = (part.schedule, part.nextCheck)
    latest = parts.reduce(.passed) { $0.together(with: $1.latest) }
    history.follow(part.history, of: parts)
    lostChecks = parts.reduce(0) { $0 + $1.lostChecks }
  }

  /// The index of the health check with the worst state, the first of several.
  private var worst: Int {
    // `max` returns the last of equals, so the order is reversed.
    parts.indices.reversed().max { parts[$0].badness < parts[$1].badness } ?? 0
  }

  /// The distance from what a promotion requires; greater is worse.
  private var badness: Int {
    switch health.state {
    case .unhealthy: 4
    case .initial: 3
    case .healthy: !health.isShownHealthy ? 2 : latest == .passed ? 0 : 1
    }
  }
}

extension GroupHealth.Share {
  /// The share of an instance with these shares under single health checks.
  init(ofParts parts: [GroupHealth.Share], inService: Bool, isListed: Bool) {
    self = parts[0]
    for part in parts.dropFirst() { worsen(by: part) }
    (self.isInService, self.isListed) = (inService, isListed)
    if finalChance == nil { finalChance = Self.chanceBesideMisses(parts) }
  }

  /// The last chance of an instance of which some health checks missed one check and cannot pass in
  /// time.
  ///
  /// Those misses alone are no obstacle, but the other health checks must pass.
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

  /// The earlier of two chances; nil if one of them is gone.
  private static func earlier(_ one: GateInstant?, _ other: GateInstant?) -> GateInstant? {
    guard let one, let other else { return nil }
    return min(one, other)
  }
}

extension LatestResult {
  /// The latest result of an instance, from those of two of its health checks.
  ///
  /// It waits for a pass if one of them does.
  fileprivate func together(with other: LatestResult) -> LatestResult {
    switch (self, other) {
    case (.passed, _): other
    case (_, .passed): self
    case (.missedOnce(let one), .missedOnce(let another)): .missedOnce(episode: min(one, another))
    case (.missedOnce, .missedAgain), (.missedAgain, _): .missedAgain
    }
  }
}
