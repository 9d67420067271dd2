internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

/// A part of the verdict besides the group's instances, or an event after the decision, for all
/// reports.
struct ReportedPart {
  var kind: Kind
  /// The printable name; empty if there is only one part of its kind.
  var name: String
  var outcome: ReportedInstance.Outcome
  var state: String
  /// What was seen of it, in one sentence.
  var words: String
  /// The record of its checks, which `key` identifies; nil if it was not checked.
  var record: InstanceRecord?
  /// How long it took; nil if that is the time since its record began.
  var lasted: Duration?
  var key: InstanceKey?

  enum Kind: String, Hashable, CaseIterable {
    case step
    case undo
    case ofGuard = "guard"
    case baseline
    case comparison
    case hook
    case after
  }

  /// The kind and the name, such as `guard error-rate` or `after`.
  var title: String { name.isEmpty ? kind.rawValue : "\(kind.rawValue) \(name)" }

  /// Whether it is a reason for the verdict, or failed after it.
  var isToBlame: Bool { outcome == .failed || outcome == .lost }
}

extension VerdictDocument {
  /// The steps, guards, old instances, the comparison, the hook, and the check after a rollback.
  var reportedParts: [ReportedPart] {
    let guards = gate.guardKeys.map { part(.ofGuard, $0, outcome(ofGuard: gate[$0])) }
    let old = gate.records.indices.filter { gate.records[$0].instance.role == .baseline }
    let baseline = old.map(InstanceKey.init).map {
      part(.baseline, $0, outcome(ofBaseline: gate[$0]))
    }
    return stepParts + guards + baseline + [comparisonPart, hookPart, afterPart].compactMap(\.self)
  }

  private func part(
    _ kind: ReportedPart.Kind, _ key: InstanceKey, _ outcome: ReportedInstance.Outcome
  ) -> ReportedPart {
    let record = gate[key]
    let step = record.instance.step.map { " in \(gate.rollout.steps[$0].name)" } ?? ""
    let isAdvisory = kind == .ofGuard && !gate.hasSay(record) ? ", advisory" : ""
    // A step's guard ends with its step, which does not mean that it left.
    let isThere = record.removed == nil || record.instance.step != nil
    return ReportedPart(
      kind: kind, name: (record.instance.id + step).printable, outcome: outcome,
      state: (isThere ? record.health.state.rawValue : "left") + isAdvisory,
      words: words(on: record, outcome).printable, record: record, key: key)
  }

  private func words(on record: InstanceRecord, _ outcome: ReportedInstance.Outcome) -> String {
    let isWell = record.failures == 0 || outcome == .healthy
    guard isWell, !record.isLastTroubleALoss else { return record.troubleWords }
    if let waiting = record.waitsFor { return "waits for \(waiting)" }
    if let seen = record.history.lastDetail { return seen }
    guard record.failures == 0 else { return record.checkWords }
    let needed = record.health.successesNeeded(under: gate.check(of: record))
    return outcome == .undecided && needed > 0
      ? "\(counted(record.successes, "success", "es")) so far, \(needed) more needed"
      : record.checkWords
  }

  private func outcome(ofGuard record: InstanceRecord) -> ReportedInstance.Outcome {
    guard record.removed == nil || record.instance.step != nil else { return .left }
    switch record.health.state {
    case .healthy: return .healthy
    case .unhealthy where !gate.hasSay(record): return .tolerated
    case .unhealthy: return verdict.decision == .promote ? .tolerated : .failed
    case .initial where !gate.hasSay(record): return .undecided
    case .initial:
      guard verdict.decision != .promote else { return .undecided }
      guard !record.isLastTroubleALoss else { return .lost }
      return record.failures > 0 && isTooLate ? .failed : .undecided
    }
  }

  /// An instance of the old group counts as failed only if that is why the new group is not to
  /// blame.
  private func outcome(ofBaseline record: InstanceRecord) -> ReportedInstance.Outcome {
    guard record.removed == nil else { return .left }
    switch record.health.state {
    case .healthy: return .healthy
    case .unhealthy: return verdict.reason.code == .sharedCause ? .failed : .tolerated
    case .initial:
      return verdict.reason.code == .sharedCause && record.failures > 0 ? .failed : .undecided
    }
  }

  /// Whether the time was not enough, or would not have been.
  var isTooLate: Bool {
    verdict.reason.code == .deadlineExceeded || verdict.reason.code == .cannotBecomeHealthyInTime
  }

  private var comparisonPart: ReportedPart? {
    gate.comparison.map { comparison in
      let isDecisive = verdict.reason.code == .worseThanBaseline
      let isBlind = verdict.reason.code == .tooFewSamples
      return ReportedPart(
        kind: .comparison, name: "",
        outcome: isDecisive
          ? .failed
          : isBlind
            ? .lost
            : comparison.isWorse
              ? .tolerated : comparison.hasEnoughSamples ? .healthy : .undecided,
        state: comparison.isWorse
          ? "worse" : comparison.hasEnoughSamples ? "no worse" : "too few samples",
        words: comparison.words)
    }
  }

  private var hookPart: ReportedPart? {
    hook.map {
      ReportedPart(
        kind: .hook, name: $0.name, outcome: $0.isSuccess ? .healthy : .failed,
        state: $0.isSuccess ? "done" : "failed", words: $0.failureWords?.printable ?? "")
    }
  }

  private var afterPart: ReportedPart? {
    after.map { after in
      let outcome: ReportedInstance.Outcome =
        switch after.decision {
        case .promote: .healthy
        case .rollback: .failed
        case .inconclusive: .lost
        }
      return ReportedPart(
        kind: .after, name: "", outcome: outcome, state: after.decision.rawValue,
        words: "the baseline, gated once more: \(after.message.printable)")
    }
  }
}

extension Comparison {
  /// The comparison in words.
  ///
  /// For example `3 of 40 checks failed since the group was healthy, of the baseline's 1 of 40;
  /// median latency 12ms, the baseline's 9.8ms`.
  var words: String {
    let enough = hasEnoughSamples ? "" : ", too few to compare"
    let failures =
      "\(new.failures) of \(counted(new.checks, "check")) failed since the group was healthy, of the "
      + "baseline's \(old.failures) of \(old.checks)\(enough)"
    guard let latency else { return failures }
    let medians = [latency.newMedian, latency.oldMedian].map { latencyWords(Int64($0)) }
    return "\(failures); median latency \(medians[0]), the baseline's \(medians[1])"
  }
}

extension [ReportedPart] {
  /// The parts that are to blame for the verdict first; of equals, the order stays.
  var worstFirst: [ReportedPart] {
    sorted { $0.outcome.rawValue < $1.outcome.rawValue }
  }
}
