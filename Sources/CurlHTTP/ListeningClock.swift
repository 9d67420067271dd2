/// A clock that stands still while the loop is not listening; in microseconds.
///
/// A loop that is held up, by a busy machine or by its own work, sees answers late. What it was
/// not listening for is not the instance's delay.
struct ListeningClock {
  /// Time lost since the run started.
  private(set) var lost: Int64 = 0
  /// When the loop last came back from waiting.
  private var returned: Int64?

  /// Less than this is the ordinary course of a loop.
  private static let tolerance: Int64 = 5000

  func time(at now: Int64) -> Int64 { now - lost }

  /// The loop worked from when it came back until `now`.
  mutating func worked(until now: Int64) {
    guard let returned else { return }
    count(now - returned)
  }

  /// The loop was to wait for at most `wait`, and came back at `now`.
  mutating func listened(from before: Int64, atMost wait: Int64, until now: Int64) {
    count(now - before - wait)
    returned = now
  }

  private mutating func count(_ overrun: Int64) {
    if overrun > Self.tolerance { lost += overrun }
  }
}

/// The deadlines of the checks under way: all have the same time-out, so the first begun is the
/// first to end.
struct DeadlineQueue {
  private var entries: [Entry] = []
  private var head = 0

  struct Entry {
    var deadline: Int64
    var index: Int
    var generation: Int
  }

  var first: Int64? { head < entries.count ? entries[head].deadline : nil }

  mutating func append(_ deadline: Int64, index: Int, generation: Int) {
    entries.append(Entry(deadline: deadline, index: index, generation: generation))
  }

  mutating func removeFirst(dueBy time: Int64) -> Entry? {
    guard head < entries.count, entries[head].deadline <= time else { return nil }
    defer {
      head += 1
      if head > 1024, head * 2 > entries.count {
        entries.removeFirst(head)
        head = 0
      }
    }
    return entries[head]
  }
}
