package import GateCore
internal import GateSettings
internal import GateText

/// The instances that a command prints, in the format of an `instances_file`.
package struct ExecSource: Sendable {
  /// A line for `/bin/sh`.
  package var command: String
  /// The environment of the command.
  package var variables: [String: String]
  /// The time limit of the command, after which its whole process group is killed.
  package var timeout: Duration
  /// Secrets that it may print, besides those in its environment.
  private let secrets: SecretMask

  package static let longestTimeout: Duration = .seconds(30)

  package init(
    command: String, variables: [String: String], timeout: Duration = longestTimeout,
    secrets: SecretMask = []
  ) {
    self.command = command
    self.variables = variables
    self.timeout = timeout
    self.secrets = secrets
  }

  /// The largest output in bytes, the same as for an `instances_file`.
  static let outputLimit = 16 << 20

  /// Runs the command and waits for it.
  ///
  /// An instance's own port overrides the health check's, and under `traffic-port` each must have
  /// one. An empty output is a group without instances, which may still come.
  ///
  /// - Throws: `SourceError` if the command fails, or its output is invalid.
  package func list(ports: CheckPorts) throws(SourceError) -> SourceListing {
    let child = child
    let output = try run(child)
    let marks = output.lazy.filter { !" \t\r\n".utf8.contains($0) }.prefix(3)
    guard !marks.isEmpty, !marks.elementsEqual("[]".utf8) else {
      return SourceListing(members: [], expected: nil)
    }
    switch Self.instances(output, ports) {
    case .success(let instances):
      return SourceListing(
        members: instances.map { SourceMember(instance: $0, standing: .checked) }, expected: nil)
    case .failure(let error):
      let words = Self.words(for: error, in: child.secrets.masked(output, .whole), ports)
      throw .unusable(
        detail: "the output of \(place(child)) cannot be read: \(words)", advice: Self.advice)
    }
  }

  private static func instances(
    _ output: [UInt8], _ ports: CheckPorts
  ) -> Result<[Instance], SettingsError> {
    Result { () throws(SettingsError) in
      let specs = try InstancesFile.read(output, path: "the output")
      return try InstanceSpec.instances(specs, on: ports, doubled: .kept)
    }
  }

  /// The error in an output, which is quoted without secrets.
  private static func words(
    for error: SettingsError, in masked: [UInt8], _ ports: CheckPorts
  ) -> String {
    guard case .failure(let shown) = instances(masked, ports) else {
      return "\(error.problems.count) of its lines are invalid"
    }
    return words(for: shown.problems)
  }

  private var child: ChildProcess {
    var child = ChildProcess(words: ["/bin/sh", "-c", command], variables: variables)
    child.timeout = timeout
    child.outputLimit = Self.outputLimit
    child.secrets.add(secrets)
    return child
  }

  private func run(_ child: ChildProcess) throws(SourceError) -> [UInt8] {
    do throws(ChildProcess.Failure) {
      return try child.run()
    } catch {
      throw .unusable(
        detail: "\(place(child)) lists no instances: \(words(for: error))",
        advice: Self.advice)
    }
  }

  private static let advice =
    "run it in a shell here: it must print one instance per line, or a JSON array, and exit with 0"

  private func place(_ child: ChildProcess) -> String {
    let shown = child.secrets.quoting(SettingKey.exec.masked(command), limit: 80)
    return "the command '\(shown)'"
  }

  private func words(for failure: ChildProcess.Failure) -> String {
    switch failure {
    case .timedOut: "it took longer than \(timeout.inWords)"
    case .tooMuchOutput: "it printed more than \(Self.outputLimit >> 20) MiB"
    case .notStarted, .failed, .killed, .unknownEnd, .interrupted: "\(failure)"
    }
  }

  /// The first few errors, each with its line.
  private static func words(for problems: [SettingProblem]) -> String {
    let sentences = problems.prefix(3).map { problem in
      guard case .file(_, let line)? = problem.origin else { return problem.summary }
      return "line \(line): \(problem.summary)"
    }
    let more = problems.count - sentences.count
    return shownLine(sentences.joined(separator: "; ")) + (more > 0 ? "; and \(more) more" : "")
  }
}
