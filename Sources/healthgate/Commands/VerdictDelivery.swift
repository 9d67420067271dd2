internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Hands the verdict over, and sees to it that one that was not written is never a 0.
struct VerdictDelivery {
  var format: OutputSettings.Format
  var file: VerdictFile?
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
      try file.prepare(document.json)
    }
    do throws(SystemError) {
      try Output.write(text(of: document), to: STDOUT_FILENO)
    } catch {
      document.fail("the verdict could not be written to standard output: \(error.words)")
      write(&document, to: file) { file, document throws(SystemError) in
        try file.prepare(document.json)
      }
    }
    write(&document, to: file) { file, _ throws(SystemError) in try file.commit() }
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

  private func text(of document: VerdictDocument) -> [UInt8] {
    switch format {
    case .json: document.json
    case .text: Array(TextReport(document, style: .suiting(STDOUT_FILENO)).text.utf8)
    }
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
