internal import GateCore
internal import GateRecords
internal import GateReports
package import GateSettings
internal import LibC

/// The run that `resume` names, restored from its journal.
package struct RunToResume {
  package let held: HeldJournal
  /// The number of bytes of the file that are kept.
  let wholeBytes: Int
  let run: ResumedRun
  /// The timeline so far.
  let timeline: Timeline

  /// Finds the run to resume; nil if the settings name none.
  ///
  /// It is also nil if they name the journal that they write too, and it is empty: the same command
  /// begins a run and resumes it. With a signing key, the journal is trusted as far as this key has
  /// signed it.
  ///
  /// - Throws: `CommandFailure` for a journal that cannot be resumed.
  package static func found(_ output: OutputSettings) throws(CommandFailure) -> RunToResume? {
    guard let path = output.resume else { return nil }
    let held: HeldJournal
    do throws(InputFile.Failure) {
      held = try HeldJournal(path)
    } catch {
      guard case .system(let error) = error else {
        throw CommandFailure(error, path, as: .journal)
      }
      if error.code == ENOENT, output.journal == path { return beginning(path) }
      throw failure(error, path)
    }
    let isSame = output.journal.map(held.isSame) ?? true
    guard isSame else {
      throw CommandFailure(
        .usage,
        "\(path.quotedPath) is to be resumed, but journal is \((output.journal ?? "").quotedPath), another file\n"
          + "  hint: leave journal out: a resumed run appends to the journal that it resumes")
    }
    let mayBegin = output.journal != nil
    if held.hasNothing, mayBegin { return beginning(path) }
    var recorded = try RecordedJournal.journal(held.bytes, path)
    if let place = output.signKey {
      let key = try SigningKey.load(place).publicKey
      guard let signed = recorded.summary.lastLine(signedBy: key) else {
        if recorded.signedLines.isEmpty, recorded.entries.isEmpty, mayBegin {
          return beginning(path)
        }
        throw unsigned(path)
      }
      recorded = try believed(signed, of: recorded, held)
    }
    guard recorded.header.healthgateVersion == Program.version else {
      throw CommandFailure(
        .usage,
        "\(path.quotedPath) is of healthgate \(recorded.header.healthgateVersion.cleaned(to: 20)), and this is "
          + "\(Program.version), which may decide differently\n  hint: begin a new run")
    }
    var timeline = Timeline()
    let run = ResumedRun(recorded) { timeline.observe($0, at: $1, in: $2) }
    let found = RunToResume(
      held: held, wholeBytes: recorded.bytes, run: run, timeline: timeline)
    do throws(CommandFailure) {
      try found.refuseUndone()
      try found.refuseStaleVerdict(at: found.now())
    } catch {
      guard found.owesUndo else { throw error }
      throw error.leavingTraffic
    }
    return found
  }

  /// The journal as far as it is signed.
  ///
  /// - Throws: `CommandFailure` if it is not signed with this key.
  private static func believed(
    _ signed: Journal.SignedLine, of journal: Journal, _ held: HeldJournal
  ) throws(CommandFailure) -> Journal {
    let left = journal.events - signed.line
    guard left > 0 || journal.isCutOff else { return journal }
    if left > 0 {
      Output.complain(
        "healthgate: warning: \(left) \(left == 1 ? "line" : "lines") of '\(held.path)' after the last "
          + "signature are ignored, from line \(signed.line + 1) on")
    }
    return try RecordedJournal.journal(Array(held.bytes[..<signed.end]), held.path)
  }

  private static func unsigned(_ path: String) -> CommandFailure {
    CommandFailure(
      .badContent,
      "\(path.quotedPath) cannot be resumed: nothing in it is signed by the key of sign_key\n"
        + "  hint: anyone who can write the file could have made it; begin a new run")
  }

  private static func beginning(_ path: String) -> RunToResume? {
    Output.complain("healthgate: nothing to resume in \(path.quotedPath) yet: a new run begins")
    return nil
  }

  private static func failure(_ error: SystemError, _ path: String) -> CommandFailure {
    switch error.code {
    case EBUSY:
      CommandFailure(
        .notWritten,
        "\(path.quotedPath) cannot be resumed: its run is still in progress, or is being resumed already\n"
          + "  hint: wait for it, or end it first")
    case ESPIPE:
      CommandFailure(
        .usage, "\(path.quotedPath) cannot be resumed: it is not a file such as --journal writes")
    default:
      CommandFailure(
        .noFile,
        "\(path.quotedPath) cannot be resumed: \(error.words)"
          + (error.code == ENOENT
            ? "\n  hint: with --journal \(path) as well, a new run begins if there is no such file"
            : ""))
    }
  }

  // MARK: - The settings

  /// Lists the group as it is now; the expected number is known since the run began.
  ///
  /// - Throws: `CommandFailure` if it cannot be listed.
  package func group(of loaded: LoadedSettings) throws -> LoadedGroup {
    var expecting = loaded
    expecting.settings.group.expected = run.header.policy.expected
    return try expecting.group()
  }

  /// Refuses settings that differ from those of the run.
  ///
  /// - Throws: `CommandFailure` that names all differences.
  package func refuseChanges(
    _ settings: Settings, _ group: LoadedGroup, _ baseline: LoadedGroup?
  ) throws(CommandFailure) {
    let differences = run.differences(from: settings, group.policy)
    guard differences.isEmpty else { throw CommandFailure(SettingsError(differences)) }
    var lists = [(InstanceRole.guard, settings.guards.map { Instance.guarding($0.name) })]
    if settings.source.membership == .fixed { lists.append((.member, group.instances)) }
    if let baseline, baseline.poller == nil { lists.append((.baseline, baseline.instances)) }
    for (role, instances) in lists {
      guard let words = run.difference(ofList: instances, role) else { continue }
      throw CommandFailure(
        .usage,
        "\(words)\n  hint: give those of the run, or begin a new one without \(SettingKey.resume.flag)"
      )
    }
  }

  // MARK: - The time

  /// The time of the run by the wall clock, the only clock that continued without a runner.
  ///
  /// - Throws: `CommandFailure` for a journal from the future, or from years ago.
  func now() throws(CommandFailure) -> GateInstant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let microseconds =
      Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
      - run.header.startedAt.milliseconds * 1000
    let now = GateInstant(microseconds: microseconds)
    let last = run.header.startedAt.at(run.latest)
    guard now >= run.latest else {
      throw CommandFailure(
        .badContent,
        "'\(held.path)' cannot be resumed: its last event is of \(last), which is in the future\n"
          + "  hint: was the clock set back, or was another machine's clock ahead?")
    }
    guard now.since(run.latest) <= .seconds(366 * 86_400) else {
      throw CommandFailure(
        .badContent, "'\(held.path)' cannot be resumed: its last event is of \(last), a year ago")
    }
    return now
  }

  // MARK: - A verdict of the previous runner

  /// Refuses a run whose traffic was taken back: its observations were made with that traffic.
  ///
  /// - Throws: `CommandFailure`
  private func refuseUndone() throws(CommandFailure) {
    guard run.aftermath.undo != nil, !isDecided else { return }
    throw CommandFailure(
      .badContent,
      "'\(held.path)' cannot be resumed: its traffic was taken back (undo)\n"
        + "  hint: remove the journal to begin a new run, with the first step")
  }

  /// Whether the run has a final verdict: a promotion must be confirmed, unless its hook has begun.
  var isDecided: Bool {
    run.gate.verdict.map { $0.decision != .promote || run.aftermath.hook != nil } ?? false
  }

  /// Refuses a verdict that is too old to be reported as current.
  ///
  /// - Throws: `CommandFailure`
  private func refuseStaleVerdict(at now: GateInstant) throws(CommandFailure) {
    guard let verdict = run.gate.verdict, now.since(run.gate.clock) > run.header.check.interval
    else { return }
    // The consequences of a canary's verdict are carried out however late it is.
    guard !isDecided || !run.gate.rollout.hasShifted else { return }
    throw CommandFailure(
      .badContent,
      "'\(held.path)' cannot be resumed: its run was decided at "
        + "\(run.header.startedAt.at(verdict.at)) (\(verdict.decision.rawValue))\n"
        + "  hint: 'healthgate replay' prints that verdict; remove the journal to begin a new run")
  }

  /// The verdict that the run had reached when its runner died; nil if it has none.
  ///
  /// A promotion counts only if its hook has begun: it would rest on the journal alone, and not on
  /// the present state.
  func document(_ journal: JournalFile?) -> VerdictDocument? {
    guard isDecided, let verdict = run.gate.verdict else { return nil }
    var document = VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict,
      exitCode: verdict.exitCode(isAdvisory: run.header.isAdvisory),
      journal: journal?.finish())
    // The decision's command has run already.
    document.add(run.aftermath)
    return document
  }
}

extension HeldJournal {
  /// Whether the runner died before it had written a line, so that only a part of the first can
  /// exist.
  fileprivate var hasNothing: Bool {
    let beginning = Array(#"{"seq":0,"t":0"#.utf8)
    return !bytes.contains(UInt8(ascii: "\n"))
      && zip(bytes, beginning).allSatisfy { $0 == $1 }
  }
}
