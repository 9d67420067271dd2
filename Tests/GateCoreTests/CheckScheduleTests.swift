import TestSupport
import Testing

@testable import GateCore

@Suite struct CheckScheduleTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    /// The start and the end of each check, in seconds.
    var checks: [(from: Double, to: Double)]
    var next: Double
  }

  static let rows: [Row] = [
    Row(testDescription: "an interval after the first start", checks: [(3, 3.2)], next: 13),
    Row(testDescription: "a slow answer pushes nothing back", checks: [(3, 12.9)], next: 13),
    Row(
      testDescription: "a late start does not drift", checks: [(3, 3), (13.4, 13.5)], next: 23),
    Row(
      testDescription: "small delays do not add up",
      checks: [(0, 1), (10.1, 10.2), (20.2, 20.3), (30.3, 30.4)], next: 40),
    Row(testDescription: "no overlap: the next slot after the end", checks: [(0, 10.5)], next: 20),
    Row(testDescription: "an end at a slot is in time for it", checks: [(0, 20)], next: 20),
    Row(testDescription: "missed slots are skipped", checks: [(0, 1), (47, 48)], next: 50),
    Row(testDescription: "long after", checks: [(0, 95)], next: 100),
  ]

  @Test(arguments: rows) func theNextCheckIsAtASlot(row: Row) {
    var schedule = CheckSchedule()
    var next = GateInstant.start
    for check in row.checks {
      next = schedule.next(
        afterCheckFrom: .seconds(check.from), to: .seconds(check.to), every: 10_000_000)
    }
    #expect(next == .seconds(row.next))
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func eachStartIsAWholeNumberOfIntervalsAfterTheFirst(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let interval = Int64.random(in: 1...50, using: &random)
    let first = Int64.random(in: 0...50, using: &random)
    var schedule = CheckSchedule()
    var wanted = first
    for _ in 0..<500 {
      let started = wanted == first ? first : wanted + Int64.random(in: 0...3, using: &random)
      let ended = started + Int64.random(in: 0...120, using: &random)
      let next = schedule.next(
        afterCheckFrom: GateInstant(microseconds: started),
        to: GateInstant(microseconds: ended), every: interval
      ).microseconds
      #expect((next - first) % interval == 0, "seed \(seed)")
      #expect(next >= ended && next > started, "seed \(seed)")
      #expect(next - max(ended, started + 1) < interval, "seed \(seed): a slot was left out")
      wanted = next
    }
  }
}
