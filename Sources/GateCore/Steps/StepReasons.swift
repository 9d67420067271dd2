/// The words of a verdict that a step brings, and what others say of the step that they came in.
extension Gate {
  func stepFailed(_ end: StepCommandEnd) -> VerdictReason {
    VerdictReason(.stepFailed, "\(end.command.kind.rawValue) \(end.result.words)\(Self.quoted(end.output))")
  }

  func stepTookTooLong(_ step: Int) -> VerdictReason {
    let time = rollout.steps[step].commandTimeout.inWords
    return VerdictReason(
      .stepFailed,
      rollout.state == .shifting
        ? "shift took longer than \(time)" : "confirm did not say yes within \(time)")
  }

  func notApproved(_ end: StepCommandEnd) -> VerdictReason {
    VerdictReason(.notApproved, "approve \(end.result.words)\(Self.quoted(end.output))")
  }

  func notApprovedInTime(_ step: Int) -> VerdictReason {
    let time = rollout.steps[step].approval ?? .zero
    return VerdictReason(.notApproved, "no approval came within \(time.inWords)")
  }

  var tooFewRequests: VerdictReason {
    let waiting = records.filter {
      $0.instance.role == .guard && $0.removed == nil && $0.waitsFor != nil && hasSay($0)
    }
    let words = waiting.map { "\($0.instance.id) waits for \($0.waitsFor ?? "")" }
    return VerdictReason(
      .tooFewSamples,
      "the time for it passed with too little to go by: \(Self.list(words))")
  }

  /// With the step that the run was in.
  func inStep(_ reason: VerdictReason) -> VerdictReason {
    guard reason.code != .groupHealthy else {
      let count = rollout.steps.count
      let steps = count > 0 ? ", after \(counted(count, "step"))" : ""
      return VerdictReason(reason.code, reason.message + steps)
    }
    guard let current = rollout.underWay else { return reason }
    return VerdictReason(reason.code, "in step \(words(for: current)): \(reason.message)")
  }

  /// `2 of 3 (half, 50%)`.
  package func words(for step: Int) -> String {
    let weight = rollout.steps[step].weight.map { ", \($0)%" } ?? ""
    return "\(step + 1) of \(rollout.steps.count) (\(rollout.steps[step].name)\(weight))"
  }

  private static func quoted(_ output: String) -> String {
    let line = output.split(separator: "\n").last.map(String.init)?.cleaned(to: 200) ?? ""
    return line.isEmpty ? "" : ": \(line)"
  }
}

extension StepCommandEnd.Result {
  /// `exited with 3`.
  package var words: String {
    switch self {
    case .exited(let status): "exited with \(status)"
    case .timedOut: "was ended, as its time was up"
    case .unknown(let why): "could not be run: \(why)"
    }
  }
}
