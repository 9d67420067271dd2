import GateCore
import GateInsight

/// Whatever ends a check has the cause that a reader of its words alone would find.
extension CheckReport {
  var hasCauseOfItsWords: Bool {
    guard case .failure(let kind) = result else { return cause == nil }
    return cause == FailureCause(words: detail ?? "", of: kind)
  }
}

extension GateFault {
  var hasCauseOfItsWords: Bool { cause == Cause(words: detail) }
}
