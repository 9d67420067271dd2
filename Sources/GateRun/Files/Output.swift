internal import CSystem
internal import GateRecords
internal import GateText
internal import LibC
internal import Synchronization

/// Writes to descriptors completely, or throws.
package enum Output {
  /// Writes all of the bytes to a descriptor of our own; a reader is waited for until a signal ends the waiting, or the time
  /// that it has.
  ///
  /// - Throws: `SystemError`, after some or none of them were written.
  package static func write(
    _ bytes: some Collection<UInt8>, to descriptor: Int32, waitingAtMost time: Duration? = nil
  ) throws(SystemError) {
    try write(Array(bytes)[...], to: descriptor, waitingAtMost: time)
  }

  /// The same, without a copy.
  package static func write(
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

  /// Opens what may have a reader to wait for, so that no write to it waits where no signal is seen.
  ///
  /// The reader of a FIFO is waited for, for ever unless told.
  ///
  /// - Throws: `SystemError`; `ENXIO` when nobody came to read.
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
  /// - Throws: `CommandFailure` when it could not be printed: a script must not take it for whole.
  package static func print(_ text: String) throws(CommandFailure) {
    do throws(SystemError) {
      try StandardStream.output.deliver(Array(text.utf8))
    } catch {
      throw CommandFailure(.notWritten, "standard output cannot be written to: \(error.words)")
    }
  }

  /// Writes a message to standard error.
  ///
  /// A failure to write it is ignored, and it never blocks.
  package static func complain(_ text: String) {
    StandardStream.error.write("\(text.shownLines)\n")
  }

  /// Keeps the numbers 0 to 2 from falling to the next file that is opened.
  ///
  /// A standard stream that was closed stays one that cannot be written to: what is meant for it
  /// fails, and does not end up in a journal.
  package static func reserveStandardStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      let access = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      let opened = LibC.open("/dev/null", access)
      if opened >= 0, opened != descriptor { close(opened) }
    }
  }

  private static func waitUntilWritable(_ descriptor: Int32) throws(SystemError) {
    try Interruptions.checkWaiting()
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&request, 1, Interruptions.turn)
  }
}

/// The signals that ask this process to end, once they no longer do it by themselves.
enum Interruptions {
  /// How many there have been, read by somebody or not.
  static var count: Int { Int(hg_stop_signals()) }

  static var areAny: Bool { count > 0 }

  /// Whoever waits for something else looks for them so often, in milliseconds.
  static let turn: Int32 = 20

  /// Once there was one, all readers together are waited for no longer than this: who reads is
  /// given what is there, and who does not holds nothing up.
  private static let patience = Duration.milliseconds(200)

  private static let end = Mutex<ContinuousClock.Instant?>(nil)

  /// To be called before each turn of waiting for a reader.
  ///
  /// - Throws: `SystemError.interrupted` when there was a signal, and no time is left.
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
  /// Ends the process: who reads its messages has a last moment for it, and nothing that it started is left.
  ///
  /// Children, and what they left behind in their groups, have a fifth of a second to end when asked to. Who wants to leave a
  /// process behind gives it a session of its own (setsid).
  ///
  /// Not by `exit`: it takes down libraries that the thread of a source or of a notification may be
  /// using at this moment, and a crash there would be the status.
  package func end() -> Never {
    hg_end_children(200)
    StandardStream.error.finish(within: 1000)
    _exit(rawValue)
  }
}
