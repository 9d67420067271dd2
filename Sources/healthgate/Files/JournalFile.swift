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
  private var writer: JournalWriter
  private var digest = Digest()
  private(set) var failure: SystemError?

  /// A new one in the place of what stands there.
  ///
  /// - Throws: `SystemError` when it cannot be made; `EBUSY` when another run is writing there.
  init(_ path: String) throws(SystemError) {
    self.path = path
    writer = JournalWriter()
    // Not made empty before it is certain that it is nobody's.
    descriptor = try Output.open(path, O_WRONLY | O_CREAT)
    do throws(SystemError) {
      try FileLock.take(descriptor)
      guard !FileLock.isFile(descriptor) || ftruncate(descriptor, 0) == 0 else { throw .last }
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Goes on with that of a run to resume: in its file, or in another that gets its lines first.
  ///
  /// - Throws: `SystemError` when it cannot be written to.
  init(_ path: String, resuming run: ResumedRun, of held: HeldJournal) throws(SystemError) {
    self.path = path
    writer = JournalWriter(after: run.lines)
    if run.header.journalPath != path { writer.movedTo = path }
    let whole = Array(held.bytes[..<held.wholeBytes])
    if held.isSame(as: path) {
      descriptor = try held.takenOver()
    } else {
      descriptor = try Output.open(path, O_WRONLY | O_CREAT)
    }
    do throws(SystemError) {
      try begin(after: whole, run.lostLines, isThere: held.isSame(as: path))
    } catch {
      close(descriptor)
      throw error
    }
  }

  private func begin(
    after whole: [UInt8], _ lost: [UInt8], isThere: Bool
  ) throws(SystemError) {
    if isThere {
      let end = off_t(whole.count)
      guard ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else {
        throw .last
      }
    } else {
      try FileLock.take(descriptor)
      guard !FileLock.isFile(descriptor) || ftruncate(descriptor, 0) == 0 else { throw .last }
      try Output.write(whole, to: descriptor)
    }
    try Output.write(lost, to: descriptor)
    digest.add(whole)
    digest.add(lost)
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
  ///
  /// A verdict that was there already has it where its journal says, if it is not here.
  func finish(as recorded: String? = nil) -> JournalDigest {
    flush()
    return JournalDigest(path: recorded ?? path, sha256: digest.hexadecimal, events: writer.events)
  }

  /// Waits until what was written is on the disk.
  func sync() {
    if failure == nil, fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      failure = .last
    }
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
