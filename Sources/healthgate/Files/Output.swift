internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// Writing to descriptors, whole or with an error.
enum Output {
  /// Writes all of the bytes.
  ///
  /// - Throws: `SystemError`, after some or none of them were written.
  static func write(_ bytes: some Collection<UInt8>, to descriptor: Int32) throws(SystemError) {
    let bytes = Array(bytes)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(
          descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      guard count < 0 else {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN: try waitUntilWritable(descriptor)
      default: throw .last
      }
    }
  }

  /// Prints what was asked for.
  ///
  /// - Throws: `CommandFailure` when it could not be printed: a script must not take it for whole.
  static func print(_ text: String) throws(CommandFailure) {
    do throws(SystemError) {
      try write(Array(text.utf8), to: STDOUT_FILENO)
    } catch {
      throw CommandFailure(.notWritten, "standard output cannot be written to: \(error.words)")
    }
  }

  /// Says something to whoever watches; that it cannot be said is nobody's failure.
  static func complain(_ text: String) {
    try? write(Array("\(text)\n".withoutLogCommands.utf8), to: STDERR_FILENO)
  }

  /// Keeps the numbers 0 to 2 from falling to the next file that is opened.
  ///
  /// A standard stream that was closed stays one that cannot be written to: what is meant for it
  /// fails, and does not end up in a journal.
  static func reserveStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      let access = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      let opened = open("/dev/null", access)
      if opened >= 0, opened != descriptor { close(opened) }
    }
  }

  /// Somebody else made the terminal or pipe non-blocking: wait as if it were not.
  private static func waitUntilWritable(_ descriptor: Int32) throws(SystemError) {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&request, 1, 10_000) > 0 else { throw SystemError(code: EAGAIN) }
  }
}
