internal import GateCore
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
      throw CommandFailure(.last, writing: what, to: path.quotedPath, hint)
    }
    defer { close(descriptor) }
    do throws(SystemError) {
      try Output.write(Array(text.utf8)[...], to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last }
    } catch {
      unlink(path)
      throw CommandFailure(error, writing: what, to: path.quotedPath)
    }
  }
}
