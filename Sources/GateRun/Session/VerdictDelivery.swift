internal import GateCore
package import GateRecords
package import GateReports
package import GateSettings
internal import GateText
internal import LibC

/// Hands the verdict and the reports over, and sees to it that what was not written is never a 0.
///
/// Files come first: neither they nor the hook wait for a reader of standard output. What goes
/// wrong later is told by all of them once more, so that every copy has the same status.
package struct VerdictDelivery {
  var format: DocumentFormat
  var file: VerdictFile?
  /// Nil: the verdict is not signed.
  var signingKey: SigningKey?
  var attestation: AttestationFile?
  package var reports = ReportFiles()
  /// What the reports know beside the verdict.
  package var timeline = Timeline()
  /// Written, but it may not be on the disk yet.
  var journal: JournalFile?
  /// Takes the traffic back, before all else; nil where nothing was to be shifted.
  var wayBack: WayBack?
  /// What runs before standard output gets the verdict, which tells of it.
  var hook: Hook?
  /// Gates the baseline once more, after a rollback and its hook.
  var verifyRollback: (() throws -> VerdictDocument)?
  /// Takes what the journal gets; nil: nobody wants it as it happens.
  var stream: EventStream?
  /// What standard output has had so far; the verdict is then its last line.
  var events: EventPrinter?
  private var copies: [Copy] = []
  /// Whether all that a promotion rests on is written: the journal and the verdict's file.
  private var isOnRecord = true

  package init(format: DocumentFormat) {
    self.format = format
  }

  /// Writes the verdict and the reports to their files and the verdict to standard output; returns
  /// it as it was written last.
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
      try StandardStream.output.deliver(text(of: document))
    } catch {
      document.fail("the verdict could not be written to standard output: \(error.words)")
      renew(&document)
    }
    return document
  }

  /// Puts in place once more what does not tell the latest.
  mutating func renew(_ document: inout VerdictDocument) { place(&document) { _ in true } }

  /// Sees to it that the journal is on the disk.
  private mutating func sync(_ document: inout VerdictDocument) {
    guard let journal else { return }
    journal.sync()
    guard let failure = journal.failure else { return }
    document.fail("the journal could not be written: \(failure.words)")
    isOnRecord = false
  }

  /// The document as its file has it.
  func signed(_ document: VerdictDocument) -> [UInt8] {
    let json = document.json(.indented, by: LargePages.allocate)
    return signingKey.map { VerdictSignature.sign(json, with: $0) } ?? json
  }

  private func text(of document: VerdictDocument) -> [UInt8] {
    switch format {
    // A signature holds for the document as it is laid out in its file.
    case .json: events == nil ? signed(document) : document.json(.compact)
    case .text:
      Array(TextReport(document, .suiting(STDOUT_FILENO)).text.withoutLogCommands.utf8)
    }
  }

  // MARK: - The way back

  /// Takes the traffic back where it may have been shifted, and the group is not promoted.
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

  /// Runs the hook; the verdict is in place before it begins.
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

  /// The journal tells of it before any copy of the verdict does, which has the journal's digest.
  private mutating func record(_ event: Aftermath.Event, _ document: inout VerdictDocument) {
    stream?.aftermath(event)
    guard let journal, isOnRecord else { return }
    document.journal = journal.add(event)
    guard let failure = journal.failure else { return }
    document.fail("the journal could not be written: \(failure.words)")
    isOnRecord = false
  }

  /// Nothing that is found changes the verdict, and nothing that goes wrong does.
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
      let words = (error as? CommandFailure)?.message ?? "\(error)"
      return .failure(.init("the baseline could not be gated once more: \(words)"))
    }
  }

  // MARK: - Files

  /// A pipe gets its document after the hook; that nobody reads it is known before.
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
      // An earlier document stands there, with another status: the new one is tried once more,
      // with this on it.
      copy.isLost = true
      copies[index] = copy
    } else {
      copies.remove(at: index)
      // What nobody can correct must not be believed.
      if copy.isLost { return copy.file.remove() }
    }
    if copy.isVerdict { isOnRecord = false }
    document.fail("\(copy.what) could not be written to '\(copy.file.path)': \(error.words)")
  }

  /// A file that has the verdict, or something of it.
  private struct Copy {
    var what: String
    var isVerdict = false
    var file: VerdictFile
    var bytes: (VerdictDelivery, VerdictDocument) -> [UInt8]
    /// Which state of the document it tells; nil before it was written.
    var told: Int?
    /// Whether it could not be written anew.
    var isLost = false
  }

  private var allCopies: [Copy] {
    var copies = reports.files.map { report in
      Copy(what: "the \(report.request.format.rawValue) report", file: report.file) {
        Array(report.request.format.text(of: $1, $0.timeline).utf8)
      }
    }
    if let attestation {
      copies.append(
        Copy(what: "the attestation", file: attestation.file) {
          attestation.bytes($1, printed: $0.signed($1), signedWith: $0.signingKey)
        })
    }
    if let file {
      copies.append(Copy(what: "the verdict", isVerdict: true, file: file) { $0.signed($1) })
    }
    return copies
  }

  /// Puts those in place that do not tell the latest; what one cannot take, the others tell.
  ///
  /// What is no file is written once more only before the verdict is printed: a pipe gets one document.
  private mutating func place(
    _ document: inout VerdictDocument, _ isWanted: (Copy) -> Bool
  ) {
    while let index = copies.firstIndex(where: {
      isWanted($0) && $0.told != document.state && ($0.told == nil || $0.file.isReplaceable)
    }) {
      let copy = copies[index]
      do throws(SystemError) {
        try copy.file.prepare(copy.bytes(self, document))
        try copy.file.commit()
        copies[index].told = document.state
      } catch {
        lose(index, error, &document)
      }
    }
  }
}

/// Where the attestation goes, and what it is about.
struct AttestationFile {
  var file: VerdictFile
  var subject: Subject

  /// `printed` is the verdict as its file and standard output have it, of which it has the digest.
  func bytes(
    _ document: VerdictDocument, printed: [UInt8], signedWith key: SigningKey?
  ) -> [UInt8] {
    let statement = Statement(of: subject, verdict: document).json(of: printed)
    return key.map { Envelope.seal(statement, type: Statement.payloadType, with: $0) }
      ?? statement + [UInt8(ascii: "\n")]
  }
}

extension VerdictDocument {
  /// The status to end with.
  package var exitStatus: ExitStatus { ExitStatus(rawValue: Int32(exitCode)) ?? .defect }

  /// What was decided stands, but it was not delivered, or not acted upon.
  mutating func fail(_ warning: String, _ status: ExitStatus = .notWritten) {
    Output.complain("healthgate: error: \(warning)")
    warnings.append(warning)
    // That the decision was not carried out is the worst news.
    guard exitCode != ExitStatus.hookFailed.code else { return }
    exitCode = status.code
  }

  /// Another number whenever it has something new to tell.
  fileprivate var state: Int {
    warnings.count * 8 + (undo == nil ? 0 : 4) + (hook == nil ? 0 : 2) + (after == nil ? 0 : 1)
  }

  fileprivate mutating func warn(_ warning: String) {
    Output.complain("healthgate: warning: \(warning)")
    warnings.append(warning)
  }
}
