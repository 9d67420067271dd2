package import GateCore

/// How a check ends, as one character of a scenario: `"+--++"`.
package enum Mark: Character, Hashable, Sendable, CaseIterable {
  case success = "+"
  case failure = "-"
  /// A failure within the grace period.
  case forgiven = "~"
  case wrongVersion = "v"
  /// Lost to a fault of the gate's own.
  case lost = "?"
  /// A guard that has too little to go by.
  case waits = "w"
  /// No answer until the timeout, which is a failure.
  case timeout = "t"
  /// No answer, ever.
  case silence = "."

  /// Reads a scenario; a character that is no mark is a mistake in the test.
  package static func all(in text: String) -> [Mark] {
    text.map { character in
      guard let mark = Mark(rawValue: character) else {
        preconditionFailure("'\(character)' in '\(text)' is no mark")
      }
      return mark
    }
  }

  /// What the instance is to be told; nil when there is nothing to tell.
  package var result: CheckResult? {
    switch self {
    case .success: .success
    case .failure, .forgiven: .failure(.statusMismatch)
    case .wrongVersion: .failure(.wrongVersion)
    case .timeout: .failure(.timeoutResponse)
    case .lost, .silence, .waits: nil
    }
  }
}

extension InstanceState {
  /// `i`, `H` or `U`.
  package var letter: Character {
    switch self {
    case .initial: "i"
    case .healthy: "H"
    case .unhealthy: "U"
    }
  }
}

extension InstanceHealth {
  /// The state after each check of the scenario: `"+--++"` in, `"HHUUH"` out.
  package static func states(after text: String, under check: HealthCheck) -> String {
    var health = InstanceHealth()
    return String(
      Mark.all(in: text).map { mark in
        if let result = mark.result {
          _ = health.record(
            result, counting: mark == .forgiven ? .forgiven : .counted, under: check)
        }
        return health.state.letter
      })
  }
}
