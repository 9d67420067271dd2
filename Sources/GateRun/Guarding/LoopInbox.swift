internal import CSystem
internal import Synchronization

/// Items from other threads for the loop, which is woken when there are some.
final class LoopInbox<Item: Sendable>: Sendable {
  /// Becomes readable when there are items.
  let event: hg_event
  private let items = Mutex<[Item]>([])

  /// - Throws: `CommandFailure` if there are no descriptors left.
  init() throws(CommandFailure) {
    var event = hg_event()
    guard hg_event_open(&event) == 0 else {
      throw CommandFailure(.sourceUnavailable, "no checks can be made: \(SystemError.last.words)")
    }
    self.event = event
  }

  func put(_ item: Item) {
    items.withLock { $0.append(item) }
    hg_event_set(event)
  }

  func takeAll() -> [Item] {
    items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
