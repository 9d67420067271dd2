import Testing

@testable import Simulation

/// Large groups in which every check fails now and then.
@Suite struct SporadicTests {
  #if DEBUG
    static let runs = 2
  #else
    static let runs = 30
  #endif

  @Test func sporadicFailuresInAThousandInstancesCostAnIntervalAndNotTheRelease() {
    let (outcome, violation) = Sporadic.run(Self.runs, seed: 1)
    #expect(violation == nil)
    #expect(outcome.runs == Self.runs)
    #expect(outcome.isWell, "\(outcome.text)")
  }
}
