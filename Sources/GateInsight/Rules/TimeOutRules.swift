internal import GateCore

/// The answer, or its end, did not come in time.
extension Rule {
  static let timeouts = [unfinished, tooSlow]

  private static let unfinished = Rule(
    .unfinishedAnswer, .likely,
    when: { $0.is(.unfinishedAnswer) }
  ) {
    Words(
      "\($0.who) began its response and did not finish it: \($0.first.detailWords)",
      cause: "the body has no end (a stream, server-sent events, a download), or comes "
        + "too "
        + "slowly",
      advice: "set the target's path to one that answers at once and in a few bytes; a proxy that "
        + "buffers (proxy_buffering in nginx) hides slow bodies, but not endless ones")
  }

  private static let tooSlow = Rule(
    .tooSlow, .likely, boot: .looksLikeThis, when: { $0.kind == .timeoutResponse }
  ) {
    let timings = AnswerTimings(of: $0.members)
    let counts = $0.first.record == nil ? "" : ": \(timings.words)"
    return Words(
      "\($0.who) did not answer within \($0.check.timeout.inWords)\(counts)",
      cause: timings.cause(under: $0.check), advice: timings.advice(under: $0.check, path: $0.path))
  }
}

/// How long the answers took that came, of the instances that also gave none.
struct AnswerTimings {
  private var late = 0
  private var checks = 0
  /// Sorted, in microseconds: the latest of each instance.
  private var times: [Int64] = []
  /// The longest of those that came whole after the timeout.
  private var longestLate: Int64?

  init(of members: [Symptom]) {
    for member in members {
      if member.is(.lateAnswer) {
        longestLate = max(longestLate ?? 0, member.report.latencyMicroseconds)
      }
      guard let record = member.record else {
        late += 1
        checks += 1
        continue
      }
      late += record.history.pattern.failures(of: .timeoutResponse)
      checks += record.checks
      // A bound for groups of thousands: a distribution needs no more.
      if times.count < 4096 { times += record.history.latency.samples }
    }
    times.sort()
  }

  var words: String {
    let count = "\(late) of \(counted(checks, "check"))"
    guard let least = times.first, let greatest = times.last else {
      return "\(count), and none was answered"
    }
    return
      "\(count); the responses that arrived took \(Self.words(least)) to \(Self.words(greatest)) "
      + "(half within \(Self.words(percentile(50))), 95% within \(Self.words(percentile(95))))"
  }

  func cause(under check: HealthCheck) -> String {
    switch likeness(under: check) {
    case .unknown:
      "it is stuck, or slower than the timeout allows: all workers are busy, a proxy in "
        + "front of it is at its limit of connections (maxconn), it is still warming up, or its "
        + "health check waits for something that does not answer"
    case .stuck:
      "it is sometimes stuck rather than slow: workers are all busy, or a check waits for "
        + "something that sometimes does not answer"
    case .slow:
      "it answers about as slowly as the timeout allows: a health check that does much, "
        + "a "
        + "slow dependency, or an instance without power (CPU credits, memory)"
    }
  }

  func advice(under check: HealthCheck, path: String) -> String {
    let limit = "the timeout must stay below the interval (\(check.interval.inWords))"
    switch likeness(under: check) {
    case .unknown:
      let scheme = check.target.scheme.isTLS ? "-k https" : "http"
      return "measure on the instance how long it takes ('curl -so /dev/null -w %{time_total} "
        + "\(scheme)://ADDRESS:PORT\(path)'): set the timeout above that, but \(limit); check the "
        + "workers if it never ends"
    case .stuck:
      return "a longer timeout will hardly help: check the number of workers, the idle "
        + "connections "
        + "that hold them, and what \(path) waits for"
    case .slow:
      let enough = Self.roundedUp(longestLate ?? 2 * (times.last ?? 0))
      let would =
        longestLate == nil ? "would probably have been enough" : "would have been enough"
      return enough < check.interval.inMicroseconds
        ? "a timeout of \(Self.words(enough)) \(would); it is better to make \(path) do less, with a "
          + "timeout for each call that it makes"
        : "make \(path) do less: a timeout that is long enough, about \(Self.words(enough)), does not "
          + "fit in "
          + "an interval of \(check.interval.inWords)"
    }
  }

  private enum Likeness {
    case unknown
    case stuck
    case slow
  }

  private func likeness(under check: HealthCheck) -> Likeness {
    guard longestLate == nil else { return .slow }
    guard let greatest = times.last else { return .unknown }
    return greatest < check.timeout.inMicroseconds / 3 ? .stuck : .slow
  }

  /// The nearest rank.
  private func percentile(_ percent: Int) -> Int64 {
    let rank = (percent * times.count + 99) / 100
    return times.isEmpty ? 0 : times[max(rank, 1) - 1]
  }

  /// To two digits, as nobody sets a timeout of 1.237 s.
  private static func roundedUp(_ microseconds: Int64) -> Int64 {
    let unit: Int64 =
      switch microseconds {
      case ..<1_000_000: 100_000
      case ..<10_000_000: 500_000
      default: 1_000_000
      }
    return (microseconds + unit - 1) / unit * unit
  }

  private static func words(_ microseconds: Int64) -> String {
    let unit: Int64 = microseconds < 10_000 ? 100 : microseconds < 1_000_000 ? 1000 : 10_000
    return Duration.microseconds((microseconds + unit / 2) / unit * unit).inWords
  }
}
