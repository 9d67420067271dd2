internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

extension RunHeader {
  /// The lines at the start: the check, the policy, and what the settings cannot detect.
  var startLines: [String] {
    let wanted = policy.healthyWanted(of: policy.expected)
    let count = counted(policy.expected, "instance")
    var second =
      (policy.expected > 0 ? "needed: \(wanted) of \(count) healthy" : "needed: \(count)")
      + (policy.soak > .zero ? " for \(policy.soak.inWords)" : "")
      + " by \(policy.deadline.inWords), at most \(policy.unhealthyAllowed(of: policy.expected)) unhealthy"
    if policy.gracePeriod > .zero {
      second += ", failures of an instance's first \(policy.gracePeriod.inWords) forgiven"
    }
    if isAdvisory { second += ", advisory" }
    if let journalPath { second += "; journal: \(journalPath.printable)" }
    let first = checks.map(\.check).map { check in
      (check.name.isEmpty ? "" : "\(check.name): ") + check.words(policy.loadBalancer)
    }
    return first + [second] + outlookLines
  }

  /// The outlook: the duration, the evidence for a promotion, and warnings about the settings.
  package var outlookLines: [String] {
    [bounds] + (oneSuccess.map { [$0] } ?? []) + warnings.map { "warning: \($0.printable)" }
  }

  private var bounds: String {
    let deadline = "deadline after \(policy.deadline.inWords)"
    guard policy.loadBalancer != .decides else {
      return "earliest promotion after \(policy.soak.inWords), \(deadline)"
    }
    return
      "earliest promotion after \(checks.map(\.check).earliestPromotion(under: policy).inWords), \(deadline)"
  }

  private var oneSuccess: String? {
    guard checks.allSatisfy({ $0.check.initialThreshold == 1 }), policy.soak == .zero,
      policy.steps.isEmpty,
      policy.comparison == nil,
      policy.loadBalancer != .decides
    else { return nil }
    return
      "one passing check of each instance is enough for a promotion (\(checks.map(\.check).allSemantics), "
      + "no soak); --soak 1m would see more"
  }
}

extension Gate {
  /// The counts, such as `2 of 3 healthy`, with the unhealthy ones if there are any.
  var standing: String {
    let bad = unhealthy > 0 ? ", \(unhealthy) unhealthy" : ""
    return "\(healthy) of \(total) healthy\(bad)"
  }

  func words(for transition: Transition, of key: InstanceKey) -> String {
    let record = self[key]
    let name = record.instance.name
    if policy.loadBalancer == .decides, let view = record.view {
      let why = transition.to == .healthy ? "" : ": \(view.words)"
      return "the load balancer reports \(name) \(transition.to.rawValue)\(why) (\(standing))"
    }
    switch transition.to {
    case .initial where transition.from == .healthy:
      let failed = counted(record.health.consecutiveFailures, "forgiven failure")
      return "\(name) is initial again after \(failed): \(record.history.lastFailure?.words ?? "") "
        + "(\(standing))"
    case .healthy, .initial:
      let passed =
        record.parts.isEmpty
        ? "after \(counted(record.health.consecutiveSuccesses, "success", "es"))"
        : "by \(counted(record.parts.count, "health check"))"
      return "\(name) is \(transition.to.rawValue) \(passed) (\(standing))"
    case .unhealthy:
      let failed = counted(record.health.consecutiveFailures, "failure")
      let reason = transition.reason.code.map { " [\($0)]" } ?? ""
      let seen = record.history.lastFailure?.words ?? ""
      return "\(name) is unhealthy after \(failed): \(seen)\(reason) "
        + "(\(standing))"
    }
  }

  func failureWords(of key: InstanceKey, run: Int) -> String {
    let (record, check) = (checked(key), check(of: checked(key)))
    let count = record.health.consecutiveFailures
    let isForgiven = record.history.lastFailure.map { forgives($0.report, of: record) } ?? false
    let counts =
      switch record.health.state {
      case .unhealthy: "still unhealthy"
      case .initial where isForgiven, .healthy where isForgiven: "forgiven in the grace period"
      case .initial, .healthy: "failure \(count) of \(check.unhealthyThreshold)"
      }
    let again = run > 1 ? ", began to fail \(run) times" : ""
    return "\(record.instance.name): \(record.history.lastFailure?.words ?? "") (\(counts)\(again))"
  }

  /// Whether a failed check began within the grace period of its instance.
  private func forgives(_ report: CheckReport, of record: InstanceRecord) -> Bool {
    record.instance.role != .baseline && report.started < record.firstSeen + policy.gracePeriod
  }

  func recoveryWords(of key: InstanceKey, after failures: Int) -> String {
    let record = checked(key)
    let needed = record.health.successesNeeded(under: check(of: record))
    let more = needed > 0 ? ", \(needed) more to be healthy" : ""
    let name = checkName(of: key).map { " \($0)" } ?? ""
    return "\(record.instance.name):\(name) ok after \(counted(failures, "failure"))\(more)"
  }
}
