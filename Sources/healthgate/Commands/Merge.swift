internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import GateSettings

#if canImport(Glibc)
  internal import Glibc
#endif

/// Makes one verdict out of several.
struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    _superCommandName: "healthgate",
    abstract: "Make one verdict out of several: of zones, regions, vantage points.",
    discussion: """
      A verdict that is missing, cannot be read, is too old, not signed as asked or of another \
      release than expected is inconclusive. Ends with the status of the one verdict.
      """)

  @Argument(help: ArgumentHelp("The verdicts.", valueName: "VERDICT"), completion: .file())
  var verdicts: [String] = []

  @Option(
    help: ArgumentHelp("How many must promote: all, any or majority.", valueName: "HOW-MANY"))
  var require = VerdictMerge.Requirement.all

  @OptionGroup var trust: TrustFlags

  @Option(
    help: ArgumentHelp(
      "How many verdicts there must be; those that are missing are inconclusive.",
      valueName: "COUNT"))
  var expected: Int?

  @Option(
    name: .customLong("verdict"),
    help: ArgumentHelp(
      "Also write the merged verdict to this file, atomically.",
      valueName: "FILE"), completion: .file())
  var output: String?

  @Option(.signKey) var signKey: String?

  func run() throws {
    try refuseShared()
    let file = try opened()
    let key = try signKey.map { place throws(CommandFailure) in try SigningKey.load(place) }
    let merge = VerdictMerge(try parts(), require: require)
    let doubled = merge.doubled
    guard doubled.isEmpty else {
      throw CommandFailure(
        .usage, "'\(doubled[0])' and '\(doubled[1])' are the same run, which counts once")
    }
    for part in merge.parts where part.problem != nil {
      Output.complain("healthgate: warning: '\(part.name)' counts as inconclusive: \(part.words)")
    }
    for warning in merge.warnings { Output.complain("healthgate: warning: \(warning)") }
    let json = merge.json(version: Program.version, runID: RunID.make(at: .now), at: .now)
    let document = key.map { VerdictSignature.sign(json, with: $0) } ?? json
    try deliver(document, file)
    throw ExitCode(Int32(merge.exitCode))
  }

  /// Nothing that is read is written over.
  private func refuseShared() throws(CommandFailure) {
    guard let output else { return }
    let keys = [signKey].compactMap { $0 } + trust.key
    try OutputPlaces.refuseShared(
      [RunPlaces.Named(what: "the verdict", path: output)],
      with: verdicts.map { RunPlaces.Named(what: "a verdict", path: $0) }
        + keys.map { RunPlaces.Named(what: "a key", path: $0) })
  }

  private func parts() throws -> [VerdictMerge.Part] {
    let missing = max((expected ?? 0) - verdicts.count, 0)
    guard !verdicts.isEmpty || missing > 0 else {
      throw CommandFailure(.usage, "no verdicts to merge\n  hint: name their files")
    }
    if let expected, expected < verdicts.count {
      throw CommandFailure(
        .usage, "--expected is \(expected), but \(verdicts.count) verdicts are named")
    }
    let verification = try trust.verification()
    return verdicts.map { part($0, verification) }
      + (0..<missing).map { VerdictMerge.Part("missing \($0 + 1)", unusable: "it is missing") }
  }

  private func part(_ path: String, _ verification: Verification) -> VerdictMerge.Part {
    do {
      let bytes = try InputFile.read(path, as: .verdict)
      let failed = try verification.findings(on: bytes, at: .now).filter { !$0.holds }
      guard failed.isEmpty else {
        let problems = failed.map { "\($0.name): \($0.detail)" }
        return VerdictMerge.Part(path, unusable: problems.joined(separator: "; "))
      }
      return VerdictMerge.Part(path, try RecordedVerdict(reading: bytes))
    } catch let error as InputFile.Failure {
      return VerdictMerge.Part(path, unusable: error.words(of: "it"))
    } catch let error as RecordedVerdictError {
      return VerdictMerge.Part(path, unusable: "it is not a verdict: \(error.message)")
    } catch {
      preconditionFailure("an error of another kind: \(error)")
    }
  }

  private func opened() throws(CommandFailure) -> VerdictFile? {
    guard let output else { return nil }
    do throws(SystemError) {
      return try VerdictFile(output)
    } catch {
      throw notWritten(error)
    }
  }

  private func deliver(_ document: [UInt8], _ file: VerdictFile?) throws(CommandFailure) {
    do throws(SystemError) {
      try file?.prepare(document)
      try StandardStream.output.deliver(document)
      try file?.commit()
    } catch {
      throw notWritten(error)
    }
  }

  private func notWritten(_ error: SystemError) -> CommandFailure {
    CommandFailure(.notWritten, "the verdict cannot be written: \(error.words)")
  }
}

extension VerdictMerge.Requirement: ExpressibleByArgument {}
