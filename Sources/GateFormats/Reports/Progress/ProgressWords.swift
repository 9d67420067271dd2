internal import GateCore

extension RunHeader {
  /// What is checked, and what the group must show.
  var startLines: [String] {
    let wanted = policy.healthyWanted
    var second =
      "wanted: \(wanted) of \(counted(policy.expected, "instance")) healthy"
      + (policy.soak > .zero ? " for \(policy.soak.inWords)" : "")
      + " by \(policy.deadline.inWords), at most \(policy.unhealthyAllowed) unhealthy"
    if policy.gracePeriod > .zero {
      second += ", failures of an instance's first \(policy.gracePeriod.inWords) forgiven"
    }
    if isAdvisory { second += ", advisory" }
    if let journalPath { second += "; journal: \(journalPath.printable)" }
    return ["checking \(check.words)", second]
  }
}

extension HealthCheck {
  /// What is asked, how often, and what follows from the answers.
  var words: String {
    let new = initialThreshold == healthyThreshold ? "" : " (new ones after \(initialThreshold))"
    let window = unhealthyWindow.map { " or \($0.failures) of \($0.checks)" } ?? ""
    return "\(target.description.printable) every \(interval.inWords), timeout \(timeout.inWords), "
      + "as \(semantics.rawValue): healthy after \(counted(healthyThreshold, "success", "es"))"
      + "\(new), unhealthy after \(counted(unhealthyThreshold, "failure"))\(window)"
  }
}

extension Gate {
  /// `2 of 3 healthy`, and how many are unhealthy if any are.
  var standing: String {
    let bad = unhealthy > 0 ? ", \(unhealthy) unhealthy" : ""
    return "\(healthy) of \(policy.expected) healthy\(bad)"
  }

  func words(for transition: Transition, of key: InstanceKey) -> String {
    let record = self[key]
    let name = record.instance.name
    switch transition.to {
    case .healthy, .initial:
      let passed = counted(record.health.consecutiveSuccesses, "success", "es")
      return "\(name) is \(transition.to.rawValue) after \(passed) (\(standing))"
    case .unhealthy:
      let failed = counted(record.health.consecutiveFailures, "failure")
      let reason = transition.reason.code.map { " [\($0)]" } ?? ""
      return "\(name) is unhealthy after \(failed): \(record.lastFailure?.words ?? "")\(reason) "
        + "(\(standing))"
    }
  }

  func failureWords(of key: InstanceKey, run: Int) -> String {
    let record = self[key]
    let count = record.health.consecutiveFailures
    let counts =
      switch record.health.state {
      case .unhealthy: "unhealthy still"
      case .initial where count == 0, .healthy where count == 0: "forgiven in the grace period"
      case .initial, .healthy: "failure \(count) of \(check.unhealthyThreshold)"
      }
    let again = run > 1 ? ", began to fail \(run) times" : ""
    return "\(record.instance.name): \(record.lastFailure?.words ?? "") (\(counts)\(again))"
  }

  func recoveryWords(of key: InstanceKey, after failures: Int) -> String {
    let record = self[key]
    let needed = record.health.successesNeeded(under: check)
    let more = needed > 0 ? ", \(needed) more to be healthy" : ""
    return "\(record.instance.name): ok after \(counted(failures, "failure"))\(more)"
  }
}

extension GateInstant {
  /// How long it is from here to another moment: `12s`.
  func words(until end: GateInstant) -> String {
    GateInstant(microseconds: end.microseconds - microseconds).preciseWords
  }
}
