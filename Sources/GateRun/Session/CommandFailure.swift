internal import Curl
internal import GateInsight
package import GateRecords
package import GateSettings
package import InstanceSources

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

extension CommandFailure {
  /// The failure that an error means wherever it comes from; nil if no command expects it.
  package init?(of error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as SettingsError: self.init(error)
    case let error as TerraformError: self.init(error)
    case let failure as Plan.Failure: self.init(failure)
    case let failure as CurlFailure:
      self.init(.sourceUnavailable, "no checks can be made: \(failure)")
    case let failure as BackgroundThread.Failure:
      self.init(.sourceUnavailable, failure.description)
    default: return nil
    }
  }

  /// Creates a failure with all errors in the settings; its status tells values from unreadable
  /// bytes.
  package init(_ error: SettingsError) {
    self.init(error.isAboutContent ? .badContent : .usage, complete: error.description)
  }

  /// Creates a failure from the error of a source.
  package init(_ error: SourceError, of key: SettingKey) {
    let status: ExitStatus =
      switch error {
      case .noCredentials, .unusableCredentials, .refusedCredentials, .missingPermission:
        .credentials
      case .unreachable, .throttled, .notFound, .ending, .unusable, .rejected, .malformed,
        .foreign:
        .sourceUnavailable
      }
    self.init(status, "\(key.rawValue): \(error.message)\n  hint: \(error.hint)")
  }

  private init(_ error: TerraformError) {
    self.init(
      error.isAboutContent ? .badContent : .usage, "\(error.message)\n  hint: \(error.hint)")
  }

  private init(_ failure: Plan.Failure) {
    let words =
      switch failure {
      case .tooManyInstances(let most):
        "with these settings, plan takes at most \(most) instances\n"
          + "  hint: a smaller group shows most of the same"
      case .tooManyRounds(let rounds, let most):
        "plan takes at most \(most) checks of an instance, but there are \(rounds) until the "
          + "deadline\n  hint: use a longer interval, or a shorter soak or deadline"
      case .tooManyStates:
        "an instance can be in more states than plan can calculate\n"
          + "  hint: use a smaller unhealthy_window, or lower thresholds"
      case .neverPromoted: "nothing can be promoted by the deadline"
      case .tooManyOutages(let ways, let most):
        "the outage can coincide with the checks in \(ways) ways, but plan takes \(most) at most\n"
          + "  hint: say when the outage begins with --outage-after"
      }
    self.init(.usage, words)
  }
}
