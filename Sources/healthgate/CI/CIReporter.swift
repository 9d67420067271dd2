internal import GateFormats
internal import InstanceSources

#if canImport(Glibc)
  internal import Glibc
#endif

/// Gives the verdict to the CI system that the run is part of: in its log, and in its files.
///
/// What goes to the log goes to standard error, from where all of them take commands too. A file
/// that cannot be written is a warning, and changes nothing else.
struct CIReporter {
  private let system: CISystem?
  private let directory: String?
  private let variables: [String: String]
  private let showsProgress: Bool

  /// Nil when no system is there and no files are wanted.
  init?(_ settings: Settings, variables: [String: String]) {
    guard settings.reactions.ci != .none else { return nil }
    system = CISystem(settings.reactions.ci, variables: variables)
    directory = settings.reactions.ciDirectory
    self.variables = variables
    showsProgress = settings.output.progress != .none
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

  func report(_ document: VerdictDocument, verdictFile: String?) {
    let verdict = CIVerdict(document, file: verdictFile)
    let summary = MarkdownReport(document).text
    if let directory { writeFiles(document, verdict, summary, in: directory) }
    guard let system else { return }
    log(system.log(verdict))
    switch system {
    case .github: writeForGitHub(verdict, summary)
    case .circleci: append(CircleCI.script(verdict), toFileNamedBy: "BASH_ENV")
    case .buildkite: tellBuildkite(verdict, summary)
    case .azure: uploadSummary(summary, document.header.runID)
    case .gitlab, .jenkins: break
    }
  }

  private func log(_ text: String) {
    guard !text.isEmpty else { return }
    try? Output.write(Array(text.utf8), to: STDERR_FILENO)
  }

  private func warn(_ text: String) {
    Output.complain("healthgate: warning: \(text)")
  }

  // MARK: - Files

  private func writeFiles(
    _ document: VerdictDocument, _ verdict: CIVerdict, _ summary: String, in directory: String
  ) {
    if mkdir(directory, 0o777) != 0, errno != EEXIST {
      return warn("the folder '\(directory)' cannot be made: \(SystemError.last.words)")
    }
    write(verdict.dotenv, to: "\(directory)/healthgate.env")
    write(JUnitReport(document).text, to: "\(directory)/healthgate.xml")
    write(summary, to: "\(directory)/healthgate.md")
  }

  /// Whole or not at all.
  @discardableResult
  private func write(_ text: String, to path: String) -> Bool {
    do throws(SystemError) {
      let file = try VerdictFile(path)
      try file.prepare(Array(text.utf8))
      try file.commit()
      return true
    } catch {
      warn("'\(path)' cannot be written: \(error.words)")
      return false
    }
  }

  /// Adds to a file that the system has made, if it has.
  private func append(_ text: String, toFileNamedBy variable: String) {
    guard let path = variables[variable], !path.isEmpty else { return }
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    do throws(SystemError) {
      guard descriptor >= 0 else { throw .last }
      defer { close(descriptor) }
      try Output.write(Array(text.utf8), to: descriptor)
    } catch {
      warn("'\(path)' (\(variable)) cannot be written: \(error.words)")
    }
  }

  // MARK: - One system each

  private func writeForGitHub(_ verdict: CIVerdict, _ summary: String) {
    let words = [UInt64.random(in: .min ... .max), .random(in: .min ... .max)]
    let delimiter = "healthgate_\(words.map { String($0, radix: 36) }.joined())"
    append(GitHubActions.outputs(verdict, delimiter: delimiter), toFileNamedBy: "GITHUB_OUTPUT")
    let name = "GITHUB_STEP_SUMMARY"
    var status = stat()
    let size = variables[name].map { stat($0, &status) == 0 ? Int(status.st_size) : 0 } ?? 0
    if let text = wholeLines(of: summary, in: GitHubActions.summaryLimit - size) {
      append(text, toFileNamedBy: name)
    } else {
      warn("the step's summary is full, and the verdict is not in it")
    }
  }

  private func uploadSummary(_ summary: String, _ runID: String) {
    if let directory {
      if let path = realpath("\(directory)/healthgate.md", nil) {
        defer { free(path) }
        log(AzurePipelines.summary(file: String(cString: path)))
      }
    } else if let folder = variables["AGENT_TEMPDIRECTORY"], !folder.isEmpty {
      // The agent reads it later: another run of the same job must not write over it.
      let path = "\(folder)/healthgate-\(runID).md"
      if write(summary, to: path) { log(AzurePipelines.summary(file: path)) }
    }
  }

  private func tellBuildkite(_ verdict: CIVerdict, _ summary: String) {
    guard let agent = command("buildkite-agent") else { return }
    do throws(SystemError) {
      let text = wholeLines(of: summary, in: Buildkite.annotationLimit) ?? ""
      let body = try TemporaryFile(Array(text.utf8), ending: ".md")
      for arguments in [Buildkite.annotation(verdict)] + Buildkite.metaData(verdict) {
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

  /// The path of a program, along `PATH`.
  private func command(_ name: String) -> String? {
    let folders = (variables["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }
}
