internal import GateCore

/// The output of one document, to a file or to standard output.
package struct OutputFile {
  /// The file; nil for standard output.
  private let file: VerdictFile?
  private let what: String

  /// Checks that the file can be written before there is a document.
  ///
  /// - Throws: `CommandFailure`
  package init(_ path: String?, of what: String) throws(CommandFailure) {
    self.what = what
    guard let path else {
      file = nil
      return
    }
    do throws(SystemError) {
      file = try VerdictFile(path)
    } catch {
      throw CommandFailure(error, writing: what, to: path.quotedPath)
    }
  }

  /// Writes the document atomically.
  ///
  /// - Throws: `CommandFailure`
  package func write(_ text: String) throws(CommandFailure) {
    guard let file else { return try Output.print(text) }
    do throws(SystemError) {
      try file.prepare(OutputText(text))
      try file.commit()
    } catch {
      throw CommandFailure(error, writing: what, to: file.path.quotedPath)
    }
  }
}
