internal import GateCore
internal import GateRecords
internal import GateSettings
internal import LibC

/// The way back: the command `undo`, which takes the traffic from the new group again.
///
/// Once a step has begun to shift, it must run on every end except for a promotion, whatever else
/// went wrong. So it runs first, and is tried again.
struct WayBack {
  private let command: String
  private let settings: Settings
  private let signals: Int32

  /// The pauses before further attempts, in seconds.
  private static let pauses: [Int64] = [1, 5]

  /// Nil if the run has no `undo`.
  init?(_ settings: Settings, signals: Int32) {
    guard case .command(let command)? = settings.undo else { return nil }
    self.command = command
    self.settings = settings
    self.signals = signals
  }

  /// Whether it must run: traffic may have been shifted, and was not taken back.
  static func isOwed(_ gate: Gate, _ decision: Decision?, after undo: UndoResult?) -> Bool {
    gate.rollout.hasShifted && decision != .promote && undo == nil
  }

  /// Runs it.
  func run(_ gate: Gate, reason: VerdictReason?, runID: String) -> UndoResult {
    Output.complain("healthgate: running undo")
    var result = UndoResult(attempted(1, gate, reason, runID), attempts: 1)
    for seconds in Self.pauses {
      guard let failure = result.command.failureWords, Interruptions.count < 2 else { break }
      Output.complain("healthgate: warning: undo \(failure), trying again")
      pause(seconds)
      let attempt = result.attempts + 1
      result = UndoResult(attempted(attempt, gate, reason, runID), attempts: attempt)
    }
    return result
  }

  private func attempted(
    _ attempt: Int, _ gate: Gate, _ reason: VerdictReason?, _ runID: String
  ) -> HookResult {
    let last = gate.rollout.records.lastIndex { $0.shifts > 0 } ?? 0
    var variables = gate.variables(ofStep: last, runID: runID, attempt: attempt)
    variables.tell(reason, gate)
    let owned = OwnedCommand(
      command: command, variables: variables, timeout: settings.reactions.hookTimeout,
      secrets: settings.secrets)
    return HookResult(
      name: SettingKey.undo.rawValue,
      command: SettingKey.undo.masked(command, without: settings.secrets),
      owned.run(signals: signals))
  }

  /// Waits between attempts, until a second signal.
  private func pause(_ seconds: Int64) {
    for _ in 0..<(seconds * 50) where Interruptions.count < 2 { usleep(20_000) }
  }
}

extension [String: String] {
  /// Adds why the run ended, and how many instances of the old group can take the traffic.
  mutating func tell(_ reason: VerdictReason?, _ gate: Gate) {
    if let reason { self["HEALTHGATE_REASON"] = reason.code.rawValue }
    guard gate.present(.baseline) > 0 || gate.replaced(.baseline) > 0 else { return }
    self["HEALTHGATE_BASELINE_HEALTHY"] = "\(gate.healthy(.baseline))"
    self["HEALTHGATE_BASELINE_EXPECTED"] = "\(gate.present(.baseline))"
  }
}
