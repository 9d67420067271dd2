internal import GateCore
internal import GateRecords
internal import GateText

extension VerdictDocument {
  /// The steps of the canary and the way back, as parts of all reports.
  var stepParts: [ReportedPart] {
    gate.rollout.steps.indices.map { step in
      let record = gate.rollout.records[step]
      return ReportedPart(
        kind: .step, name: gate.words(for: step).printable, outcome: record.state.outcome,
        state: record.state.rawValue, words: words(on: step).printable,
        lasted: record.first(.shifting).map {
          (record.state.isUnderWay ? verdict.at : record.since ?? $0).since($0)
        })
    } + [undoPart].compactMap(\.self)
  }

  /// What a step was waiting for, or how long it took.
  private func words(on step: Int) -> String {
    let record = gate.rollout.records[step]
    if step == gate.rollout.underWay, let waiting = gate.stepWaitsFor {
      return "waited for \(waiting)"
    }
    guard let began = record.first(.shifting), let ended = record.since, record.state != .shifting
    else { return "" }
    let command = record.state == .failed ? record.lastCommand : nil
    if let command, command.answer == .no {
      return "\(command.command.kind.rawValue) \(command.result.words)"
    }
    guard let soaking = record.transitions.last(where: { $0.to == .soaking })?.at else {
      return "\(began.words(until: ended)) from the beginning of the shift"
    }
    return "shifted at \(began.preciseWords), soaked \(soaking.words(until: ended))"
  }

  private var undoPart: ReportedPart? {
    undo.map { undo in
      let attempts = undo.attempts == 1 ? "" : "in \(undo.attempts) attempts"
      let failure = undo.command.failureWords.map {
        "\($0): users may still reach the new group"
      }
      return ReportedPart(
        kind: .undo, name: "", outcome: failure == nil ? .healthy : .failed,
        state: failure == nil ? "done" : "failed",
        words: [failure, attempts].compactMap(\.self).filter { !$0.isEmpty }
          .joined(separator: ", ").printable)
    }
  }
}

extension StepState {
  fileprivate var outcome: ReportedInstance.Outcome {
    switch self {
    case .passed: .healthy
    case .failed: .failed
    case .pending, .approving, .shifting, .confirming, .settling, .soaking, .skipped: .undecided
    }
  }
}
