package import GateRecords

/// An error that ends a command: its message and exit status.
package struct CommandFailure: Error {
  package var status: ExitStatus
  /// The complete message, with its prefix.
  package var message: String

  package init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = "healthgate: error: \(message)"
  }

  /// Creates a failure from a message that already has its prefix.
  package init(_ status: ExitStatus, complete message: String) {
    self.status = status
    self.message = message
  }
}
