/// The probabilities of what one instance becomes first, by the deadline; their sum is 1.
package struct InstanceOdds: Hashable, Sendable {
  package var healthy = 0.0
  package var unhealthy = 0.0
  package var undecided = 0.0
}

extension InstanceOdds {
  init(_ chain: InstanceChain, _ slots: PlanSlots, failing rates: [Double]) {
    var masses = [0: 1.0]
    let last = slots.lastRound
    for round in 0...last where !masses.isEmpty {
      let rate = rates[round]
      let afterFailure = chain.afterFailure(slots.counting(in: round))
      var next: [Int: Double] = [:]
      for (state, mass) in masses.sorted(by: { $0.key < $1.key }) where mass > 0 {
        for (after, share) in [
          (chain.afterSuccess[state], mass * (1 - rate)), (afterFailure[state], mass * rate),
        ] {
          switch chain.states[after].kind {
          case .initial: next[after, default: 0] += share
          case .healthy: healthy += share
          case .unhealthy: unhealthy += share
          }
        }
      }
      masses = next
    }
    undecided = masses.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
  }

  /// Adds the odds of a case, weighted with its probability.
  mutating func add(_ other: InstanceOdds, weighted weight: Double) {
    healthy += weight * other.healthy
    unhealthy += weight * other.unhealthy
    undecided += weight * other.undecided
  }
}
