internal import GateCore
internal import GateDisplay
internal import GateEngine
internal import GateRecords
internal import GateText
internal import LibC

/// Progress on a terminal, redrawn in place; the last frame stays visible.
final class LiveProgress: GateObserver {
  private var board: ProgressBoard
  private var redraw = Redraw()
  private var lastFrame: GateInstant?
  private var isStale = true
  private let output = StandardStream.error
  private let style = TextStyle.suiting(STDERR_FILENO)

  /// The shortest time between two frames.
  private static let pause = Duration.milliseconds(100)

  private let verdict: ProgressLog.VerdictPlace
  private let letters = Audience.readsUTF8 ? DisplayLine.Letters.all : .ascii

  init(_ header: RunHeader, verdict: ProgressLog.VerdictPlace) {
    board = ProgressBoard(header)
    self.verdict = verdict
    // Lines without room in a frame scroll away above it.
    let lines = header.outlookLines.map { "\($0)\n" }.joined()
    output.write(TerminalSize.widthOfErrors.map { lines.wrapped(to: $0) } ?? lines)
  }

  func observe(
    _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
  ) {
    board.observe(event, effects, in: gate)
    isStale = true
    guard let verdict = gate.verdict else { return }
    draw(gate, at: verdict.at)
    if self.verdict == .told { output.write(verdict.text(in: style) + "\n") }
    output.finish(within: 200)
  }

  func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? {
    guard !output.isBroken, gate.verdict == nil else { return nil }
    guard nextFrame <= instant else { return nextFrame }
    // A slow reader gets the latest frame when it is ready, not all frames that it missed.
    guard output.isIdle else { return instant + Self.pause }
    draw(gate, at: instant)
    return nextFrame
  }

  /// When the next frame is due: soon after an event, otherwise when the clock shows another
  /// second.
  private var nextFrame: GateInstant {
    guard let lastFrame else { return .start }
    let soonest = lastFrame + Self.pause
    guard !isStale else { return soonest }
    let second = GateInstant(microseconds: (lastFrame.microseconds / 1_000_000 + 1) * 1_000_000)
    return max(soonest, second)
  }

  private func draw(_ gate: Gate, at instant: GateInstant) {
    let size = TerminalSize.current
    let frame = board.frame(of: gate, at: instant, width: size.width, height: size.height)
    let lines = frame.map { $0.written(in: letters) }
    output.write(redraw.text(of: lines, width: size.width, style: style))
    (lastFrame, isStale) = (instant, false)
  }
}
