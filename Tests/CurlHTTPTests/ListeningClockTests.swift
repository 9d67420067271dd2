import Testing

@testable import CurlHTTP

@Suite struct ListeningClockTests {
  /// What the loop did, in milliseconds since the start.
  enum Step: Hashable, Sendable {
    /// It worked until then.
    case worked(Int64)
    /// It was to wait so long from the first moment, and came back at the second.
    case listened(from: Int64, atMost: Int64, until: Int64)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var steps: [Step]
    /// In milliseconds.
    var lost: Int64
  }

  static let rows: [Row] = [
    Row(testDescription: "nothing", steps: [], lost: 0),
    Row(testDescription: "before the first wait there is no clock", steps: [.worked(500)], lost: 0),
    Row(
      testDescription: "back on time",
      steps: [.listened(from: 0, atMost: 100, until: 100), .worked(101)], lost: 0),
    Row(
      testDescription: "back before its time",
      steps: [.listened(from: 0, atMost: 1000, until: 40), .worked(42)], lost: 0),
    Row(
      testDescription: "back late, by what is ordinary",
      steps: [.listened(from: 0, atMost: 100, until: 105)], lost: 0),
    Row(
      testDescription: "back late", steps: [.listened(from: 0, atMost: 100, until: 400)],
      lost: 300),
    Row(
      testDescription: "held up between waits",
      steps: [.listened(from: 0, atMost: 100, until: 50), .worked(750)], lost: 700),
    Row(
      testDescription: "busy, but as is ordinary",
      steps: [.listened(from: 0, atMost: 100, until: 50), .worked(55)], lost: 0),
    Row(
      testDescription: "held up twice",
      steps: [
        .listened(from: 0, atMost: 100, until: 50), .worked(150),
        .listened(from: 150, atMost: 0, until: 150), .worked(350),
      ], lost: 300),
    Row(
      testDescription: "held up in work and in waiting",
      steps: [
        .listened(from: 0, atMost: 10, until: 10), .worked(110),
        .listened(from: 110, atMost: 10, until: 320),
      ], lost: 300),
  ]

  @Test(arguments: rows) func onlyTimeInWhichNobodyListenedIsLost(row: Row) {
    var clock = ListeningClock()
    for step in row.steps {
      switch step {
      case .worked(let now): clock.worked(until: now * 1000)
      case .listened(let before, let wait, let now):
        clock.listened(from: before * 1000, atMost: wait * 1000, until: now * 1000)
      }
    }
    #expect(clock.lost == row.lost * 1000)
    #expect(clock.time(at: 1_000_000) == 1_000_000 - row.lost * 1000)
  }
}

@Suite struct DeadlineQueueTests {
  @Test func theFirstBegunIsTheFirstToEnd() {
    var queue = DeadlineQueue()
    #expect(queue.first == nil)
    #expect(queue.removeFirst(dueBy: .max) == nil)
    for index in 0..<3 { queue.append(Int64(index) * 10, index: index, generation: index + 5) }
    #expect(queue.first == 0)
    #expect(queue.removeFirst(dueBy: -1) == nil)
    let first = queue.removeFirst(dueBy: 0)
    #expect(first?.index == 0)
    #expect(first?.generation == 5)
    #expect(queue.first == 10)
    #expect(queue.removeFirst(dueBy: 9) == nil)
    #expect(queue.removeFirst(dueBy: 100)?.index == 1)
    #expect(queue.removeFirst(dueBy: 100)?.index == 2)
    #expect(queue.removeFirst(dueBy: 100) == nil)
    #expect(queue.first == nil)
  }

  /// Its memory is that of the checks under way, and none is lost when it is tidied.
  @Test func itKeepsItsOrderThroughManyChecks() {
    var queue = DeadlineQueue()
    var (added, removed): (Int64, Int64) = (0, 0)
    for round in 0..<40 {
      for _ in 0..<(round % 2 == 0 ? 900 : 100) {
        queue.append(added, index: Int(added), generation: 0)
        added += 1
      }
      while queue.first.map({ $0 < added - 50 }) ?? false {
        guard queue.removeFirst(dueBy: added)?.index == Int(removed) else {
          Issue.record("entry \(removed) is lost or out of order")
          return
        }
        removed += 1
      }
    }
    #expect(removed == added - 50)
  }
}
