internal import GateCore

/// The course of one instance's checks over time.
enum Course: Hashable {
  /// No check has passed yet.
  case failedThroughout
  /// It failed at first, and never again after it had passed.
  case booted
  /// It passed, and now it fails.
  case died
  /// It failed once in between, and recovered.
  case relapsed
  /// It failed more than once in between.
  case flapping

  /// Nil if no check has failed.
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
  /// How often a failure followed a passing check.
  var relapses: Int { (changes + (failingSince == nil ? 0 : 1)) / 2 }

  /// Whether two of the latest failures were consecutive.
  var hasRunOfFailures: Bool { latest & (latest >> 1) != 0 }

  /// The latest results, oldest first, such as `++-++-`.
  func marks(of checks: Int, atMost limit: Int = 32) -> String {
    let shown = min(checks, limit, 64)
    let marks = (0..<shown).reversed().map { latest >> UInt64($0) & 1 == 1 ? "-" : "+" }
    return (shown < checks ? "…" : "") + marks.joined()
  }

  /// The distances between the beginnings of the latest runs of failures, in checks.
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
  /// Whether the process came and went, rather than its responses changed.
  var losesConnections: Bool {
    let lost =
      history.pattern.failures(of: .connectionRefused)
      + history.pattern.failures(of: .connectionReset)
    return 2 * lost >= failures
  }

  /// Whether most failures were timeouts of the response.
  var timesOut: Bool { 2 * history.pattern.failures(of: .timeoutResponse) > failures }
}
