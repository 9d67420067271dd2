/// A clock that stands still while the loop is not listening; in microseconds.
///
/// A loop that is held up, by a busy machine or by its own work, sees responses late. Such a delay
/// is not the instance's.
struct ListeningClock {
  /// The time lost since the run started, in microseconds.
  private(set) var lost: Int64 = 0
  /// The time since which the loop has been working without listening; nil while it listens.
  private var workingSince: Int64?

  /// Delays up to this many microseconds are normal for a loop and not counted as lost.
  static let tolerance: Int64 = 5000

  func time(at now: Int64) -> Int64 { now - lost }

  /// Records that the loop has worked until `now`.
  ///
  /// A check that begins now must not get back the time that was lost before it.
  mutating func worked(until now: Int64) {
    guard let workingSince else {
      self.workingSince = now
      return
    }
    guard now - workingSince > Self.tolerance else { return }
    lost += now - workingSince
    self.workingSince = now
  }

  /// Records that the loop waited from `before` for at most `wait`, and continued at `now`.
  mutating func listened(from before: Int64, atMost wait: Int64, until now: Int64) {
    let overrun = now - before - wait
    if overrun > Self.tolerance { lost += overrun }
    workingSince = now
  }
}

/// The deadlines of the running checks, earliest first: all have the same timeout.
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
