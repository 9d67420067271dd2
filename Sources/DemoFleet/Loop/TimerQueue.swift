/// Actions with their times, the earliest first; of two at the same time, the one added first.
///
/// It is a binary heap: no timer is due before its parent, which has half its index.
struct TimerQueue {
  private var heap: [Timer] = []
  private var addedCount = 0

  private struct Timer {
    var due: ContinuousClock.Instant
    var number: Int
    var action: () -> Void

    func comes(before other: Timer) -> Bool { (due, number) < (other.due, other.number) }
  }

  /// When the first action is due; nil if there is none.
  var nextDue: ContinuousClock.Instant? { heap.first?.due }

  mutating func add(at due: ContinuousClock.Instant, _ action: @escaping () -> Void) {
    var child = heap.count
    heap.append(Timer(due: due, number: addedCount, action: action))
    addedCount += 1
    while child > 0, heap[child].comes(before: heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Removes and returns the actions that are due by this time.
  mutating func removeDue(by now: ContinuousClock.Instant) -> [() -> Void] {
    var due: [() -> Void] = []
    while let first = heap.first, first.due <= now {
      due.append(first.action)
      removeFirst()
    }
    return due
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while let child = earlierChild(of: parent), heap[child].comes(before: heap[parent]) {
      heap.swapAt(child, parent)
      parent = child
    }
  }

  private func earlierChild(of parent: Int) -> Int? {
    let (left, right) = (2 * parent + 1, 2 * parent + 2)
    guard left < heap.count else { return nil }
    return right < heap.count && heap[right].comes(before: heap[left]) ? right : left
  }
}
