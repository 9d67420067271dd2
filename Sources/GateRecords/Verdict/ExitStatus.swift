package import GateCore
internal import GateText

/// The exit statuses of the contract: verdicts below 64, errors of sysexits.h from 64 on.
package enum ExitStatus: Int32, Sendable, CaseIterable {
  case promote = 0
  case rollback = 1
  case inconclusive = 2
  /// A rollback because the deadline passed, or can no longer be met.
  case deadline = 3
  case usage = 64
  /// A file whose content is not of the expected kind.
  case badContent = 65
  case noFile = 66
  case sourceUnavailable = 69
  case defect = 70
  /// The verdict stands, but a hook failed.
  case hookFailed = 71
  case notWritten = 74
  /// Credentials are missing or refused.
  case credentials = 77
  case hangUp = 129
  case interrupt = 130
  case terminate = 143
}

extension ExitStatus {
  /// The number in documents.
  package var code: Int { Int(rawValue) }

  /// The description in help and the manual.
  package var meaning: String {
    switch self {
    case .promote: "promote"
    case .rollback: "rollback: the group failed"
    case .inconclusive: "inconclusive: the gate could not judge"
    case .deadline: "rollback: the deadline passed, or can no longer be met"
    case .usage: "usage: an invalid flag, variable or value; nothing was checked"
    case .badContent: "a file with invalid content"
    case .noFile: "a file that is missing or cannot be read"
    case .sourceUnavailable:
      "a source, load balancer, alarm or proxy that cannot be used from the start"
    case .defect: "a defect in healthgate"
    case .hookFailed: "the verdict stands, but a hook failed"
    case .notWritten: "the verdict, the journal or a report could not be written"
    case .credentials: "credentials missing or refused"
    case .hangUp: "interrupted by SIGHUP: the verdict so far is written, as inconclusive"
    case .interrupt: "interrupted by SIGINT, likewise"
    case .terminate: "interrupted by SIGTERM, likewise"
    }
  }

  /// All statuses, one line each; .generators/man-pages.py depends on this format.
  package static var list: String {
    allCases.map { "  \(String($0.rawValue).rightAligned(in: 3))  \($0.meaning)" }
      .joined(separator: "\n")
  }
}

extension Verdict {
  /// The exit status for this verdict; under `advisory` it is 0 for every verdict of a complete
  /// run.
  package func exitCode(isAdvisory: Bool) -> Int {
    let code = interruption?.exitCode ?? ExitStatus(of: decision, reason: reason.code.rawValue).code
    return isAdvisory && code < 64 ? 0 : code
  }
}

extension ExitStatus {
  /// The status of a decision with this reason.
  package init(of decision: Decision, reason: String) {
    self =
      switch decision {
      case .promote: .promote
      case .rollback: Self.deadlineReasons.contains(reason) ? .deadline : .rollback
      case .inconclusive: .inconclusive
      }
  }

  /// The statuses that a decision can have, for any reason.
  static func all(of decision: Decision) -> [ExitStatus] {
    switch decision {
    case .promote: [.promote]
    case .rollback: [.rollback, .deadline]
    case .inconclusive: [.inconclusive]
    }
  }

  /// The deadline passed, or can no longer be met.
  private static let deadlineReasons: Set<String> = [
    ReasonCode.deadlineExceeded.rawValue, ReasonCode.cannotBecomeHealthyInTime.rawValue,
  ]
}

extension Interruption {
  /// 128 plus the signal's number, as in a shell; nil for the end of a journal.
  fileprivate var exitCode: Int? {
    switch self {
    case .hangUp: ExitStatus.hangUp.code
    case .interrupt: ExitStatus.interrupt.code
    case .terminate: ExitStatus.terminate.code
    case .journalEnd, .otherSteps: nil
    }
  }
}
