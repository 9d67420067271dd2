internal import LibC

/// Who owns a descriptor and waits for it in a loop.
protocol DescriptorOwner: AnyObject {
  /// There may be something to read, or room to write: to be found out without blocking.
  func descriptorIsReady()
}

/// Waits for descriptors and times, and does what is to be done then: all on the thread that runs it.
///
/// `poll` and not epoll, which is Linux's own: its cost grows with the descriptors, but
/// thousands take less than a millisecond a turn.
final class EventLoop {
  /// As `poll` wants them; whose each is stands at the same place in `owners`.
  private var entries: [pollfd] = []
  private var owners: [any DescriptorOwner] = []
  private var places: [CInt: Int] = [:]
  private var timers = TimerQueue()
  private var isRunning = true

  /// Tells the owner when there is something to read, or to accept; and when there is room, if asked.
  func watch(_ descriptor: CInt, for owner: any DescriptorOwner, room: Bool = false) {
    let events = Int16(room ? POLLIN | POLLOUT : POLLIN)
    if let place = places[descriptor] {
      entries[place].events = events
    } else {
      places[descriptor] = entries.count
      entries.append(pollfd(fd: descriptor, events: events, revents: 0))
      owners.append(owner)
    }
  }

  /// Waits for a descriptor no longer: to be said before it is closed.
  func forget(_ descriptor: CInt) {
    guard let place = places.removeValue(forKey: descriptor) else { return }
    let last = entries.count - 1
    entries.swapAt(place, last)
    owners.swapAt(place, last)
    entries.removeLast()
    owners.removeLast()
    if place < last { places[entries[place].fd] = place }
  }

  /// Does something later, but not within this turn.
  func after(_ delay: Duration, _ action: @escaping () -> Void) {
    timers.add(at: .now + delay, action)
  }

  /// Serves until `end`.
  func run() {
    while isRunning {
      for owner in readyOwners() { owner.descriptorIsReady() }
      for action in timers.removeDue(by: .now) { action() }
    }
  }

  /// Lets `run` return after this turn.
  func end() { isRunning = false }

  /// Waits for the first of them, or until a timer is due.
  private func readyOwners() -> [any DescriptorOwner] {
    var left = poll(&entries, nfds_t(entries.count), timeout)
    var ready: [any DescriptorOwner] = []
    for place in entries.indices where left > 0 && entries[place].revents != 0 {
      ready.append(owners[place])
      left -= 1
    }
    return ready
  }

  /// In milliseconds, rounded up: no timer is early, and none is waited for without waiting.
  private var timeout: CInt {
    guard let due = timers.nextDue else { return -1 }
    let milliseconds = ((due - .now) / .milliseconds(1)).rounded(.up)
    return CInt(min(max(milliseconds, 0), 3_600_000))
  }
}
