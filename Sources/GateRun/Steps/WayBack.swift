internal import GateCore
internal import GateRecords
internal import GateSettings
internal import LibC

/// The way back: the command that takes the traffic from the group again.
///
/// It is owed on every end but a promotion once a step has begun to shift, whatever else went wrong:
/// so it comes first, and is tried again.
struct WayBack {
  private let command: String
  private let timeout: Duration
  private let secrets: SecretMask
  private let signals: Int32

  /// Before each further attempt, in seconds.
  private static let pauses: [Int64] = [1, 5]

  /// Nil where the run has none.
  init?(_ settings: Settings, signals: Int32) {
    guard case .command(let command)? = settings.undo else { return nil }
    self.command = command
    self.signals = signals
    timeout = settings.reactions.hookTimeout
    secrets = settings.secrets
  }

  /// Whether it is owed: nobody has gone it, and traffic may have been shifted.
  static func isOwed(_ gate: Gate, _ decision: Decision?, after undo: UndoResult?) -> Bool {
    gate.rollout.hasShifted && decision != .promote && undo == nil
  }

  /// Goes it.
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
    var variables = StepVariables(gate, step: last, runID: runID).all(attempt: attempt)
    variables.tell(reason, gate)
    let owned = OwnedCommand(
      command: command, variables: variables, timeout: timeout, secrets: secrets)
    return HookResult(
      name: SettingKey.undo.rawValue,
      command: SettingKey.undo.masked(command, without: secrets), owned.run(signals: signals))
  }

  /// A second signal ends it.
  private func pause(_ seconds: Int64) {
    for _ in 0..<(seconds * 50) where Interruptions.count < 2 { usleep(20_000) }
  }
}

extension [String: String] {
  /// Why the run ended, and how many of the old group are there to take the traffic.
  mutating func tell(_ reason: VerdictReason?, _ gate: Gate) {
    if let reason { self["HEALTHGATE_REASON"] = reason.code.rawValue }
    guard gate.present(.baseline) > 0 || gate.replaced(.baseline) > 0 else { return }
    self["HEALTHGATE_BASELINE_HEALTHY"] = "\(gate.healthy(.baseline))"
    self["HEALTHGATE_BASELINE_EXPECTED"] = "\(gate.present(.baseline))"
  }
}
