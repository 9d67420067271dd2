internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateSettings
internal import InstanceSources

/// Runs the commands of the canary's steps, one at a time, on a separate thread, so that checks,
/// guards and listings continue meanwhile.
final class StepRunner: StepCommander {
  private let settings: Settings
  private let runID: String
  /// The journal; if there is none or it cannot be written, nothing is shifted, because neither a
  /// resumption nor a way back would be possible.
  private let journal: JournalFile?
  /// The ends of commands, from the threads that waited for them.
  let ends: LoopInbox<StepCommandEnd>
  private var running: Running?

  private struct Running {
    let stop = CommandStop()
    let isOver = DispatchSemaphore(value: 0)
  }

  /// - Throws: `CommandFailure` if the system provides no event.
  init(_ settings: Settings, runID: String, journal: JournalFile?) throws(CommandFailure) {
    self.settings = settings
    self.runID = runID
    self.journal = journal
    ends = try LoopInbox()
  }

  func start(_ command: StepCommand, in gate: Gate) {
    guard let journal, journal.failure == nil else {
      return ends.put(
        StepCommandEnd(command, .unknown("the journal cannot be written, so nothing is shifted")))
    }
    let owned = OwnedCommand(
      command: line(for: command),
      variables: gate.variables(
        ofStep: command.step, runID: runID, attempt: command.attempt),
      timeout: timeout(of: command, in: gate.rollout.steps[command.step]),
      secrets: settings.secrets, isKilledWithRunner: true)
    let running = Running()
    self.running = running
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { [ends] in
        let outcome = owned.run(stop: running.stop)
        ends.put(
          StepCommandEnd(command, StepCommandEnd.Result(outcome), output: outcome.output))
        running.isOver.signal()
      }
    } catch {
      running.isOver.signal()
      ends.put(StepCommandEnd(command, .unknown("\(error)")))
    }
  }

  /// The command as a line for a shell.
  private func line(for command: StepCommand) -> String {
    let spec = settings.steps[command.step]
    let line =
      switch command.kind {
      case .approve: spec.approve
      case .shift: spec.shift ?? settings.shift
      case .confirm: spec.confirm
      }
    guard let line else { preconditionFailure("a step has the commands that it needs") }
    return line
  }

  /// The time limit of a command, a little longer than the gate's, so that the gate reports the
  /// timeout.
  private func timeout(of command: StepCommand, in step: CanaryStep) -> Duration {
    switch command.kind {
    case .approve: (step.approval ?? .zero) + .seconds(1)
    case .shift, .confirm: step.commandTimeout + .seconds(1)
    }
  }

  /// Ends running commands, and returns when none is left: `undo` must come last.
  func finish() {
    running?.stop.ask()
    running?.isOver.wait()
    running = nil
  }
}

extension StepCommandEnd.Result {
  fileprivate init(_ outcome: OwnedCommand.Outcome) {
    switch outcome.end {
    case _ where outcome.timedOut: self = .timedOut
    case .exited(let status): self = .exited(Int32(clamping: status))
    case .notStarted(let why), .unknown(let why): self = .unknown(why)
    }
  }
}

extension Gate {
  /// The variables for the commands of a canary: this process's, and those of the step.
  func variables(ofStep step: Int, runID: String, attempt: Int) -> [String: String] {
    let steps = rollout.steps
    let secondsLeft = max(0, deadline.since(clock).inMicroseconds / 1_000_000)
    var own = [
      "STEP": steps[step].name, "STEP_NUMBER": "\(step + 1)", "STEP_COUNT": "\(steps.count)",
      "RUN_ID": runID, "ATTEMPT": "\(attempt)", "SECONDS_LEFT": "\(secondsLeft)",
      "PREVIOUS_WEIGHT": "\(steps[..<step].compactMap(\.weight).last ?? 0)",
    ]
    if let weight = steps[step].weight { own["WEIGHT"] = "\(weight)" }
    var variables = SettingsLoader.environmentOfCommands
    for (name, value) in own { variables[SettingKey.variablePrefix + name] = value }
    return variables
  }
}
