package import GateCore

/// Where checks are made, and the only place where the gate waits.
///
/// One thread calls it. The real one drives libcurl; a simulation's moves a clock of its own.
package protocol Checker: AnyObject {
  /// Time since the run started, on a clock that never jumps.
  var now: GateInstant { get }

  /// Whether another check can be begun now: descriptors are limited.
  var hasRoom: Bool { get }

  /// Begins a check; its end is among what `wait` reports later.
  func start(_ key: InstanceKey, _ instance: Instance)

  /// Gives up the instance's check, if one is under way; nothing is reported of it.
  func cancel(_ key: InstanceKey)

  /// Waits until something happened or `limit` has come, and appends what happened.
  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent])
}

/// What a port has to report, with the moment at which it saw it.
package struct CheckerEvent: Sendable {
  package var event: GateEvent
  package var at: GateInstant

  package init(_ event: GateEvent, at: GateInstant) {
    self.event = event
    self.at = at
  }
}
