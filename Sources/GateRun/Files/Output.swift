internal import CSystem
internal import GateRecords
internal import GateText
internal import LibC
internal import Synchronization

/// Writes to descriptors completely, or throws.
package enum Output {
  /// Writes all bytes to our own descriptor; waits for a slow reader until a signal or the time
  /// limit.
  ///
  /// - Throws: `SystemError`, after some or none of the bytes were written.
  static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, waitingAtMost time: Duration? = nil
  ) throws(SystemError) {
    let end = time.map { ContinuousClock.now + $0 }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        LibC.write(
          descriptor, buffer.baseAddress.map { $0 + written }, bytes.count - written)
      }
      guard count < 0 else {
        written += count
        continue
      }
      switch errno {
      case EINTR: continue
      case EAGAIN:
        guard end.map({ .now < $0 }) ?? true else { throw .last }
        try waitUntilWritable(descriptor)
      default: throw .last
      }
    }
  }

  /// Opens a path for writing in such a way that no write blocks while a signal arrives.
  ///
  /// It waits for the reader of a FIFO, without limit if none is given.
  ///
  /// - Throws: `SystemError`; `ENXIO` if no reader came.
  static func open(
    _ path: String, _ flags: Int32, waitingAtMost time: Duration? = nil
  ) throws(SystemError) -> Int32 {
    let end = time.map { ContinuousClock.now + $0 }
    while true {
      let descriptor = LibC.open(path, flags | O_NONBLOCK | O_CLOEXEC, 0o644)
      if descriptor >= 0 { return descriptor }
      let failure = SystemError.last
      guard failure.code == ENXIO, isFIFO(path), end.map({ .now < $0 }) ?? true else {
        throw failure
      }
      try Interruptions.checkWaiting()
      usleep(useconds_t(Interruptions.turn) * 1000)
    }
  }

  private static func isFIFO(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Prints the output of a command.
  ///
  /// - Throws: `CommandFailure` if it could not be printed, so that a script does not take it as
  ///   complete.
  package static func print(_ text: String) throws(CommandFailure) {
    do throws(SystemError) {
      try StandardStream.output.deliver(OutputText(text))
    } catch {
      throw CommandFailure(.notWritten, "standard output cannot be written to: \(error.words)")
    }
  }

  /// Writes a message to standard error.
  ///
  /// A failure to write it is ignored, and it never blocks.
  package static func complain(_ text: String) {
    let lines = text.shownLines
    StandardStream.error.write(
      (TerminalSize.widthOfErrors.map { lines.wrapped(to: $0) } ?? lines) + "\n")
  }

  /// Keeps the descriptors 0 to 2 from being reused for other files.
  ///
  /// A standard stream that was closed stays unwritable: output for it fails, and does not end up
  /// in a journal.
  package static func reserveStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      let access = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      let opened = LibC.open("/dev/null", access)
      if opened >= 0, opened != descriptor { close(opened) }
    }
  }

  /// Waits until the descriptor is writable.
  ///
  /// - Throws: `SystemError.interrupted` if a signal ended the waiting.
  static func waitUntilWritable(_ descriptor: Int32) throws(SystemError) {
    try Interruptions.checkWaiting()
    _ = isReady(descriptor, for: POLLOUT, within: Interruptions.turn)
  }

  /// Whether the descriptor gets ready for this (POLLIN or POLLOUT) within this time.
  static func isReady(
    _ descriptor: Int32, for events: Int32, within milliseconds: Int32
  ) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }
}

/// Signals that ask this process to stop, after their default action was replaced.
enum Interruptions {
  /// The number of such signals so far, whether they were handled or not.
  static var count: Int { Int(hg_stop_signals()) }

  static var areAny: Bool { count > 0 }

  /// The interval at which waiting code looks for signals, in milliseconds.
  static let turn: Int32 = 20

  /// How long all readers together are waited for after the first signal.
  ///
  /// Readers get what there is, and a reader that takes nothing delays nothing.
  private static let patience = Duration.milliseconds(200)

  private static let end = Mutex<ContinuousClock.Instant?>(nil)

  /// Must be called before each wait for a reader.
  ///
  /// - Throws: `SystemError.interrupted` if there was a signal and no time is left.
  static func checkWaiting() throws(SystemError) {
    guard areAny else { return }
    let isOver = end.withLock { end in
      let last = end ?? .now + patience
      end = last
      return last <= .now
    }
    if isOver { throw .interrupted }
  }
}

extension ExitStatus {
  /// Ends the process: messages are flushed for a moment, and no started process is left.
  ///
  /// Children and the rest of their groups have 0.2 s to exit after they are asked to. A process
  /// that must stay needs its own session (setsid).
  ///
  /// `exit` is not used: it unloads libraries that the thread of a source or a notification may be
  /// using at this moment, and a crash there would determine the status.
  package func end() -> Never {
    hg_end_children(200)
    StandardStream.error.finish(within: 1000)
    _exit(rawValue)
  }
}
