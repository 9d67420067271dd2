internal import GateCore
internal import GateEngine
internal import GateRecords
internal import LibC

/// The stream of the journal's lines for `events`.
///
/// They are the same lines as the journal's; here, one that nobody takes in time is lost.
final class EventStream: GateObserver {
  private var writer = JournalWriter()
  private let sink: any EventSink

  /// More than this is handed over in parts: collectors bound what they take at once.
  private static let mostBytes = 64 * 1024

  init(_ sink: any EventSink) {
    self.sink = sink
  }

  /// Whether it is handed the journal's own lines, and makes none.
  var followsJournal = false

  func start(_ header: RunHeader) {
    guard !followsJournal else { return }
    writer.runStarted(header)
    flush()
  }

  /// Goes on after the lines that the runner before has sent, or wanted to.
  func start(after lines: Int, _ header: RunHeader) {
    writer = JournalWriter(after: lines)
    writer.resumption = header
    flushed = lines
  }

  /// The journal's lines up to so many of all.
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

  /// What came of the verdict, if the journal does not hand it over itself.
  func aftermath(_ event: Aftermath.Event) {
    guard !followsJournal else { return }
    writer.write(event, at: clock.now)
    flush()
  }

  /// What the run's time is after the verdict.
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

  /// Says what was lost; what a slow reader has not taken yet comes before the verdict.
  func finish() {
    guard lost > 0 else { return }
    Output.complain(
      "healthgate: warning: \(lost) events were not printed: standard output was not read in time")
    lost = 0
  }
}
