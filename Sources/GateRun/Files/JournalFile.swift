internal import CSystem
internal import GateCore
internal import GateEngine
internal import GateRecords
internal import LibC

/// The journal on disk, written as it happens: what came in together goes out in one piece.
///
/// After a failed write it writes no more, so that what stands there is a journal up to a point
/// and not one with holes; the run goes on, and ends with the status for it.
final class JournalFile: GateObserver {
  private let descriptor: Int32
  private var writer: JournalWriter
  private var digest = Digest()
  private(set) var failure: SystemError?
  /// Vouches for what is written, while it is written; nil: nobody does.
  var signingKey: SigningKey?
  /// Takes the lines as well.
  var copies: EventStream?
  private var path: String?
  /// The time of the last line.
  private var latest = GateInstant.start
  private var lastSigned = GateInstant.start
  private var isSigned = true
  /// Whether what is not signed yet waits for no other line.
  private var isUrgent = false

  /// What is not signed waits no longer than this for its signature.
  private static let longestUnsigned = Duration.seconds(5)

  /// A new one in the place of what stands there.
  ///
  /// - Throws: `SystemError` when it cannot be made; `EBUSY` when another run is writing there.
  init(_ path: String) throws(SystemError) {
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

  /// Goes on with that of a run to resume, after all of it that is believed.
  ///
  /// - Throws: `SystemError` when it cannot be written to.
  init(resuming resumption: RunToResume) throws(SystemError) {
    writer = JournalWriter(after: resumption.run.lines)
    descriptor = try resumption.held.takenOver()
    let whole = Array(resumption.held.bytes[..<resumption.wholeBytes])
    do throws(SystemError) {
      let end = off_t(whole.count)
      guard ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else {
        throw .last
      }
      try Output.write(resumption.run.lostLines, to: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
    path = resumption.run.header.journalPath
    latest = resumption.run.latest
    isSigned = resumption.run.lostLines.isEmpty
    digest.add(whole)
    digest.add(resumption.run.lostLines)
  }

  deinit {
    close(descriptor)
  }

  func start(_ header: RunHeader) {
    path = header.journalPath
    writer.runStarted(header)
    isUrgent = true
    flush(by: latest)
  }

  /// The run that another runner began goes on.
  func goOn(_ header: RunHeader) {
    path = header.journalPath
    writer.resumption = header
    isUrgent = true
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    writer.write(event, effects, at: instant, in: gate)
    latest = instant
    isUrgent =
      isUrgent || gate.verdict != nil || event.mustNotBeCutOff
      || effects.contains { if case .stepMoved = $0 { true } else { false } }
    // Before the command starts it stands there.
    if case .stepBegan = event {
      flush(by: instant)
      sync()
    }
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    flush(by: instant)
    return signingKey != nil && !isSigned ? lastSigned + Self.longestUnsigned : nil
  }

  /// What the run's time is after the verdict.
  private var clock = RunClock(at: .start)

  /// Writes what came of the verdict, and sees to it that it is on the disk; returns what binds the verdict to this
  /// journal from now on.
  func add(_ event: Aftermath.Event) -> JournalDigest {
    latest = clock.now
    writer.write(event, at: latest)
    defer { sync() }
    return finish()
  }

  /// Writes what is left; returns what binds the verdict to this journal.
  func finish() -> JournalDigest {
    isUrgent = true
    flush(by: latest)
    clock = RunClock(at: latest)
    return JournalDigest(path: path, sha256: digest.hexadecimal, events: writer.events)
  }

  /// Waits until what was written is on the disk.
  func sync() {
    if failure == nil, fsync(descriptor) != 0, errno != EINVAL, errno != EROFS {
      failure = .last
    }
  }

  private func flush(by now: GateInstant) {
    sign(by: now)
    guard !writer.written.isEmpty else { return }
    defer { writer.removeAll() }
    copies?.take(writer.bytes, upTo: writer.events)
    guard failure == nil else { return }
    do throws(SystemError) {
      try Output.write(writer.written, to: descriptor)
      digest.add(writer.written)
    } catch {
      failure = error
    }
  }

  /// Signs all that was not, if it is time.
  ///
  /// The line has the time of the one before: others may still come in that happened earlier than
  /// now.
  private func sign(by now: GateInstant) {
    guard let signingKey, failure == nil else { return }
    isSigned = isSigned && writer.written.isEmpty
    guard !isSigned, isUrgent || now >= lastSigned + Self.longestUnsigned else { return }
    var digest = digest
    digest.add(writer.written)
    writer.signed(JournalSignature(of: digest, with: signingKey), at: latest)
    (isSigned, isUrgent, lastSigned) = (true, false, now)
  }
}
