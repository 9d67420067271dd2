/// The interval, thresholds and so on of what is checked, and whether its results count.
///
/// A class, as it never changes: to ask for one of its numbers then copies no health check.
final class CheckRule: Sendable {
  let check: HealthCheck
  /// The interval in microseconds.
  let interval: Int64
  /// For so long after it joined a success of a step's guard may be of before the shift.
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

  /// Those of the instances' health checks, of a guard that has no numbers of its own, of the run's
  /// guards and of each step's.
  static func all(_ checks: [HealthCheck], _ policy: GatePolicy) -> [CheckRule] {
    let usual = checks[0]
    return checks.map { CheckRule($0) } + [CheckRule(usual.asked(as: nil))]
      + policy.guards.map { CheckRule($0, usual) }
      + policy.steps.flatMap {
        $0.guards.map { CheckRule($0, usual, settling: $0.settling) }
      }
  }

  /// Which of them holds for a guard, by its place after those of the health checks.
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
  /// That of the first health check, where there are several.
  func rule(of instance: Instance) -> Int {
    instance.role == .guard ? checks.count + CheckRule.index(ofGuard: instance, policy) : 0
  }

  func check(of key: InstanceKey) -> HealthCheck { rules[rule(of: key)].check }

  /// The name of the health check of this key; nil of a guard's, and where there is but one without
  /// a name.
  package func checkName(of key: InstanceKey) -> String? {
    let name = checks[min(key.check, checks.count - 1)].name
    return name.isEmpty || records[key.index].instance.role == .guard ? nil : name
  }

  func rule(of key: InstanceKey) -> Int { read(key) { $0.pointee.rule } }

  /// Whether it counts for the verdict.
  func hasSay(_ key: InstanceKey) -> Bool { !rules[records[key.index].rule].isAdvisory }

  package func hasSay(_ record: InstanceRecord) -> Bool { !rules[record.rule].isAdvisory }

  /// The check by whose numbers it is checked; of several, the one that its state comes from.
  package func check(of record: InstanceRecord) -> HealthCheck { rules[record.rule].check }

  /// From when on a success of a guard is all of its step.
  func settled(_ record: InstanceRecord) -> GateInstant {
    record.firstSeen + rules[record.rule].settling
  }

  /// What a guard's success waits for that may be of before its step; nil where it counts.
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

  /// An answer with nothing in it is none, once its data can be of the step; nil before.
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

  /// Whether this guard of the run is there already.
  package func isAsked(_ guarding: Instance) -> Bool {
    records.contains {
      $0.instance.role == .guard && $0.instance.id == guarding.id
        && $0.instance.step == guarding.step
        && $0.removed == nil
    }
  }
}

extension Gate {
  /// The guards, each as it was asked last: a run that goes on asks those of a step anew.
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
