/// The settings by which something is checked, and whether its results count.
///
/// It is a class because it never changes: reading one of its numbers then copies no health check.
final class CheckRule: Sendable {
  let check: HealthCheck
  /// The interval in microseconds.
  let interval: Int64
  /// The time after a step's guard joined in which its data may be from before the shift.
  let settling: Duration
  /// Whether its results do not count for the verdict.
  let isAdvisory: Bool

  private init(_ check: HealthCheck, settling: Duration = .zero, isAdvisory: Bool = false) {
    self.check = check
    interval = check.interval.inMicroseconds
    self.settling = settling
    self.isAdvisory = isAdvisory
  }

  private convenience init(
    _ measure: GuardMeasure, _ check: HealthCheck, settling: Duration = .zero
  ) {
    self.init(check.asked(as: measure), settling: settling, isAdvisory: measure.isAdvisory)
  }

  /// The rules of the health checks, of guards without their own settings, and of each guard.
  ///
  /// The guards are those of the run, then those of the steps.
  static func all(_ checks: [HealthCheck], _ policy: GatePolicy) -> [CheckRule] {
    let usual = checks[0]
    return checks.map { CheckRule($0) } + [CheckRule(usual.asked(as: nil))]
      + policy.guards.map { CheckRule($0, usual) }
      + policy.steps.flatMap {
        $0.guards.map { CheckRule($0, usual, settling: $0.settling) }
      }
  }

  /// The index of a guard's rule among those after the health checks.
  static func index(ofGuard instance: Instance, _ policy: GatePolicy) -> Int {
    guard let step = instance.step, policy.steps.indices.contains(step) else {
      return policy.guards.firstIndex { $0.name == instance.id }.map { $0 + 1 } ?? 0
    }
    let before = policy.guards.count + policy.steps[..<step].reduce(0) { $0 + $1.guards.count }
    let place = policy.steps[step].guards.firstIndex { $0.name == instance.id }
    return place.map { $0 + before + 1 } ?? 0
  }
}

extension Gate {
  /// The index of the rule; for an instance, that of the first health check.
  func rule(of instance: Instance) -> Int {
    instance.role == .guard ? checks.count + CheckRule.index(ofGuard: instance, policy) : 0
  }

  func check(of key: InstanceKey) -> HealthCheck { rules[rule(of: key)].check }

  /// The name of the key's health check; nil for a guard, or a single check without a name.
  package func checkName(of key: InstanceKey) -> String? {
    let name = checks[min(key.check, checks.count - 1)].name
    return name.isEmpty || records[key.index].instance.role == .guard ? nil : name
  }

  func rule(of key: InstanceKey) -> Int { read(key) { $0.pointee.rule } }

  /// Whether its results count for the verdict.
  func hasSay(_ key: InstanceKey) -> Bool { !rules[records[key.index].rule].isAdvisory }

  package func hasSay(_ record: InstanceRecord) -> Bool { !rules[record.rule].isAdvisory }

  /// The check of a record; with several health checks, the one that determines its state.
  package func check(of record: InstanceRecord) -> HealthCheck { rules[record.rule].check }

  /// The time from which a guard's success is entirely from its step.
  func settled(_ record: InstanceRecord) -> GateInstant {
    record.firstSeen + rules[record.rule].settling
  }

  /// Why a guard's success does not count yet, because it may be from before its step; nil if it
  /// counts.
  func wait(for report: CheckReport, of key: InstanceKey) -> GuardWait? {
    let rule = records[key.index].rule
    guard rule >= checks.count, report.result == .success, rules[rule].settling > .zero else {
      return nil
    }
    let settled = settled(records[key.index])
    guard report.started < settled else { return nil }
    let left = settled.since(report.started).inWords
    return GuardWait(
      started: report.started, detail: "\(left) more: its data may be from before the shift")
  }

  /// The gate fault for an empty response once its data can be from the step; nil before.
  func fault(of wait: GuardWait, _ key: InstanceKey) -> GateFault? {
    guard wait.isEmpty, isPresent(key), wait.started >= settled(records[key.index]) else {
      return nil
    }
    return GateFault(detail: wait.detail, started: wait.started)
  }

  mutating func pass(over wait: GuardWait, of key: InstanceKey, effects: inout [GateEffect]) {
    guard isPresent(key) else { return }
    noteMissed(of: key, before: wait.started)
    let (check, old) = (check(of: key), share(of: key))
    records[key.index].pass(over: wait, at: clock, check: check)
    changed(key, from: old)
    effects.append(.startCheck(key, at: max(records[key.index].nextCheck, clock)))
  }

  /// Whether this guard of the run is present already.
  package func isAsked(_ guarding: Instance) -> Bool {
    records.contains {
      $0.instance.role == .guard && $0.instance.id == guarding.id
        && $0.instance.step == guarding.step
        && $0.removed == nil
    }
  }
}

extension Gate {
  /// The guards, each with its latest record: a resumed run checks those of a step anew.
  package var guardKeys: [InstanceKey] {
    records.indices.filter { index in
      let instance = records[index].instance
      guard instance.role == .guard else { return false }
      guard instance.step != nil else { return true }
      return !records[(index + 1)...].contains {
        $0.instance.step == instance.step && $0.instance.id == instance.id
      }
    }.map(InstanceKey.init)
  }
}
