/// What is to be done at its time: the earliest first, and of two at one time the one added first.
///
/// A binary heap: no timer comes before its parent, that at half its place.
struct TimerQueue {
  private var heap: [Timer] = []
  private var addedCount = 0

  private struct Timer {
    var due: ContinuousClock.Instant
    var number: Int
    var action: () -> Void

    func comes(before other: Timer) -> Bool { (due, number) < (other.due, other.number) }
  }

  /// When the first is due.
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

  /// Takes out those that are due by then.
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
