internal import GateCore
internal import GateInsight
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict as metrics, for a push gateway or a textfile collector.
///
/// All are gauges because they describe one run, so the text is both OpenMetrics 1.0 and
/// Prometheus' own format. No two samples have the same labels: of an instance that left and joined
/// again, only the later record is reported.
package struct OpenMetricsReport {
  private let document: VerdictDocument
  private let instances: [ReportedInstance]

  package init(_ document: VerdictDocument) {
    self.document = document
    instances = document.reportedInstances.filter { $0.record.removed == nil }
  }

  private var gate: Gate { document.gate }
  private var verdict: Verdict { document.verdict }

  package var text: String {
    var page = MetricsPage()
    writeRun(to: &page)
    writeGroup(to: &page)
    writeParts(to: &page)
    writeOutcomes(to: &page)
    writeInstances(to: &page)
    return page.text + "# EOF\n"
  }

  private func writeRun(to page: inout MetricsPage) {
    let header = document.header
    page.family("healthgate_run", "The run that the metrics are of; always 1.") { family in
      family.sample(
        1,
        [
          ("run_id", header.runID), ("version", header.healthgateVersion),
          ("group", header.group.name ?? header.group.source),
          ("health_check", gate.checks.targets),
          ("semantics", gate.checks.allSemantics),
        ])
    }
    page.family("healthgate_label", "What is deployed and where; always 1.") { family in
      for label in header.deployment.labels {
        family.sample(1, [("name", label.name), ("value", label.value)])
      }
    }
    page.family("healthgate_build", "The build that deploys it; always 1.") { family in
      guard let build = header.deployment.build else { return }
      family.sample(
        1,
        [
          ("system", build.system), ("url", build.page ?? ""), ("commit", build.commit ?? ""),
          ("branch", build.branch ?? ""),
        ])
    }
    page.writeOutcome(verdict.decision, verdict.reason.code, exitCode: document.exitCode)
    page.family("healthgate_advisory", "Whether any verdict exits with 0.") { family in
      family.sample(header.isAdvisory ? 1 : 0)
    }
    page.family("healthgate_started_timestamp_seconds", "When the run started, in Unix time.") {
      $0.sample(seconds: header.startedAt.milliseconds * 1000)
    }
    page.family("healthgate_elapsed_seconds", "Time from the start to the verdict.") { family in
      family.sample(seconds: verdict.at.microseconds)
    }
    page.family("healthgate_deadline_seconds", "Time from the start to the deadline.") { family in
      family.sample(seconds: gate.deadline.microseconds)
    }
  }

  private func writeGroup(to page: inout MetricsPage) {
    page.family("healthgate_instances", "Instances of the group by state.") { family in
      family.samples(
        by: "state",
        [("healthy", gate.healthy), ("unhealthy", gate.unhealthy), ("initial", gate.initial)])
    }
    page.family("healthgate_expected_instances", "Number of expected instances.") { family in
      family.sample(gate.expected)
    }
    page.family("healthgate_replaced_instances", "Number of instances that left the group.") {
      $0.sample(gate.replaced)
    }
    page.family("healthgate_lost", "Checks, listings and views lost to gate faults.") { family in
      let losses = gate.losses
      family.samples(
        by: "what",
        [
          ("checks", losses.checks.count), ("listings", losses.listings.count),
          ("views", losses.views.count),
        ])
    }
    page.family("healthgate_warnings", "Number of warnings in the verdict.") { family in
      family.sample(document.allWarnings.count)
    }
    page.family("healthgate_diagnoses", "Diagnoses, by the number of instances.") { family in
      let concerned = document.diagnoses.grouped(by: \.code).map { code, diagnoses in
        (code.rawValue, diagnoses.reduce(0) { $0 + $1.instances.count })
      }
      family.samples(by: "code", concerned)
    }
  }

  /// The guards, the old group, the comparison with it, and the events after the decision.
  private func writeParts(to page: inout MetricsPage) {
    let parts = document.reportedParts
    let guards = parts.filter { $0.kind == .ofGuard }
    page.family("healthgate_guard_state", "Whether this is the guard's state.") { family in
      for part in guards {
        family.samples(ofState: part.record?.health.state, [("guard", part.name)])
      }
    }
    page.family("healthgate_guard_checks", "Checks of the guard by result.") { family in
      for part in guards {
        guard let record = part.record else { continue }
        family.samples(ofChecks: record, [("guard", part.name)])
      }
    }
    page.family("healthgate_baseline_instances", "Instances of the old group by state.") { family in
      guard document.header.baseline != nil else { return }
      let counts = InstanceState.allCases.map { state in
        (state.rawValue, parts.count { $0.kind == .baseline && $0.state == state.rawValue })
      }
      family.samples(by: "state", counts)
    }
    page.family("healthgate_baseline_state", "Whether this is the old instance's state.") {
      family in
      for part in parts where part.kind == .baseline && part.record?.removed == nil {
        family.samples(ofState: part.record?.health.state, [("instance_id", part.name)])
      }
    }
    page.family("healthgate_worse_than_baseline", "Whether the new group is worse in this respect.")
    {
      family in
      guard let comparison = gate.comparison else { return }
      family.sample(comparison.failures.isWorse ? 1 : 0, [("in", "failures")])
      if let latency = comparison.latency {
        family.sample(latency.isWorse ? 1 : 0, [("in", "latency")])
      }
    }
    page.family("healthgate_hook_success", "Whether the decision's hook succeeded.") { family in
      if let hook = document.hook {
        family.sample(hook.isSuccess ? 1 : 0, [("hook", hook.name)])
      }
    }
    page.family(
      "healthgate_after_decision", "Whether this is the later decision about the old group."
    ) { family in
      if let after = document.after { family.samples(of: after.decision) }
    }
  }

  /// The outcomes under this verdict, the same as in all reports.
  private func writeOutcomes(to page: inout MetricsPage) {
    page.family("healthgate_outcomes", "Number with this outcome under the verdict.") { family in
      let parts = document.reportedParts
      let kinds =
        [("instance", document.reportedInstances.map(\.outcome))]
        + ReportedPart.Kind.allCases.map { kind in
          (kind.rawValue, parts.filter { $0.kind == kind }.map(\.outcome))
        }
      for (kind, outcomes) in kinds where !outcomes.isEmpty {
        let counts = ReportedInstance.Outcome.allCases.map { outcome in
          (outcome.name, outcomes.count { $0 == outcome })
        }
        family.samples(by: "outcome", counts, [("of", kind)])
      }
    }
  }

  private func writeInstances(to page: inout MetricsPage) {
    page.family("healthgate_instance_state", "Whether this is the instance's state.") { family in
      for instance in instances {
        family.samples(ofState: instance.record.health.state, labels(of: instance))
      }
    }
    page.family("healthgate_instance_checks", "Checks of the instance by result.") { family in
      for instance in instances {
        family.samples(ofChecks: instance.record, labels(of: instance))
      }
    }
    page.family(
      "healthgate_instance_forgiven", "Failed checks that the grace period forgave."
    ) { family in
      guard gate.policy.gracePeriod > .zero else { return }
      for instance in instances {
        family.sample(instance.record.forgivenFailures, labels(of: instance))
      }
    }
    page.family(
      "healthgate_instance_latency_seconds",
      "Latency of complete responses; p50 and p95 are of the latest 256."
    ) { family in
      for instance in instances {
        let latency = instance.record.history.latency
        let values = [
          ("min", latency.least), ("p50", latency.percentile(50)), ("p95", latency.percentile(95)),
          ("max", latency.greatest),
        ]
        for (statistic, value) in values {
          guard let value else { continue }
          family.sample(seconds: value, labels(of: instance) + [("statistic", statistic)])
        }
      }
    }
  }

  private func labels(of instance: ReportedInstance) -> [(String, String)] {
    [("instance_id", instance.name), ("zone", instance.record.instance.zone ?? "")]
  }
}

