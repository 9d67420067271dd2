package import GateCore

/// A proxy let no first check of any instance through, so that there is nothing to judge.
package struct ProxyRefusal: Error, Hashable {
  /// That of the last instance.
  package var fault: GateFault
}

/// Whether the proxy refuses the first check of every instance: then no check counts as made.
///
/// Once one check has had a result, or was lost to something else, a refusal is a fault as any other.
package struct FirstRefusals {
  private var refused: Set<InstanceKey> = []
  private var isOver = false

  package init() {}

  /// Takes in an event that the gate has folded.
  ///
  /// - Throws: `ProxyRefusal` when the last of the instances was refused, too.
  package mutating func note(_ event: GateEvent, in gate: Gate) throws(ProxyRefusal) {
    guard !isOver else { return }
    switch event {
    case .checked(let key, _):
      isOver = gate.instance(key).role != .guard
    case .checkLost(let key, let fault):
      guard gate.instance(key).role != .guard else { return }
      guard fault.cause?.isProxyRefusal ?? false else {
        isOver = true
        return
      }
      refused.insert(key)
      let all = (gate.present(.member) + gate.present(.baseline)) * gate.checks.count
      guard refused.count >= all, refused.count(where: gate.isPresent) == all else { return }
      throw ProxyRefusal(fault: fault)
    default: break
    }
  }
}
