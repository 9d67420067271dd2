package import GateCore

/// The error that a proxy refused the first check of every instance, so no check could be made.
package struct ProxyRefusal: Error, Hashable {
  /// The fault of the last instance's check.
  package var fault: GateFault
}

/// Detects that the proxy refuses the first check of every instance; then no check counts as made.
///
/// After any check has had a result, or was lost to something else, a refusal is an ordinary fault.
package struct FirstRefusals {
  private var refused: Set<InstanceKey> = []
  private var isOver = false

  package init() {}

  /// Records an event that the gate has handled.
  ///
  /// - Throws: `ProxyRefusal` if the first checks of all instances were refused.
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
