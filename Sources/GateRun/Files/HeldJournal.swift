internal import LibC

/// The journal of a run to resume: its content, and a lock that keeps other runs from writing to
/// it.
package final class HeldJournal {
  package let path: String
  private(set) var bytes: [UInt8] = []
  private let descriptor: Int32

  /// - Throws: `InputFile.Failure`; `EBUSY` if a run is still writing it.
  init(_ path: String) throws(InputFile.Failure) {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(.last) }
    self.descriptor = descriptor
    // The content of a pipe is gone once it has been read.
    guard FileLock.isFile(descriptor) else { throw .system(SystemError(code: ESPIPE)) }
    do throws(SystemError) { try FileLock.take(descriptor) } catch { throw .system(error) }
    bytes = try InputPieces(descriptor, as: .journal).whole()
  }

  deinit {
    close(descriptor)
  }

  /// Whether a path leads to this file.
  func isSame(as path: String) -> Bool {
    var (own, other) = (stat(), stat())
    return fstat(descriptor, &own) == 0 && stat(path, &other) == 0
      && own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  /// A descriptor for writing, which holds the lock as well.
  ///
  /// - Throws: `SystemError` if there is no descriptor left.
  func takenOver() throws(SystemError) -> Int32 {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw .last }
    return copy
  }
}

/// A lock that lets only one run at a time write a file.
enum FileLock {
  static func isFile(_ descriptor: Int32) -> Bool {
    var status = stat()
    return fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// Locks the file for this process until it ends, in any way.
  ///
  /// Only regular files are locked; on a file system without locks this does nothing.
  ///
  /// - Throws: `SystemError`: `EBUSY` if another process holds the lock.
  static func take(_ descriptor: Int32) throws(SystemError) {
    guard isFile(descriptor), flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      return
    }
    throw SystemError(code: EBUSY)
  }
}
