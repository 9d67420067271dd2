internal import GateCore
internal import GateEngine
internal import GateFormats

#if canImport(Glibc)
  internal import Glibc
#endif

/// The journal on disk, written as it happens: what came in together goes out in one piece.
///
/// After a failed write it writes no more, so that what stands there is a journal up to a point
/// and not one with holes; the run goes on, and ends with the status for it.
final class JournalFile: GateObserver {
  private let path: String
  private let descriptor: Int32
  private var writer = JournalWriter()
  private var digest = Digest()
  private(set) var failure: SystemError?

  /// - Throws: `SystemError` when it cannot be made.
  init(_ path: String) throws(SystemError) {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw .last }
  }

  deinit {
    close(descriptor)
  }

  func start(_ header: RunHeader) {
    writer.runStarted(header)
    flush()
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    writer.write(event, effects, at: instant, in: gate)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    flush()
    return nil
  }

  /// Writes what is left; returns what binds the verdict to this journal.
  func finish() -> JournalDigest {
    flush()
    if failure == nil, fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      failure = .last
    }
    return JournalDigest(path: path, sha256: digest.hexadecimal, events: writer.events)
  }

  private func flush() {
    guard !writer.bytes.isEmpty else { return }
    defer { writer.removeAll() }
    guard failure == nil else { return }
    do throws(SystemError) {
      try Output.write(writer.bytes, to: descriptor)
      digest.add(writer.bytes)
    } catch {
      failure = error
    }
  }
}
