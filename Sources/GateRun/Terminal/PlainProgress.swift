internal import GateCore
internal import GateDisplay
internal import GateEngine
internal import GateRecords

/// Progress as lines on standard error, for pipes, files and CI systems.
final class PlainProgress: GateObserver {
  private var log: ProgressLog
  private let output = StandardStream.error

  init(_ header: RunHeader, verdict: ProgressLog.VerdictPlace) {
    log = ProgressLog(header, verdict: verdict)
    output.write(log.takeLines())
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    log.observe(event, effects, at: instant, in: gate)
    guard gate.verdict != nil else { return }
    output.write(log.takeLines())
    output.finish(within: 200)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    guard !output.isBroken else { return nil }
    let next = log.turnEnded(at: instant, in: gate)
    output.write(log.takeLines())
    return output.isIdle ? next : instant + .milliseconds(100)
  }
}
