package import GateCore

extension LastFailure {
  /// What happened, as exactly as it is known.
  package var words: String { report.detail?.printable ?? shortWords }
}

extension Instance {
  /// Its id as it may be shown, and what it is unless it is of the group.
  package var name: String {
    role == .member ? id.printable : "\(role.rawValue) \(id.printable)"
  }
}

extension Decision {
  var tone: Tone {
    switch self {
    case .promote: .good
    case .rollback: .bad
    case .inconclusive: .waiting
    }
  }
}

extension Verdict {
  /// The decision and the reason, on one line.
  package var words: String { "\(decision.rawValue): \(reason.message.printable)" }

  /// The same, with the decision in its colour.
  package func text(in style: TextStyle) -> String {
    "\(style.paint("\(decision.rawValue):", decision.tone)) \(reason.message.printable)"
  }
}

extension GatePolicy {
  /// Of so many, how many must be healthy at the same time.
  func healthyWanted(of expected: Int) -> Int { max(minHealthy.roundedUp(of: expected), 1) }

  /// Of so many, how many may be unhealthy at once.
  func unhealthyAllowed(of expected: Int) -> Int { maxUnhealthy.roundedDown(of: expected) }
}

extension LoadBalancerView {
  /// What it says, in its own words as far as it has any.
  var words: String {
    let own = (description ?? reasonCode ?? state.rawValue).printable
    guard description != nil, let reasonCode else { return own }
    return "\(own) [\(reasonCode.printable)]"
  }
}

extension GateInstant {
  /// The time since the start in whole seconds: `12s`, `1m30s`.
  var elapsedWords: String { Duration.seconds(microseconds / 1_000_000).inWords }

  /// The same to a tenth while that matters: `12.3s`, `1m30s`.
  var preciseWords: String {
    microseconds < 60_000_000 ? "\(tenths(microseconds))s" : elapsedWords
  }

  /// The time since the start in seconds with one decimal.
  var tenthsOfSeconds: String { tenths(microseconds) }
}

/// Seconds with one decimal, rounded down.
private func tenths(_ microseconds: Int64) -> String {
  "\(microseconds / 1_000_000).\(microseconds / 100_000 % 10)"
}

/// A latency in at most six columns: `0.4ms`, `1.9ms`, `12ms`, `1.2s`, `120s`.
func latencyWords(_ microseconds: Int64) -> String {
  switch microseconds {
  case ..<9950: "\((microseconds + 50) / 1000).\((microseconds + 50) / 100 % 10)ms"
  case ..<999_500: "\((microseconds + 500) / 1000)ms"
  case ..<99_950_000: "\(tenths(microseconds + 50_000))s"
  default: "\((microseconds + 500_000) / 1_000_000)s"
  }
}

/// The first few names, and how many more there are.
func list(_ names: some Collection<String>, first limit: Int) -> String {
  let shown = names.prefix(limit).joined(separator: ", ")
  return names.count > limit ? "\(shown) and \(names.count - limit) more" : shown
}

/// `1 success`, `2 successes`: nouns whose plural is not a mere `s`.
func counted(_ number: Int, _ noun: String, _ ending: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : ending)"
}
