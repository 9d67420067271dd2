internal import CSystem
internal import Synchronization

/// Items for a thread that waits for descriptors: one descriptor signals that there are some.
final class Inbox<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  private let event: hg_event

  /// Nil, with `errno` set, if there are no descriptors.
  init?() {
    var event = hg_event()
    guard hg_event_open(&event) == 0 else { return nil }
    self.event = event
  }

  deinit { hg_event_close(event) }

  /// Readable when an item has arrived.
  var descriptor: CInt { event.reader }

  func put(_ item: Item) {
    items.withLock { $0.append(item) }
    hg_event_set(event)
  }

  func takeAll() -> [Item] {
    hg_event_clear(event)
    return items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
