package import GateCore

/// The queue of scheduled checks, earliest first: a binary heap of times and keys.
package struct DueQueue: Sendable {
  private var heap: [Entry] = []

  fileprivate struct Entry {
    var due: Int64
    var key: InstanceKey
  }

  package var isEmpty: Bool { heap.isEmpty }

  /// When the next check is due.
  package var first: GateInstant? { heap.first.map { GateInstant(microseconds: $0.due) } }

  package mutating func insert(_ key: InstanceKey, due: GateInstant) {
    heap.append(Entry(due: due.microseconds, key: key))
    var child = heap.count - 1
    while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// Removes and returns the earliest check if it is due.
  package mutating func removeFirst(dueBy now: GateInstant) -> InstanceKey? {
    guard let first = heap.first, first.due <= now.microseconds else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty { sink(last) }
    return first.key
  }

  private mutating func sink(_ entry: Entry) {
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1].isBefore(heap[child]) { child += 1 }
      guard heap[child].isBefore(entry) else { break }
      heap[parent] = heap[child]
      parent = child
    }
    heap[parent] = entry
  }
}

extension DueQueue.Entry {
  /// Whether it comes first; checks due at the same time are ordered by when their instances
  /// joined.
  func isBefore(_ other: Self) -> Bool {
    guard due == other.due else { return due < other.due }
    return (key.index, key.check) < (other.key.index, other.key.check)
  }
}
