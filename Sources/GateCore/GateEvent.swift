/// What happens to the gate: the journal is the list of these.
///
/// What is rare and large stands elsewhere, so that the result of a check is short to hand on.
package enum GateEvent: Hashable, Sendable {
  indirect case instanceAdded(Instance)
  case instanceRemoved(InstanceKey)
  case checked(InstanceKey, CheckReport)
  /// A check that a fault of the gate's own cost: it says nothing of the instance.
  case checkLost(InstanceKey, GateFault)
  /// The source of a group was asked; who joined and who left by it comes before.
  case listed(FinishedListing)
  case loadBalancerSaw(InstanceKey, LoadBalancerView)
  /// The load balancers were asked; what they say that is new comes before.
  case loadBalancerAsked(FinishedView)
  /// An answer that a guard gave with too little to go by: neither a pass nor a failure.
  case guardWaits(InstanceKey, GuardWait)
  /// The shift of a step begins.
  case stepBegan(Int)
  indirect case stepCommandEnded(StepCommandEnd)
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
    case .instanceAdded, .instanceRemoved, .checked, .loadBalancerSaw, .guardWaits, .stepBegan,
      .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      nil
    }
  }

  /// Whose check, or whose answer of a guard, it tells the end of; nil when it tells of none.
  ///
  /// `started` is nil where a check was lost that was not begun.
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

  /// Whether a record of the run must never lack it unseen: that an instance left, that traffic was
  /// shifted.
  package var mustNotBeCutOff: Bool {
    switch self {
    case .instanceRemoved, .stepBegan, .stepCommandEnded: true
    case .instanceAdded, .checked, .checkLost, .listed, .loadBalancerSaw, .loadBalancerAsked,
      .guardWaits, .interrupted, .resumed, .wokeUp:
      false
    }
  }

  /// Its place in an answer of several events: a listing, a view, or a fixed list when the run begins.
  ///
  /// The event that closes the answer sees all of it. A rollback waits for it where more of the same
  /// can follow that speaks against the group, and a promotion in any case.
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

  /// Whether it is one of several that an answer brings.
  package var isPartOfAnswer: Bool { place != .alone }
}

/// Why a guard's answer counts for nothing: there is too little traffic to go by.
package struct GuardWait: Hashable, Sendable {
  /// When it was asked.
  package var started: GateInstant
  /// What it waits for: `612 of 1000 requests`.
  package var detail: String
  /// Whether it answered with nothing at all: once its data can be of the step, that is no answer.
  package var isEmpty: Bool

  package init(started: GateInstant, detail: String, isEmpty: Bool = false) {
    self.started = started
    self.detail = detail.cleaned(to: 300)
    self.isEmpty = isEmpty
  }
}

/// A listing of the group, or of the baseline, that has come to an end.
package struct FinishedListing: Hashable, Sendable {
  package var role: InstanceRole
  /// When the source was asked.
  package var started: GateInstant
  package var result: Result
  /// What the source says beside its members: whom it awaits, that it is gone.
  package var notes: [ListingNote]

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
    of role: InstanceRole = .member, started: GateInstant, _ result: Result,
    notes: [ListingNote] = []
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
