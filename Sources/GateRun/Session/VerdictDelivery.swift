internal import GateCore
package import GateRecords
package import GateReports
package import GateSettings
internal import GateText
internal import LibC

/// Delivers the verdict and the reports, and makes sure that a failed output is never a status of
/// 0.
///
/// Files come first: neither they nor the hook wait for a reader of standard output. Later errors
/// are written to all files once more, so that every copy has the same status.
package struct VerdictDelivery {
  var format: DocumentFormat
  var file: VerdictFile?
  /// The key that signs the verdict; nil if it is not signed.
  var signingKey: SigningKey?
  var attestation: AttestationFile?
  package var reports = ReportFiles()
  /// The timeline for the reports.
  package var timeline = Timeline()
  /// The journal, which is written but may not be on the disk yet; nil if there is none.
  var journal: JournalFile?
  /// Takes the traffic back before anything else; nil if no traffic can be shifted.
  var wayBack: WayBack?
  /// The hook, which runs before the verdict, which includes its result, is printed; nil for none.
  var hook: Hook?
  /// Gates the baseline after a rollback and its hook; nil if that was not requested.
  var verifyRollback: (() throws -> VerdictDocument)?
  /// Gets the journal's events after the verdict; nil if there is no stream.
  var stream: EventStream?
  /// Prints events on standard output, of which the verdict is the last line; nil if it does not.
  var events: EventPrinter?
  private var copies: [Copy] = []
  /// Whether everything that a promotion rests on is written: the journal and the verdict's file.
  private var isOnRecord = true

  package init(format: DocumentFormat) {
    self.format = format
  }

  /// Writes the verdict and the reports to their files, and the verdict to standard output.
  ///
  /// Returns the verdict as it was written last.
  package mutating func deliver(_ document: VerdictDocument) -> VerdictDocument {
    var document = document
    copies = allCopies
    goBack(&document)
    sync(&document)
    place(&document) { $0.file.isReplaceable }
    dropVerdictOfNoReader(&document)
    if let hook, document.hook == nil { run(hook, &document) }
    if document.verdict.decision == .rollback, document.after == nil, let verifyRollback {
      verify(&document, verifyRollback)
    }
    renew(&document)
    do throws(SystemError) {
      events?.finish()
      try StandardStream.output.deliver(printed(document))
    } catch {
      document.fail("the verdict could not be written to standard output: \(error.words)")
      renew(&document)
    }
    return document
  }

  /// Rewrites the files that do not have the latest document.
  mutating func renew(_ document: inout VerdictDocument) { place(&document) { _ in true } }

  /// Syncs the journal to the disk.
  private mutating func sync(_ document: inout VerdictDocument) {
    guard let journal else { return }
    journal.sync()
    tellFailure(of: journal, &document)
  }

  private mutating func tellFailure(of journal: JournalFile, _ document: inout VerdictDocument) {
    guard let failure = journal.failure else { return }
    document.fail("the journal could not be written: \(failure.words)")
    isOnRecord = false
  }

  /// The document as written to its file.
  func signed(_ document: VerdictDocument) -> [UInt8] {
    signingKey.map { VerdictSignature.sign(document.json, with: $0) } ?? document.json
  }

  /// The text of its file.
  private func filed(_ document: VerdictDocument) -> OutputText {
    // The signature is over the document as a whole, in the form of its file.
    signingKey == nil ? OutputText(document) : OutputText(signed(document))
  }

  private func printed(_ document: VerdictDocument) -> OutputText {
    switch format {
    case .json: events == nil ? filed(document) : OutputText(document, .compact)
    case .text:
      OutputText(TextReport.onStandardOutput(document).text.withoutLogCommands)
    }
  }

  // MARK: - The way back

  /// Takes the traffic back if it may have been shifted and the group is not promoted.
  private mutating func goBack(_ document: inout VerdictDocument) {
    guard let wayBack,
      WayBack.isOwed(document.gate, document.verdict.decision, after: document.undo)
    else { return }
    record(.undoBegan, &document)
    let result = wayBack.run(
      document.gate, reason: document.verdict.reason, runID: document.header.runID)
    record(.undone(result), &document)
    if let failure = document.add(result) { Output.complain("healthgate: error: \(failure)") }
  }

  // MARK: - The hook

  /// Runs the hook, after the verdict's file was written.
  private mutating func run(_ hook: Hook, _ document: inout VerdictDocument) {
    guard isOnRecord || hook.key != .onPromote else {
      // A pipeline that sees the status would not promote either.
      return document.warn(
        "\(hook.key.rawValue) was not run: what the promotion rests on is not written")
    }
    record(.hookBegan(hook.begun), &document)
    do throws(SystemError) {
      if let place = copies.first(where: { $0.isVerdict && !$0.file.isInPlace })?.file.absolutePath
      {
        document.hook = hook.run(document, file: place)
      } else {
        let own = try TemporaryFile(signed(document), ending: ".json")
        document.hook = withExtendedLifetime(own) {
          hook.run(document, file: own.path)
        }
      }
    } catch {
      document.hook = hook.notStarted(
        "the verdict could not be written for it: \(error.words)")
    }
    if let result = document.hook {
      record(.hookEnded(result), &document)
      if let failure = document.add(result) { Output.complain("healthgate: error: \(failure)") }
    }
  }

  /// Records an event in the journal first, because every copy of the verdict has the journal's
  /// digest.
  private mutating func record(_ event: Aftermath.Event, _ document: inout VerdictDocument) {
    stream?.aftermath(event)
    guard let journal, isOnRecord else { return }
    document.journal = journal.add(event)
    tellFailure(of: journal, &document)
  }

  /// Gates the baseline after a rollback; neither its result nor an error changes the verdict.
  private mutating func verify(
    _ document: inout VerdictDocument, _ gateBaseline: () throws -> VerdictDocument
  ) {
    let result = Self.verified(gateBaseline)
    record(.rollbackVerified(result), &document)
    if let why = document.add(result) { Output.complain("healthgate: warning: \(why)") }
  }

  private static func verified(
    _ gateBaseline: () throws -> VerdictDocument
  ) -> Result<GatedBaseline, Aftermath.NotGated> {
    guard !Interruptions.areAny else {
      return .failure(.init("the baseline was not gated once more: the run was interrupted"))
    }
    Output.complain("healthgate: gating the baseline once more")
    do {
      return .success(GatedBaseline(try gateBaseline()))
    } catch {
      let words = CommandFailure(of: error)?.message ?? "\(error)"
      return .failure(.init("the baseline could not be gated once more: \(words)"))
    }
  }

  // MARK: - Files

  /// Drops a pipe whose reader is gone; it would get its document only after the hook.
  private mutating func dropVerdictOfNoReader(_ document: inout VerdictDocument) {
    guard let index = copies.firstIndex(where: { $0.isVerdict && $0.file.isReaderGone }) else {
      return
    }
    lose(index, SystemError(code: EPIPE), &document)
  }

  private mutating func lose(
    _ index: Int, _ error: SystemError, _ document: inout VerdictDocument
  ) {
    var copy = copies[index]
    if copy.told != nil, !copy.isLost {
      // The file has an earlier document with another status: writing the new one is tried once
      // more, with a warning about that.
      copy.isLost = true
      copies[index] = copy
    } else {
      copies.remove(at: index)
      // A copy that cannot be corrected must not be trusted, so it is removed.
      if copy.isLost { return copy.file.remove() }
    }
    if copy.isVerdict { isOnRecord = false }
    document.fail("\(copy.what) could not be written to '\(copy.file.path)': \(error.words)")
  }

  /// A file with the verdict, or with a report of it.
  private struct Copy {
    var what: String
    var isVerdict = false
    var file: VerdictFile
    var text: (VerdictDelivery, VerdictDocument) -> OutputText
    /// The state of the document that it has; nil before it was written.
    var told: Int?
    /// Whether it could not be rewritten.
    var isLost = false
  }

  private var allCopies: [Copy] {
    var copies = reports.files.map { report in
      Copy(what: "the \(report.request.format.rawValue) report", file: report.file) {
        OutputText(report.request.format.text(of: $1, $0.timeline))
      }
    }
    if let attestation {
      copies.append(
        Copy(what: "the attestation", file: attestation.file) {
          OutputText(
            attestation.bytes($1, printed: $0.signed($1), signedWith: $0.signingKey))
        })
    }
    if let file {
      copies.append(Copy(what: "the verdict", isVerdict: true, file: file) { $0.filed($1) })
    }
    return copies
  }

  /// Rewrites the files that do not have the latest document; an error is added to the other files.
  ///
  /// A pipe or device gets one document, before the verdict is printed.
  private mutating func place(
    _ document: inout VerdictDocument, _ isWanted: (Copy) -> Bool
  ) {
    while let index = copies.firstIndex(where: {
      isWanted($0) && $0.told != document.state && ($0.told == nil || $0.file.isReplaceable)
    }) {
      let copy = copies[index]
      do throws(SystemError) {
        try copy.file.prepare(copy.text(self, document))
        try copy.file.commit()
        copies[index].told = document.state
      } catch {
        lose(index, error, &document)
      }
    }
  }
}

