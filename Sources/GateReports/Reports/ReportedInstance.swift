internal import GateCore
internal import GateInsight
internal import GateRecords
internal import GateSettings
internal import GateText

/// An instance as the reports show it, with its outcome under this verdict.
struct ReportedInstance {
  var key: InstanceKey
  var record: InstanceRecord
  var outcome: Outcome
  /// The reason, in the load balancer's words.
  var reason: HealthReason
  /// The number of further successes that would make it healthy.
  var successesWanted: Int
  /// A printable ID that is unique in the run.
  var name: String
  /// Whether it is healthy but does not count, because its latest checks did not pass.
  var isPending: Bool

  /// The outcome of an instance, in the order of reports.
  enum Outcome: Int, Hashable, CaseIterable {
    /// It is a reason for a rollback, or could become one.
    case failed
    /// The checks that would have decided were lost to gate faults.
    case lost
    /// It failed, and the policy tolerated it.
    case tolerated
    /// The verdict was given before the instance was judged, and not because of it.
    case undecided
    case left
    case healthy

    /// The name, as in the documentation.
    var name: String { "\(self)" }

    /// The kind of the last failure, or that the checks were lost; nil if there was neither.
    func failureKind(of record: InstanceRecord?) -> String? {
      self == .lost ? "gate_fault" : record?.history.lastFailure?.kind.rawValue
    }
  }
}

extension VerdictDocument {
  /// All instances of the group, in the order in which they joined.
  var reportedInstances: [ReportedInstance] {
    zip(gate.records, uniqueNames).enumerated().map { index, known in
      let (record, name) = known
      return ReportedInstance(
        key: InstanceKey(index), record: record, outcome: outcome(of: record),
        reason: record.reason(under: gate.check(of: record)),
        successesWanted: record.health.successesNeeded(under: gate.check(of: record)), name: name,
        isPending: gate.isLeftOut(record, by: verdict))
    }.filter { $0.record.instance.role == .member }
  }

  /// The IDs, with a number if two look alike; instances that are present keep theirs.
  private var uniqueNames: [String] {
    let records = gate.records
    var names = [String](repeating: "", count: records.count)
    var taken: Set<String> = []
    var numbers: [String: Int] = [:]
    let present = records.indices.filter { records[$0].removed == nil }
    let gone = records.indices.filter { records[$0].removed != nil }
    for index in present + gone {
      let name = records[index].instance.name
      names[index] = name
      while !taken.insert(names[index]).inserted {
        numbers[name, default: 1] += 1
        names[index] = "\(name) (\(numbers[name] ?? 1))"
      }
    }
    return names
  }

  private func outcome(of record: InstanceRecord) -> ReportedInstance.Outcome {
    let reason = verdict.reason.code
    guard record.removed == nil else { return reason == .tooManyReplaced ? .failed : .left }
    guard record.instance.mismatch == nil else { return .failed }
    switch record.health.state {
    case .healthy:
      if gate.isLeftOut(record, by: verdict) {
        guard !record.isLastTroubleALoss else { return .lost }
        return verdict.decision == .promote ? .tolerated : .failed
      }
      if record.isMissing, reason != .tooManyUnhealthy { return .undecided }
      let isDenied = reason == .loadBalancerDisagrees && record.view?.state != .healthy
      return isDenied ? .failed : .healthy
    case .unhealthy: return verdict.decision == .promote ? .tolerated : .failed
    case .initial:
      guard verdict.decision != .promote else { return .undecided }
      guard !record.isLastTroubleALoss else { return .lost }
      return isTooLate ? .failed : .undecided
    }
  }
}

extension [ReportedInstance] {
  /// The worst first; of equals, those with most failures, and then the order of joining.
  var worstFirst: [ReportedInstance] {
    sorted { one, other in
      (one.outcome.rawValue, -one.record.failures)
        < (other.outcome.rawValue, -other.record.failures)
    }
  }
}

extension ReportedInstance {
  /// Whether there is nothing to report: it is healthy, or became so without a failure.
  var isQuiet: Bool {
    outcome == .healthy
      || outcome == .undecided && record.failures == 0 && record.lostChecks == 0
        && !record.isMissing
  }

  /// Whether it is healthy here, but a reason for the verdict all the same.
  var isDenied: Bool {
    outcome == .failed && record.removed == nil && record.health.state == .healthy
  }

  /// The reason for its outcome, in one sentence.
  var words: String {
    switch outcome {
    case .failed where record.instance.mismatch != nil:
      record.instance.mismatch?.printable ?? record.troubleWords
    case .failed where record.removed != nil: "left the group"
    case .failed where isPending, .tolerated where isPending, .lost where isPending:
      "healthy, but the latest check did not pass: \(record.troubleWords)"
    case .failed where record.health.state == .healthy:
      "healthy here, but the load balancer does not say so"
    case .undecided where record.health.state == .healthy:
      "missing from the latest listing of the group"
    case .failed, .tolerated, .lost: record.troubleWords
    case .undecided where record.checks == 0: record.troubleWords
    case .undecided where record.failures == 0:
      "\(counted(record.successes, "success", "es")) so far, \(successesWanted) more needed"
    case .undecided: "not healthy yet: \(record.troubleWords)"
    case .left: "left the group"
    case .healthy: reason.description.printable
    }
  }

  /// The address and port, such as `10.0.1.5:80` or `[2001:db8::5]:80`.
  var address: String {
    let address = record.instance.address.printable
    return address.contains(":")
      ? "[\(address)]:\(record.instance.port)" : "\(address):\(record.instance.port)"
  }

  /// The state in words; an instance that left has none.
  var stateWords: String {
    record.removed != nil ? "left" : record.health.state.rawValue
  }

  var checkWords: String { record.checkWords }

  var failureKind: String? { outcome.failureKind(of: record) }

  /// The time from when it was first seen until it reached its present state.
  func time(until end: GateInstant) -> Duration {
    let decided =
      outcome == .healthy ? record.healthySince ?? end : record.removed ?? end
    return decided.since(record.firstSeen)
  }

  /// The evidence of a failed response besides its status; nil if there is none.
  var evidenceWords: String? {
    guard let evidence = record.history.lastFailure?.report.evidence else { return nil }
    let parts = [
      evidence.server.map { "server \($0)" }, evidence.location.map { "location \($0)" },
      evidence.contentType, evidence.excerpt,
    ].compactMap { $0?.printable }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

extension InstanceRecord {
  /// The number of failed checks, such as `3 of 5 checks failed`, with those forgiven and those
  /// lost.
  var checkWords: String {
    let lost = lostChecks > 0 ? ", \(lostChecks) lost" : ""
    guard checks > 0 else {
      return lostChecks > 0 ? "\(counted(lostChecks, "check")) lost" : "no check"
    }
    guard failures > 0 else { return "\(counted(checks, "check")) passed\(lost)" }
    let forgiven = Gate.words(forgivenFailures, of: failures)
    return "\(failures) of \(counted(checks, "check")) failed\(forgiven)\(lost)"
  }
}

extension [InstanceRecord] {
  var forgivenFailures: Int { reduce(0) { $0 + $1.forgivenFailures } }
}

extension Duration {
  /// Seconds with three decimals, such as `15.021`.
  var thousandthsOfSeconds: String {
    let milliseconds = max(inMicroseconds, 0) / 1000
    let digits = String(milliseconds % 1000 + 1000).dropFirst()
    return "\(milliseconds / 1000).\(digits)"
  }
}
