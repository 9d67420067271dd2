internal import GateCore

/// The diagnoses that are not about instances: guards, the old group, the comparison with it.
func besideGroup(_ gate: Gate, _ verdict: Verdict) -> [Diagnosis] {
  guard verdict.decision != .promote else { return [] }
  return failedGuards(gate) + [sharedCause(gate, verdict), worse(gate, verdict)].compactMap(\.self)
}

private func failedGuards(_ gate: Gate) -> [Diagnosis] {
  let failed = gate.records(.guard) {
    $0.removed == nil && $0.health.state == .unhealthy && gate.hasSay($0)
  }
  return failed.prefix(5).map { record in
    let name = record.instance.id.cleaned(to: 100)
    let history = record.history
    let seen = (history.lastFailure?.report.detail ?? history.lastDetail ?? "").cleaned(to: 200)
    return Diagnosis(
      .guardFailed,
      Words(
        "the guard \(name) failed\(seen.isEmpty ? "" : ": \(seen)")",
        cause:
          "the release harms something that this guard watches and the health check does not see; or "
          + "the guard's limit was not met before the release either",
        advice: "query the guard by hand, and compare the result with the time before the run; its "
          + "thresholds say how many failed results in a row it tolerates"),
      of: [], evidence: seen.isEmpty ? nil : seen, .likely)
  }
}

private func sharedCause(_ gate: Gate, _ verdict: Verdict) -> Diagnosis? {
  guard verdict.reason.code == .sharedCause else { return nil }
  let failing = gate.records(.baseline) { $0.removed == nil && $0.failures > 0 }
  let seen = failing.compactMap { $0.history.lastFailure?.shortWords }
  let what = Set(seen).sorted().prefix(3).joined(separator: ", ")
  return Diagnosis(
    .sharedCause,
    Words(
      "the old group fails too: \(what.isEmpty ? "its checks" : what) on \(failing.count) of "
        + "\(counted(gate.present(.baseline), "instance"))",
      cause:
        "something that both groups share is at fault, not this release: a database, a name "
        + "server, another service that both call, the network, or the health check's own settings",
      advice:
        "look at what both depend on, and at the logs of the old group's "
        + "\(list(failing.map(\.instance.id), atMost: 3)) as well; a rollback would not help: run the "
        + "gate again when the old group is healthy"),
    of: [], evidence: failing.first?.history.lastFailure?.report.detail?.cleaned(to: 200), .likely)
}

private func worse(_ gate: Gate, _ verdict: Verdict) -> Diagnosis? {
  guard verdict.reason.code == .worseThanBaseline, let comparison = gate.comparison else {
    return nil
  }
  let isSlower = comparison.latency?.isWorse ?? false
  let what = [comparison.failures.isWorse ? "fails more often" : nil, isSlower ? "is slower" : nil]
  return Diagnosis(
    .worseThanBaseline,
    Words(
      "the new group \(what.compactMap(\.self).joined(separator: " and ")) than the old one under the "
        + "same checks at the same time",
      cause: isSlower
        ? "the release does more work for each request, has lost a cache or an index, or its "
          + "instances are not warm yet or are less powerful"
        : "the release fails occasionally where the old one does not: a race, a broken worker, "
          + "or a dependency with too short a timeout",
      advice: isSlower
        ? "compare the time that the health view takes in both groups, and their instance types; a "
          + "soak before the comparison lets instances warm up; max_latency_increase sets how much is allowed"
        : "read the log at the times of the failed checks, and compare it with the old group's"),
    of: [], evidence: verdict.reason.message.cleaned(to: 200), .likely)
}
