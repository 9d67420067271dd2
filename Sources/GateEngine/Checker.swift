package import GateCore

/// Makes the checks, and is the only place where the gate waits.
///
/// It is called from one thread. The real checker drives libcurl; a simulation's advances its own
/// clock.
package protocol Checker: AnyObject {
  /// Time since the run started, on a clock that never jumps.
  var now: GateInstant { get }

  /// Whether another check can be begun now: descriptors are limited.
  var hasRoom: Bool { get }

  /// Starts a check; `wait` reports its end later.
  func start(_ key: InstanceKey, _ instance: Instance)

  /// Cancels the instance's check, if one is running; its end is not reported.
  func cancel(_ key: InstanceKey)

  /// Waits until something happens or `limit` is reached, and appends what happened.
  func wait(until limit: GateInstant, into happenings: inout [CheckerEvent])
}

/// An event that a checker reports, with the time at which it was noticed.
package struct CheckerEvent: Sendable {
  package var event: GateEvent
  package var at: GateInstant

  package init(_ event: GateEvent, at: GateInstant) {
    self.event = event
    self.at = at
  }
}
