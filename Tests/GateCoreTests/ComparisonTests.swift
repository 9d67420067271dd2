import FoundationEssentials
import TestSupport
import Testing

@testable import GateCore

/// The numbers against SciPy's, which `Fixtures/scipy_cases.py` has written down.
@Suite struct ComparisonNumbersTests {
  private struct Cases: Decodable {
    var fisher: [Fisher]
    var ranks: [Ranks]
    var tails: [Tail]

    struct Fisher: Decodable {
      var table: [Int]
      var p_value: Double
    }

    struct Ranks: Decodable {
      var new: [Int64]
      var old: [Int64]
      var u: Double
      var p_value: Double
      var shift: Double
      var interval: [Double]?
    }

    struct Tail: Decodable {
      var z: Double
      var tail: Double
    }
  }

  private static func cases() throws -> Cases {
    let folder = #filePath[..<(#filePath.lastIndex(of: "/") ?? #filePath.startIndex)]
    let bytes = try Data(contentsOf: URL(filePath: "\(folder)/Fixtures/comparison.json"))
    return try JSONDecoder().decode(Cases.self, from: bytes)
  }

  private static func isClose(_ seen: Double, _ wanted: Double) -> Bool {
    abs(seen - wanted) <= 1e-9 * max(abs(wanted), 1e-300)
  }

  @Test func fishersTestIsSciPys() throws {
    let cases = try Self.cases().fisher
    #expect(cases.count > 50)
    for one in cases {
      let seen = fisherTest(
        failures: one.table[0], of: one.table[1], against: one.table[2], of: one.table[3])
      #expect(Self.isClose(seen, one.p_value), "\(one.table): \(seen), not \(one.p_value)")
    }
  }

  @Test func theRankTestAndTheShiftAreSciPys() throws {
    let cases = try Self.cases().ranks
    #expect(cases.count > 10)
    for (number, one) in cases.enumerated() {
      let test = RankTest(one.new, one.old)
      let differences = PairDifferences(test)
      #expect(test.u == one.u, "case \(number)")
      #expect(
        Self.isClose(test.pValue, one.p_value), "case \(number): \(test.pValue) \(one.p_value)")
      #expect(differences.median == one.shift, "case \(number)")
      let interval = differences.interval(error: 0.05)
      #expect(
        interval.map { [$0.lowerBound, $0.upperBound] } == one.interval, "case \(number)")
    }
    #expect(cases.contains { RankTest($0.new, $0.old).isExact })
    #expect(cases.contains { RankTest($0.new, $0.old).hasTies })
  }

  @Test func theNormalDistributionIsSciPys() throws {
    for one in try Self.cases().tails {
      #expect(Self.isClose(normalTail(one.z), one.tail), "\(one.z)")
      guard abs(one.z) < 10 else { continue }
      #expect(abs(normalQuantile(ofTail: one.tail) - one.z) < 1e-9, "\(one.z)")
    }
  }
}

/// When the groups are compared, and what follows.
@Suite struct ComparisonDecisionTests {
  /// Plays both groups to the verdict, with answers of so many milliseconds.
  private static func run(
    _ policy: ComparisonPolicy = ComparisonPolicy(minSamples: 10), soak: Int = 0,
    deadline: Int = 300, new: [String] = ["+*"], old: [String] = ["+*"],
    latencies: (new: Int, old: Int) = (5, 5)
  ) -> VirtualRun {
    var run = VirtualRun(
      check: .sample(unhealthy: 3),
      policy: GatePolicy(
        soak: .seconds(soak), deadline: .seconds(deadline), expected: new.count,
        comparison: policy))
    run.join(new.indices.map { "new-\($0)" })
    run.join(old.indices.map { "old-\($0)" }, as: .baseline)
    var marks = (new + old).map { Mark.all(in: $0.replacing("*", with: "")) }
    let repeats = (new + old).map { $0.hasSuffix("*") }
    var number: Int64 = 0
    for second in stride(from: 0, through: deadline + 40, by: 10) {
      for index in marks.indices where run.verdict == nil {
        guard let mark = marks[index].first, let result = mark.result else { continue }
        let start = GateInstant.seconds(Double(second))
        number += 1
        // Never the same twice, so that the ranks have no ties.
        let latency = Int64(index < new.count ? latencies.new : latencies.old) * 1000 + number
        var report = CheckReport.sample(result, from: start, to: start)
        report.latencyMicroseconds = latency
        run.send(.checked(InstanceKey(index), report), at: start)
        if marks[index].count > 1 || !repeats[index] { marks[index].removeFirst() }
      }
      run.send(.wokeUp, at: .seconds(Double(second) + 0.5))
    }
    return run
  }

