internal import GateRecords
internal import GateReports
internal import GateSettings
internal import InstanceSources
internal import LibC

/// Reports the verdict to the CI system that the run is part of, in its log and its files.
///
/// The log is standard error, from which all CI systems also take commands. A file that cannot be
/// written causes a warning, and changes nothing else. But if a signal prevented it, the verdict
/// says so.
struct CIReporter {
  private let system: CISystem?
  private let directory: String?
  private let variables: [String: String]
  private let showsProgress: Bool

  /// Nil if there is no CI system and no files are requested; files are written without a system
  /// too.
  init?(
    _ choice: CIChoice, directory: String?, showsProgress: Bool, variables: [String: String]
  ) {
    system = CISystem(choice, variables: variables)
    self.directory = directory
    self.variables = variables
    self.showsProgress = showsProgress
    guard system != nil || directory != nil else { return nil }
  }

  func checksBegin() {
    guard showsProgress, let system else { return }
    log(system.logBeforeChecks(time: Int64(time(nil))))
  }

  func checksEnded() {
    guard showsProgress, let system else { return }
    log(system.logAfterChecks(time: Int64(time(nil))))
  }

  /// Reports the verdict; a file that a signal prevented is added to the document and reported too.
  func report(_ document: inout VerdictDocument, verdictFile: String?) {
    let problems = tell(CIReport(document, file: verdictFile))
    guard !problems.isEmpty else { return }
    for problem in problems { document.fail(problem) }
    _ = writeFiles(CIReport(document, file: verdictFile))
  }

  /// Reports everything; returns descriptions of the files that a signal prevented.
  @discardableResult
  func tell(_ report: CIReport) -> [String] {
    var problems = writeFiles(report)
    guard let system else { return problems }
    log(system.log(report.verdict))
    switch system {
    case .github: problems += writeForGitHub(report)
    case .circleci:
      problems += append(CircleCI.script(report.verdict), toFileNamedBy: "BASH_ENV")
    case .buildkite: tellBuildkite(report)
    case .azure: uploadSummary(report)
    case .gitlab, .jenkins: break
    }
    return problems
  }

  /// Replaces the report of an earlier attempt at this job by one that says that the run has not
  /// ended.
  ///
  /// Only Buildkite keeps anything of a job's earlier attempt, because its meta-data belong to the
  /// build. Source: Buildkite's documentation, "Environment variables", on `BUILDKITE_RETRY_COUNT`.
  func forgetEarlierAttempt(_ report: CIReport) {
    guard system == .buildkite, Int(variables["BUILDKITE_RETRY_COUNT"] ?? "") ?? 0 > 0 else {
      return
    }
    tellBuildkite(report)
  }

  private func log(_ text: String) {
    guard !text.isEmpty else { return }
    _ = StandardStream.error.write(Array(text.utf8))
  }

  private func warn(_ text: String) {
    Output.complain("healthgate: warning: \(text)")
  }

  // MARK: - Files

  /// Writes the files; returns descriptions of those that a signal prevented.
  private func writeFiles(_ report: CIReport) -> [String] {
    guard let directory else { return [] }
    if mkdir(directory, 0o777) != 0, errno != EEXIST {
      warn("the directory \(directory.quotedPath) cannot be created: \(SystemError.last.words)")
      return []
    }
    return report.files.compactMap { file in
      let path = "\(directory)/\(file.name)"
      do throws(SystemError) {
        try write(file.text, to: path)
        return nil
      } catch {
        return told(path.quotedPath, error)
      }
    }
  }

  /// Writes the file atomically.
  private func write(_ text: String, to path: String) throws(SystemError) {
    let file = try VerdictFile(path, waitingAtMost: Self.patience)
    try file.prepare(OutputText(text))
    try file.commit()
  }

  /// Warns about a file that could not be written; returns its description if a signal prevented
  /// it.
  private func told(_ what: String, _ error: SystemError) -> String? {
    let words = "\(what) cannot be written: \(error.words)"
    guard error != .interrupted else { return words }
    warn(words)
    return nil
  }

  /// How long to wait for a reader if a file name is that of a pipe.
  private static let patience = Duration.seconds(10)

  /// Adds lines to a file of the CI system, if there is one; returns its description, alone, if a
  /// signal prevented it.
  private func append(_ text: String, toFileNamedBy variable: String) -> [String] {
    guard let path = variables[variable], !path.isEmpty else { return [] }
    do throws(SystemError) {
      let descriptor = try Output.open(
        path, O_WRONLY | O_APPEND | O_CREAT, waitingAtMost: Self.patience)
      defer { close(descriptor) }
      try Output.write(
        Array((endsWithinLine(path) ? "\n\(text)" : text).utf8)[...], to: descriptor,
        waitingAtMost: Self.patience)
    } catch {
      return [told("\(path.quotedPath) (\(variable))", error)].compactMap { $0 }
    }
    return []
  }

  /// Whether the file's last line has no line feed.
  private func endsWithinLine(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else {
      return false
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var last: UInt8 = 0
    return pread(descriptor, &last, 1, status.st_size - 1) == 1 && last != UInt8(ascii: "\n")
  }

  // MARK: - CI systems

  private func writeForGitHub(_ report: CIReport) -> [String] {
    let words = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
    let delimiter = "healthgate_\(words.map { String($0, radix: 36) }.joined())"
    let outputs = append(
      GitHubActions.outputs(report.verdict, delimiter: delimiter), toFileNamedBy: "GITHUB_OUTPUT")
    let name = "GITHUB_STEP_SUMMARY"
    var status = stat()
    let size = variables[name].map { stat($0, &status) == 0 ? Int(status.st_size) : 0 } ?? 0
    guard let text = wholeLines(of: report.summary, in: GitHubActions.summaryLimit - size) else {
      warn("the step's summary is full, so the verdict is not in it")
      return outputs
    }
    return outputs + append(text, toFileNamedBy: name)
  }

  private func uploadSummary(_ report: CIReport) {
    if let directory {
      if let path = resolvedPath("\(directory)/healthgate.md") {
        log(AzurePipelines.summary(file: path))
      }
    } else if let folder = variables["AGENT_TEMPDIRECTORY"], !folder.isEmpty {
      // The agent reads the file later, so another run of the same job must not overwrite it.
      let path = "\(folder)/healthgate-\(report.runID).md"
      do throws(SystemError) {
        try write(report.summary, to: path)
        log(AzurePipelines.summary(file: path))
      } catch {
        warn("\(path.quotedPath) cannot be written: \(error.words)")
      }
    }
  }

  private func tellBuildkite(_ report: CIReport) {
    guard !Interruptions.areAny, let agent = command("buildkite-agent") else { return }
    do throws(SystemError) {
      let text = wholeLines(of: report.summary, in: Buildkite.annotationLimit) ?? ""
      let body = try TemporaryFile(Array(text.utf8), ending: ".md")
      for arguments in [Buildkite.annotation(report.verdict)] + Buildkite.metaData(report.verdict) {
        var child = ChildProcess(words: [agent] + arguments, variables: variables)
        child.timeout = .seconds(10)
        child.input = body.path
        do throws(ChildProcess.Failure) {
          _ = try child.run()
        } catch {
          warn("buildkite-agent \(arguments[0]): \(error)")
        }
      }
    } catch {
      warn("the annotation cannot be written: \(error.words)")
    }
  }

  /// The path of a program, found along `PATH`; nil if there is none.
  private func command(_ name: String) -> String? {
    let folders = (variables["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
