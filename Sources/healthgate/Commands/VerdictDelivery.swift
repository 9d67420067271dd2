internal import GateCore
internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Hands the verdict and the reports over, and sees to it that what was not written is never a 0.
struct VerdictDelivery {
  var format: OutputSettings.Format
  var file: VerdictFile?
  /// Nil: the verdict is not signed.
  var signingKey: SigningKey?
  var attestation: AttestationFile?
  var reports = ReportFiles()
  /// What the reports know beside the verdict.
  var timeline = Timeline()
  /// Written, but it may not be on the disk yet.
  var journal: JournalFile?
  /// What runs before standard output gets the verdict, which tells of it.
  var hook: Hook?
  /// Gates the baseline once more, after a rollback and its hook.
  var verifyRollback: (() throws -> VerdictDocument)?
  /// What standard output has had so far; the verdict is then its last line.
  var events: EventPrinter?

  /// Writes the verdict to standard output, and it and the reports to their files; returns it as
  /// it was written last.
  func deliver(_ document: VerdictDocument) -> VerdictDocument {
    var document = document
    if let failure = journal?.failure { Self.fail(journal: failure, &document) }
    // Files are made ready first, so that standard output can tell what became of them, and put in
    // place last, so that they can tell what became of standard output.
    var pending = pendingFiles
    Self.prepare(&pending, &document)
    if let hook { run(hook, &pending, &document) }
    if document.verdict.decision == .rollback, let verifyRollback {
      Self.verify(&pending, &document, verifyRollback)
    }
    Self.commit(&pending, &document) { $0.file.isInPlace && $0.isReport }
    Self.prepare(&pending, &document)
    do throws(SystemError) {
      try events?.drain()
      try Output.write(text(of: document), to: STDOUT_FILENO)
    } catch {
      document.fail("the verdict could not be written to standard output: \(error.words)")
      Self.prepare(&pending, &document)
    }
    sync(&document)
    Self.prepare(&pending, &document)
    Self.commit(&pending, &document) { $0.isReport }
    Self.prepare(&pending, &document)
    Self.commit(&pending, &document) { _ in true }
    attest(&document)
    return document
  }

  /// Sees to it that the journal is on the disk, once the verdict is out.
  ///
  /// A disk takes as long as it takes, and nobody should wait for a verdict that is known. The files that are put in
  /// place later, and the status, tell what became of it.
  private func sync(_ document: inout VerdictDocument) {
    guard let journal, journal.failure == nil else { return }
    journal.sync()
    if let failure = journal.failure { Self.fail(journal: failure, &document) }
  }

  private static func fail(journal failure: SystemError, _ document: inout VerdictDocument) {
    document.fail("the journal could not be written: \(failure.words)")
  }

  /// Last, since it has the digest of the verdict as it was printed.
  private func attest(_ document: inout VerdictDocument) {
    guard let attestation else { return }
    do throws(SystemError) {
      try attestation.write(document, printed: signed(document), signedWith: signingKey)
    } catch {
      document.fail(
        "the attestation could not be written to '\(attestation.file.path)': \(error.words)")
    }
  }

  /// The document as its file has it.
  func signed(_ document: VerdictDocument) -> [UInt8] {
    signingKey.map { VerdictSignature.sign(document.json, with: $0) } ?? document.json
  }

  private func text(of document: VerdictDocument) -> [UInt8] {
    switch format {
    // A signature holds for the document as it is laid out in its file.
    case .json: events == nil ? signed(document) : document.json(.compact)
    case .text:
      Array(TextReport(document, style: .suiting(STDOUT_FILENO)).text.withoutLogCommands.utf8)
    }
  }

  // MARK: - The hook

  /// Runs the hook; the verdict is in place before it begins, and made ready once more when it is
  /// known how it ended.
  private func run(
    _ hook: Hook, _ pending: inout [PendingFile], _ document: inout VerdictDocument
  ) {
    guard document.exitCode != ExitStatus.notWritten.rawValue || hook.key != .onPromote else {
      // A pipeline that sees the status would not promote either.
      document.warn("\(hook.key.rawValue) was not run: what the promotion rests on is not written")
      return Self.prepare(&pending, &document)
    }
    do throws(SystemError) {
      if let place = Self.placed(&pending, &document) {
        document.hook = hook.run(document.verdict, file: place)
      } else {
        let own = try TemporaryFile(signed(document), ending: ".json")
        document.hook = withExtendedLifetime(own) {
          hook.run(document.verdict, file: own.path)
        }
      }
    } catch {
      document.hook = HookResult(
        name: hook.key.rawValue, command: hook.command.masking(hook.secrets), exitStatus: nil,
        timedOut: false, elapsedMicroseconds: 0,
        output: "the verdict could not be written for it: \(error.words)")
    }
    if let result = document.hook, let failure = result.failureWords {
      document.fail("\(result.name) \(failure)", .hookFailed)
    }
    // None of them tells of the hook yet.
    for index in pending.indices { pending[index].told = nil }
    Self.prepare(&pending, &document)
  }

