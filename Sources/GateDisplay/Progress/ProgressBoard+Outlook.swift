package import GateCore
internal import GateSettings
internal import GateText

/// Descriptions of the conditions on which the verdict depends.
extension ProgressBoard {
  /// The conditions that must be met before the group is promoted.
  package func waitingFor(_ gate: Gate, at now: GateInstant) -> String {
    let policy = gate.policy
    if let blame = gate.blame {
      return "waiting to see whether the baseline fails as well: \(blame.failing) of "
        + "\(gate.present(.baseline)) failing, \(blame.needed) are enough"
    }
    if let outlook = gate.stepOutlook { return outlook }
    guard gate.present > 0 else {
      return "waiting for \(counted(gate.expected, "instance")) to join"
    }
    guard gate.present >= gate.expected else {
      let more = gate.expected - gate.present
      return "waiting for \(counted(more, "more instance")) to join: \(gate.present) of "
        + "\(gate.expected) present"
    }
    if let since = gate.healthySince, !gate.hasSoaked(by: now) {
      let soaked = Duration.seconds(now.since(since).inMicroseconds / 1_000_000)
      return "soaking: \(soaked.inWords) of \(policy.soak.inWords)"
    }
    let missing = policy.healthyWanted(of: gate.expected) - gate.healthy
    guard missing > 0 else { return gate.obstacle?.words ?? "waiting for the next check" }
    return "waiting for \(missing) more healthy: "
      + (policy.loadBalancer == .decides ? views(of: gate) : needs(of: gate))
  }

  /// The load balancer's view of the first two instances that it does not have in service.
  private func views(of gate: Gate) -> String {
    let others = gate.records(.member) { $0.removed == nil && $0.health.state != .healthy }
    let shown = others.prefix(2).map { record in
      let view = record.view.map { "is \(record.health.state.rawValue) (\($0.words))" }
      return "\(record.instance.name) \(view ?? "is not reported yet")"
    }
    guard !shown.isEmpty else { return "none is near" }
    let words = "to the load balancer \(shown.joined(separator: ", "))"
    return others.count > 2 ? "\(words), and \(counted(others.count - 2, "other"))" : words
  }

  /// The failing instance whose next failures would cause a rollback; nil if there is none.
  package func danger(to gate: Gate) -> String? {
    guard gate.verdict == nil, gate.blame == nil,
      gate.unhealthy == gate.policy.unhealthyAllowed(of: gate.expected)
    else { return nil }
    let failing = keys(.troubled, first: 64).map { gate[$0] }.filter {
      $0.health.consecutiveFailures > 0 && $0.instance.role == .member
    }
    let nearest = failing.min {
      failuresLeft($0, gate.check(of: $0)) < failuresLeft($1, gate.check(of: $1))
    }
    return nearest.map {
      "\(counted(failuresLeft($0, gate.check(of: $0)), "more failure")) of \($0.instance.name) would roll "
        + "back"
    }
  }

  private func failuresLeft(_ record: InstanceRecord, _ check: HealthCheck) -> Int {
    record.health.failuresNeeded(under: check)
  }

  /// The needs of the first two instances that are not healthy, and the number of others.
  private func needs(of gate: Gate) -> String {
    let shown = 2
    var keys: [InstanceKey] = []
    for standing in [Standing.initial, .troubled, .unhealthy] {
      let some = self.keys(standing, first: 64)
      keys += some.filter {
        gate[$0].health.state != .healthy && gate[$0].instance.role == .member
      }.prefix(shown - keys.count)
    }
    guard let first = keys.first else { return "none is near" }
    let wanted = gate[first].health.successesNeeded(under: gate.check(of: gate[first]))
    var words = "\(gate[first].instance.name) needs \(counted(wanted, "more success", "es"))"
    for key in keys.dropFirst() {
      words += ", \(gate[key].instance.name) needs "
      words += "\(gate[key].health.successesNeeded(under: gate.check(of: gate[key])))"
    }
    let others = gate.initial + gate.unhealthy - keys.count
    return others > 0 ? "\(words), and \(counted(others, "other"))" : words
  }
}
