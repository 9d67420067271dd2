/// Actions with their times, the earliest first; of two at the same time, the one added first.
struct TimerQueue {
  private var timers: [(due: ContinuousClock.Instant, action: () -> Void)] = []

  /// When the first action is due; nil if there is none.
  var nextDue: ContinuousClock.Instant? { timers.first?.due }

  mutating func add(at due: ContinuousClock.Instant, _ action: @escaping () -> Void) {
    let place = timers.firstIndex { due < $0.due } ?? timers.endIndex
    timers.insert((due, action), at: place)
  }

  /// Removes and returns the actions that are due by this time.
  mutating func removeDue(by now: ContinuousClock.Instant) -> [() -> Void] {
    let due = timers.prefix { $0.due <= now }.map(\.action)
    timers.removeFirst(due.count)
    return due
  }
}