  /// Nothing that is found changes the verdict, and nothing that goes wrong does.
  private static func verify(
    _ pending: inout [PendingFile], _ document: inout VerdictDocument,
    _ gateBaseline: () throws -> VerdictDocument
  ) {
    Output.complain("healthgate: gating the baseline once more")
    do {
      document.after = .gated(try gateBaseline())
    } catch {
      let words = (error as? CommandFailure)?.message ?? "\(error)"
      document.warn("the baseline could not be gated once more: \(words)")
    }
    for index in pending.indices { pending[index].told = nil }
    prepare(&pending, &document)
  }

  /// Puts the verdict's own file in place; nil when there is none that a hook could read.
  private static func placed(
    _ pending: inout [PendingFile], _ document: inout VerdictDocument
  ) -> String? {
    guard let index = pending.firstIndex(where: { !$0.isReport && !$0.file.isInPlace }) else {
      return nil
    }
    do throws(SystemError) {
      try pending[index].file.commit()
      return pending[index].file.absolutePath
    } catch {
      fail(pending.remove(at: index), error, &document)
      return nil
    }
  }

  // MARK: - Files

  /// A file that is not in place yet.
  private struct PendingFile {
    var what: String
    var isReport: Bool
    var file: VerdictFile
    var bytes: (VerdictDocument) -> [UInt8]
    /// So many warnings were known when it was made ready.
    var told: Int?
  }

  private var pendingFiles: [PendingFile] {
    let reports = reports.files.map { report in
      PendingFile(
        what: "the \(report.request.format.rawValue) report", isReport: true, file: report.file
      ) {
        Array(report.request.format.text(of: $0, timeline).utf8)
      }
    }
    let verdict = file.map { file in
      PendingFile(what: "the verdict", isReport: false, file: file) { signed($0) }
    }
    return reports + [verdict].compactMap { $0 }
  }

  /// Makes ready those that do not tell the latest; what one cannot take, the others tell.
  private static func prepare(_ pending: inout [PendingFile], _ document: inout VerdictDocument) {
    while let index = pending.firstIndex(where: { $0.told != document.warnings.count }) {
      do throws(SystemError) {
        try pending[index].file.prepare(pending[index].bytes(document))
        pending[index].told = document.warnings.count
      } catch {
        fail(pending.remove(at: index), error, &document)
      }
    }
  }

  private static func commit(
    _ pending: inout [PendingFile], _ document: inout VerdictDocument,
    _ isWanted: (PendingFile) -> Bool
  ) {
    let wanted = pending.filter(isWanted)
    pending.removeAll(where: isWanted)
    for file in wanted {
      do throws(SystemError) {
        try file.file.commit()
      } catch {
        fail(file, error, &document)
      }
    }
  }

  private static func fail(
    _ file: PendingFile, _ error: SystemError, _ document: inout VerdictDocument
  ) {
    document.fail("\(file.what) could not be written to '\(file.file.path)': \(error.words)")
  }
}

/// Where the attestation goes, and what it is about.
struct AttestationFile {
  var file: VerdictFile
  var subject: Statement.Subject

  /// - Throws: `SystemError`; then nothing was put in place.
  func write(
    _ document: VerdictDocument, printed: [UInt8], signedWith key: SigningKey?
  ) throws(SystemError) {
    let statement = Statement(of: subject, verdict: document).json(of: printed)
    try file.prepare(
      key.map { Envelope.seal(statement, type: Statement.payloadType, with: $0) }
        ?? statement + [UInt8(ascii: "\n")])
    try file.commit()
  }
}

extension VerdictDocument {
  /// The status to end with.
  var exitStatus: ExitStatus { ExitStatus(rawValue: Int32(exitCode)) ?? .defect }

  /// What was decided stands, but it was not delivered, or not acted upon.
  fileprivate mutating func fail(_ warning: String, _ status: ExitStatus = .notWritten) {
    Output.complain("healthgate: error: \(warning)")
    warnings.append(warning)
    // That something is not written is the worse news.
    guard exitCode != ExitStatus.notWritten.rawValue else { return }
    exitCode = Int(status.rawValue)
  }

  fileprivate mutating func warn(_ warning: String) {
    Output.complain("healthgate: warning: \(warning)")
    warnings.append(warning)
  }
}
