internal import CSystem
internal import GateText
internal import LibC
internal import Synchronization

/// Standard output or standard error, whose reader may be slow, stopped or gone.
///
/// Output that may be lost never blocks: bytes that the reader does not take at once are kept, up
/// to a limit, and written later. Output that must not be lost waits until a signal ends the
/// waiting. The first error ends all output, because the reader has gone.
package final class StandardStream: Sendable {
  package static let output = StandardStream(STDOUT_FILENO)
  static let error = StandardStream(STDERR_FILENO)

  private let descriptor: Int32
  private let state: Mutex<State>

  private static let mostPending = 1 << 18

  private init(_ stream: Int32) {
    let descriptor = Descriptor(stream)
    self.descriptor = descriptor.number
    state = Mutex(State(descriptor: descriptor))
  }

  private struct State {
    let descriptor: Descriptor
    var pending: ArraySlice<UInt8> = []
    var failure: SystemError?
    /// When the reader last took anything, or nothing was waiting; in milliseconds.
    var lastMoved = hg_monotonic_us() / 1000

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

  /// Whether the reader is gone, so that nothing can be written anymore.
  var isBroken: Bool { state.withLock { $0.failure != nil } }

  /// Whether everything so far was written.
  var isIdle: Bool {
    state.withLock { state in
      state.flush()
      return state.pending.isEmpty
    }
  }

  /// Whether output is waiting, and the reader has taken nothing for this time.
  func isStuck(for milliseconds: Int64) -> Bool {
    state.withLock { state in
      state.flush()
      return !state.pending.isEmpty && hg_monotonic_us() / 1000 - state.lastMoved > milliseconds
    }
  }

  /// Writes lines of the program, now or later; lines beyond the limit are lost.
  func write(_ text: String) {
    guard !text.isEmpty else { return }
    _ = write(Array(text.withoutLogCommands.utf8))
  }

  /// Writes bytes, now or later, all of them or none.
  ///
  /// - Returns: False if the limit is reached or the reader is gone.
  func write(_ bytes: [UInt8]) -> Bool {
    state.withLock { state in
      state.flush()
      guard state.failure == nil, state.pending.count < Self.mostPending else { return false }
      state.pending += bytes
      state.flush()
      return state.failure == nil
    }
  }

  /// Writes all of the text after what is waiting, however long the reader takes.
  ///
  /// - Throws: `SystemError`; `.interrupted` if a signal ended the waiting.
  package func deliver(_ text: OutputText) throws(SystemError) {
    try text.write { piece throws(SystemError) in try deliver(piece) }
  }

  private func deliver(_ bytes: ArraySlice<UInt8>) throws(SystemError) {
    state.withLock { state in
      // Without waiting bytes nothing is copied.
      if state.pending.isEmpty { state.pending = bytes } else { state.pending += bytes }
    }
    while true {
      let (isDone, failure) = state.withLock { state in
        state.flush()
        return (state.pending.isEmpty, state.failure)
      }
      if let failure { throw failure }
      if isDone { return }
      try Output.waitUntilWritable(descriptor)
    }
  }

  /// Gives a slow reader this long to take the rest.
  func finish(within milliseconds: Int64) {
    let end = hg_monotonic_us() / 1000 + milliseconds
    while !isIdle, !isBroken, hg_monotonic_us() / 1000 < end {
      do throws(SystemError) { try Output.waitUntilWritable(descriptor) } catch { return }
    }
  }
}

/// A descriptor for a standard stream, whose writes never block this process.
private struct Descriptor: Sendable {
  let number: Int32
  private let kind: Kind

  private enum Kind {
    /// Our own descriptor, which is nonblocking.
    case own
    /// A descriptor whose flags are shared with other processes; it is polled before each write.
    case shared
    /// A regular file, whose writes do not block.
    case file
  }

  /// The number of bytes that a writable pipe is certain to take (pipe(7), `PIPE_BUF`).
  private static let safeWrite = 4096

  init(_ stream: Int32) {
    var status = stat()
    let type = fstat(stream, &status) == 0 ? status.st_mode & S_IFMT : S_IFREG
    // A closed stream was replaced by one that cannot be written; opened again, it could be.
    let takesNothing = fcntl(stream, F_GETFL) & O_ACCMODE == O_RDONLY
    guard type != S_IFREG, !takesNothing else { (number, kind) = (stream, .file); return }
    // The flag must not be set on the stream itself, which is shared with the shell. Opened again,
    // the descriptor is our own; a socket cannot be opened again.
    let reopened = open("/proc/self/fd/\(stream)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    (number, kind) = reopened >= 0 ? (reopened, .own) : (stream, .shared)
  }

  /// Writes as many bytes as do not block; returns their number, 0 if none.
  ///
  /// - Throws: `SystemError`
  func writeSome(of bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
    if kind == .shared, !Output.isReady(number, for: POLLOUT, within: 0) { return 0 }
    let size = kind == .shared ? min(bytes.count, Self.safeWrite) : bytes.count
    let count = bytes.withUnsafeBytes { LibC.write(number, $0.baseAddress, size) }
    guard count < 0 else { return count }
    guard errno == EAGAIN || errno == EINTR else { throw .last }
    return 0
  }
}
