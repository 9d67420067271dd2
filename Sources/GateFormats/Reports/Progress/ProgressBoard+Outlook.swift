package import GateCore

/// What the verdict hangs on, in words.
extension ProgressBoard {
  /// What must come before the group is promoted.
  package func waitingFor(_ gate: Gate, at now: GateInstant) -> String {
    let policy = gate.policy
    guard gate.present > 0 else {
      return "waiting for \(counted(policy.expected, "instance")) to join"
    }
    guard gate.present >= policy.expected else {
      let more = policy.expected - gate.present
      return "waiting for \(counted(more, "more instance")) to join: \(gate.present) of "
        + "\(policy.expected) present"
    }
    if let since = gate.healthySince {
      let soaked = Duration.seconds(now.since(since).inMicroseconds / 1_000_000)
      return "soaking: \(soaked.inWords) of \(policy.soak.inWords)"
    }
    let missing = policy.healthyWanted - gate.healthy
    guard missing > 0 else {
      return "waiting for checks in place of those that were lost to faults of the gate's own"
    }
    return "waiting for \(missing) more healthy: \(needs(of: gate))"
  }

  /// What failure comes next to a rollback; nil while there is none in sight.
  package func danger(to gate: Gate) -> String? {
    guard gate.verdict == nil, gate.unhealthy == gate.policy.unhealthyAllowed else { return nil }
    let failing = keys(.troubled, first: 64).map { gate[$0] }.filter {
      $0.health.consecutiveFailures > 0
    }
    let nearest = failing.min { failuresLeft($0, gate.check) < failuresLeft($1, gate.check) }
    return nearest.map {
      "\(counted(failuresLeft($0, gate.check), "more failure")) of \($0.instance.name) would roll "
        + "back"
    }
  }

  private func failuresLeft(_ record: InstanceRecord, _ check: HealthCheck) -> Int {
    let left = check.unhealthyThreshold - record.health.consecutiveFailures
    guard let window = check.unhealthyWindow else { return left }
    return min(left, window.failures - record.health.failures(in: window))
  }

  /// What the first two of those that are not healthy want, and how many others there are.
  private func needs(of gate: Gate) -> String {
    let shown = 2
    var keys: [InstanceKey] = []
    for standing in [Standing.initial, .troubled, .unhealthy] {
      let some = self.keys(standing, first: 64)
      keys += some.filter { gate[$0].health.state != .healthy }.prefix(shown - keys.count)
    }
    guard let first = keys.first else { return "none is near" }
    let wanted = gate[first].health.successesNeeded(under: gate.check)
    var words = "\(gate[first].instance.name) wants \(counted(wanted, "more success", "es"))"
    for key in keys.dropFirst() {
      words += ", \(gate[key].instance.name) wants "
      words += "\(gate[key].health.successesNeeded(under: gate.check))"
    }
    let others = gate.initial + gate.unhealthy - keys.count
    return others > 0 ? "\(words), and \(counted(others, "other"))" : words
  }
}
