internal import LibC

/// The file for the verdict, which is written completely or not at all.
///
/// The content goes to a temporary file beside it, which replaces it in one step. The temporary
/// file is created when the run begins, so that a folder that is not writable is detected then.
package final class VerdictFile {
  package let path: String
  /// The path of the temporary file; empty if the file is written in place.
  private var temporary: String
  private var descriptor: Int32
  /// The prepared content, if the file is written in place.
  private var prepared: OutputText?

  /// How long to wait for a reader; nil for no limit.
  private let patience: Duration?

  /// - Throws: `SystemError` if nothing can be written there.
  package init(_ path: String, waitingAtMost time: Duration? = nil) throws(SystemError) {
    patience = time
    var status = stat()
    let exists = stat(path, &status) == 0
    // A dangling link is replaced by the file; a cycle of links is an error.
    guard exists || errno == ENOENT else { throw .last }
    // A pipe, a terminal or /dev/null cannot be replaced, so it is written in place.
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(code: EISDIR) }
      (self.path, temporary) = (path, "")
      descriptor = try Output.open(path, O_WRONLY, waitingAtMost: time)
      return
    }
    // The target of a symbolic link is replaced, and the link stays.
    self.path = resolvedPath(path) ?? path
    temporary = "\(self.path).tmp"
    descriptor = -1
    try openTemporary()
  }

  deinit {
    discard()
  }

  /// Whether it is not a regular file, and is written in place.
  var isInPlace: Bool { temporary.isEmpty }

  /// Whether a later document can replace an earlier one.
  ///
  /// A pipe and a terminal have a reader that expects one document.
  var isReplaceable: Bool {
    var status = stat()
    return !isInPlace
      || fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
        && isatty(descriptor) == 0
  }

  /// Whether it is a pipe whose reader is gone.
  var isReaderGone: Bool {
    guard isInPlace else { return false }
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 0) > 0 && request.revents & Int16(POLLERR) != 0
  }

  /// The path from the root, so that it can be used from another folder.
  var absolutePath: String { resolvedPath(path) ?? path }

  /// Prepares content for `commit`; it replaces content that was prepared before.
  ///
  /// After a commit, it will replace what was committed.
  ///
  /// - Throws: `SystemError`; then nothing will be committed.
  package func prepare(_ text: OutputText) throws(SystemError) {
    guard !temporary.isEmpty else {
      prepared = text
      return
    }
    do throws(SystemError) {
      if descriptor < 0 { try openTemporary() }
      guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw .last }
      try text.write { piece throws(SystemError) in try Output.write(piece, to: descriptor) }
      guard fsync(descriptor) == 0 else { throw .last }
    } catch {
      discard()
      throw error
    }
  }

  /// Creates a new file in the same folder.
  ///
  /// A killed run leaves its file, and in a container the next run may have the same process ID.
  /// With a name of that alone, no later run could create its file.
  private func openTemporary() throws(SystemError) {
    repeat {
      let random = String(UInt32.random(in: .min ... .max), radix: 36)
      temporary = "\(path).\(random).tmp"
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else { throw .last }
  }

  /// Puts the prepared content in place.
  ///
  /// - Throws: `SystemError`; then the previous content is still there.
  package func commit() throws(SystemError) {
    guard descriptor >= 0 else { return }
    guard temporary.isEmpty else {
      guard rename(temporary, path) == 0 else {
        let error = SystemError.last
        discard()
        throw error
      }
      close(descriptor)
      descriptor = -1
      return
    }
    try prepared?.write { piece throws(SystemError) in
      try Output.write(piece, to: descriptor, waitingAtMost: patience)
    }
  }

  /// Removes what was put in place.
  func remove() {
    if !isInPlace { unlink(path) }
  }

  private func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if !temporary.isEmpty { unlink(temporary) }
  }
}
