import Simulation
import Testing

/// Whole canaries on virtual time, judged from outside.
@Suite struct CanaryTests {
  @Test func noCanaryOfTheFixedSeedsBreaksARule() {
    let outcome = Canaries.run(400, seed: 1)
    #expect(outcome.violation == nil)
    // Each way to end is among them.
    #expect(outcome.reasons.count >= 8, "\(outcome.text)")
    #expect(outcome.shifts > 400)
  }
}

/// Groups under several health checks on virtual time, judged from outside.
@Suite struct SeveralChecksGroupTests {
  @Test func noGroupOfTheFixedSeedsBreaksARule() {
    let outcome = ChecksGroups.run(1000, seed: 1)
    #expect(outcome.violation == nil)
    #expect(outcome.reasons.count >= 5, "\(outcome.text)")
  }
}

/// The comparison's error, shared over the steps and both tests.
@Suite struct RolloutTests {
  @Test func goodReleasesAreCalledWorseNoMoreOftenThanTheConfidenceSays() {
    let outcome = Rollouts.run(400, seed: 1)
    #expect(outcome.isWell, "\(outcome.text)")
  }
}
