/// The words of the verdict's reasons: each has the counted numbers and the required ones.
extension Gate {
  var groupHealthy: VerdictReason {
    let soaked = policy.soak > .zero ? " for \(policy.soak.inWords)" : ""
    return VerdictReason(
      .groupHealthy,
      "\(healthy) of \(counted(total, "instance")) healthy\(soaked)\(failedOnTheWay)\(uncounted)"
    )
  }

  /// The failed checks of a promotion, in words; empty if no check failed.
  private var failedOnTheWay: String {
    var (checks, failures, forgiven) = (0, 0, 0)
    forEachRecord(.member) { record in
      checks += record.pointee.checks
      failures += record.pointee.failures
      forgiven += record.pointee.forgivenFailures
    }
    guard failures > 0 else { return "" }
    let grace = forgiven > 0 ? "\(Self.words(forgiven, of: failures)) in the grace period" : ""
    return "; \(failures) of \(counted(checks, "check")) failed on the way\(grace)"
  }

  /// The number of forgiven failures, such as `, all forgiven`; empty if there are none.
  package static func words(_ forgiven: Int, of failures: Int) -> String {
    guard forgiven > 0 else { return "" }
    guard forgiven == failures else { return ", \(forgiven) of them forgiven" }
    return failures == 1 ? ", forgiven" : ", all forgiven"
  }

  /// The instances in the group that do not count towards the promotion, in words.
  private var uncounted: String {
    guard group.counted(isHeld: isHeld) < group.present else { return "" }
    let others = present(.member) { !isCounted($0) }
    return others.isEmpty ? "" : "; not counted: \(Self.list(others.map(\.instance.id)))"
  }

  var tooManyUnhealthy: VerdictReason {
    let failed = present(.member) { $0.health.state == .unhealthy }
    let names = Self.list(failed.map(\.instance.id))
    let count = "\(unhealthy) of \(counted(total, "instance"))"
    guard !failed.allSatisfy({ $0.history.lastFailure?.kind == .wrongVersion }) else {
      let versions = Set(failed.flatMap(\.history.versions)).sorted()
      let found = versions.isEmpty ? "no version" : "version \(Self.list(versions))"
      return VerdictReason(
        .wrongVersion, "\(count) answered with \(found), not the expected one: \(names)")
    }
    return VerdictReason(
      .tooManyUnhealthy,
      "\(count) unhealthy (\(seen(of: failed))), \(Self.words(policy.maxUnhealthy, maxUnhealthy)) allowed: "
        + "\(names)\(others)")
  }

  /// A limit as a number, followed by the percentage if it was given as one: `200 (20%)`.
  private static func words(_ limit: InstanceCount, _ count: Int) -> String {
    "\(limit)" == "\(count)" ? "\(count)" : "\(count) (\(limit))"
  }

  /// The instances that fail as well but are not unhealthy yet, in words.
  private var others: String {
    let failing = present(.member) {
      $0.health.state != .unhealthy && $0.health.consecutiveFailures > 0
    }
    guard !failing.isEmpty else { return "" }
    let isRest = unhealthy + failing.count == present
    let who =
      isRest
      ? failing.count == 1 ? "the other fails too" : "the \(failing.count) others fail too"
      : failing.count == 1 ? "1 more fails" : "\(failing.count) more fail"
    return "; \(who) (\(seen(of: failing))): \(Self.list(failing.map(\.instance.id)))"
  }

  var wrongInstances: VerdictReason {
    let wrong = present(.member) { $0.instance.mismatch != nil }
    let found = wrong.map { "\($0.instance.id) (\($0.instance.mismatch ?? ""))" }
    return VerdictReason(
      .wrongInstances,
      "\(counted(wrong.count, "instance")) not of the new release: \(Self.list(found))")
  }

  var loadBalancerDisagrees: VerdictReason {
    let refused = present(.member) { $0.view?.state != .healthy }
    let views = refused.map { record in
      let view = record.view
      let why = view?.description ?? view?.reasonCode ?? "not registered"
      return "\(record.instance.id): \(why)"
    }
    return VerdictReason(
      .loadBalancerDisagrees,
      "\(healthy) of \(counted(total, "instance")) healthy here, but the load balancer does not "
        + "have them in service: \(Self.list(views))")
  }

  var tooManyReplaced: VerdictReason {
    let left = records(.member) { $0.removed != nil }
    return VerdictReason(
      .tooManyReplaced,
      "\(counted(left.count, "instance")) left the group, "
        + "\(Self.words(policy.maxReplaced, maxReplaced)) allowed: "
        + Self.list(left.map(\.instance.id)) + (whyEmpty.map { "; \($0)" } ?? ""))
  }

  var deadlineExceeded: VerdictReason {
    VerdictReason(
      .deadlineExceeded, "the deadline of \(deadlineWords) passed with \(standing)\(obstacles)")
  }

