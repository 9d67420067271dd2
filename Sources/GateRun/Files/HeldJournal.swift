internal import LibC

/// The journal of a run to resume, read, and held so that no other run writes to it.
package final class HeldJournal {
  package let path: String
  let bytes: [UInt8]
  private let descriptor: Int32

  /// - Throws: `InputFile.Failure`; `EBUSY` when a run is still writing it.
  init(_ path: String) throws(InputFile.Failure) {
    self.path = path
    let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .system(.last) }
    self.descriptor = descriptor
    do throws(SystemError) {
      // What comes through a pipe is gone when it has been read.
      guard FileLock.isFile(descriptor) else { throw SystemError(code: ESPIPE) }
      try FileLock.take(descriptor)
    } catch {
      close(descriptor)
      throw .system(error)
    }
    do throws(InputFile.Failure) {
      bytes = try InputFile.read(descriptor: descriptor, as: .journal)
    } catch {
      close(descriptor)
      throw error
    }
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

  /// A descriptor to write with, which holds the file as well.
  ///
  /// - Throws: `SystemError` when there is none left.
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

  /// Takes the file for this process until it ends, however it ends.
  ///
  /// What is no file may be shared, and a file system without locks has none.
  ///
  /// - Throws: `SystemError`: `EBUSY` when it is another's.
  static func take(_ descriptor: Int32) throws(SystemError) {
    guard isFile(descriptor), flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK else {
      return
    }
    throw SystemError(code: EBUSY)
  }
}
