internal import GateCore
internal import GateSettings
internal import GateText

extension FailureGroup.Likeness {
  /// The words after a number and a noun, such as `unhealthy` in `2 instances unhealthy`.
  var words: String {
    guard !isGone else { return "left the group" }
    return switch state {
    case .unhealthy: "unhealthy"
    case .initial: "not healthy yet"
    case .healthy: "healthy"
    }
  }

  var tone: Tone {
    guard !isGone else { return .waiting }
    return switch state {
    case .unhealthy: .bad
    case .initial: .waiting
    case .healthy: .good
    }
  }
}

extension FailureGroup {
  /// The members' details in words if they are the same, or what they have in common.
  var words: String { details.count == 1 ? details[0].key : commonWords }

  /// What the members have in common, in words; used if their details differ.
  private var commonWords: String {
    switch likeness.trouble {
    case .failure: members.first?.history.lastFailure?.shortWords ?? ""
    case .lost: "checks lost to gate faults"
    case .none, .unchecked: members.first?.troubleWords ?? ""
    }
  }

  /// The number of failed checks, the progress towards the threshold, and the time of the last
  /// failure.
  ///
  /// It is empty for instances that left before their first check had ended.
  func countWords(under gate: Gate, _ role: GatePolicy.LoadBalancerRole) -> String {
    var parts = checkWords.map { [$0] } ?? []
    // If the load balancer decides, the gate's own checks need not pass.
    if likeness.state != .healthy, !likeness.isGone, role != .decides {
      let needed = members.map { $0.health.successesNeeded(under: gate.check(of: $0)) }
      parts.append("\(span(needed, "more success", "es")) needed")
    }
    if let last = members.compactMap({ $0.history.lastFailure?.at }).max() {
      parts.append("the last failure at \(last.preciseWords)")
    }
    return parts.joined(separator: ", ")
  }

  private var checkWords: String? {
    let failures = members.map(\.failures)
    guard members.contains(where: { $0.checks > 0 }) else { return nil }
    guard failures.contains(where: { $0 > 0 }) else {
      return span(members.map(\.successes), "success", "es") + (members.count > 1 ? " each" : "")
    }
    let (least, most) = (failures.min() ?? 0, failures.max() ?? 0)
    let checks = span(members.map(\.checks), "check", "s")
    guard members.count > 1 else { return "\(most) of \(checks) failed" }
    // `2 to 3 of 2 to 3` would leave open whether any passed.
    guard least == most || members.contains(where: { $0.failures != $0.checks }) else {
      return "each failed all of its \(checks)"
    }
    return "each failed \(least == most ? "\(most)" : "\(least) to \(most)") of \(checks)"
  }

  /// A count or a range of counts: `1 check`, `3 checks`, `2 to 5 checks`.
  private func span(_ numbers: [Int], _ noun: String, _ ending: String) -> String {
    let (least, most) = (numbers.min() ?? 0, numbers.max() ?? 0)
    guard least != most else { return counted(most, noun, ending) }
    return "\(least) to \(counted(most, noun, ending))"
  }
}