  @Test func thePromotionWaitsForTheSamples() throws {
    let run = Self.run()
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == .promote)
    // The first check made it healthy and is no sample; so ten more of each follow.
    #expect(verdict.at == .seconds(100))
    let comparison = try #require(run.gate.comparison)
    #expect(comparison.hasEnoughSamples && !comparison.isWorse)
    #expect(comparison.new.checks == 10 && comparison.old.checks == 10)
    #expect(run.violations == [])
    #expect(run.replayed().comparison == comparison && run.replayed().verdict == verdict)
  }

  @Test func moreFailuresThanTheBaselineAreARollback() throws {
    let run = Self.run(
      ComparisonPolicy(minSamples: 20), deadline: 900, new: ["++-+-+-+-+-+-+-+-+-+-+-+*"])
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == .rollback && verdict.reason.code == .worseThanBaseline)
    #expect(
      verdict.reason.message
        == "10 of 20 checks failed since the group was healthy, of the baseline's 0 of 20 (confidence 95%)"
    )
  }

  @Test func theBaselinesOwnFailuresAreNotHeldAgainstTheNewGroup() throws {
    let run = Self.run(
      ComparisonPolicy(minSamples: 20), deadline: 900, new: ["++-+-+-+-+-+-+-+-+-+-+-+*"],
      old: ["+-+-+-+-+-+-+-+-+-+-+-+*"])
    #expect(run.verdict?.decision == .promote)
  }

  @Test func aFailingBaselineNeverStopsAHealthyGroup() throws {
    let run = Self.run(new: ["+*"], old: ["-*"])
    #expect(run.verdict?.decision == .promote)
    #expect(run.gate.comparison?.latency == nil)
  }

  @Test func aSingleFailureIsNoReasonNotToCompareLatencies() throws {
    for (new, old) in [(["+++-+*"], ["+*"]), (["+*"], ["+++-+*"])] {
      let run = Self.run(
        ComparisonPolicy(minSamples: 20), deadline: 900, new: new, old: old, latencies: (9, 5))
      #expect(run.verdict?.reason.code == .worseThanBaseline)
    }
  }

  @Test func aLatencyAboveTheAllowedIncreaseIsARollback() throws {
    let run = Self.run(latencies: (9, 5))
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == .rollback && verdict.reason.code == .worseThanBaseline)
    #expect(
      verdict.reason.message.hasPrefix(
        "responses took 4.0ms longer than the baseline's, 20% allowed: medians 9.0ms and 5.0ms"))
    let latency = try #require(run.gate.comparison?.latency)
    #expect(latency.effectSize == 1 && latency.pValue < 0.001)
  }

  @Test(arguments: [LatencyIncrease.percentage(100), .duration(.milliseconds(10))])
  func aLatencyWithinItIsNone(_ increase: LatencyIncrease) {
    let run = Self.run(
      ComparisonPolicy(maxLatencyIncrease: increase, minSamples: 10), latencies: (9, 5))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func tooFewSamplesByTheDeadlineAreSaid() throws {
    let run = Self.run(deadline: 55)
    let verdict = try #require(run.verdict)
    #expect(verdict.decision == .inconclusive && verdict.reason.code == .tooFewSamples)
    #expect(verdict.at == .seconds(55.000_001))
    #expect(
      verdict.reason.message
        == "1 of 1 instance healthy, but the deadline of 55s passed with 5 checks to compare with "
        + "the baseline's 6, 10 of each required")
    #expect(run.violations == [])
  }

  @Test func whatCameBeforeTheGroupWasHealthyIsNoSample() {
    let run = Self.run(new: ["--+*"])
    #expect(run.verdict?.decision == .promote)
    #expect(run.gate.comparison?.new.failures == 0)
  }
}
