internal import CSystem

/// An event with which a thread wakes the loop.
final class LoopEvent: Sendable {
  let event: hg_event

  /// - Throws: `CommandFailure` if there are no descriptors left.
  init() throws(CommandFailure) {
    var event = hg_event()
    guard hg_event_open(&event) == 0 else {
      throw CommandFailure(.sourceUnavailable, "no checks can be made: \(SystemError.last.words)")
    }
    self.event = event
  }

  func set() { hg_event_set(event) }
}
