internal import LibC

/// An object that owns a descriptor and waits for it in a loop.
protocol DescriptorOwner: AnyObject {
  /// Called when there may be something to read, or room to write; it must try without blocking.
  func descriptorIsReady()
}

/// Waits for descriptors and times, and calls what is due, on the thread that runs it.
///
/// It uses `poll` rather than epoll, which only Linux has. The cost of `poll` grows with the number
/// of descriptors, but thousands take less than a millisecond per turn.
final class EventLoop {
  /// The descriptors for `poll`; their owners have the same indexes in `owners`.
  private var entries: [pollfd] = []
  private var owners: [any DescriptorOwner] = []
  private var places: [CInt: Int] = [:]
  private var timers = TimerQueue()
  private var isRunning = true

  /// Calls the owner when there is something to read or accept, and with `room` also to write.
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

  /// Stops waiting for a descriptor; it must be called before the descriptor is closed.
  func forget(_ descriptor: CInt) {
    guard let place = places.removeValue(forKey: descriptor) else { return }
    let last = entries.count - 1
    entries.swapAt(place, last)
    owners.swapAt(place, last)
    entries.removeLast()
    owners.removeLast()
    if place < last { places[entries[place].fd] = place }
  }

  /// Calls the action later, but not within this turn.
  func after(_ delay: Duration, _ action: @escaping () -> Void) {
    timers.add(at: .now + delay, action)
  }

  /// Serves until `end` is called.
  func run() {
    while isRunning {
      for owner in readyOwners() { owner.descriptorIsReady() }
      for action in timers.removeDue(by: .now) { action() }
    }
  }

  /// Makes `run` return after this turn.
  func end() { isRunning = false }

  /// Waits until a descriptor is ready or a timer is due; returns the owners of ready descriptors.
  private func readyOwners() -> [any DescriptorOwner] {
    var left = poll(&entries, nfds_t(entries.count), timeout)
    var ready: [any DescriptorOwner] = []
    for place in entries.indices where left > 0 && entries[place].revents != 0 {
      ready.append(owners[place])
      left -= 1
    }
    return ready
  }

  /// The timeout of `poll` in milliseconds, rounded up so that no timer is early.
  private var timeout: CInt {
    guard let due = timers.nextDue else { return -1 }
    let milliseconds = ((due - .now) / .milliseconds(1)).rounded(.up)
    return CInt(min(max(milliseconds, 0), 3_600_000))
  }
}
