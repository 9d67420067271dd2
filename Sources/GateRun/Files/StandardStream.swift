internal import CSystem
internal import GateText
internal import LibC
internal import Synchronization

/// Standard output or standard error, whose reader may be slow, stopped or gone.
///
/// What may be lost never waits: what the reader does not take at once is kept, up to a bound, and tried again later. What must
/// not be lost waits until a signal ends the waiting. The first error ends all output: who hung up wants no more.
package final class StandardStream: Sendable {
  package static let output = StandardStream(STDOUT_FILENO)
  static let error = StandardStream(STDERR_FILENO)

  private let descriptor: Descriptor
  private let state: Mutex<State>

  private static let mostPending = 1 << 18

  private init(_ stream: Int32) {
    descriptor = Descriptor(stream)
    state = Mutex(State(descriptor))
  }

  private struct State {
    let descriptor: Descriptor
    var pending: ArraySlice<UInt8> = []
    var failure: SystemError?
    /// When it last took anything, or had nothing to take, in milliseconds.
    var lastMoved = hg_monotonic_us() / 1000

    init(_ descriptor: Descriptor) {
      self.descriptor = descriptor
    }

    mutating func flush() {
      while !pending.isEmpty, failure == nil {
        do throws(SystemError) {
          let count = try descriptor.writeSome(of: pending)
          guard count > 0 else { return }
          pending = pending.dropFirst(count)
          lastMoved = hg_monotonic_us() / 1000
        } catch {
          failure = error
        }
      }
      pending = []
      lastMoved = hg_monotonic_us() / 1000
    }
  }

  /// Whether nobody takes what is written any more, ever.
  var isBroken: Bool { state.withLock { $0.failure != nil } }

  /// Whether everything so far was taken.
  var isIdle: Bool {
    state.withLock { state in
      state.flush()
      return state.pending.isEmpty
    }
  }

  /// Whether the reader has taken nothing for so long, though there was something.
  func isStuck(for milliseconds: Int64) -> Bool {
    state.withLock { state in
      state.flush()
      return !state.pending.isEmpty && hg_monotonic_us() / 1000 - state.lastMoved > milliseconds
    }
  }

  /// Writes lines of the program's own, now or later; what does not fit into the bound is lost.
  func write(_ text: String) {
    guard !text.isEmpty else { return }
    _ = write(Array(text.withoutLogCommands.utf8))
  }

  /// Writes bytes as they are, now or later, all of them or none.
  ///
  /// - Returns: whether they were taken, and did not find the bound reached or nobody there.
  func write(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      state.flush()
      guard state.failure == nil, state.pending.count < Self.mostPending else { return false }
      state.pending += bytes
      state.flush()
      return state.failure == nil
    }
  }

  /// Writes all of the bytes, after what is kept, however long the reader takes.
  ///
  /// - Throws: `SystemError`; `.interrupted` when a signal ended the waiting.
  package func deliver(_ bytes: [UInt8]) throws(SystemError) {
    state.withLock { state in
      // Nothing is copied where nothing is kept: a verdict may be of many megabytes.
      if state.pending.isEmpty { state.pending = bytes[...] } else { state.pending += bytes }
    }
    while true {
      let (isDone, failure) = state.withLock { state in
        state.flush()
        return (state.pending.isEmpty, state.failure)
      }
      if let failure { throw failure }
      if isDone { return }
      try descriptor.waitUntilWritable()
    }
  }

  /// Gives a slow reader a last moment to take what is left.
  func finish(within milliseconds: Int64) {
    let end = hg_monotonic_us() / 1000 + milliseconds
    while !isIdle, !isBroken, hg_monotonic_us() / 1000 < end {
      do throws(SystemError) { try descriptor.waitUntilWritable() } catch { return }
    }
  }
}

/// A descriptor of a standard stream, which never makes this process wait in a write.
private struct Descriptor: Sendable {
  private let number: Int32
  private let kind: Kind

  private enum Kind {
    /// It does not wait, and is our own.
    case own
    /// A reader is waited for, and the flags are shared with others.
    case shared
    /// A file: it takes what it is given.
    case file
  }

  /// A pipe that takes anything at all takes so much (pipe(7), `PIPE_BUF`).
  private static let safeWrite = 4096

  init(_ stream: Int32) {
    var status = stat()
    let type = fstat(stream, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    // One that was closed, and is kept from being another file's, takes nothing: opened anew it would.
    let takesNothing = fcntl(stream, F_GETFL) & O_ACCMODE == O_RDONLY
    guard type != S_IFREG, !takesNothing else { (number, kind) = (stream, .file); return }
    // The flag must not go on the stream itself, which is shared with the shell; opened anew it is our own. A socket cannot be.
    let reopened = open("/proc/self/fd/\(stream)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    (number, kind) = reopened >= 0 ? (reopened, .own) : (stream, .shared)
  }

  /// Writes what is taken without waiting; 0 when nothing is.
  func writeSome(of bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    if kind == .shared, !isWritable(within: 0) { return 0 }
    let size = kind == .shared ? min(bytes.count, Self.safeWrite) : bytes.count
    let count = bytes.withUnsafeBytes { LibC.write(number, $0.baseAddress, size) }
    guard count < 0 else { return count }
    guard errno == EAGAIN || errno == EINTR else { throw .last }
    return 0
  }

  /// - Throws: `SystemError.interrupted` when there is a signal that ends the waiting.
  func waitUntilWritable() throws(SystemError) {
    try Interruptions.checkWaiting()
    _ = isWritable(within: Interruptions.turn)
  }

  private func isWritable(within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }
}
