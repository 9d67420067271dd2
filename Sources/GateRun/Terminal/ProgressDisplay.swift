internal import GateDisplay
internal import GateEngine
internal import GateRecords
internal import GateSettings
internal import LibC

/// The display of a run's progress on standard error.
enum ProgressDisplay {
  /// The display for the request; nil for none.
  ///
  /// Redrawing in place needs a terminal: a file or a pipe gets lines even with `live`. A terminal
  /// that calls itself dumb, or that belongs to a CI system, gets lines unless `live` was
  /// requested.
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
