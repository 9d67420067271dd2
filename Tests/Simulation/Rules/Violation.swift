import GateCore

/// What may be said at an event: a listing and a view come in pieces, and only what closes them
/// shows them whole.
enum Sayable {
  case nothing, noPromotion, all
}

extension GateEvent {
  var sayable: Sayable {
    switch self {
    case .instanceRemoved, .loadBalancerSaw: .nothing
    // Nothing need close a fixed list.
    case .instanceAdded: .noPromotion
    case .checked, .checkLost, .listed, .loadBalancerAsked, .guardWaits, .stepBegan,
      .stepCommandEnded, .interrupted, .resumed, .wokeUp:
      .all
    }
  }
}

/// A rule that a run broke, and how.
struct Violation: Hashable, Sendable, CustomStringConvertible {
  enum Rule: String, Hashable, Sendable, CaseIterable {
    /// One verdict, never taken back, nothing after it; effects that fit the events.
    case effects
    /// The slow model says something else.
    case model
    /// An instance's state, by its checks alone.
    case state
    /// The next check is in the next slot, and there is only one.
    case schedule
    case overlap
    /// Something of an instance that is not there.
    case unknown
    /// How many instances are how.
    case counts
    /// What a fault of the gate's own must not do.
    case faults
    /// The decision and its reason, by the conditions that hold at that moment.
    case verdict
    /// The verdict is the earliest certain one.
    case earliest
    /// The old group, when it is asked whose fault it is.
    case trial
    /// What must hold whatever the rules are.
    case outside
    /// The run ends.
    case end
    /// The same events once more.
    case replay
    /// The journal, read and written once more.
    case journal
  }

  var rule: Rule
  var words: String

  init(_ rule: Rule, _ words: String) {
    self.rule = rule
    self.words = words
  }

  var description: String { "\(rule.rawValue): \(words)" }
}
