package import GateArguments
internal import GateRecords
internal import GateReports
package import GateSettings
internal import GateText
internal import InstanceSources
internal import LibC
internal import Synchronization

/// A run that has not checked anything yet.
///
/// It replaces earlier results with documents that say so.
///
/// Thus the last run's results are never taken for this one's, however it ends.
package struct NotCheckedRun: Sendable {
  private let places: RunPlaces
  private let showsProgress: Bool
  private var document: NotCheckedDocument
  /// What was there already and is not healthgate's own, by path.
  private var left: Set<String> = []

  /// The one of this process, for whoever ends it.
  private static let current = Mutex<NotCheckedRun?>(nil)

  private init(_ places: RunPlaces, showsProgress: Bool) {
    self.places = places
    self.showsProgress = showsProgress
    document = NotCheckedDocument(
      healthgateVersion: Program.version, runID: RunID.make(at: .now), at: .now)
  }

  /// Puts in the place of earlier results that the run has not ended.
  package static func begin(_ places: RunPlaces, showsProgress: Bool = true) {
    var run = NotCheckedRun(places, showsProgress: showsProgress)
    run.write()
    run.reporter?.forgetEarlierAttempt(CIReport(run.document, file: run.verdictFile))
    current.withLock { $0 = run }
  }

  /// Takes note of what would be checked.
  package static func know(_ settings: Settings) {
    current.withLock { run in
      run?.document.checks = RunHeader.Check.all(
        settings.checks.map(\.check), settings.requestsInForce)
      run?.document.policy = try? settings.policy(forChangingGroupOf: 0, declared: nil)
      run?.document.isAdvisory = settings.isAdvisory
    }
  }

  /// Puts the error in the place of earlier results, and tells the CI system; to be called before the first check.
  ///
  /// Of a run that did not come so far that it knew its settings, they are looked for in what it was given.
  package static func end(with failure: CommandFailure, of words: CommandWords) {
    if current.withLock({ $0 == nil }) {
      guard let places = GivenPlaces.understood(of: words) else { return }
      begin(places)
    }
    guard var run = current.withLock({ $0 }) else { return }
    run.document = run.document.ended(
      at: .now, failure.message, exitCode: failure.status.code)
    run.write()
    run.tell()
  }

  // MARK: - Files

  private mutating func write() {
    let inputs = Set(
      (places.inputs.map(\.path) + places.resumed + places.journals)
        .compactMap(OutputPlaces.identity))
    for path in places.verdicts { replace(path, by: document.json, sparing: inputs) }
    for report in places.reports {
      replace(report.path, by: Array(document.text(in: report.format).utf8), sparing: inputs)
    }
    for path in places.attestations { remove(path, sparing: inputs) }
    for directory in places.ciDirectories {
      guard mkdir(directory, 0o777) == 0 || errno == EEXIST else { continue }
      for file in CIReport(document, file: verdictFile).files {
        replace("\(directory)/\(file.name)", by: Array(file.text.utf8), sparing: inputs)
      }
    }
  }

  private mutating func replace(_ path: String, by bytes: [UInt8], sparing inputs: Set<String>) {
    guard mayReplace(path, inputs, OwnFile.isOutput) else { return }
    do throws(SystemError) {
      let file = try VerdictFile(path)
      try file.prepare(bytes)
      try file.commit()
    } catch {
      // Where nothing is, nothing old is left; that nothing can be written there is said later. A full disk takes no new
      // document, and lets the old one go.
      if access(path, F_OK) == 0 { removeOwn(path) }
    }
  }

  private mutating func remove(_ path: String, sparing inputs: Set<String>) {
    guard access(path, F_OK) == 0, mayReplace(path, inputs, OwnFile.isAttestation) else { return }
    removeOwn(path)
  }

  private mutating func removeOwn(_ path: String) {
    guard let resolved = realpath(path, nil) else { return }
    defer { free(resolved) }
    if unlink(resolved) != 0 { leave(path, SystemError.last.words) }
  }

  /// Whether it is a file of healthgate's own, or none at all.
  private mutating func mayReplace(
    _ path: String, _ inputs: Set<String>, _ isOwn: ([UInt8]) -> Bool
  ) -> Bool {
    if let identity = OutputPlaces.identity(of: path), inputs.contains(identity) {
      leave(path, "it is an input or a journal")
      return false
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == ENOENT }
    // What is no file keeps nothing.
    guard status.st_mode & S_IFMT == S_IFREG else { return false }
    do throws(SystemError) {
      if isOwn(try Self.beginning(of: path)) { return true }
      leave(path, "it was not written by an earlier run")
    } catch {
      leave(path, error.words)
    }
    return false
  }

  private static let mostBytes = 16 << 20

  private static func beginning(of path: String) throws(SystemError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last }
    defer { close(descriptor) }
    return try InputFile.beginning(descriptor: descriptor, atMost: mostBytes)
  }

  private mutating func leave(_ path: String, _ why: String) {
    guard left.insert(path).inserted else { return }
    Output.complain(
      "healthgate: warning: '\(path.printable)' is left unchanged until there is a verdict: \(why)")
  }

  // MARK: - The CI system

  /// The verdict's file, if it has this document.
  private var verdictFile: String? {
    places.verdicts.last.flatMap { path in
      guard !left.contains(path), let resolved = realpath(path, nil) else { return nil }
      defer { free(resolved) }
      return String(cString: resolved)
    }
  }

  private func tell() { reporter?.tell(CIReport(document, file: verdictFile)) }

  private var reporter: CIReporter? {
    CIReporter(
      places.ci, directory: nil, showsProgress: showsProgress,
      variables: SettingsLoader.environment)
  }
}

/// The places of a run, by what it was given.
package enum GivenPlaces {
  /// Nil for a command that leaves no such results, and for one that is only asked what it would do.
  static func understood(of words: CommandWords) -> RunPlaces? {
    guard !words.asksOnly else { return nil }
    let flags = RawSettings(flags: words.settings)
    switch words.command.name {
    case "run": return of(flags, config: words.value(of: .config), waitingForIt: false)
    case "demo": return ofDemo(flags)
    default: return nil
    }
  }

  /// What a demo writes: no variables and no file tell it, and a CI system only by name.
  package static func ofDemo(_ flags: RawSettings) -> RunPlaces {
    var places = RunPlaces(flags, config: nil)
    if flags.values[.ci] == nil { places.ci = .none }
    return places
  }

  /// What a run writes and reads by its flags, the variables and the file of settings.
  ///
  /// Whether standard input or a pipe is waited for, which is of use only to who goes on with it.
  package static func of(_ flags: RawSettings, config: String?, waitingForIt: Bool) -> RunPlaces {
    let variables = SettingsLoader.environment
    var layers = [flags, RawSettings(variables: variables)]
    let path = config ?? variables["HEALTHGATE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    // What cannot be read is said when it has to be.
    if let path, waitingForIt || OutputPlaces.identity(of: path) != nil,
      let bytes = try? SettingsLoader.file(path)
    {
      layers.append(RawSettings(understoodIn: bytes, path: path))
    }
    return RunPlaces(RawSettings(merging: layers), config: path)
  }
}