  var cannotBecomeHealthy: VerdictReason {
    VerdictReason(
      .cannotBecomeHealthyInTime,
      "\(standing)\(obstacles), and the rest cannot become healthy by the deadline of \(deadlineWords)"
    )
  }

  /// What prevents the promotion of a group that has enough healthy instances, in words.
  private var obstacles: String {
    let members = present(.member) { $0.health.isShownHealthy }
    let pending = members.filter { isPending($0) }.map(\.instance.id)
    let missing = members.filter(\.isMissing).map(\.instance.id)
    var words: [String] = []
    let failing = present(.member) {
      !$0.health.isShownHealthy && $0.health.consecutiveFailures > 0
    }
    if !failing.isEmpty {
      words.append("\(seen(of: failing)) on \(Self.list(failing.map(\.instance.id)))")
    }
    if !pending.isEmpty {
      words.append("\(Self.list(pending)) did not pass the latest check")
    }
    if !missing.isEmpty { words.append("the latest listing lacks \(Self.list(missing))") }
    if !isListingFresh { words.append("the latest listing is not fresh") }
    return words.isEmpty ? "" : ", but \(words.joined(separator: ", and "))"
  }

  /// The reason for which the new group is condemned, by its present state.
  ///
  /// While the old group was checked, more instances may have failed. If the present state would
  /// not condemn the new group, it is the original reason.
  func reason(of blame: SharedCauseCheck) -> VerdictReason {
    let reason =
      switch blame.reason.code {
      case .tooManyUnhealthy where unhealthy > maxUnhealthy: tooManyUnhealthy
      case .deadlineExceeded where healthy < minHealthy: deadlineExceeded
      case .cannotBecomeHealthyInTime where healthy < minHealthy: cannotBecomeHealthy
      default: blame.reason
      }
    return reason.code == blame.reason.code ? reason : blame.reason
  }

  /// The reason of a shared cause: the failures of both groups, and the rollback that would have
  /// followed.
  func sharedCause(_ blame: SharedCauseCheck) -> VerdictReason {
    let failing = present(.baseline) { $0.blame == .failing }
    return VerdictReason(
      .sharedCause,
      "\(reason(of: blame).message); but the baseline fails as well: \(failing.count) of "
        + "\(counted(present(.baseline), "instance")) (\(seen(of: failing))): "
        + Self.list(failing.map(\.instance.id)))
  }

  func worseThanBaseline(_ comparison: Comparison) -> VerdictReason {
    var words: [String] = []
    if comparison.failures.isWorse {
      words.append(
        "\(comparison.new.failures) of \(comparison.new.checks) checks failed since the group was "
          + "healthy, of the baseline's \(comparison.old.failures) of \(comparison.old.checks)")
    }
    if let latency = comparison.latency, latency.isWorse {
      words.append(
        "responses took \(Self.milliseconds(latency.shift)) longer than the baseline's, "
          + "\(comparison.policy.maxLatencyIncrease) allowed: medians "
          + "\(Self.milliseconds(latency.newMedian)) and \(Self.milliseconds(latency.oldMedian))")
    }
    return VerdictReason(
      .worseThanBaseline,
      "\(words.joined(separator: "; ")) (confidence \(comparison.policy.confidence))")
  }

  func tooFewSamples(_ comparison: Comparison) -> VerdictReason {
    VerdictReason(
      .tooFewSamples,
      "\(standing), but the deadline of \(deadlineWords) passed with "
        + "\(comparison.new.checks) checks to compare with the baseline's "
        + "\(comparison.old.checks), \(comparison.policy.minSamples) of each required")
  }

  /// A time in microseconds as text, such as `12.3ms`.
  private static func milliseconds(_ microseconds: Double) -> String {
    let tenths = Int((microseconds / 100).rounded())
    return "\(tenths / 10).\(abs(tenths % 10))ms"
  }

  var guardFailed: VerdictReason {
    let failed = present(.guard) { $0.health.state == .unhealthy && hasSay($0) }
    let seen = failed.map { record in
      record.instance.id + (record.history.lastFailure?.report.detail.map { ": \($0)" } ?? "")
    }
    return VerdictReason(
      .guardFailed, "\(counted(failed.count, "guard")) failed: \(Self.list(seen))")
  }

  /// The reason when a guard is not healthy by the deadline, or cannot be.
  var guardsNotHealthy: VerdictReason {
    let waiting = present(.guard) {
      hasSay($0) && ($0.health.successesNeeded(under: check(of: $0)) > 0 || isPending($0))
    }
    let names = Self.list(waiting.map(\.instance.id))
    let deadline = deadlineWords
    return isDeadlinePast
      ? VerdictReason(
        .deadlineExceeded,
        "the deadline of \(deadline) passed with \(standing), but not every guard is healthy: \(names)"
      )
      : VerdictReason(
        .cannotBecomeHealthyInTime,
        "\(standing), but a guard is not healthy, and cannot be by the deadline of \(deadline): "
          + names)
  }

