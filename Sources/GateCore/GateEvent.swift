/// What happens to the gate: the journal is the list of these.
package enum GateEvent: Hashable, Sendable {
  case instanceAdded(Instance)
  case instanceRemoved(InstanceKey)
  case checked(InstanceKey, CheckReport)
  /// A check that a fault of the gate's own cost: it says nothing of the instance.
  case checkLost(InstanceKey, GateFault)
  /// The source of a group was asked; who joined and who left by it comes before.
  case listed(FinishedListing)
  case loadBalancerSaw(InstanceKey, LoadBalancerView)
  /// The load balancers were asked; what they say that is new comes before.
  case loadBalancerAsked(FinishedView)
  case interrupted(Interruption)
  /// The run goes on after its runner was gone for this long.
  case resumed(after: Duration)
  /// Nothing but time.
  case wokeUp
}

extension GateEvent {
  /// The fault of the gate's own that it tells of, if it tells of one.
  package var fault: GateFault? {
    switch self {
    case .checkLost(_, let fault): fault
    case .listed(let listing): listing.fault
    case .loadBalancerAsked(let view): view.fault
    case .instanceAdded, .instanceRemoved, .checked, .loadBalancerSaw, .interrupted, .resumed,
      .wokeUp:
      nil
    }
  }

  /// Whether the listing or the view that brings it is told of to its end: a verdict is given there,
  /// where all who left, and all that the load balancers say, is known.
  var isFollowedByItsClose: Bool {
    switch self {
    case .instanceRemoved, .loadBalancerSaw: true
    case .instanceAdded, .checked, .checkLost, .listed, .loadBalancerAsked, .interrupted, .resumed,
      .wokeUp:
      false
    }
  }

  /// Whether it is one of several that a listing or a view brings, or a fixed list when the run
  /// begins: a promotion is given at the event that closes them, which sees them all.
  package var isPartOfAnswer: Bool {
    switch self {
    case .instanceAdded, .instanceRemoved, .loadBalancerSaw: true
    case .checked, .checkLost, .listed, .loadBalancerAsked, .interrupted, .resumed, .wokeUp: false
    }
  }
}

/// A listing of the group, or of the baseline, that has come to an end.
package struct FinishedListing: Hashable, Sendable {
  package var role: InstanceRole
  /// When the source was asked.
  package var started: GateInstant
  package var result: Result
  /// What the source says beside its members, a sentence each: whom it awaits, that it is gone.
  ///
  /// They decide nothing.
  package var notes: [String]

  package enum Result: Hashable, Sendable {
    /// The source wants `expected` instances. `missing` are the present instances that the listing
    /// lacks, `doubled` the names that it gives to places of instances with another name.
    case succeeded(expected: Int, missing: [InstanceKey] = [], doubled: [String] = [])
    /// The group is gone, or the source wants no instance in it: `expected` is the number before, or 0.
    case empty(expected: Int)
    case failed(GateFault)
  }

  /// Why there is no listing; nil when there is one.
  package var fault: GateFault? {
    if case .failed(let fault) = result { fault } else { nil }
  }

  package init(
    of role: InstanceRole = .member, started: GateInstant, _ result: Result, notes: [String] = []
  ) {
    self.role = role
    self.started = started
    self.result = result
    self.notes = notes
  }
}

/// A question to the load balancers, about all instances, that has come to an end.
package struct FinishedView: Hashable, Sendable {
  /// When they were asked.
  package var started: GateInstant
  /// Why there is no answer; nil when there is one.
  package var fault: GateFault?

  package init(started: GateInstant, fault: GateFault? = nil) {
    self.started = started
    self.fault = fault
  }
}
