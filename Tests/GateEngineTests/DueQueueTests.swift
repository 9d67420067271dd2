import GateCore
import TestSupport
import Testing

@testable import GateEngine

@Suite struct DueQueueTests {
  @Test func theEarliestComesFirstAndEqualsInTheOrderOfTheirKeys() {
    var queue = DueQueue()
    for (key, due) in [(4, 20.0), (2, 10), (0, 20), (3, 10), (1, 30)] {
      queue.insert(InstanceKey(key), due: .seconds(due))
    }
    var order: [Int] = []
    while let key = queue.removeFirst(dueBy: .seconds(30)) { order.append(key.index) }
    #expect(order == [2, 3, 0, 4, 1])
    #expect(queue.isEmpty)
  }

  @Test func nothingComesBeforeItIsDue() {
    var queue = DueQueue()
    #expect(queue.first == nil)
    #expect(queue.removeFirst(dueBy: .seconds(100)) == nil)
    queue.insert(InstanceKey(0), due: .seconds(10))
    #expect(queue.first == .seconds(10))
    #expect(queue.removeFirst(dueBy: GateInstant(microseconds: 9_999_999)) == nil)
    #expect(!queue.isEmpty)
    #expect(queue.removeFirst(dueBy: .seconds(10)) == InstanceKey(0))
    #expect(queue.first == nil)
  }

  @Test(arguments: [1, 2, 3, UInt64.random(in: 0...999_999)])
  func itAgreesWithASortedList(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = DueQueue()
    var model: [(due: Int64, key: Int)] = []
    for step in 0..<3000 {
      if random.chance(model.count < 60 ? 0.6 : 0.4) {
        let entry = (Int64.random(in: -5...50, using: &random), Int(random.next() % 40))
        model.append(entry)
        queue.insert(InstanceKey(entry.1), due: GateInstant(microseconds: entry.0))
      } else {
        let now = Int64.random(in: -5...50, using: &random)
        let first = model.indices.min { model[$0] < model[$1] }
        let wanted = first.flatMap { model[$0].due <= now ? model.remove(at: $0).key : nil }
        let found = queue.removeFirst(dueBy: GateInstant(microseconds: now))?.index
        guard found == wanted else {
          Issue.record("seed \(seed), step \(step): \(found as Any), not \(wanted as Any)")
          return
        }
      }
      let first = model.map(\.due).min().map { GateInstant(microseconds: $0) }
      guard queue.first == first, queue.isEmpty == model.isEmpty else {
        Issue.record("seed \(seed), step \(step): another first than \(first as Any)")
        return
      }
    }
  }
}
