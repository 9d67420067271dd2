/// When an instance is checked: at its first check's start plus whole intervals, never drifting.
///
/// A late answer does not push the next check back, a check that was not started in time is
/// skipped and not made up for, and two checks of one instance never run at the same time.
package struct CheckSchedule: Hashable, Sendable {
  /// The start of the first check; nil until it is known.
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
