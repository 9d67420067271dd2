import Testing

@testable import DemoFleet

@Suite struct TimerQueueTests {
  private static let start = ContinuousClock.now

  /// Adds one action a delay, in that order, and does those that are due by then.
  private func done(_ delays: [Int], by limit: Int) -> [Int] {
    let done = Done()
    var timers = TimerQueue()
    for (number, delay) in delays.enumerated() {
      timers.add(at: Self.start + .seconds(delay)) { done.numbers.append(number) }
    }
    for action in timers.removeDue(by: Self.start + .seconds(limit)) { action() }
    let left = delays.filter { $0 > limit }.min().map { Self.start + .seconds($0) }
    #expect(timers.nextDue == left)
    return done.numbers
  }

  private final class Done { var numbers: [Int] = [] }

  @Test func theEarliestIsFirst() {
    #expect(done([3, 1, 2, 5, 4], by: 4) == [1, 2, 0, 4])
  }

  @Test func thoseOfOneTimeKeepTheirOrder() {
    #expect(done([1, 0, 1, 0, 1, 0], by: 1) == [1, 3, 5, 0, 2, 4])
  }

  @Test func nothingIsEarly() {
    #expect(done([1, 2], by: 0) == [])
    #expect(done([], by: 0) == [])
  }

  /// Against a stable sort, of delays in no order.
  @Test(arguments: [1, 2, 3, 10, 100, 1000]) func manyAreDoneInTheirOrder(count: Int) {
    let delays = (0..<count).map { $0 * 7919 % 211 }
    let sorted = delays.indices.sorted { (delays[$0], $0) < (delays[$1], $1) }
    #expect(done(delays, by: 100) == sorted.filter { delays[$0] <= 100 })
  }
}
