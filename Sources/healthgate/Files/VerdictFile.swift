#if canImport(Glibc)
  internal import Glibc
#endif

/// The file that gets the verdict: whole or not at all.
///
/// What is written goes to a file of another name beside it, which takes its place in one step.
/// It is made when the run begins, so that a folder that cannot be written to is known then.
final class VerdictFile {
  let path: String
  private let temporary: String
  private var descriptor: Int32

  /// - Throws: `SystemError` when nothing can be written there.
  init(_ path: String) throws(SystemError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    // A pipe, a terminal or /dev/null cannot be put in place: it is written to as it is.
    if exists, status.st_mode & S_IFMT != S_IFREG {
      guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(code: EISDIR) }
      (self.path, temporary) = (path, "")
      descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .last }
      return
    }
    self.path = exists ? Self.resolved(path) : path
    temporary = "\(self.path).\(getpid()).tmp"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if !temporary.isEmpty { unlink(temporary) }
  }

  /// Puts these bytes in place.
  ///
  /// - Throws: `SystemError`; what stood there before then still stands there.
  func replaceContent(with bytes: [UInt8]) throws(SystemError) {
    guard temporary.isEmpty else {
      guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw .last }
      try Output.write(bytes, to: descriptor)
      guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw .last }
      close(descriptor)
      descriptor = -1
      return
    }
    try Output.write(bytes, to: descriptor)
  }

  /// Where a symbolic link leads: the file is replaced there, and the link stays.
  private static func resolved(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
