internal import GateCore
internal import GateFormats

/// The exit statuses of the contract; from 64 on those of sysexits.h.
enum ExitStatus: Int32 {
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
  case notWritten = 74
  /// Credentials are missing or refused.
  case credentials = 77
  case hangUp = 129
  case interrupt = 130
  case terminate = 143
}

extension ExitStatus {
  /// The status that tells a verdict; under `advisory` every verdict of a whole run is a 0.
  init(of verdict: Verdict, isAdvisory: Bool) {
    self = ExitStatus(rawValue: Int32(verdict.exitCode(isAdvisory: isAdvisory))) ?? .defect
  }
}
