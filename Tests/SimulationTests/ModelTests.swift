import GateCore
import TestSupport
import Testing

@testable import Simulation

/// The gate against the slow model, event by event, over random settings and histories.
@Suite struct ModelTests {
  static let seeds: [UInt64] = (1...10).map { $0 * 1_000_003 } + freshSeeds

  /// Seeds that no run had before; a failure names the one that it had.
  static let freshSeeds: [UInt64] = {
    var system = SystemRandomNumberGenerator()
    let seeds = (0..<3).map { _ in system.next() >> 16 }
    print("fresh seeds of the model tests: \(seeds)")
    return seeds
  }()

  #if DEBUG
    static let checksEach = 6000
  #else
    static let checksEach = 77_000
  #endif

  @Test(arguments: seeds) func theGateAgreesWithTheSlowModel(seed: UInt64) {
    var checks = 0
    var seed = seed
    while checks < Self.checksEach {
      guard let folded = Self.agree(seed: seed) else { return }
      checks += folded
      seed += 1
    }
  }

  /// Runs one world to its end; returns the checks folded, or nil when the two disagree.
  private static func agree(seed: UInt64) -> Int? {
    var world = SmallWorld(seed: seed)
    let model = SlowModel(check: world.check, policy: world.policy)
    var history: [VirtualRun.TimedEvent] = []
    var standing = SlowModel.Standing(expected: world.policy.expected)
    var verdict: SlowModel.Conclusion?
    var trial: SlowModel.Trial?
    while verdict == nil, let timed = world.step() {
      let now = timed.at.microseconds
      let last = history.last?.at.microseconds ?? 0
      verdict = model.verdict(byTimeFrom: last, through: now, standing, &trial)
      if verdict == nil {
        history.append(timed)
        standing = model.standing(after: history)
        verdict = model.verdict(at: now, standing, &trial)
      }
      guard agree(world.run, standing, verdict) else {
        Issue.record(
          """
          seed \(seed): after \(timed)
          gate:  \(describe(world.run.gate))
          model: \(standing.members.map(\.state)) \(trial.map { "\($0)" } ?? "") \(verdict.map { "\($0)" } ?? "no verdict")
          \(world.check)
          \(world.policy)
          \(history.map { "\($0.at.microseconds) \($0.event)" }.joined(separator: "\n"))
          """)
        return nil
      }
    }
    if verdict == nil { Issue.record("seed \(seed): no verdict after the deadline") }
    for violation in world.run.violations { Issue.record("seed \(seed): \(violation)") }
    return history.count { timed in
      if case .checked = timed.event { true } else { false }
    }
  }

  private static func agree(
    _ run: VirtualRun, _ standing: SlowModel.Standing, _ verdict: SlowModel.Conclusion?
  ) -> Bool {
    let decided = run.verdict.map {
      SlowModel.Conclusion(decision: $0.decision, code: $0.reason.code, at: $0.at.microseconds)
    }
    return decided == verdict
      && run.gate.records.map(\.health.state) == standing.members.map(\.state)
      && run.gate.records.map { $0.removed != nil } == standing.members.map(\.hasLeft)
  }

  private static func describe(_ gate: Gate) -> String {
    "\(gate.records.map(\.health.state)) \(gate.verdict.map { "\($0)" } ?? "no verdict")"
  }
}
