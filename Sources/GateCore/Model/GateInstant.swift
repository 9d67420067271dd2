/// A moment of a run: microseconds on the monotonic clock since the run started.
///
/// The resolution is that of the journal, so a replay has the same instants as the run.
package struct GateInstant: Hashable, Sendable, Comparable {
  package var microseconds: Int64

  /// When the run began.
  package static let start = GateInstant(microseconds: 0)

  package init(microseconds: Int64) {
    self.microseconds = microseconds
  }

  package static func < (left: GateInstant, right: GateInstant) -> Bool {
    left.microseconds < right.microseconds
  }

  package static func + (instant: GateInstant, duration: Duration) -> GateInstant {
    GateInstant(microseconds: instant.microseconds + duration.inMicroseconds)
  }

  package static func - (instant: GateInstant, duration: Duration) -> GateInstant {
    GateInstant(microseconds: instant.microseconds - duration.inMicroseconds)
  }

  /// The time from `earlier` to `self`; negative if `earlier` is the later one.
  package func since(_ earlier: GateInstant) -> Duration {
    .microseconds(microseconds - earlier.microseconds)
  }
}

extension Duration {
  /// Whole microseconds, rounded towards zero; values out of range become the nearest that is not.
  package var inMicroseconds: Int64 {
    // 10^12 is 2^12 times 5^12: durations below ten hours need no division of 128 bits.
    if attoseconds >= 0, let shifted = Int64(exactly: attoseconds >> 12) {
      return shifted / 244_140_625
    }
    return Int64(clamping: attoseconds / 1_000_000_000_000)
  }
}
