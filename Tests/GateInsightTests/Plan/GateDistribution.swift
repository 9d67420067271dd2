import TestSupport

@testable import GateCore

/// All that the real gate can do with a group, each with its probability.
///
/// It folds every result of every check in every order into copies of the gate itself, and puts
/// together those that have come to the same. Nothing of the plan's own reasoning is in it.
struct GateDistribution {
  private(set) var promotions: [Int64: Double] = [:]
  private(set) var rollbacks: [Int64: Double] = [:]

  var promote: Double { promotions.values.reduce(0, +) }
  var rollback: Double { rollbacks.values.reduce(0, +) }
  var expectedSeconds: Double {
    (promotions.map { Double($0.key) * $0.value } + rollbacks.map { Double($0.key) * $0.value })
      .reduce(0, +) / 1_000_000
  }

  private struct Standing: Hashable {
    /// In an order of their own: the instances are alike.
    var members: [Member]
    var healthySince: GateInstant?
    var isHeld: Bool
  }

  fileprivate struct Member: Hashable {
    var health: InstanceHealth
    var isChecked: Bool
    /// Whether it must first pass a check, now and where all else comes to hold anew.
    var isPending: Bool
    var isMissed: Bool
  }

  fileprivate struct Branch {
    var gate: Gate
    var isChecked: [Bool]
    var probability: Double
  }

  init(_ check: HealthCheck, _ policy: GatePolicy, failing rate: (GateInstant) -> Double) {
    var gate = Gate(check: check, policy: policy)
    var effects: [GateEffect] = []
    for index in 0..<policy.expected {
      gate.handle(.instanceAdded(.sample("i-\(index)")), at: .start, effects: &effects)
    }
    let unchecked = Array(repeating: false, count: policy.expected)
    var branches = [Branch(gate: gate, isChecked: unchecked, probability: 1)]
    var now = GateInstant.start
    while !branches.isEmpty {
      for _ in 0..<policy.expected {
        branches = merged(branches.flatMap { next(after: $0, at: now, failing: rate(now)) })
      }
      for index in branches.indices { branches[index].isChecked = unchecked }
      now = now + check.interval
    }
  }

  /// One more check of the round, of whichever instance it is.
  private mutating func next(
    after branch: Branch, at now: GateInstant, failing rate: Double
  ) -> [Branch] {
    let open = branch.isChecked.indices.filter { !branch.isChecked[$0] }
    var nexts: [Branch] = []
    for index in open {
      for (result, chance) in [
        (CheckResult.success, 1 - rate), (.failure(.statusMismatch), rate),
      ] where chance > 0 {
        var next = branch
        var effects: [GateEffect] = []
        next.probability *= chance / Double(open.count)
        next.isChecked[index] = true
        next.gate.handle(
          .checked(InstanceKey(index), .sample(result, from: now, to: now)), at: now,
          effects: &effects)
        switch next.gate.verdict?.decision {
        case nil: nexts.append(next)
        case .promote: promotions[next.time, default: 0] += next.probability
        case .rollback: rollbacks[next.time, default: 0] += next.probability
        case .inconclusive: preconditionFailure("a gate without faults judges")
        }
      }
    }
    return nexts
  }

  private func merged(_ branches: [Branch]) -> [Branch] {
    var merged: [Standing: Branch] = [:]
    for branch in branches {
      let members = zip(branch.gate.records, branch.isChecked).map { record, isChecked in
        Member(
          health: record.health, isChecked: isChecked, isPending: branch.gate.isPending(record),
          isMissed: record.latest != .passed)
      }
      let standing = Standing(
        members: members.sorted { $0.rank.lexicographicallyPrecedes($1.rank) },
        healthySince: branch.gate.healthySince, isHeld: branch.gate.isHeld)
      merged[
        standing, default: Branch(gate: branch.gate, isChecked: branch.isChecked, probability: 0)
      ]
      .probability += branch.probability
    }
    return Array(merged.values)
  }
}

extension GateDistribution.Branch {
  fileprivate var time: Int64 { gate.verdict?.at.microseconds ?? 0 }
}

extension GateDistribution.Member {
  fileprivate var rank: [Int] {
    [
      isChecked ? 1 : 0, isPending ? 1 : 0, isMissed ? 1 : 0, health.state.hashRank,
      health.consecutiveSuccesses,
      health.consecutiveFailures, health.failures(in: UnhealthyWindow(failures: 1, of: 64)),
    ]
  }
}

extension InstanceState {
  fileprivate var hashRank: Int {
    switch self {
    case .initial: 0
    case .healthy: 1
    case .unhealthy: 2
    }
  }
}
