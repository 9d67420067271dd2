internal import GateCore
internal import GateEngine
internal import GateRecords
internal import LibC

/// The stream of the journal's lines for `events`.
///
/// The lines are those of the journal, but a line that is not taken in time is lost.
final class EventStream: GateObserver {
  private var writer = JournalWriter()
  private let sink: any EventSink

  /// The largest batch in bytes: collectors limit the size of a request.
  private static let mostBytes = 64 * 1024

  init(_ sink: any EventSink) {
    self.sink = sink
  }

  /// Whether it gets the journal's own lines, and creates none.
  var followsJournal = false

  func start(_ header: RunHeader) {
    guard !followsJournal else { return }
    writer.runStarted(header)
    flush()
  }

  /// Continues after the lines that the previous runner has sent, or meant to send.
  func start(after lines: Int, _ header: RunHeader) {
    writer = JournalWriter(after: lines)
    writer.resumption = header
    flushed = lines
  }

  /// Takes the journal's lines, up to this number of all its lines.
  func take(_ bytes: [UInt8], upTo events: Int) {
    sink.take(EventLines(bytes: bytes, count: events - flushed))
    flushed = events
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    writer.write(event, effects, at: instant, in: gate)
    if gate.verdict != nil { clock = RunClock(at: instant) }
    if gate.verdict != nil || writer.written.count >= Self.mostBytes { flush() }
  }

  /// Adds an event after the verdict, unless the journal passes it on itself.
  func aftermath(_ event: Aftermath.Event) {
    guard !followsJournal else { return }
    writer.write(event, at: clock.now)
    flush()
  }

  /// The clock of the run after the verdict.
  private var clock = RunClock(at: .start)

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    flush()
    return nil
  }

  private var flushed = 0

  private func flush() {
    guard !writer.written.isEmpty else { return }
    take(writer.bytes, upTo: writer.events)
    writer.removeAll()
  }
}

/// Whole lines, each with its line feed.
struct EventLines: Sendable {
  var bytes: [UInt8]
  var count: Int
}

/// A sink for the lines, which must accept them without blocking the calling thread.
protocol EventSink: AnyObject {
  func take(_ lines: EventLines)
}

/// Lines on standard output, for a program that reads them there.
final class EventPrinter: EventSink {
  private let output = StandardStream.output
  private var lost = 0

  func take(_ lines: EventLines) {
    if !output.write(lines.bytes) { lost += lines.count }
  }

  /// Reports lost lines, and waits for a slow reader before the verdict is printed.
  func finish() {
    guard lost > 0 else { return }
    Output.complain(
      "healthgate: warning: \(lost) events were not printed: standard output was not read in time")
    lost = 0
  }
}
