import GateCore
import TestSupport

/// How a check under way will end.
struct End {
  /// On the world's clock.
  var at: Int64
  var key: InstanceKey
  /// Which of the instance's checks it is of.
  var generation: Int
  var mark: Mark
  var after: Int64

  /// Those that end together do so in the order in which they began.
  func isBefore(_ other: Self) -> Bool {
    at == other.at ? generation < other.generation : at < other.at
  }
}

/// The ends to come, the earliest first: a binary heap.
struct EndQueue {
  private var heap: [End] = []

  var first: End? { heap.first }

  mutating func insert(_ end: End) {
    heap.append(end)
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeFirst() {
    let last = heap.removeLast()
    guard !heap.isEmpty else { return }
    heap[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { return }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(heap[parent]) else { return }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
