package import GateRecords
internal import GateSettings
internal import GateText

/// Merges verdict files into one verdict.
package struct MergedRun {
  let verdicts: [String]
  /// The output file; nil for standard output only.
  let output: String?
  let keyFiles: [String]

  package init(verdicts: [String], output: String?, keyFiles: [String]) {
    self.verdicts = verdicts
    self.output = output
    self.keyFiles = keyFiles
  }

  /// Refuses an output that would overwrite an input.
  package func refuseShared() throws(CommandFailure) {
    guard let output else { return }
    try OutputPlaces.refuseShared(
      [RunPlaces.Named(what: "the verdict", path: output)],
      with: verdicts.map { RunPlaces.Named(what: "a verdict", path: $0) }
        + keyFiles.map { RunPlaces.Named(what: "a key", path: $0) })
  }

  /// The parts of the verdict; one that is missing or cannot be used is included as unusable.
  ///
  /// - Throws: `CommandFailure` if no verdict is named, or more than `expected`.
  package func parts(
    expected: Int?, _ verification: Verification
  ) throws(CommandFailure) -> [VerdictMerge.Part] {
    let missing = max((expected ?? 0) - verdicts.count, 0)
    guard !verdicts.isEmpty || missing > 0 else {
      throw CommandFailure(.usage, "no verdicts to merge\n  hint: name their files")
    }
    if let expected, expected < verdicts.count {
      throw CommandFailure(
        .usage, "--expected is \(expected), but \(verdicts.count) verdicts are named")
    }
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

  /// The merged verdict; standard error gets warnings about parts that do not count or are unusual.
  ///
  /// - Throws: `CommandFailure` if the same run is given twice.
  package func merge(
    _ parts: [VerdictMerge.Part], require: VerdictMerge.Requirement
  ) throws(CommandFailure) -> VerdictMerge {
    let merge = VerdictMerge(parts, require: require)
    let doubled = merge.doubled
    guard doubled.isEmpty else {
      throw CommandFailure(
        .usage, "'\(doubled[0])' and '\(doubled[1])' are the same run, which counts once")
    }
    for part in merge.parts where part.problem != nil {
      Output.complain("healthgate: warning: '\(part.name)' counts as inconclusive: \(part.words)")
    }
    for warning in merge.warnings { Output.complain("healthgate: warning: \(warning)") }
    return merge
  }

  package func opened() throws(CommandFailure) -> VerdictFile? {
    guard let output else { return nil }
    do throws(SystemError) {
      return try VerdictFile(output)
    } catch {
      throw notWritten(error)
    }
  }

  package func deliver(
    _ merge: VerdictMerge, to file: VerdictFile?, signedWith key: SigningKey?
  ) throws(CommandFailure) {
    let json = merge.json(version: Program.version, runID: RunID.make(at: .now), at: .now)
    let document = OutputText(key.map { VerdictSignature.sign(json, with: $0) } ?? json)
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
