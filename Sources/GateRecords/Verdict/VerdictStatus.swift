package import GateCore

extension Verdict {
  /// The exit status that tells this verdict; under `advisory` every verdict of a whole run is a 0.
  package func exitCode(isAdvisory: Bool) -> Int {
    let code =
      interruption?.exitCode ?? VerdictStatus.exitCode(of: decision, reason: reason.code.rawValue)
    return isAdvisory && code < 64 ? 0 : code
  }
}

/// The exit statuses below 64, each of which is a verdict, and what else the journal can tell.
package enum VerdictStatus {
  /// The verdict stands, but its command failed.
  package static let hookFailed = 71

  package static func exitCode(of decision: Decision, reason: String) -> Int {
    switch decision {
    case .promote: 0
    case .rollback: deadlineReasons.contains(reason) ? 3 : 1
    case .inconclusive: 2
    }
  }

  /// Those that a decision may have, whatever the reason.
  static func exitCodes(of decision: Decision) -> [Int] {
    switch decision {
    case .promote: [0]
    case .rollback: [1, 3]
    case .inconclusive: [2]
    }
  }

  /// The deadline passed, or can no longer be met.
  private static let deadlineReasons: Set<String> = [
    ReasonCode.deadlineExceeded.rawValue, ReasonCode.cannotBecomeHealthyInTime.rawValue,
  ]
}

extension Interruption {
  /// 128 and the signal's number, as a shell has it; nil for a journal that ends early.
  fileprivate var exitCode: Int? {
    switch self {
    case .hangUp: 129
    case .interrupt: 130
    case .terminate: 143
    case .journalEnd: nil
    }
  }
}
