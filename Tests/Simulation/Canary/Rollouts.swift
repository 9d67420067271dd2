package import GateCore
import TestSupport

/// Roll-outs of releases that are no worse than the old one, compared at each of several steps.
///
/// Both groups fail as often and answer as fast: each rollback for the comparison is an error of its
/// tests. Over all steps and both tests there must be no more of them than `confidence` says.
package enum Rollouts {
  package struct Outcome: Sendable {
    package var runs = 0
    package var promoted = 0
    /// Rolled back, or called worse, though they were not.
    package var errors = 0
    /// Whose requests a guard tested and found worse, at any look.
    package var testErrors = 0
    package var others: [ReasonCode: Int] = [:]
    /// What `confidence` allows.
    let allowed: Double

    package var share: Double { Double(errors) / Double(max(runs, 1)) }

    /// Whether there are more errors than allowed, beyond four standard errors of the count.
    package var isWell: Bool {
      let expected = allowed * Double(runs)
      let most = expected + 4 * (expected * (1 - allowed)).squareRoot()
      return Double(errors) <= most && Double(testErrors) <= most && promoted + errors == runs
    }

    package var text: String {
      let others = self.others.map { ", \($0.key.rawValue) \($0.value)" }.joined()
      return "\(runs) roll-outs of good releases: \(promoted) promoted, \(errors) called worse, "
        + "\(share) of them; \(allowed) allowed\(others)\n"
        + "\(runs) whose requests were tested at each look: \(testErrors) called worse, "
        + "\(Double(testErrors) / Double(max(runs, 1))) of them; \(allowed) allowed\n"
    }
  }

  private static let steps = 3

  package static func run(_ runs: Int, seed: UInt64) -> Outcome {
    let confidence = Confidence(hundredths: 9500)
    var outcome = Outcome(allowed: 0.05)
    for offset in 0..<runs {
      let verdict = verdict(seed: seed &+ UInt64(offset), confidence)
      outcome.runs += 1
      if isCalledWorse(seed: seed &+ UInt64(offset)) { outcome.testErrors += 1 }
      switch (verdict?.decision, verdict?.reason.code) {
      case (.promote?, _): outcome.promoted += 1
      case (_, .worseThanBaseline?): outcome.errors += 1
      case (_, let code): outcome.others[code ?? .notChecked, default: 0] += 1
      }
    }
    return outcome
  }

  /// Whether any look at any of the steps finds the requests of equal groups worse: counts of a
  /// window of four intervals, so that each look has three quarters in common with the one before,
  /// and twice as many looks as the soak has room for.
  private static func isCalledWorse(seed: UInt64) -> Bool {
    var random = SplitMix64(seed: ~seed)
    let share = [0.002, 0.01, 0.05][Int(seed % 3)]
    let (looks, window) = (20, 4)
    func count(_ requests: Int) -> RequestCount {
      let errors = (0..<requests).count { _ in Double.random(in: 0..<1, using: &random) < share }
      return RequestCount(requests: requests, errors: errors)
    }
    func sum(_ counts: ArraySlice<RequestCount>) -> RequestCount {
      RequestCount(
        requests: counts.reduce(0) { $0 + $1.requests }, errors: counts.reduce(0) { $0 + $1.errors }
      )
    }
    return (0..<steps).contains { _ in
      var test = RequestTest(error: 0.05 / Double(steps), expectedLooks: looks)
      let new = (0..<(2 * looks + window)).map { _ in count(100) }
      let old = (0..<(2 * looks + window)).map { _ in count(300) }
      return (window...(2 * looks + window)).contains {
        test.look(at: sum(new[..<$0].suffix(window)), beside: sum(old[..<$0].suffix(window)))
          .isWorse
      }
    }
  }

  private static func verdict(seed: UInt64, _ confidence: Confidence) -> Verdict? {
    var random = SplitMix64(seed: seed)
    let check = HealthCheck.sample(
      every: .seconds(10), timeout: .seconds(5), healthy: 2, initial: 1, unhealthy: 10)
    let comparison = ComparisonPolicy(
      confidence: confidence, maxLatencyIncrease: .percentage(0), minSamples: 30)
    let steps = (0..<steps).map { CanaryStep(name: "step \($0)", weight: 10 * ($0 + 1)) }
    let policy = GatePolicy(
      deadline: .seconds(100_000), expected: 2, comparison: comparison, steps: steps)
    var run = VirtualRun(check: check, policy: policy)
    run.join(["new-0", "new-1"])
    run.join(["old-0", "old-1"], as: .baseline)
    // Up to one check in fifty fails, of either group.
    let failures = Double(seed % 3) / 100
    while run.verdict == nil {
      if let command = run.command {
        run.endCommand(.exited(0), at: max(command.at, run.gate.clock))
        continue
      }
      let ends = run.checker.wantedInOrder.map { key, start in
        (key: key, at: start + latency(of: key, from: start, seed: seed))
      }
      guard let next = ends.min(by: { $0.at < $1.at }) else { break }
      let isPass = Double.random(in: 0..<1, using: &random) >= failures
      run.end(next.key, isPass ? .success : .failure, at: next.at)
    }
    return run.verdict
  }

  /// Some twenty milliseconds, and sometimes much more, as answers take: the sum of a few
  /// exponential times.
  private static func latency(
    of key: InstanceKey, from start: GateInstant, seed: UInt64
  ) -> Duration {
    var random = SplitMix64(
      seed: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(start.microseconds) &* 1_000_003
        &+ UInt64(key.index))
    _ = random.next()
    let times = (0..<3).map { _ in
      // An exponential time by the number of halvings that chance leaves.
      Double(UInt64.random(in: 1 ... .max, using: &random).leadingZeroBitCount) * 5000
        + Double.random(in: 0..<5000, using: &random)
    }
    return .microseconds(Int64(times.reduce(0, +)))
  }
}
