package import GateRecords

/// Why a command ends before its work is done: what to say, and the status for it.
package struct CommandFailure: Error {
  package var status: ExitStatus
  /// Whole, with its prefix.
  package var message: String

  package init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = "healthgate: error: \(message)"
  }

  /// A message that has its prefix already.
  package init(_ status: ExitStatus, complete message: String) {
    self.status = status
    self.message = message
  }
}
