internal import GateCore
internal import GateRecords
internal import GateSettings

extension LoadedSettings {
  /// Runs the gate to its verdict, or resumes a run that was killed; exits with the verdict's
  /// status.
  ///
  /// - Throws: `CommandFailure` if nothing could be checked.
  package func run() throws -> Never {
    let resumption = try RunToResume.found(settings.output)
    guard let resumption else { try begin() }
    guard !resumption.hasBegunUndo else { throw resumption.goingBackAgain(settings) }
    do {
      try goOn(with: resumption)
    } catch {
      throw CommandFailure(of: error).map { resumption.goingBack(after: $0, settings) } ?? error
    }
  }

  private func begin() throws -> Never {
    let group = try group()
    let baseline = try oldGroup(as: .baseline)
    try tryOut(group)
    try session(self, group, baseline, nil).run()
  }

  private func goOn(with resumption: RunToResume) throws -> Never {
    var loaded = self
    let group = try resumption.group(of: loaded)
    let baseline = try loaded.oldGroup(as: .baseline)
    try resumption.refuseChanges(loaded.settings, group, baseline)
    loaded.settings.output.journal = loaded.settings.output.journal ?? resumption.held.path
    try loaded.tryOut(group)
    try session(loaded, group, baseline, resumption).run()
  }

  private func session(
    _ loaded: LoadedSettings, _ group: LoadedGroup, _ baseline: LoadedGroup?,
    _ resumption: RunToResume?
  ) -> RunSession {
    RunSession(
      settings: loaded.settings, group: group, baseline: baseline, askers: loaded.askers,
      oldGroup: { try loaded.oldGroup(as: .member) }, resumption: resumption)
  }
}

extension RunToResume {
  /// Whether traffic may have been shifted, and was not taken back.
  var owesUndo: Bool {
    WayBack.isOwed(
      run.gate, isDecided ? run.gate.verdict?.decision : nil, after: run.aftermath.undo)
  }

  /// Whether `undo` was started without a verdict, by a runner that could not continue either.
  fileprivate var hasBegunUndo: Bool { run.aftermath.hasBegunUndo && !isDecided }

  /// The failure of a run that repeats an `undo` whose progress is not known.
  fileprivate func goingBackAgain(_ settings: Settings) -> CommandFailure {
    takingBack(
      CommandFailure(
        .badContent,
        "'\(held.path)' cannot be resumed: its undo had begun, and did not end before the runner was gone\n"
          + "  hint: undo was run again; remove the journal to begin a new run, with the first step"
      ),
      settings)
  }

  /// Takes the traffic back if the run cannot continue; returns why it cannot.
  ///
  /// It does not do so if the settings or the journal cannot be trusted, and then says so.
  fileprivate func goingBack(
    after failure: CommandFailure, _ settings: Settings
  ) -> CommandFailure {
    guard owesUndo else { return failure }
    guard failure.status != .usage, failure.status != .badContent else {
      return failure.leavingTraffic
    }
    return takingBack(failure, settings)
  }

  private func takingBack(_ failure: CommandFailure, _ settings: Settings) -> CommandFailure {
    var failure = failure
    guard let signals = try? RunSession.signalDescriptor(),
      let wayBack = WayBack(settings, signals: signals)
    else {
      failure.message += "\n  hint: users may still reach the new group"
      return failure
    }
    let journal = try? JournalFile(resuming: self)
    journal?.signingKey = settings.output.signKey.flatMap { try? SigningKey.load($0) }
    // The run's time continues from the last line.
    _ = journal?.finish()
    _ = journal?.add(.undoBegan)
    let result = wayBack.run(run.gate, reason: run.gate.verdict?.reason, runID: run.header.runID)
    _ = journal?.add(.undone(result))
    if let why = result.command.failureWords {
      failure.message += "\n  hint: undo \(why): users may still reach the new group"
    }
    return failure
  }
}

extension CommandFailure {
  /// The same failure, with the note that traffic may have been shifted and is not taken back.
  var leavingTraffic: CommandFailure {
    var failure = self
    failure.message += "\n  hint: users may still reach the new group: undo was not run"
    return failure
  }
}
