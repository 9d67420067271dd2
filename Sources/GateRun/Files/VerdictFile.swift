internal import LibC

/// The file that gets the verdict: whole or not at all.
///
/// What is written goes to a file of another name beside it, which takes its place in one step.
/// It is made when the run begins, so that a folder that cannot be written to is known then.
package final class VerdictFile {
  package let path: String
  /// Empty for what is written to as it is.
  private var temporary: String
  private var descriptor: Int32
  /// For what is written as it is.
  private var prepared: [UInt8] = []

  /// How long a reader is waited for; nil: for ever.
  private let patience: Duration?

  /// - Throws: `SystemError` when nothing can be written there.
  package init(_ path: String, waitingAtMost time: Duration? = nil) throws(SystemError) {
    patience = time
    var status = stat()
    let exists = stat(path, &status) == 0
    // A link that leads nowhere gives way to the file; one that leads in a circle is a mistake.
    guard exists || errno == ENOENT else { throw .last }
    // A pipe, a terminal or /dev/null cannot be put in place: it is written to as it is.
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(code: EISDIR) }
      (self.path, temporary) = (path, "")
      descriptor = try Output.open(path, O_WRONLY, waitingAtMost: time)
      return
    }
    self.path = exists ? Self.resolved(path) : path
    temporary = "\(self.path).tmp"
    descriptor = -1
    try openTemporary()
  }

  deinit {
    discard()
  }

  /// Whether it is no file that could be replaced: it is written to as it is.
  var isInPlace: Bool { temporary.isEmpty }

  /// Whether it takes one document after the other, each in the place of the one before.
  ///
  /// A pipe has a reader who wants one, and a terminal too.
  var isReplaceable: Bool {
    var status = stat()
    return !isInPlace
      || fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR
        && isatty(descriptor) == 0
  }

  /// Whether it is a pipe that nobody reads any more.
  var isReaderGone: Bool {
    guard isInPlace else { return false }
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, 0) > 0 && request.revents & Int16(POLLERR) != 0
  }

  /// From the root, so that it can be read from another folder too.
  var absolutePath: String { Self.resolved(path) }

  /// Makes these bytes ready to be put in place; once more, and they take the place of the others.
  ///
  /// After they were put in place too: then they will replace what stands there.
  ///
  /// - Throws: `SystemError`; then nothing will be put in place.
  package func prepare(_ bytes: [UInt8]) throws(SystemError) {
    guard !temporary.isEmpty else {
      prepared = bytes
      return
    }
    do throws(SystemError) {
      if descriptor < 0 { try openTemporary() }
      guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw .last }
      try Output.write(bytes, to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last }
    } catch {
      discard()
      throw error
    }
  }

  /// Makes a new file in the same folder.
  ///
  /// A run that was killed leaves its file behind, and in a container the next one has its process
  /// id: made of that alone, the name would be taken for ever.
  private func openTemporary() throws(SystemError) {
    repeat {
      let random = String(UInt32.random(in: .min ... .max), radix: 36)
      temporary = "\(path).\(random).tmp"
      descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    } while descriptor < 0 && errno == EEXIST
    guard descriptor >= 0 else { throw .last }
  }

  /// Puts in place what is ready.
  ///
  /// - Throws: `SystemError`; what stood there before still stands there.
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
    try Output.write(prepared, to: descriptor, waitingAtMost: patience)
  }

  /// Takes away what was put in place.
  func remove() {
    if !isInPlace { unlink(path) }
  }

  private func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if !temporary.isEmpty { unlink(temporary) }
  }

  /// Where a symbolic link leads: the file is replaced there, and the link stays.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
