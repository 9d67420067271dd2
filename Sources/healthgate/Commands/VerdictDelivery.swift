internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Hands the verdict over, and sees to it that one that was not written is never a 0.
struct VerdictDelivery {
  var format: OutputSettings.Format
  var file: VerdictFile?
  /// Nil: the verdict is not signed.
  var signingKey: SigningKey?
  var attestation: AttestationFile?
  /// Why the journal is not whole, if it is not.
  var journalFailure: SystemError?

  /// Writes the verdict to standard output and to its file; returns the status to end with.
  func deliver(_ document: VerdictDocument) -> ExitStatus {
    var document = document
    if let failure = journalFailure {
      document.fail("the journal could not be written: \(failure.words)")
    }
    // The file is made ready first, so that standard output can tell what became of it, and put
    // in place last, so that it can tell what became of standard output.
    write(&document, to: file) { file, document throws(SystemError) in
      try file.prepare(signed(document))
    }
    do throws(SystemError) {
      try Output.write(text(of: document), to: STDOUT_FILENO)
    } catch {
      document.fail("the verdict could not be written to standard output: \(error.words)")
      write(&document, to: file) { file, document throws(SystemError) in
        try file.prepare(signed(document))
      }
    }
    write(&document, to: file) { file, _ throws(SystemError) in try file.commit() }
    attest(&document)
    return ExitStatus(rawValue: Int32(document.exitCode)) ?? .defect
  }

  private func write(
    _ document: inout VerdictDocument, to file: VerdictFile?,
    _ step: (VerdictFile, VerdictDocument) throws(SystemError) -> Void
  ) {
    guard let file else { return }
    do throws(SystemError) {
      try step(file, document)
    } catch {
      document.fail("the verdict could not be written to '\(file.path)': \(error.words)")
    }
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

  private func signed(_ document: VerdictDocument) -> [UInt8] {
    signingKey.map { VerdictSignature.sign(document.json, with: $0) } ?? document.json
  }

  private func text(of document: VerdictDocument) -> [UInt8] {
    switch format {
    case .json: signed(document)
    case .text: Array(TextReport(document, style: .suiting(STDOUT_FILENO)).text.utf8)
    }
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
  /// What was decided stands, but it was not delivered.
  fileprivate mutating func fail(_ warning: String) {
    Output.complain("healthgate: error: \(warning)")
    warnings.append(warning)
    exitCode = Int(ExitStatus.notWritten.rawValue)
  }
}
