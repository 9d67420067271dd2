internal import Glibc
internal import Synchronization

/// What is sent to a thread that waits for descriptors: one of them tells that there is something.
final class Inbox<Item: Sendable>: Sendable {
  private let items = Mutex<[Item]>([])
  /// Readable when something has come.
  let descriptor: CInt
  private let writingEnd: CInt

  /// Nil, with `errno`, when there are no descriptors.
  init?() {
    var ends: [CInt] = [-1, -1]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (descriptor, writingEnd) = (ends[0], ends[1])
  }

  deinit {
    close(descriptor)
    close(writingEnd)
  }

  func put(_ item: Item) {
    items.withLock { $0.append(item) }
    _ = write(writingEnd, [0], 1)
  }

  func takeAll() -> [Item] {
    var bytes = [UInt8](repeating: 0, count: 64)
    _ = read(descriptor, &bytes, bytes.count)
    return items.withLock { items in
      defer { items = [] }
      return items
    }
  }
}
