internal import GateText
internal import LibC

/// A file that must not exist yet, such as settings or a key.
package enum NewFile {
  /// Writes the whole file, or leaves none.
  ///
  /// - Throws: `CommandFailure` if the path exists or cannot be written.
  package static func write(
    _ text: String, of what: String, to path: String, mode: UInt32 = 0o644
  ) throws(CommandFailure) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      let hint = errno == EEXIST ? "\n  hint: it is never overwritten; name another file" : ""
      throw failure(what, path, .last, hint)
    }
    defer { close(descriptor) }
    do throws(SystemError) {
      try Output.write(text.utf8, to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last }
    } catch {
      unlink(path)
      throw failure(what, path, error)
    }
  }

  private static func failure(
    _ what: String, _ path: String, _ error: SystemError, _ hint: String = ""
  ) -> CommandFailure {
    CommandFailure(.notWritten, "\(what) cannot be written to \(path.shown): \(error.words)\(hint)")
  }
}
