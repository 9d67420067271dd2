/// The times of an instance's checks: its first check plus whole intervals, without drift.
///
/// A late response does not delay the next check. A check that was not started in time is skipped,
/// and not made up for. Two checks of one instance never run at the same time.
///
/// With spread checks, one interval is shorter: from then on the times are the instance's place in
/// the interval plus whole intervals.
package struct CheckSchedule: Hashable, Sendable {
  /// The start of the first check, or the instance's place; nil until the first check has ended.
  private var anchor: GateInstant?

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

  /// Moves the next check to the instance's place in the interval, counted from the start of the
  /// run.
  ///
  /// It returns the time of the next check, which is never later: a place that passes before the
  /// response arrives is used the next time.
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

  /// The last slot that is not after `moment`, at the earliest.
  ///
  /// Until the first check has ended, its start could be anywhere; this assumes the earliest.
  func earliestLastSlot(by moment: GateInstant, every interval: Int64) -> GateInstant {
    guard anchor == nil else { return lastSlot(by: moment, every: interval) }
    return GateInstant(microseconds: moment.microseconds - interval + 1)
  }
}

extension HealthCheck {
  /// The place in the interval of the instance with this number, in microseconds; nil without
  /// spreading.
  ///
  /// The fractional parts of multiples of the golden ratio are evenly spaced for any number of
  /// instances, so nobody has to move for those who join later.
  func place(of number: Int) -> Int64? {
    guard spreadChecks else { return nil }
    let part = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
    return Int64(part.multipliedFullWidth(by: UInt64(interval.inMicroseconds)).high)
  }
}
