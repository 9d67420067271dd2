import GateCore
import TestSupport

/// The gate against the slow model where the runner dies at random moments, and another goes on.
package enum DyingRunners {
  package struct Outcome: Sendable {
    package var runs = 0
    package var checks = 0
    package var resumptions = 0
    package var violation: String?

    package var text: String {
      "\(runs) small worlds, \(checks) checks, \(resumptions) runners that went on\n"
    }
  }

  /// Plays until one breaks a rule, or so many checks are reported.
  package static func run(checks: Int, seed: UInt64) -> Outcome {
    var outcome = Outcome()
    while outcome.violation == nil, outcome.checks < checks {
      play(seed: seed &+ UInt64(outcome.runs), &outcome)
    }
    return outcome
  }

  private static func play(seed: UInt64, _ outcome: inout Outcome) {
    var world = SmallWorld(seed: seed)
    var random = SplitMix64(seed: ~seed)
    let deathRate = random.pick([0.02, 0.1, 0.3])
    var model = SlowModel(check: world.check, policy: world.policy)
    var resumptions = 0
    outcome.runs += 1
    while model.conclusion == nil, world.run.verdict == nil {
      let dies = resumptions < 4 && !model.history.isEmpty && random.chance(deathRate)
      let interval = world.check.interval.inMicroseconds
      let gap = Int64.random(
        in: random.chance(0.5) ? 1...interval : interval + 1...5 * interval, using: &random)
      guard let timed = dies ? world.resume(after: gap) : world.step() else { break }
      if dies { resumptions += 1 }
      model.take(timed)
      guard let words = model.disagreement(with: world.run.gate, after: timed) else { continue }
      outcome.violation = "runner of seed \(seed): \(words)\n\(model.account)"
      return
    }
    outcome.checks += model.checks
    outcome.resumptions += resumptions
    var violations = world.run.violations
    if world.run.verdict == nil, !model.isDebatable {
      violations.append("no verdict after the deadline")
    }
    if world.run.replayed().verdict != world.run.verdict {
      violations.append("a replay comes to another verdict")
    }
    guard !violations.isEmpty else { return }
    let words = violations.joined(separator: "; ")
    outcome.violation = "runner of seed \(seed): \(words)\n\(model.account)"
  }
}
