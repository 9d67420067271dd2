internal import GateDisplay
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import LibC

/// Which display shows a run's progress on standard error.
enum ProgressDisplay {
  /// The display that was asked for; nil for none.
  ///
  /// What is redrawn in place needs a terminal: a file or a pipe gets lines even if `live` was
  /// asked for. A terminal that calls itself dumb, and one of a CI system, gets lines unless it was.
  static func observer(
    _ progress: OutputSettings.Progress, of header: RunHeader, verdict: ProgressLog.VerdictPlace
  ) -> (any GateObserver)? {
    let isTerminal = isatty(STDERR_FILENO) == 1
    return switch progress {
    case .none: nil
    case .live where isTerminal: LiveProgress(header, verdict: verdict)
    case .auto where isTerminal && !isDumbTerminal && !Audience.isCI:
      LiveProgress(header, verdict: verdict)
    case .auto, .live, .plain: PlainProgress(header, verdict: verdict)
    }
  }
}
