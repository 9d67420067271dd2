import TestSupport
import Testing

@testable import GateCore

@Suite struct LatencySummaryTests {
  @Test func nothingIsKnownOfNothing() {
    let summary = LatencySummary()
    #expect(summary.least == nil && summary.greatest == nil && summary.percentile(50) == nil)
    #expect(summary.samples == [])
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func percentilesAreThoseOfTheSortedLatest256AndExtremesOfAll(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var summary = LatencySummary()
    var all: [Int64] = []
    for _ in 0..<700 {
      let latency = Int64.random(in: 0...random.pick([9, 5_000_000]), using: &random)
      summary.add(latency)
      all.append(latency)
      guard all.count < 5 || all.count % 31 == 0 else { continue }
      let latest = Array(all.suffix(256))
      let sorted = latest.sorted()
      #expect(summary.samples == latest, "seed \(seed)")
      #expect(summary.least == all.min() && summary.greatest == all.max(), "seed \(seed)")
      for percent in [0, 1, 50, 95, 99, 100] {
        // The least value that at least so many per cent are not above.
        let wanted = sorted.first { value in
          sorted.count { $0 <= value } * 100 >= percent * sorted.count
        }
        #expect(summary.percentile(percent) == wanted, "seed \(seed), percentile \(percent)")
      }
    }
  }

  @Test func anAbsurdLatencyIsCutAndNotACrash() {
    var summary = LatencySummary()
    summary.add(.max)
    #expect(summary.percentile(50) == Int64(UInt32.max))
    #expect(summary.greatest == .max)
  }
}
