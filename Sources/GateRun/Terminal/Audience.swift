internal import GateDisplay
package import GateRecords
package import GateReports
internal import GateSettings
internal import GateText
internal import LibC

/// The reader of the program's output.
package enum Audience {
  /// Whether a person reads standard output: it is a terminal, and not in a CI system.
  package static var isPerson: Bool { isatty(STDOUT_FILENO) == 1 && !isCI }

  static var isCI: Bool { CIVariables.areSet(in: SettingsLoader.environment) }

  /// Whether the terminal shows more than ASCII.
  ///
  /// Source: POSIX.1-2024, 8.2: the first of these variables that is set and not empty counts.
  package static var readsUTF8: Bool {
    let environment = SettingsLoader.environment
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }
      .first { !$0.isEmpty }
    let name = locale?.lowercased() ?? ""
    return name.contains("utf-8") || name.contains("utf8")
  }
}

extension Settings {
  /// The format of the verdict on this process's standard output.
  var printedFormat: DocumentFormat { verdictFormat(isForPerson: Audience.isPerson) }

  /// Where the verdict is reported: not in the progress if standard output shows it on the same
  /// terminal.
  var verdictPlace: ProgressLog.VerdictPlace {
    printedFormat == .text && isatty(STDOUT_FILENO) == 1 && isatty(STDERR_FILENO) == 1
      ? .elsewhere : .told
  }
}

extension TextReport {
  /// The verdict for standard output: its last line is visible on a terminal, its first line in a
  /// pipe.
  package static func onStandardOutput(_ document: VerdictDocument) -> TextReport {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let width = isTerminal ? TerminalSize.of(STDOUT_FILENO).width : pageWidth
    return TextReport(
      document, style: .suiting(STDOUT_FILENO), headline: isTerminal ? .last : .first,
      width: min(max(width, 20), pageWidth))
  }
}
