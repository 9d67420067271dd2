internal import GateCore
internal import GateRecords
internal import GateSettings

/// A hook: a command of the user that runs once, after the decision.
///
/// It gets the verdict on its standard input. Its output goes to standard error as it comes, and
/// the end of it into the verdict. At the time limit its process group is asked to exit, and killed
/// after a while. The first signal to the run does not end it, because the decision's command must
/// run; the second one does, with a shorter wait.
struct Hook {
  /// The setting that gives the command.
  let key: SettingKey
  /// The command, a line for `/bin/sh`.
  private let command: String
  private let settings: Settings
  /// The descriptor from which interruptions are read.
  private let signals: Int32

  /// The hook for a decision; nil if there is none, or under `advisory`, which is then reported.
  init?(after decision: Decision, _ settings: Settings, signals: Int32) {
    guard let command = settings.reactions.hooks[decision] else { return nil }
    key = .hook(after: decision)
    guard !settings.isAdvisory else {
      Output.complain("healthgate: warning: advisory is on, so \(key.rawValue) is not run")
      return nil
    }
    self.command = command
    self.settings = settings
    self.signals = signals
  }

  /// The result while its end is unknown.
  var begun: HookResult { .notSeenToEnd(name: key.rawValue, command: shownCommand) }

  /// Runs the hook to its end; `file` has the verdict.
  func run(_ document: VerdictDocument, file: String) -> HookResult {
    Output.complain("healthgate: running \(key.rawValue)")
    let owned = OwnedCommand(
      command: command, variables: variables(document, file: file), input: file,
      timeout: settings.reactions.hookTimeout, secrets: settings.secrets)
    return HookResult(name: key.rawValue, command: shownCommand, owned.run(signals: signals))
  }

  /// The variables of any command, with those of the hook.
  private func variables(_ document: VerdictDocument, file: String) -> [String: String] {
    let (verdict, gate) = (document.verdict, document.gate)
    let step = gate.rollout.records.lastIndex { $0.shifts > 0 }
    var variables =
      step.map { gate.variables(ofStep: $0, runID: document.header.runID, attempt: 1) }
      ?? SettingsLoader.environmentOfCommands
    variables["HEALTHGATE_DECISION"] = verdict.decision.rawValue
    variables.tell(verdict.reason, gate)
    variables["HEALTHGATE_VERDICT_FILE"] = file
    return variables
  }

  /// The result of a hook that could not be run.
  func notStarted(_ why: String) -> HookResult {
    HookResult(
      name: key.rawValue, command: shownCommand, OwnedCommand.Outcome(end: .notStarted(why)))
  }

  private var shownCommand: String { key.masked(command, without: settings.secrets) }
}

extension HookResult {
  init(name: String, command: String, _ outcome: OwnedCommand.Outcome) {
    self.init(
      name: name, command: command, end: outcome.end, timedOut: outcome.timedOut,
      elapsedMicroseconds: outcome.elapsedMicroseconds, output: outcome.output)
  }
}
