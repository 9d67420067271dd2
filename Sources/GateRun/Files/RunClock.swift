internal import CSystem
internal import GateCore

/// The run's time while no loop keeps it: that of a moment, and what has passed since.
struct RunClock {
  private let instant: GateInstant
  /// The moment on the monotonic clock.
  private let began = hg_monotonic_us()

  init(at instant: GateInstant) {
    self.instant = instant
  }

  var now: GateInstant { instant + .microseconds(max(hg_monotonic_us() - began, 0)) }
}