  /// The observed failures in words, such as `HTTP 502`.
  private func seen(of failed: [InstanceRecord]) -> String {
    let seen = failed.map { $0.history.lastFailure?.shortWords ?? $0.view?.reasonCode ?? "" }
    return Self.list(Set(seen.filter { !$0.isEmpty }).sorted())
  }

  var gateFault: VerdictReason {
    let what =
      losses.isEmpty
      ? silence ?? "the gate was held up" : "\(losses.inWords) lost to gate faults"
    let last = losses.lastTally.flatMap { tally in
      tally.lastFault.map { ", the last fault: \(words(for: $0, of: tally))" }
    }
    return VerdictReason(.gateFault, "\(what), with \(standing)\(last ?? "")")
  }

  /// The fault in words, with the guard that it concerns.
  package func words(for fault: GateFault, of tally: Losses.Tally) -> String {
    guard let key = tally.lastKey, instance(key).role == .guard else { return fault.detail }
    return "the guard \(instance(key).id) could not be queried: \(fault.detail)"
  }

  /// The source or load balancer whose last response is too old to count, in words; nil if there is
  /// none.
  package var silence: String? {
    if policy.membership == .changing, let listing, isTooOld(listing.started) {
      return "the source of the group has given no listing since one that began at "
        + Self.seconds(listing.started)
    }
    if policy.loadBalancer != .none, let view, isTooOld(view.started) {
      return "the load balancer has given no view since one that began at "
        + Self.seconds(view.started)
    }
    return nil
  }

  private static func seconds(_ instant: GateInstant) -> String {
    let tenths = instant.microseconds / 100_000
    return "\(tenths / 10).\(tenths % 10)s"
  }

  var noInstances: VerdictReason {
    VerdictReason(
      .noInstances,
      whyEmpty
        ?? "no instance was found by the deadline of \(deadlineWords)"
        + (notes.first.map { ": \($0.words)" } ?? ""))
  }

  /// Why there are no instances; nil if the latest listing names some, or failed.
  private var whyEmpty: String? {
    guard case .empty = listing?.result else { return nil }
    return notes.first?.words ?? "the group is gone, or its desired capacity is 0"
  }

  /// The deadline in words: `6m`, or for a resumed run `6m (extended to 14m30s, …)`.
  package var deadlineWords: String {
    if let own = deadlineOfStep { return "\(own.inWords) of the step" }
    let length = policy.deadline.inWords
    guard !resumptions.isEmpty else { return length }
    let seconds = deadline.microseconds / 1_000_000
    return "\(length) (extended to \(Duration.seconds(seconds).inWords), as the run was resumed)"
  }

  func interrupted(by interruption: Interruption) -> Verdict {
    let message =
      switch interruption {
      case .hangUp, .interrupt, .terminate:
        "interrupted by \(interruption.rawValue) with \(standing)"
      case .journalEnd: "the journal ends before a verdict, with \(standing)"
      case .otherSteps:
        "a step would have continued at another time than it did, and what its traffic would have met "
          + "then is not known, with \(standing)"
      }
    return Verdict(
      decision: .inconclusive, reason: inStep(VerdictReason(.interrupted, message)), at: clock,
      interruption: interruption)
  }

  /// The instances that have not yet passed a check since the run was resumed, in words.
  private var unshown: String {
    guard !resumptions.isEmpty else { return "" }
    let count = self.present(.member) { $0.health.mustShowAgain }.count
    return count > 0 ? ", \(count) of them as they were before the run was resumed" : ""
  }

  var standing: String {
    let present =
      present < expected
      ? ", \(present) present" : present > expected ? ", \(expected) expected" : ""
    let left = replaced > 0 ? ", \(replaced) left the group" : ""
    let why = whyEmpty.map { " (\($0))" } ?? ""
    return "\(healthy) of \(counted(total, "instance")) healthy\(unshown)\(present)\(left)\(why)"
  }

  /// The first five names, and the number of the others.
  static func list(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}

extension Duration {
  /// The duration in the notation of the settings: `2.5ms`, `500ms`, `15s`, `1m30s`, `2h`.
  package var inWords: String {
    let microseconds = inMicroseconds
    guard microseconds >= 1_000_000 || microseconds == 0 else {
      return "\(fractional(microseconds, 1000))ms"
    }
    guard microseconds % 1_000_000 == 0 else { return "\(fractional(microseconds, 1_000_000))s" }
    let seconds = microseconds / 1_000_000
    let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")]
    let words = parts.filter { $0.0 > 0 }.map { "\($0.0)\($0.1)" }.joined()
    return words.isEmpty ? "0s" : words
  }

  private func fractional(_ value: Int64, _ unit: Int64) -> String {
    var digits = String(value % unit + unit).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return digits.isEmpty ? "\(value / unit)" : "\(value / unit).\(digits)"
  }
}