/// The file for the attestation, and its subject.
struct AttestationFile {
  var file: VerdictFile
  var subject: Subject

  /// Makes the attestation; `printed` is the verdict as its file and standard output have it.
  ///
  /// The attestation has the digest of `printed`.
  func bytes(
    _ document: VerdictDocument, printed: [UInt8], signedWith key: SigningKey?
  ) -> [UInt8] {
    let statement = Statement(of: subject, verdict: document).json(of: printed)
    return key.map { Envelope.seal(statement, type: Statement.payloadType, with: $0) }
      ?? statement + [UInt8(ascii: "\n")]
  }
}

extension VerdictDocument {
  /// The exit status.
  package var exitStatus: ExitStatus { ExitStatus(rawValue: Int32(exitCode)) ?? .defect }

  /// Records that the decision stands, but was not delivered or not carried out.
  mutating func fail(_ warning: String, _ status: ExitStatus = .notWritten) {
    Output.complain("healthgate: error: \(warning)")
    warnings.append(warning)
    // A hook that failed is the worst error, so its status is kept.
    guard exitCode != ExitStatus.hookFailed.code else { return }
    exitCode = status.code
  }

  /// A number that changes with the content of the document.
  fileprivate var state: Int {
    warnings.count * 8 + (undo == nil ? 0 : 4) + (hook == nil ? 0 : 2) + (after == nil ? 0 : 1)
  }

  fileprivate mutating func warn(_ warning: String) {
    Output.complain("healthgate: warning: \(warning)")
    warnings.append(warning)
  }
}
