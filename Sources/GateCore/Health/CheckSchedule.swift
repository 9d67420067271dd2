/// When an instance is checked: at its first check's start plus whole intervals, never drifting.
///
/// A late answer does not push the next check back, a check that was not started in time is
/// skipped and not made up for, and two checks of one instance never run at the same time.
///
/// Where checks are spread, one interval is shorter: from then on they are at the instance's own
/// place in the interval, plus whole intervals.
package struct CheckSchedule: Hashable, Sendable {
  /// The start of the first check, or the instance's place; nil until the first check has ended.
  private var anchor: GateInstant?

  package init() {}

  /// The time of the next check after one that ran from `started` to `ended`.
  package mutating func next(
    afterCheckFrom started: GateInstant, to ended: GateInstant, every interval: Int64
  ) -> GateInstant {
    let anchor = self.anchor ?? started
    self.anchor = anchor
    let slots = (started.microseconds - anchor.microseconds) / interval
    let next = anchor.microseconds + (slots + 1) * interval
    guard next < ended.microseconds else { return GateInstant(microseconds: next) }
    let whole = (ended.microseconds - anchor.microseconds + interval - 1) / interval
    return GateInstant(microseconds: anchor.microseconds + whole * interval)
  }

  /// Moves the next check ahead to the instance's place in the interval, counted from the start of
  /// the run; returns when the next check is.
  ///
  /// No check is ever later for it: a place that has passed before the answer was there is left for
  /// the next time.
  mutating func spread(
    to place: Int64, from next: GateInstant, after now: GateInstant, every interval: Int64
  ) -> GateInstant {
    let past = (next.microseconds - place) % interval
    let earlier = next.microseconds - (past < 0 ? past + interval : past)
    guard earlier > now.microseconds else { return next }
    let moved = GateInstant(microseconds: earlier)
    anchor = moved
    return moved
  }

  /// The last slot that is not after `moment`, which is not before the first check.
  ///
  /// Until the first check has ended, its start, and so each slot, can be anywhere.
  func lastSlot(by moment: GateInstant, every interval: Int64) -> GateInstant {
    guard let anchor, moment > anchor else { return moment }
    return moment - .microseconds((moment.microseconds - anchor.microseconds) % interval)
  }

  /// The same, where the first check's start, while it can be anywhere, makes it the earliest.
  func earliestLastSlot(by moment: GateInstant, every interval: Int64) -> GateInstant {
    guard anchor == nil else { return lastSlot(by: moment, every: interval) }
    return GateInstant(microseconds: moment.microseconds - interval + 1)
  }
}

extension HealthCheck {
  /// Where in the interval the checks of this number are made once they are spread, in microseconds;
  /// nil where they are not.
  ///
  /// The multiples of the golden ratio, less the whole intervals, lie evenly however many there are:
  /// nobody has to move for those who join later.
  func place(of number: Int) -> Int64? {
    guard spreadChecks else { return nil }
    let part = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
    return Int64(part.multipliedFullWidth(by: UInt64(interval.inMicroseconds)).high)
  }
}
