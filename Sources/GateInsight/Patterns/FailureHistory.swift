internal import GateCore

/// How the checks of one instance went over time.
enum Course: Hashable {
  /// No check has succeeded yet.
  case failedThroughout
  /// It failed at first, and never again once it had succeeded.
  case booted
  /// It succeeded, and now it fails.
  case died
  /// It failed once in between.
  case relapsed
  /// It failed more than once in between.
  case flapping

  /// Nil when no check has failed.
  init?(of record: InstanceRecord) {
    guard record.failures > 0 else { return nil }
    let pattern = record.history.pattern
    guard pattern.firstSuccess != nil else {
      self = .failedThroughout
      return
    }
    self =
      switch (pattern.relapses, pattern.failingSince) {
      case (0, _): .booted
      case (1, .some): .died
      case (1, nil): .relapsed
      default: .flapping
      }
  }
}

extension ResultPattern {
  /// How often a failure followed a success.
  var relapses: Int { (changes + (failingSince == nil ? 0 : 1)) / 2 }

  /// Whether two of the latest failures came one after the other.
  var hasRunOfFailures: Bool { latest & (latest >> 1) != 0 }

  /// The latest results, oldest first, as `++-++-`.
  func marks(of checks: Int, atMost limit: Int = 32) -> String {
    let shown = min(checks, limit, 64)
    let marks = (0..<shown).reversed().map { latest >> UInt64($0) & 1 == 1 ? "-" : "+" }
    return (shown < checks ? "…" : "") + marks.joined()
  }

  /// The distances, in checks, between the beginnings of the latest runs of failures.
  func periods(of checks: Int) -> [Int] {
    var starts: [Int] = []
    var wasFailing = checks > 64
    for place in (0..<min(checks, 64)).reversed() {
      let isFailing = latest >> UInt64(place) & 1 == 1
      if isFailing, !wasFailing { starts.append(place) }
      wasFailing = isFailing
    }
    return zip(starts, starts.dropFirst()).map { $0 - $1 }
  }
}

extension InstanceRecord {
  /// Whether it was the process that came and went, and not its answers that changed.
  var losesConnections: Bool {
    let lost = history.pattern.failures(of: .connectionRefused) + history.pattern.failures(of: .connectionReset)
    return 2 * lost >= failures
  }

  /// Whether most failures were answers that did not come in time.
  var timesOut: Bool { 2 * history.pattern.failures(of: .timeoutResponse) > failures }
}
