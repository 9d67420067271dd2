internal import GateCore
internal import GateRecords

/// The exit statuses of the contract; from 64 on those of sysexits.h.
enum ExitStatus: Int32, CaseIterable {
  case promote = 0
  case rollback = 1
  case inconclusive = 2
  /// A rollback because the deadline passed, or can no longer be met.
  case deadline = 3
  case usage = 64
  /// A file whose content cannot be read as what it should be.
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
  /// As help and the manual list it.
  var meaning: String {
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

  /// All of them, a line each; who changes its form changes Tests/CommandTests/man-pages.py too.
  static var list: String {
    allCases.map { status in
      let number = String(status.rawValue)
      return "  \(String(repeating: " ", count: 3 - number.count))\(number)  \(status.meaning)"
    }.joined(separator: "\n")
  }

  /// The status that tells a verdict; under `advisory` every verdict of a whole run is a 0.
  init(of verdict: Verdict, isAdvisory: Bool) {
    self = ExitStatus(rawValue: Int32(verdict.exitCode(isAdvisory: isAdvisory))) ?? .defect
  }
}
