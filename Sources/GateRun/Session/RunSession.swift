internal import CSystem
internal import CurlHTTP
internal import Dispatch
internal import GateCore
internal import GateEngine
internal import GateRecords
internal import GateReports
internal import GateSettings
package import GateText
internal import InstanceSources
internal import LibC
internal import Synchronization

/// One run from its settings to its exit status: it opens the outputs, runs the engine, delivers
/// the verdict, and triggers what follows from it.
struct RunSession {
  var settings: Settings
  var group: LoadedGroup
  var baseline: LoadedGroup?
  /// The callers of AWS, for the settings in the verdict.
  var askers: [RunHeader.ChosenSetting] = []
  /// Lists the old group again, to gate it as a group.
  var oldGroup: @Sendable () throws -> LoadedGroup? = { nil }
  /// The run to resume; nil for a new run.
  var resumption: RunToResume?
  /// The descriptor for SIGINT, SIGTERM and SIGHUP, if it is open already; else nil.
  var signals: Int32?

  /// Runs, and exits with the verdict's status.
  ///
  /// - Throws: `CommandFailure` if nothing could be checked.
  func run() throws -> Never {
    // Opened before the first check, so that a folder that is not writable is detected now.
    let reports = try ReportFiles(settings.output.reports)
    let verdictFile = try opened(settings.output.verdict, "verdict") { path throws(SystemError) in
      try VerdictFile(path)
    }
    let attestation = try openedAttestation()
    let signingKey = try settings.output.signKey.map { place throws(CommandFailure) in
      try SigningKey.load(place)
    }
    let journal = try opened(settings.output.journal, "journal") { path throws(SystemError) in
      guard let resumption else { return try JournalFile(path) }
      return try JournalFile(resuming: resumption)
    }
    journal?.signingKey = signingKey
    let signals = try signals ?? Self.signalDescriptor()
    let reactions = Reactions(settings)
    let watch = reports.watch(from: resumption?.timeline ?? Timeline())
    let observers =
      [watch].compactMap { $0 as (any GateObserver)? } + reactions.observers(beside: journal)
    let judged =
      try resumption?.document(journal).map { Judged(document: $0) }
      ?? judge(group, signals: signals, journal: journal, reactions: reactions, telling: observers)
    let document = judged.document
    var delivery = VerdictDelivery(format: settings.printedFormat)
    delivery.file = verdictFile
    delivery.signingKey = signingKey
    delivery.attestation = attestation
    delivery.reports = reports
    delivery.timeline = watch?.timeline ?? Timeline()
    delivery.journal = journal
    delivery.wayBack = WayBack(settings, signals: signals)
    delivery.hook = Hook(after: document.verdict.decision, settings, signals: signals)
    delivery.verifyRollback = verification(signals: signals)
    delivery.events = reactions.printer
    delivery.stream = reactions.stream
    var delivered = delivery.deliver(document)
    reactions.ci?.report(&delivered, verdictFile: verdictFile?.absolutePath)
    delivery.renew(&delivered)
    reactions.finish(delivered) { delivery.signed(delivered) }
    withExtendedLifetime(judged) {}
    delivered.exitStatus.end()
  }

  /// Opens the descriptor for signals; must be called before another thread exists, which would get
  /// them.
  ///
  /// - Throws: `CommandFailure` if there are no descriptors left: a run must be interruptible.
  static func signalDescriptor() throws(CommandFailure) -> Int32 {
    let descriptor = hg_signal_descriptor()
    guard descriptor >= 0 else {
      throw CommandFailure(.sourceUnavailable, "no checks can be made: \(SystemError.last.words)")
    }
    return descriptor
  }

  /// How the baseline is gated after a rollback; nil if it is not.
  private func verification(signals: Int32) -> (() throws -> VerdictDocument)? {
    guard settings.reactions.verifiesRollback, !settings.isAdvisory else { return nil }
    return {
      guard let group = try Self.abandonable(oldGroup) else {
        preconditionFailure("there is a baseline")
      }
      var session = self
      // The old group has the old version, and nothing to be compared with.
      for index in session.settings.checks.indices {
        session.settings.checks[index].expectations.version = nil
      }
      (session.settings.steps, session.settings.group.policy.steps) = ([], [])
      session.settings.output.journal = nil
      session.baseline = nil
      session.resumption = nil
      return try session.judge(group, signals: signals).document
    }
  }

