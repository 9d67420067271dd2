import GateCore
import TestSupport

extension VirtualRun.TimedEvent {
  /// The event in a few words, its time in microseconds.
  var words: String { "\(at.microseconds) \(event.words)" }
}

extension GateEvent {
  fileprivate var words: String {
    switch self {
    case .instanceAdded(let instance):
      "added \(instance.role.rawValue) \(instance.id) \(instance.address)"
        + (instance.mismatch.map { " (\($0))" } ?? "")
    case .instanceRemoved(let key): "removed #\(key.index)"
    case .checked(let key, let report):
      "checked \(key.words) from \(report.started.microseconds): \(report.result)"
    case .checkLost(let key, let fault):
      "lost a check of \(key.words) from \(fault.started?.microseconds ?? 0)"
    case .listed(let listed): "listed \(listed.role.rawValue)s \(listed.words)"
    case .loadBalancerSaw(let key, let view): "load balancer saw #\(key.index): \(view.state)"
    case .loadBalancerAsked(let asked):
      "load balancer asked from \(asked.started.microseconds)"
        + (asked.fault.map { ": \($0.detail)" } ?? "")
    case .guardWaits(let key, let wait):
      "#\(key.index) waits for \(wait.detail), asked at \(wait.started.microseconds)"
    case .stepBegan(let step): "step \(step) began"
    case .stepCommandEnded(let end):
      "\(end.command.kind.rawValue) of step \(end.command.step) \(end.result.words)"
    case .interrupted(let interruption): "interrupted by \(interruption.rawValue)"
    case .resumed(let gap): "resumed after \(gap.inMicroseconds)"
    case .wokeUp: "woke up"
    }
  }
}

extension InstanceKey {
  /// `#3`, and of several health checks `#3.1`.
  fileprivate var words: String { check == 0 ? "#\(index)" : "#\(index).\(check)" }
}

extension FinishedListing {
  fileprivate var words: String {
    let began = "from \(started.microseconds)"
    return switch result {
    case .succeeded(let expected, let missing, _):
      "\(began): \(expected) wanted, \(missing.map { "#\($0.index)" }) missing"
    case .empty(let expected): "\(began): empty, \(expected) wanted"
    case .failed(let fault): "\(began): \(fault.detail)"
    }
  }
}