/// Families of gauges in the text format of OpenMetrics 1.0.
struct MetricsPage {
  private(set) var text = ""

  /// Writes a family; one without samples is left out.
  ///
  /// The name ends with the unit, if there is one.
  mutating func family(_ name: String, _ help: String, _ write: (inout Family) -> Void) {
    var family = Family(name: name)
    write(&family)
    guard !family.samples.isEmpty else { return }
    text += "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
    if name.hasSuffix("_seconds") { text += "# UNIT \(name) seconds\n" }
    text += family.samples
  }

  /// Writes the families that a run has even if it checked nothing.
  mutating func writeOutcome(_ decision: Decision, _ reason: ReasonCode, exitCode: Int) {
    family("healthgate_decision", "Whether this is the decision.") { $0.samples(of: decision) }
    family("healthgate_reason", "The reason for the decision; always 1.") { family in
      family.sample(1, [("code", reason.rawValue)])
    }
    family("healthgate_exit_code", "Exit status of the run.") { $0.sample(exitCode) }
  }

  struct Family {
    let name: String
    fileprivate(set) var samples = ""

    mutating func sample(_ value: Int, _ labels: [(String, String)] = []) {
      add(labels, String(value))
    }

    /// Writes microseconds as seconds.
    mutating func sample(seconds microseconds: Int64, _ labels: [(String, String)] = []) {
      add(labels, microseconds.secondsFromMicroseconds)
    }

    /// Writes a sample for each value of a label.
    mutating func samples(
      by label: String, _ values: [(String, Int)], _ labels: [(String, String)] = []
    ) {
      for (name, value) in values { sample(value, labels + [(label, name)]) }
    }

    /// Writes for each decision whether it is this one.
    mutating func samples(of decision: Decision) {
      samples(by: "decision", Decision.allCases.map { ($0.rawValue, $0 == decision ? 1 : 0) })
    }

    /// Writes for each state whether it is this one.
    mutating func samples(ofState state: InstanceState?, _ labels: [(String, String)]) {
      samples(
        by: "state", InstanceState.allCases.map { ($0.rawValue, $0 == state ? 1 : 0) }, labels)
    }

    mutating func samples(ofChecks record: InstanceRecord, _ labels: [(String, String)]) {
      samples(
        by: "result",
        [("success", record.successes), ("failure", record.failures), ("lost", record.lostChecks)],
        labels)
    }

    private mutating func add(_ labels: [(String, String)], _ value: String) {
      let list = labels.filter { !$0.1.isEmpty }.map { name, value in
        "\(name)=\"\(escaped(value.printable))\""
      }.joined(separator: ",")
      samples += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(list)} \(value)\n"
    }

    private func escaped(_ text: String) -> String {
      text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    }
  }
}
