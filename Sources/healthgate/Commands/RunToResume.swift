internal import GateCore
internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// The run that `resume` names: its journal, and what it comes to.
struct RunToResume {
  let held: HeldJournal
  let run: ResumedRun
  /// Its course so far.
  let timeline: Timeline

  /// The run that the settings name; nil when they name none, or name the journal that they write
  /// as well, and there is nothing in it yet: the same command begins a run and goes on with it.
  ///
  /// - Throws: `CommandFailure` for a journal that cannot be gone on with.
  static func found(_ given: RawSettings) throws(CommandFailure) -> RunToResume? {
    guard let path = given.values[.resume]?.last?.text else { return nil }
    let journal = given.values[.journal]?.last?.text
    let held: HeldJournal
    do throws(SystemError) {
      held = try HeldJournal(path)
    } catch {
      if error.code == ENOENT, journal == path { return beginning(path) }
      throw failure(error, path)
    }
    if held.hasNothing, let journal, held.isSame(as: journal) { return beginning(path) }
    let recorded = try RecordedJournal.journal(held.bytes, path)
    guard recorded.header.healthgateVersion == Healthgate.version else {
      throw CommandFailure(
        .usage,
        "'\(path)' is of healthgate \(recorded.header.healthgateVersion.cleaned(to: 20)), and this is "
          + "\(Healthgate.version), which may judge otherwise\n  hint: begin a new run")
    }
    var timeline = Timeline()
    let run = ResumedRun(recorded) { timeline.observe($0, at: $1, in: $2) }
    let found = RunToResume(held: held, run: run, timeline: timeline)
    try found.refuseStaleVerdict(at: found.now())
    return found
  }

  private static func beginning(_ path: String) -> RunToResume? {
    Output.complain("healthgate: nothing to resume in '\(path)' yet: a new run begins")
    return nil
  }

  private static func failure(_ error: SystemError, _ path: String) -> CommandFailure {
    switch error.code {
    case EBUSY:
      CommandFailure(
        .notWritten,
        "'\(path)' cannot be resumed: its run is still going on, or is being resumed already\n"
          + "  hint: wait for it, or end it first")
    case ESPIPE:
      CommandFailure(.usage, "'\(path)' cannot be resumed: it is no file, such as --journal writes")
    default:
      CommandFailure(
        .noFile,
        "'\(path)' cannot be resumed: \(error.words)"
          + (error.code == ENOENT
            ? "\n  hint: with --journal \(path) too a new run begins when it is not there" : ""))
    }
  }

  // MARK: - Its settings

  func settings(under given: RawSettings) -> RawSettings {
    run.settings(under: given, from: held.path)
  }

  /// The group as it is now; how many are expected of it is known since the run began.
  func group(of loaded: LoadedSettings) throws -> LoadedGroup {
    var expecting = loaded
    expecting.settings.group.expected = run.header.policy.expected
    return try expecting.group()
  }

  /// - Throws: `CommandFailure` that names all that is other than in the run.
  func refuseChanges(
    _ settings: Settings, _ group: LoadedGroup, _ baseline: LoadedBaseline?
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

  // MARK: - Its time

  /// The time of the run: that of the wall clock, which alone went on when nobody looked.
  ///
  /// - Throws: `CommandFailure` for a journal from the future, or from years ago.
  func now() throws(CommandFailure) -> GateInstant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let microseconds =
      Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
      - run.header.startedAt.milliseconds * 1000
    let now = GateInstant(microseconds: microseconds)
    let last = run.header.startedAt.at(run.gate.clock)
    guard now >= run.gate.clock else {
      throw CommandFailure(
        .badContent,
        "'\(held.path)' cannot be resumed: its last event is of \(last), which is still to come\n"
          + "  hint: was the clock set back, or that of another machine ahead?")
    }
    guard now.since(run.gate.clock) <= .seconds(366 * 86_400) else {
      throw CommandFailure(
        .badContent, "'\(held.path)' cannot be resumed: its last event is of \(last), a year ago")
    }
    return now
  }

  // MARK: - A verdict that it has already

  /// A verdict is not taken back, nor given as one of now when it is not.
  private func refuseStaleVerdict(at now: GateInstant) throws(CommandFailure) {
    guard let verdict = run.gate.verdict, now.since(run.gate.clock) > run.header.check.interval
    else { return }
    throw CommandFailure(
      .badContent,
      "'\(held.path)' cannot be resumed: its run was decided at "
        + "\(run.header.startedAt.at(verdict.at)) (\(verdict.decision.rawValue))\n"
        + "  hint: 'healthgate replay' prints that verdict; remove the journal to begin a new run")
  }

  /// The verdict that the run had come to when its runner died; nil while it has none.
  func document(_ journal: JournalFile?) -> VerdictDocument? {
    guard let verdict = run.gate.verdict else { return nil }
    return VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict,
      exitCode: Int(ExitStatus(of: verdict, isAdvisory: run.header.isAdvisory).rawValue),
      journal: journal?.finish(as: run.header.journalPath))
  }
}

extension HeldJournal {
  /// Whether the runner died before it had written a line: what is there can only be the beginning
  /// of the first.
  fileprivate var hasNothing: Bool {
    let beginning = Array(#"{"seq":0,"t":0"#.utf8)
    return wholeBytes == 0 && zip(bytes, beginning).allSatisfy { $0 == $1 }
  }
}
