/// An event that the gate folds in.
///
/// The journal is the list of these events.
///
/// Rare, large payloads are stored indirectly, so that the common event, a check's result, is
/// small.
package enum GateEvent: Hashable, Sendable {
  indirect case instanceAdded(Instance)
  case instanceRemoved(InstanceKey)
  case checked(InstanceKey, CheckReport)
  /// A check that was lost to a gate fault. It says nothing about the instance.
  case checkLost(InstanceKey, GateFault)
  /// A listing of a group ended, after the events of the instances that joined or left by it.
  case listed(FinishedListing)
  case loadBalancerSaw(InstanceKey, LoadBalancerView)
  /// A query of the load balancers ended, after the events of the changed views.
  case loadBalancerAsked(FinishedView)
  /// A result of a guard that has too little data: neither a pass nor a failure.
  case guardWaits(InstanceKey, GuardWait)
  /// The shift of a step begins.
  case stepBegan(Int)
  indirect case stepCommandEnded(StepCommandEnd)
  case interrupted(Interruption)
  /// The run was resumed after its runner had been gone for this long.
  case resumed(after: Duration)
  /// Time has passed, and nothing else happened.
  case wokeUp
}

extension GateEvent {
  /// The gate fault that the event reports; nil if it reports none.
  package var fault: GateFault? {
    switch self {
    case .checkLost(_, let fault): fault
    case .listed(let listing): listing.fault
    case .loadBalancerAsked(let view): view.fault
    case .instanceAdded, .instanceRemoved, .checked, .loadBalancerSaw, .guardWaits, .stepBegan,
      .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      nil
    }
  }

  /// The check or guard result that ended with this event; nil if none did.
  ///
  /// `started` is nil for a lost check that had not begun.
  package var endedCheck: (key: InstanceKey, started: GateInstant?)? {
    switch self {
    case .checked(let key, let report): (key, report.started)
    case .checkLost(let key, let fault): (key, fault.started)
    case .guardWaits(let key, let wait): (key, wait.started)
    case .instanceAdded, .instanceRemoved, .listed, .loadBalancerSaw, .loadBalancerAsked,
      .stepBegan, .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      nil
    }
  }

  /// Whether a journal must not lose the event: an instance left, or traffic was shifted.
  package var mustNotBeCutOff: Bool {
    switch self {
    case .instanceRemoved, .stepBegan, .stepCommandEnded: true
    case .instanceAdded, .checked, .checkLost, .listed, .loadBalancerSaw, .loadBalancerAsked,
      .guardWaits, .interrupted, .resumed, .wokeUp:
      false
    }
  }

  /// Its place among several events from one response: a listing, a view, or the initial fixed
  /// list.
  ///
  /// The event that closes the response sees all of them. A rollback waits for it if more events
  /// against the group can follow, and a promotion in any case.
  enum Place {
    case joins
    case speaksAgainst
    case alone
  }

  var place: Place {
    switch self {
    case .instanceAdded: .joins
    case .instanceRemoved, .loadBalancerSaw: .speaksAgainst
    case .checked, .checkLost, .listed, .loadBalancerAsked, .guardWaits, .stepBegan,
      .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      .alone
    }
  }

  /// Whether it is one of several events that one response brings.
  package var isPartOfAnswer: Bool { place != .alone }
}

/// A guard's result that does not count, because it has too little data.
package struct GuardWait: Hashable, Sendable {
  /// When the guard was checked.
  package var started: GateInstant
  /// What it waits for, such as `612 of 1000 requests`.
  package var detail: String
  /// Whether the response was empty, which is a gate fault once its data can be from the step.
  package var isEmpty: Bool

  package init(started: GateInstant, detail: String, isEmpty: Bool = false) {
    self.started = started
    self.detail = detail.cleaned(to: 300)
    self.isEmpty = isEmpty
  }
}

/// A finished listing of the group or of the baseline, whether it succeeded or failed.
package struct FinishedListing: Hashable, Sendable {
  package var role: InstanceRole
  /// When the listing began.
  package var started: GateInstant
  package var result: Result
  /// Notes from the source, such as instances that it waits for, or that the group is deleted.
  package var notes: [ListingNote]

  package enum Result: Hashable, Sendable {
    /// The source expects `expected` instances.
    ///
    /// `missing` are present instances that the listing lacks, `doubled` its names for places of
    /// instances with another name.
    case succeeded(expected: Int, missing: [InstanceKey] = [], doubled: [String] = [])
    /// The group is deleted, or expects no instances: `expected` is the previous number, or 0.
    case empty(expected: Int)
    case failed(GateFault)
  }

  /// Why the listing failed; nil if it succeeded.
  package var fault: GateFault? {
    if case .failed(let fault) = result { fault } else { nil }
  }

  package init(
    of role: InstanceRole = .member, started: GateInstant, _ result: Result,
    notes: [ListingNote] = []
  ) {
    self.role = role
    self.started = started
    self.result = result
    self.notes = notes
  }
}

/// A finished query of the load balancers about all instances, whether it succeeded or failed.
package struct FinishedView: Hashable, Sendable {
  /// When the query began.
  package var started: GateInstant
  /// Why the query failed; nil if it succeeded.
  package var fault: GateFault?

  package init(started: GateInstant, fault: GateFault? = nil) {
    self.started = started
    self.fault = fault
  }
}
