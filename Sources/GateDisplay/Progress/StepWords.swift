internal import GateCore
internal import GateText

extension Gate {
  /// The line about a step's change of state; nil if it is not worth one.
  func words(for transition: StepTransition) -> String? {
    let step = rollout.steps[transition.step]
    let name = "step \(words(for: transition.step))".printable
    switch transition.to {
    case .approving: return "\(name): waiting for approval, at most \(step.approval?.inWords ?? "")"
    case .shifting: return "\(name): shifting traffic"
    case .confirming: return "\(name): shifted, waiting for it to be in effect"
    case .settling where step.settling > .zero:
      return
        "\(name): shifted; for \(step.settling.inWords) the guards' data may be from before the shift"
    case .settling: return nil
    case .soaking:
      let guards = step.guards.isEmpty ? "" : " under \(counted(step.guards.count, "guard"))"
      return "\(name): soaking for \(step.soak.inWords)\(guards)"
    case .passed: return "\(name) passed"
    case .failed: return "\(name) failed"
    case .pending, .skipped: return nil
    }
  }

  /// The steps on one line: those that are over, the current one with its state, and the next ones.
  var staircase: String? {
    guard !rollout.isEmpty else { return nil }
    let steps = rollout.steps.indices.map { index in
      let weight = rollout.steps[index].weight.map { " \($0)%" } ?? ""
      let state = rollout.records[index].state
      return "\(rollout.steps[index].name)\(weight)\(state == .pending ? "" : " \(state.rawValue)")"
    }
    return steps.joined(separator: " > ").printable
  }

  /// The state of the current step, and what it is waiting for; nil without a step.
  var stepOutlook: String? {
    guard let current = rollout.underWay, let waiting = stepWaitsFor else { return nil }
    let state = rollout.records[current].state.rawValue
    return "step \(words(for: current)) is \(state): waiting for \(waiting)".printable
  }
}
