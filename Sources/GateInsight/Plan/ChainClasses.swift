internal import GateCore

/// The states of one instance, put together by round where nothing tells them apart any more.
///
/// Two states after a round are alike when they are of one kind, have the same chance, and lead to
/// states that are alike after the next. So little is left to tell near the end, and a group has
/// the fewer states.
struct ChainClasses: Sendable {
  /// A class of states after a round.
  struct Class: Hashable, Sendable {
    var kind: InstanceState
    /// Whether it is healthy or can be in time.
    var isHopeful: Bool
    /// The classes after the next round; 0 after the last.
    var afterSuccess: UInt16
    var afterFailure: UInt16
  }

  /// By round; the first are those before any check.
  private(set) var classes: [[Class]]
  /// The class of a new instance.
  private(set) var first: UInt16 = 0

  /// Nil when there are too many of them.
  init?(_ chain: InstanceChain, _ slots: PlanSlots) {
    guard chain.states.count <= Int(UInt16.max) else { return nil }
    classes = Array(repeating: [], count: slots.rounds + 1)
    var following: [UInt16] = Array(repeating: 0, count: chain.states.count)
    for round in stride(from: slots.rounds - 1, through: -1, by: -1) {
      let isLast = round == slots.rounds - 1
      let afterFailure = chain.afterFailure(slots.counting(in: round + 1))
      var places: [Class: UInt16] = [:]
      var own: [UInt16] = []
      for state in chain.states.indices {
        let alike = Class(
          kind: chain.states[state].kind,
          isHopeful: slots.isInTime(needing: chain.needed[state], after: round),
          afterSuccess: isLast ? 0 : following[chain.afterSuccess[state]],
          afterFailure: isLast ? 0 : following[afterFailure[state]])
        let place = places[alike] ?? UInt16(places.count)
        if places[alike] == nil {
          places[alike] = place
          classes[round + 1].append(alike)
        }
        own.append(place)
      }
      following = own
    }
    first = following[0]
  }
}
