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
      "checked #\(key.index) from \(report.started.microseconds): \(report.result)"
    case .checkLost(let key, let fault):
      "lost a check of #\(key.index) from \(fault.started?.microseconds ?? 0)"
    case .gateFault(let fault): "gate fault: \(fault.detail)"
    case .baselineUnlisted(let fault): "baseline unlisted: \(fault.detail)"
    case .groupListed(let expected): "expected \(expected)"
    case .loadBalancerSaw(let key, let view): "load balancer saw #\(key.index): \(view.state)"
    case .loadBalancerUnseen: "load balancer unseen"
    case .interrupted(let interruption): "interrupted by \(interruption.rawValue)"
    case .resumed(let gap): "resumed after \(gap.inMicroseconds)"
    case .wokeUp: "woke up"
    }
  }
}
