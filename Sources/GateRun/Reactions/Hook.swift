internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

/// A hook: a command of the user that runs once, after the decision.
///
/// It gets the verdict on its standard input; what it prints goes to standard error as it comes,
/// and the last of it into the verdict. When its time is up its process group is asked to end, and
/// after a while made to; the second signal that the run gets does the same, sooner: the decision's
/// command is owed, and the first one does not end it.
struct Hook {
  /// The setting that gives the command.
  var key: SettingKey
  /// The command, a line for `/bin/sh`.
  var command: String
  var timeout: Duration
  private let secrets: SecretMask
  /// The descriptor from which interruptions are read.
  var signals: Int32

  /// The hook for a decision; nil when there is none, or the run is advisory, which it then says.
  init?(after decision: Decision, _ settings: Settings, signals: Int32) {
    guard let command = settings.reactions.hooks[decision] else { return nil }
    key = .hook(after: decision)
    guard !settings.isAdvisory else {
      Output.complain("healthgate: warning: advisory is on, so \(key.rawValue) is not run")
      return nil
    }
    self.command = command
    timeout = settings.reactions.hookTimeout
    secrets = settings.secrets
    self.signals = signals
  }

  /// What is known of it as long as its end is not.
  var begun: HookResult { .notSeenToEnd(name: key.rawValue, command: shownCommand) }

  /// Runs it to its end; `file` has the verdict.
  func run(_ document: VerdictDocument, file: String) -> HookResult {
    Output.complain("healthgate: running \(key.rawValue)")
    let owned = OwnedCommand(
      command: command, variables: variables(document, file: file), input: file, timeout: timeout,
      secrets: secrets)
    return HookResult(name: key.rawValue, command: shownCommand, owned.run(signals: signals))
  }

  /// Any command's, with what the hook wants to know.
  private func variables(_ document: VerdictDocument, file: String) -> [String: String] {
    let (verdict, gate) = (document.verdict, document.gate)
    let step = gate.rollout.records.lastIndex { $0.shifts > 0 }
    var variables =
      step.map { StepVariables(gate, step: $0, runID: document.header.runID).all(attempt: 1) }
      ?? SettingsLoader.environmentOfCommands
    variables["HEALTHGATE_DECISION"] = verdict.decision.rawValue
    variables.tell(verdict.reason, gate)
    variables["HEALTHGATE_VERDICT_FILE"] = file
    return variables
  }

  /// What became of it when it could not be run at all.
  func notStarted(_ why: String) -> HookResult {
    HookResult(
      name: key.rawValue, command: shownCommand, OwnedCommand.Outcome(end: .notStarted(why)))
  }

  private var shownCommand: String { key.masked(command, without: secrets) }
}

extension HookResult {
  init(name: String, command: String, _ outcome: OwnedCommand.Outcome) {
    self.init(
      name: name, command: command, end: outcome.end, timedOut: outcome.timedOut,
      elapsedMicroseconds: outcome.elapsedMicroseconds, output: outcome.output)
  }
}
