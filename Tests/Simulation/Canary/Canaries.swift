package import GateCore
import TestSupport

/// Canaries of one seed after the other.
package enum Canaries {
  /// How many of each decision there were, and what broke a rule.
  package struct Outcome: Sendable {
    package var runs = 0
    package var checks = 0
    package var shifts = 0
    package var decisions: [Decision: Int] = [:]
    package var reasons: [ReasonCode: Int] = [:]
    package var violation: String?

    package var text: String {
      "\(runs) canaries, \(checks) checks, \(shifts) shifts: \(reasons.listed)\n"
    }
  }

  /// Plays until one breaks a rule, or so many are done.
  package static func run(_ runs: Int, seed: UInt64) -> Outcome {
    var outcome = Outcome()
    for offset in 0..<runs {
      let world = CanaryWorld(seed: seed &+ UInt64(offset))
      let run = world.play()
      outcome.runs += 1
      for timed in run.run.events {
        switch timed.event {
        case .checked, .checkLost, .guardWaits: outcome.checks += 1
        case .stepBegan: outcome.shifts += 1
        default: break
        }
      }
      if let verdict = run.run.verdict {
        outcome.decisions[verdict.decision, default: 0] += 1
        outcome.reasons[verdict.reason.code, default: 0] += 1
      }
      let violations = CanaryRules.judge(run, in: world)
      guard violations.isEmpty else {
        let events = run.run.events.map(\.words).joined(separator: "\n")
        let verdict = run.run.verdict.map { "\($0)" } ?? "none"
        outcome.violation =
          "canary of seed \(world.seed): \(violations.joined(separator: "; "))\n\(world)\n\(events)\n"
          + "verdict: \(verdict)"
        return outcome
      }
    }
    return outcome
  }
}

extension [ReasonCode: Int] {
  /// The reasons with their counts, the most frequent first.
  var listed: String {
    sorted { ($0.value, $0.key.rawValue) > ($1.value, $1.key.rawValue) }
      .map { "\($0.key.rawValue) \($0.value)" }.joined(separator: ", ")
  }
}
