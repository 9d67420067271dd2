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
    writeLines()
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    log.observe(event, effects, at: instant, in: gate)
    guard gate.verdict != nil else { return }
    writeLines()
    output.finish(within: 200)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    guard !output.isBroken else { return nil }
    let next = log.turnEnded(at: instant, in: gate)
    writeLines()
    return output.isIdle ? next : instant + .milliseconds(100)
  }

  private func writeLines() {
    let lines = log.takeLines()
    output.write(TerminalSize.widthOfErrors.map { ProgressLog.wrapped(lines, to: $0) } ?? lines)
  }
}
