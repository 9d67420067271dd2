internal import CCurlShims

/// What a thread wakes the loop with.
final class LoopEvent: Sendable {
  /// Readable once it was set.
  let descriptor: Int32

  /// - Throws: `CommandFailure` when there are no descriptors left.
  init() throws(CommandFailure) {
    descriptor = hg_event_descriptor()
    guard descriptor >= 0 else {
      throw CommandFailure(.sourceUnavailable, "no checks can be made: \(SystemError.last.words)")
    }
  }

  func set() { hg_event_set(descriptor) }
}
