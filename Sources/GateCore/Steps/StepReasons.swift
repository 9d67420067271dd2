/// The words of the reasons that a step causes, and the mention of the step in others.
extension Gate {
  func stepFailed(_ end: StepCommandEnd) -> VerdictReason {
    VerdictReason(
      .stepFailed, "\(end.command.kind.rawValue) \(end.result.words)\(Self.quoted(end.output))")
  }

  func stepTookTooLong(_ step: Int) -> VerdictReason {
    let time = rollout.steps[step].commandTimeout.inWords
    return VerdictReason(
      .stepFailed,
      rollout.state == .shifting
        ? "shift took longer than \(time)" : "confirm did not succeed within \(time)")
  }

  /// The reason for a step whose commands left too little time for its soak.
  var stepTooLate: VerdictReason {
    let needed = step?.shortest ?? .zero
    return VerdictReason(
      isDeadlinePast ? .deadlineExceeded : .cannotBecomeHealthyInTime,
      "\(rollout.state?.rawValue ?? "it") took so long that the step, which needs at least "
        + "\(needed.inWords), no longer fits in the deadline of \(deadlineWords), with \(standing)")
  }

  func notApproved(_ end: StepCommandEnd) -> VerdictReason {
    VerdictReason(.notApproved, "approve \(end.result.words)\(Self.quoted(end.output))")
  }

  func notApprovedInTime(_ step: Int) -> VerdictReason {
    let time = rollout.steps[step].approval ?? .zero
    return VerdictReason(.notApproved, "no approval came within \(time.inWords)")
  }

  var tooFewRequests: VerdictReason {
    let waiting = present(.guard) { $0.waitsFor != nil && hasSay($0) }
    let words = waiting.map { "\($0.instance.id): \($0.waitsFor ?? "")" }
    return VerdictReason(
      .tooFewSamples,
      "its time limit passed with too little data to decide: \(Self.list(words))")
  }

  /// The reason with the step in which the run was.
  func inStep(_ reason: VerdictReason) -> VerdictReason {
    guard reason.code != .groupHealthy else {
      let count = rollout.steps.count
      let steps = count > 0 ? ", after \(counted(count, "step"))" : ""
      return VerdictReason(reason.code, reason.message + steps)
    }
    guard let current = rollout.underWay else { return reason }
    return VerdictReason(reason.code, "in step \(words(for: current)): \(reason.message)")
  }

  /// The step in words, such as `2 of 3 (half, 50%)`.
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
  /// The end in words, such as `exited with 3`.
  package var words: String {
    switch self {
    case .exited(let status): "exited with \(status)"
    case .timedOut: "exceeded its time limit and was terminated"
    case .unknown(let why): "could not be run: \(why)"
    }
  }
}

// MARK: - The conditions that a step waits for

extension Gate {
  /// What the current step waits for, in words; nil without a current step.
  package var stepWaitsFor: String? {
    guard let current = rollout.underWay, let step else { return nil }
    switch rollout.records[current].state {
    case .approving:
      return rollout.records[current].isApproved ? needs ?? "the shift" : "the approval"
    case .shifting: return rollout.asked == .wanted ? needs ?? "the shift" : "the end of shift"
    case .confirming: return "the shift to be in effect"
    case .settling:
      return "\(step.settling.inWords) from the shift on, so that the guards' data is of this step"
    case .soaking: return soakNeeds(of: current)
    case .pending, .passed, .failed, .skipped: return nil
    }
  }

  private func soakNeeds(of current: Int) -> String {
    let waiting = stepGuards(of: current).filter { hasSay($0) && $0.health.state != .healthy }
    if let traffic = waiting.first(where: { $0.waitsFor != nil }) {
      return "\(traffic.instance.id): \(traffic.waitsFor ?? "")"
    }
    if let since = healthySince, soaked(since: since) > clock {
      return "the soak, \(soaked(since: since).since(clock).inSeconds) more"
    }
    if let first = waiting.first { return "the guard \(first.instance.id)" }
    return needs ?? "the next checks"
  }

  /// What a shift still requires, in words; nil if nothing is missing.
  private var needs: String? {
    if group.healthyAndListed < minHealthy { return "\(minHealthy) healthy instances" }
    if !isListingFresh { return "a fresh listing" }
    if guards.healthy != guards.present { return "the guards" }
    if group.inService < minHealthy { return "the load balancer" }
    return healthySince == nil ? "the group" : nil
  }
}

extension Duration {
  /// The duration in whole seconds, rounded up.
  fileprivate var inSeconds: String {
    Duration.seconds((inMicroseconds + 999_999) / 1_000_000).inWords
  }
}
