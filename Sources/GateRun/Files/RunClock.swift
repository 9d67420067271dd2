internal import CSystem
internal import GateCore

/// The clock of a run without a loop: a given moment, plus the time since then.
struct RunClock {
  private let instant: GateInstant
  /// The reading of the monotonic clock at that moment, in microseconds.
  private let began = hg_monotonic_us()

  init(at instant: GateInstant) {
    self.instant = instant
  }

  var now: GateInstant { instant + .microseconds(max(hg_monotonic_us() - began, 0)) }
}
