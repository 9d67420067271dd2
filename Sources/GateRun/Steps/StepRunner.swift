internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateSettings
internal import InstanceSources
internal import Synchronization

/// Runs the commands of the canary's steps, one at a time, on a thread of its own: checks, guards and
/// listings go on beside it.
final class StepRunner: StepCommander {
  private let settings: Settings
  private let runID: String
  /// Without it, or when it cannot be written, nothing is shifted: it could not go on, or back.
  private let journal: JournalFile?
  private let ends: CommandEnds
  private var running: Running?

  private struct Running {
    let stop = CommandStop()
    let isOver = DispatchSemaphore(value: 0)
  }

  /// - Throws: `CommandFailure` when the system gives no event.
  init(_ settings: Settings, runID: String, journal: JournalFile?) throws(CommandFailure) {
    self.settings = settings
    self.runID = runID
    self.journal = journal
    ends = try CommandEnds()
  }

  /// Readable when a command has ended.
  var event: LoopEvent { ends.event }

  func start(_ command: StepCommand, in gate: Gate) {
    guard let journal, journal.failure == nil else {
      return ends.add(
        StepCommandEnd(command, .unknown("the journal cannot be written, so nothing is shifted")))
    }
    let variables = StepVariables(gate, step: command.step, runID: runID)
      .all(attempt: command.attempt)
    let owned = OwnedCommand(
      command: line(for: command), variables: variables,
      timeout: timeout(of: command, in: gate.rollout.steps[command.step]),
      secrets: settings.secrets, isKilledWithRunner: true)
    let running = Running()
    self.running = running
    do throws(BackgroundThread.Failure) {
      try BackgroundThread.start { [ends] in
        let outcome = owned.run(stop: running.stop)
        ends.add(
          StepCommandEnd(command, StepCommandEnd.Result(outcome), output: outcome.output))
        running.isOver.signal()
      }
    } catch {
      running.isOver.signal()
      ends.add(StepCommandEnd(command, .unknown("\(error)")))
    }
  }

  /// The line for a shell.
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

  /// The gate ends the step when the time is up; the command a little later, so that it is the gate
  /// that says so.
  private func timeout(of command: StepCommand, in step: CanaryStep) -> Duration {
    switch command.kind {
    case .approve: (step.approval ?? .zero) + .seconds(1)
    case .shift, .confirm: step.commandTimeout + .seconds(1)
    }
  }

  func takeEnds() -> [StepCommandEnd] { ends.take() }

  /// Ends what still runs, and returns when none of it is left: the way back must be the last word.
  func finish() {
    running?.stop.ask()
    running?.isOver.wait()
    running = nil
  }
}

/// The ends of commands, from the threads that waited for them.
private final class CommandEnds: Sendable {
  let event: LoopEvent
  private let ends = Mutex<[StepCommandEnd]>([])

  init() throws(CommandFailure) { event = try LoopEvent() }

  func add(_ end: StepCommandEnd) {
    ends.withLock { $0.append(end) }
    event.set()
  }

  func take() -> [StepCommandEnd] {
    ends.withLock { ends in
      defer { ends = [] }
      return ends
    }
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

/// What the commands of a canary are told of it.
struct StepVariables {
  private let gate: Gate
  private let step: Int
  private let runID: String

  init(_ gate: Gate, step: Int, runID: String) {
    self.gate = gate
    self.step = step
    self.runID = runID
  }

  /// This process's own variables, and those of the step.
  func all(attempt: Int) -> [String: String] {
    var variables = SettingsLoader.environmentOfCommands
    for (name, value) in own(attempt: attempt) {
      variables[SettingKey.variablePrefix + name] = value
    }
    return variables
  }

  private func own(attempt: Int) -> [String: String] {
    let steps = gate.rollout.steps
    var variables = [
      "STEP": steps[step].name, "STEP_NUMBER": "\(step + 1)", "STEP_COUNT": "\(steps.count)",
      "RUN_ID": runID, "ATTEMPT": "\(attempt)", "SECONDS_LEFT": "\(secondsLeft)",
      "PREVIOUS_WEIGHT": "\(steps[..<step].compactMap(\.weight).last ?? 0)",
    ]
    if let weight = steps[step].weight { variables["WEIGHT"] = "\(weight)" }
    return variables
  }

  private var secondsLeft: Int64 {
    max(0, gate.deadline.since(gate.clock).inMicroseconds / 1_000_000)
  }
}
