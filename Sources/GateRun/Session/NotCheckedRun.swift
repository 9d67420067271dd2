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
  /// Existing files that healthgate did not write, by path; they are left alone.
  private var left: Set<String> = []

  /// The instance of this process, for the code that ends it.
  private static let current = Mutex<NotCheckedRun?>(nil)

  private init(_ places: RunPlaces, showsProgress: Bool) {
    self.places = places
    self.showsProgress = showsProgress
    document = NotCheckedDocument(
      healthgateVersion: Program.version, runID: RunID.make(at: .now), at: .now)
  }

  /// Replaces earlier results by documents that say that the run has not ended.
  package static func begin(_ places: RunPlaces, showsProgress: Bool = true) {
    var run = NotCheckedRun(places, showsProgress: showsProgress)
    run.write()
    run.reporter?.forgetEarlierAttempt(CIReport(run.document, file: run.verdictFile))
    current.withLock { $0 = run }
  }

  /// Records the settings, to report what would be checked.
  package static func know(_ settings: Settings) {
    current.withLock { run in
      run?.document.checks = RunHeader.Check.all(
        settings.checks.map(\.check), settings.requestsInForce)
      run?.document.policy = try? settings.policy(forChangingGroupOf: 0, declared: nil)
      run?.document.isAdvisory = settings.isAdvisory
    }
  }

  /// Replaces earlier results by the error, and reports it to the CI system, before the first
  /// check.
  ///
  /// If the run does not know its settings yet, the outputs are read from its arguments.
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
      try file.prepare(OutputText(bytes))
      try file.commit()
    } catch {
      // If there is no file, there is no old result, and an unwritable path is reported later. On a
      // full disk the new document cannot be written, but the old one can be removed.
      if access(path, F_OK) == 0 { removeOwn(path) }
    }
  }

  private mutating func remove(_ path: String, sparing inputs: Set<String>) {
    guard access(path, F_OK) == 0, mayReplace(path, inputs, OwnFile.isAttestation) else { return }
    removeOwn(path)
  }

  private mutating func removeOwn(_ path: String) {
    guard let resolved = resolvedPath(path) else { return }
    if unlink(resolved) != 0 { leave(path, SystemError.last.words) }
  }

  /// Whether it is a file that healthgate wrote, or does not exist.
  private mutating func mayReplace(
    _ path: String, _ inputs: Set<String>, _ isOwn: ([UInt8]) -> Bool
  ) -> Bool {
    if let identity = OutputPlaces.identity(of: path), inputs.contains(identity) {
      leave(path, "it is an input or a journal")
      return false
    }
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == ENOENT }
    // Only a regular file keeps old content.
    guard status.st_mode & S_IFMT == S_IFREG else { return false }
    do throws(SystemError) {
      if isOwn(try InputFile.beginning(path, atMost: 16 << 20)) { return true }
      // The verdict replaces it: it was named for that.
      leave(path, "it was not written by an earlier run", " until there is a verdict")
    } catch {
      leave(path, error.words)
    }
    return false
  }

  private mutating func leave(_ path: String, _ why: String, _ howLong: String = "") {
    guard left.insert(path).inserted else { return }
    Output.complain(
      "healthgate: warning: \(path.quotedPath) is left unchanged\(howLong): \(why)")
  }

  // MARK: - The CI system

  /// The verdict's file, if it has this document; else nil.
  private var verdictFile: String? {
    places.verdicts.last.flatMap { left.contains($0) ? nil : resolvedPath($0) }
  }

  private func tell() { reporter?.tell(CIReport(document, file: verdictFile)) }

  private var reporter: CIReporter? {
    CIReporter(
      places.ci, directory: nil, showsProgress: showsProgress,
      variables: SettingsLoader.environment)
  }
}

/// The outputs and inputs of a run, by its arguments.
package enum GivenPlaces {
  /// The outputs of a command; nil if it leaves no such results, or only prints information.
  static func understood(of words: CommandWords) -> RunPlaces? {
    guard !words.asksOnly else { return nil }
    let flags = RawSettings(flags: words.settings)
    switch words.command.name {
    case "run": return of(flags, config: words.value(of: .config), waitingForIt: false)
    case "demo": return ofDemo(flags)
    default: return nil
    }
  }

  /// The outputs of a demo: it reads no variables and no file, and reports to CI only on request.
  package static func ofDemo(_ flags: RawSettings) -> RunPlaces {
    var places = RunPlaces(flags, config: nil)
    if flags.values[.ci] == nil { places.ci = .none }
    return places
  }

  /// The outputs and inputs of a run, by its flags, variables and settings file.
  ///
  /// `waitingForIt` says whether to wait for standard input or a pipe, which only a run that
  /// continues needs.
  package static func of(_ flags: RawSettings, config: String?, waitingForIt: Bool) -> RunPlaces {
    let variables = SettingsLoader.environment
    var layers = [flags, RawSettings(variables: variables)]
    let path = config ?? variables["HEALTHGATE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    // A file that cannot be read is reported later.
    if let path, waitingForIt || OutputPlaces.identity(of: path) != nil,
      let bytes = try? SettingsLoader.file(path)
    {
      layers.append(RawSettings(understoodIn: bytes, path: path))
    }
    return RunPlaces(RawSettings(merging: layers), config: path)
  }
}