  /// Runs work on a separate thread, which a signal abandons, because an API may be slow.
  private static func abandonable<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) throws -> Value {
    let result = Mutex<Result<Value, any Error>?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    try BackgroundThread.start {
      let value = Result { try work() }
      result.withLock { $0 = value }
      isDone.signal()
    }
    while isDone.wait(timeout: .now() + .milliseconds(50)) != .success {
      if Interruptions.areAny {
        throw CommandFailure(.sourceUnavailable, "the run was interrupted")
      }
    }
    guard let value = result.withLock({ $0 }) else { preconditionFailure("it was waited for") }
    return try value.get()
  }

  /// Checks a group under the settings until its verdict is certain.
  ///
  /// - Throws: `CommandFailure` if no checks can be made.
  private func judge(
    _ group: LoadedGroup, signals: Int32, journal: JournalFile? = nil, reactions: Reactions? = nil,
    telling others: [any GateObserver] = []
  ) throws -> Judged {
    let plans = try settings.probePlans()
    let now = try resumption?.now() ?? .start
    let desk = try GuardRunner(settings.guardSources)
    let header = header(of: group)
    let steps = try stepRunner(header, journal)
    let pollers = [group.poller, baseline?.poller].compactMap { $0 }
    let checker = try CurlChecker(plans, signals: signals, startingAt: now)
    for poller in pollers { try checker.wake(on: poller.updates.event) }
    let port = try CompositeChecker(checker, desk, steps)
    reactions?.checksBegin(header, resuming: resumption?.run)
    let progress = ProgressDisplay.observer(
      settings.output.progress, of: header,
      verdict: reactions == nil ? .told : settings.verdictPlace)
    let observers: [any GateObserver] = [journal, progress].compactMap { $0 } + others
    if resumption == nil { journal?.start(header) } else { journal?.goOn(header) }
    let gate =
      resumption?.run.gate ?? Gate(checks: header.checks.map(\.check), policy: header.policy)
    for poller in pollers { poller.start() }
    var engine = GateEngine(
      gate, port: port, observers: observers, feed: group.poller,
      baselineFeed: baseline?.poller, expected: group.expected, commander: steps)
    let guards = settings.guards.map { Instance.guarding($0.name) }
    var listings = [InstanceRole.member: group.listing]
    listings[.baseline] = baseline?.listing
    let verdict: Verdict
    if resumption == nil {
      var refusals = FirstRefusals()
      do throws(ProxyRefusal) {
        verdict = try engine.run(listings, guards: guards) {
          event, gate throws(ProxyRefusal) in try refusals.note(event, in: gate)
        }
      } catch {
        throw CommandFailure(error, proxy: settings.proxy)
      }
    } else {
      verdict = engine.goOn(with: listings, guards: guards)
    }
    port.stop()
    reactions?.ci?.checksEnded()
    steps?.finish()
    return Judged(
      document: VerdictDocument(
        header: header, gate: engine.gate, verdict: verdict,
        exitCode: verdict.exitCode(isAdvisory: header.isAdvisory),
        journal: journal?.finish()),
      port: port)
  }

  /// The verdict, and what made the checks: freeing it before the delivery would delay that.
  private struct Judged {
    var document: VerdictDocument
    var port: CompositeChecker?
  }

  /// Runs the commands of the steps; nil if there are no steps.
  ///
  /// - Throws: `CommandFailure`
  private func stepRunner(
    _ header: RunHeader, _ journal: JournalFile?
  ) throws(CommandFailure) -> StepRunner? {
    guard !settings.steps.isEmpty, !header.policy.steps.isEmpty else { return nil }
    return try StepRunner(settings, runID: header.runID, journal: journal)
  }

  private func openedAttestation() throws(CommandFailure) -> AttestationFile? {
    guard let wanted = settings.output.attestation else { return nil }
    let file = try opened(wanted.file, "attestation") { path throws(SystemError) in
      try VerdictFile(path)
    }
    return file.map { AttestationFile(file: $0, subject: wanted.subject) }
  }

  private func opened<File>(
    _ path: String?, _ what: String, _ open: (String) throws(SystemError) -> File
  ) throws(CommandFailure) -> File? {
    guard let path else { return nil }
    do throws(SystemError) {
      return try open(path)
    } catch {
      let isHeld = what == "journal" && error.code == EBUSY
      throw CommandFailure(
        .notWritten,
        "the \(what) cannot be written to \(path.quotedPath): "
          + (isHeld ? "another run is writing it" : error.words))
    }
  }

  private func header(of group: LoadedGroup) -> RunHeader {
    // A resumed run keeps only its ID and its start.
    let begun = resumption?.run.header
    return RunHeader(
      healthgateVersion: Program.version, runID: begun?.runID ?? RunID.make(at: .now),
      startedAt: begun?.startedAt ?? .now,
      checks: RunHeader.Check.all(settings.checks.map(\.check), settings.requestsInForce),
      policy: group.policy,
      isAdvisory: settings.isAdvisory, group: group.source, baseline: baseline?.source,
      settings: settings.chosen + askers,
      warnings: settings.warnings + (baseline?.warnings(beside: group) ?? []),
      journalPath: settings.output.journal, deployment: deployment)
  }

  private var deployment: Deployment {
    let variables = SettingsLoader.environment
    return Deployment(
      labels: settings.output.labels,
      build: CISystem(settings.reactions.ci, variables: variables)?.build(variables))
  }
}

extension Timestamp {
  /// The current time of the wall clock.
  package static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// The name of one run: a UUID whose beginning is the time (RFC 9562, version 7).
package enum RunID {
  package static func make(at timestamp: Timestamp) -> String {
    let time = UInt64(bitPattern: timestamp.milliseconds) << 16
    let high = time | 0x7000 | UInt64.random(in: 0...0x0FFF)
    let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
    let digits = [high, low].map { word in
      let text = String(word, radix: 16)
      return String(repeating: "0", count: 16 - text.count) + text
    }.joined()
    var id = ""
    for (index, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(index) { id.append("-") }
      id.append(digit)
    }
    return id
  }
}
