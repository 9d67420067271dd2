internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// A standard stream, for what may be lost: it neither fails nor waits.
///
/// What a slow reader does not take at once is kept, up to a bound, and tried again later. The
/// first error ends all output: who hung up wants no more, and the verdict is not theirs.
final class DisplayOutput {
  private let stream: Int32
  private let descriptor: Int32
  private var pending: ArraySlice<UInt8> = []
  private(set) var isBroken = false

  private static let mostPending = 1 << 18
  /// A pipe that takes anything at all takes so much (pipe(7), `PIPE_BUF`).
  private static let safeWrite = 4096

  private let isNonBlocking: Bool

  init(_ stream: Int32 = STDERR_FILENO) {
    self.stream = stream
    // A terminal that is stopped (Ctrl-S) or a full pipe would hold up the checks. The flag must
    // not go on the stream itself, which is shared with the shell; opened anew it is our own.
    let reopened =
      Self.isStream(stream)
      ? open("/proc/self/fd/\(stream)", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1
    isNonBlocking = reopened >= 0
    descriptor = isNonBlocking ? reopened : stream
  }

  deinit {
    if isNonBlocking { close(descriptor) }
  }

  /// Whether everything so far was taken.
  var isIdle: Bool {
    flush()
    return pending.isEmpty
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
    guard !isBroken, pending.count < Self.mostPending else { return false }
    pending += bytes
    flush()
    return !isBroken
  }

  /// Waits until everything that was taken is written, however long it takes.
  func drain() throws(SystemError) {
    guard !isBroken, !pending.isEmpty else { return }
    let rest = pending
    pending = []
    try Output.write(rest, to: stream)
  }

  /// Gives a slow reader a last moment to take what is left.
  func finish() {
    flush()
    for _ in 0..<4 where !pending.isEmpty && !isBroken {
      _ = isWritable(within: 50)
      flush()
    }
  }

  private func flush() {
    while !pending.isEmpty, !isBroken, isNonBlocking || isWritable(within: 0) {
      let size = isNonBlocking ? pending.count : min(pending.count, Self.safeWrite)
      let count = pending.prefix(size).withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress, size)
      }
      if count > 0 {
        pending = pending.dropFirst(count)
      } else if count == 0 || errno == EAGAIN {
        break
      } else if errno != EINTR {
        isBroken = true
      }
    }
    if pending.isEmpty || isBroken { pending = [] }
  }

  private func isWritable(within milliseconds: Int32) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    return poll(&request, 1, milliseconds) > 0
  }

  /// Whether writing to it can wait for a reader.
  private static func isStream(_ descriptor: Int32) -> Bool {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return false }
    return [S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT)
  }
}
