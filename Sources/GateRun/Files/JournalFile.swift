internal import GateCore
internal import GateEngine
internal import GateRecords
internal import LibC

/// The journal on disk, written as events happen; events that arrive together are written together.
///
/// After a failed write it writes nothing more, so that the file is a journal up to a point and not
/// one with holes. The run continues, and exits with the status for it.
final class JournalFile: GateObserver {
  private let descriptor: Int32
  private var writer: JournalWriter
  private var digest = Digest()
  private(set) var failure: SystemError?
  /// The key that signs the lines as they are written; nil if they are not signed.
  var signingKey: SigningKey?
  /// A stream that gets the same lines; nil if there is none.
  var copies: EventStream?
  private var path: String?
  /// The time of the last line.
  private var latest = GateInstant.start
  private var lastSigned = GateInstant.start
  private var isSigned = true
  /// Whether unsigned lines must be signed without waiting for more lines.
  private var isUrgent = false

  /// The longest time that a line waits for its signature.
  private static let longestUnsigned = Duration.seconds(5)

  /// Creates a new journal, which replaces an existing file.
  ///
  /// - Throws: `SystemError` if it cannot be created; `EBUSY` if another run is writing it.
  init(_ path: String) throws(SystemError) {
    writer = JournalWriter()
    // The file is truncated only after it is certain that no other run uses it.
    descriptor = try Output.open(path, O_WRONLY | O_CREAT)
    try FileLock.take(descriptor)
    guard !FileLock.isFile(descriptor) || ftruncate(descriptor, 0) == 0 else { throw .last }
  }

  /// Continues the journal of a run to resume, after its last trusted line.
  ///
  /// - Throws: `SystemError` if it cannot be written.
  init(resuming resumption: RunToResume) throws(SystemError) {
    writer = JournalWriter(after: resumption.run.lines)
    descriptor = try resumption.held.takenOver()
    let whole = Array(resumption.held.bytes[..<resumption.wholeBytes])
    let end = off_t(whole.count)
    guard ftruncate(descriptor, end) == 0, lseek(descriptor, end, SEEK_SET) == end else {
      throw .last
    }
    try Output.write(resumption.run.lostLines[...], to: descriptor)
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

  /// Records that this runner continues the run of another one.
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
    // The line must be on the disk before the command starts.
    if case .stepBegan = event {
      flush(by: instant)
      sync()
    }
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    flush(by: instant)
    return signingKey != nil && !isSigned ? lastSigned + Self.longestUnsigned : nil
  }

  /// The clock of the run after the verdict.
  private var clock = RunClock(at: .start)

  /// Records an event after the verdict, and syncs it to the disk.
  ///
  /// Returns the digest that binds the verdict to this journal from now on.
  func add(_ event: Aftermath.Event) -> JournalDigest {
    latest = clock.now
    writer.write(event, at: latest)
    defer { sync() }
    return finish()
  }

  /// Writes the rest; returns the digest that binds the verdict to this journal.
  func finish() -> JournalDigest {
    isUrgent = true
    flush(by: latest)
    clock = RunClock(at: latest)
    return JournalDigest(path: path, sha256: digest.hexadecimal, events: writer.events)
  }

  /// Waits until everything is on the disk.
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

  /// Signs the unsigned lines, if it is time.
  ///
  /// The line of the signature has the time of the previous line, because events from before now
  /// may still arrive.
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
