internal import GateCore

/// A diagnosis that follows from the course of an instance's checks.
enum CourseClaim: Int, Hashable, CaseIterable {
  case booted
  case stillBooting
  case crashLoop
  case flapping
  case relapsed
  case died

  var code: DiagnosisCode {
    switch self {
    case .booted, .stillBooting: .slowBoot
    case .crashLoop: .crashLoop
    case .flapping, .relapsed: .flapping
    case .died: .diesLater
    }
  }

  func words(_ occurrence: Occurrence, _ policy: GatePolicy, at end: GateInstant) -> Words {
    let boot = BootTimes(of: occurrence, policy, at: end)
    return switch self {
    case .booted: boot.wordsWhenBooted
    case .stillBooting: boot.wordsWhenNotYet
    case .crashLoop: Self.crashLoopWords(occurrence)
    case .flapping: Self.flappingWords(occurrence)
    case .relapsed: Self.relapsedWords(occurrence)
    case .died: Self.diedWords(occurrence, policy)
    }
  }

  private static func crashLoopWords(_ occurrence: Occurrence) -> Words {
    Words(
      "\(occurrence.who) came and went\(period(occurrence).words)",
      cause: "the process exits repeatedly, and its supervisor restarts it: a crash, "
        + "out of memory, or a liveness check that kills it",
      advice:
        "check the restarts ('systemctl status', 'docker ps', 'kubectl get pods'), and dmesg for "
        + "'Out of memory'; a load balancer puts such an instance in service for a while "
        + "each time: set a soak longer than one cycle")
  }

  private static func flappingWords(_ occurrence: Occurrence) -> Words {
    let period = period(occurrence)
    return Words(
      "\(occurrence.who) failed on and off\(period.words)",
      cause: period.isRegular
        ? "such a regular failure is one of \(period.checks) workers, back ends or "
          + "addresses "
          + "that take turns"
        : "something intermittent: load, a dependency, a lock, or a job that runs at times",
      advice: "compare the times of the failures with the logs"
        + (period.isRegular ? " of each worker" : "")
        + "; consecutive failures alone may never make it unhealthy: unhealthy_window (such as "
        + "3/10) "
        + "counts them, and a soak of several cycles sees them")
  }

  private static func relapsedWords(_ occurrence: Occurrence) -> Words {
    Words(
      "\(occurrence.who) failed for a while and recovered",
      cause: "a restart, a burst of load, or a dependency that was unavailable for a while",
      advice: "see what happened at that time in its log; the soak restarted with it, so the "
        + "deadline must leave room for another")
  }

  private static func diedWords(_ occurrence: Occurrence, _ policy: GatePolicy) -> Words {
    let first = occurrence.first
    let pattern = first.record?.history.pattern
    let well = pattern?.failingSince?.since(pattern?.firstSuccess ?? .start) ?? .zero
    return Words(
      "\(occurrence.who) \(occurrence.verb("was", "were")) healthy for \(well.rounded.inWords), "
        + "and \(occurrence.verb("has", "have")) failed since: "
        + first.detailWords,
      cause: "something runs out or starts after a while: memory, connections, "
        + "descriptors, a job after the boot, the first real load, a credential that expires",
      advice: "read its log from \(pattern?.failingSince.map(words(of:)) ?? "then") of the run on; "
        + (policy.soak > .zero
          ? "without the soak this group could have been promoted: keep the soak longer than that"
          : "a soak longer than \(well.rounded.inWords) would catch it the next time"))
  }

  /// The time since the start of the run, in words.
  private static func words(of instant: GateInstant) -> String {
    "second \(instant.microseconds / 1_000_000)"
  }

  private static func period(
    _ occurrence: Occurrence
  ) -> (words: String, isRegular: Bool, checks: Int) {
    guard let record = occurrence.first.record else { return ("", false, 0) }
    let periods = record.history.pattern.periods(of: record.checks)
    guard let least = periods.min(), let most = periods.max() else { return ("", false, 0) }
    let interval = occurrence.check.interval
    guard least == most, periods.count > 1 || record.history.pattern.relapses <= 2 else {
      let mean = (periods.reduce(0, +) + periods.count / 2) / periods.count
      return (" about every \(mean) checks (\((interval * mean).inWords))", false, mean)
    }
    let every = " every \(least)\(least == 2 ? "nd" : least == 3 ? "rd" : "th") check"
    return ("\(every) (\((interval * least).inWords))", least > 1 && periods.count > 1, least)
  }
}

/// The boot times of instances, and the settings that would have waited for them.
struct BootTimes {
  private let occurrence: Occurrence
  private let policy: GatePolicy
  /// The longest time from the first sight of an instance to its first success, or to the end.
  private let longest: Duration
  /// The deadline under which the last instance would have been healthy for the whole soak.
  private let deadline: Duration

  init(of occurrence: Occurrence, _ policy: GatePolicy, at end: GateInstant) {
    self.occurrence = occurrence
    self.policy = policy
    let boots = occurrence.members.compactMap(\.record).map { record in
      (record.firstSeen, record.history.pattern.firstSuccess ?? end)
    }
    longest = boots.map { $1.since($0) }.max() ?? .zero
    let check = occurrence.check
    let rest = check.interval * max(check.initialThreshold - 1, 0) + policy.soak
    let last = boots.map(\.1).max() ?? end
    deadline = (last.since(.start) + rest).roundedUp
  }

  var wordsWhenBooted: Words {
    var settings: [String] = []
    if policy.gracePeriod < longest {
      settings.append("grace_period \(longest.roundedUp.inWords)")
    }
    if policy.deadline < deadline { settings.append("deadline \(deadline.inWords)") }
    let needed =
      settings.isEmpty ? "a longer deadline" : "at least \(settings.joined(separator: " and "))"
    return Words(
      "\(occurrence.who) came up, but only \(longest.rounded.inWords) after joining",
      cause: "a slow boot, and nothing worse: every check has passed since the first that did",
      advice: "\(needed) would have waited for it (now \(policy.gracePeriod.inWords) and "
        + "\(policy.deadline.inWords)); or make the boot faster: migrations and builds do not "
        + "belong "
        + "in it")
  }

  var wordsWhenNotYet: Words {
    Words(
      "\(occurrence.who): no check passed in \(longest.rounded.inWords)",
      cause: policy.gracePeriod > .zero
        ? "a boot that takes longer than the grace period of \(policy.gracePeriod.inWords) looks "
          + "the "
          + "same from outside"
        : "an instance that is still booting looks the same from outside, and there is no grace "
          + "period to wait for it",
      advice: "measure how long a boot takes until \(occurrence.path) answers, and set "
        + "grace_period "
        + "to more than that")
  }
}

extension Duration {
  /// Rounded to tenths of a second, or from a minute on to seconds.
  var rounded: Duration {
    let unit: Int64 = self < .seconds(60) ? 100_000 : 1_000_000
    return .microseconds((inMicroseconds + unit / 2) / unit * unit)
  }

  /// Rounded up to seconds, or below one second to tenths, as users write such settings.
  var roundedUp: Duration {
    let unit: Int64 = self < .seconds(1) ? 100_000 : 1_000_000
    return .microseconds((inMicroseconds + unit - 1) / unit * unit)
  }
}
