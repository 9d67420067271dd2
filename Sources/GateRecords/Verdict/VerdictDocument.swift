package import GateCore
package import GateInsight
internal import GateSettings
package import GateText

/// The verdict with all of its content, in the words and the order of its schema.
package struct VerdictDocument: Sendable {
  package var header: RunHeader
  package var gate: Gate
  package var verdict: Verdict
  package var exitCode: Int
  package var journal: JournalDigest?
  /// Errors after the decision, one sentence each.
  package var warnings: [String]
  /// The result of the hook; nil if none was run.
  package var hook: HookResult?
  /// The result of `undo`; nil if it did not run.
  package var undo: UndoResult?
  /// The verdict on the baseline after a rollback; nil if it was not gated.
  package var after: GatedBaseline?

  package init(
    header: RunHeader, gate: Gate, verdict: Verdict, exitCode: Int, journal: JournalDigest?,
    warnings: [String] = []
  ) {
    self.header = header
    self.gate = gate
    self.verdict = verdict
    self.exitCode = exitCode
    self.journal = journal
    self.warnings = warnings
  }

  /// Whether it counts as a promotion; see `RecordedVerdict.isPromotion`.
  package var isPromotion: Bool { verdict.decision == .promote && exitCode == 0 }

  /// The document, indented, with a line feed at its end.
  package var json: [UInt8] {
    // An instance takes about 900 bytes.
    JSONWriter.document(room: 8192 + 1024 * gate.records.count, writeFields)
  }

  /// Writes the document in pieces, with a line feed at its end; `compact` is one line.
  package func write<Failure: Error>(
    _ layout: JSONWriter.Layout, to take: (ArraySlice<UInt8>) throws(Failure) -> Void
  ) throws(Failure) {
    try JSONWriter.document(layout, to: take, writeFields)
  }

  private func writeFields(to writer: inout JSONWriter) {
    writer.head(
      version: header.healthgateVersion, runID: header.runID, verdict.decision,
      exitCode: exitCode, isAdvisory: header.isAdvisory, RecordedVerdict.Reason(verdict.reason),
      from: header.startedAt, to: time(verdict.at))
    writer.objects("resumed", gate.resumptions) { writer, resumption in
      writer.field("at", time(resumption.at))
      writer.field("gap_seconds", seconds: resumption.gap.inMicroseconds)
      writer.field("began_anew", resumption.effect == .anew)
    }
    header.writeRules(to: &writer)
    writer.object("group") { write(header.group, .member, to: &$0) }
    writer.array("instances") { writer in
      gate.forEachRecord(.member) { write($0.pointee, to: &writer) }
    }
    writer.object("baseline", header.baseline) { writer, baseline in
      write(baseline, .baseline, to: &writer)
      writer.array("instances") { writer in
        for record in gate.records(.baseline) { write(record, to: &writer) }
      }
    }
    writer.object("comparison", gate.comparison) { write($1, to: &$0) }
    writer.objects("guards", gate.records(.guard) { $0.instance.step == nil }) {
      writeGuard($1, to: &$0)
    }
    writeSteps(to: &writer)
    writer.objects("diagnoses", diagnoses) { $1.write(to: &$0, of: $1.instances) }
    writer.array("warnings", allWarnings)
    writer.object("hook", hook) { $1.write(to: &$0) }
    writer.field("after", after?.document ?? .null)
    writer.object("journal", journal) { writer, journal in
      writer.field("path", journal.path)
      writer.field("sha256", journal.sha256)
      writer.field("events", journal.events)
    }
  }

  /// All warnings: about the settings, what the gate could not see, and outputs that failed.
  package var allWarnings: [String] { runWarnings + warnings }

  /// The warnings from before the decision.
  package var runWarnings: [String] { header.warnings + gate.warnings }

  /// The diagnoses, the likeliest first; they depend only on data that the journal has.
  package var diagnoses: [Diagnosis] {
    GateInsight.diagnoses(
      of: gate, verdict: verdict,
      requests: header.checks.map { own in
        RequestFacts(own.request.map { ($0.name, $0.values) })
      })
  }

  /// Writes where a group's instances come from, and how many there are in each state.
  private func write(
    _ group: RunHeader.Group, _ role: InstanceRole, to writer: inout JSONWriter
  ) {
    group.write(to: &writer)
    if role == .member { writer.field("expected", gate.expected) }
    writer.field("present", gate.present(role))
    writer.field("healthy", gate.healthy(role))
    writer.field("unhealthy", gate.unhealthy(role))
    writer.field("initial", gate.initial(role))
    writer.field("replaced", gate.replaced(role))
  }

  private func write(_ comparison: Comparison, to writer: inout JSONWriter) {
    writer.field("worse", comparison.isWorse)
    writer.field("enough_samples", comparison.hasEnoughSamples)
    writer.object("failures") { writer in
      writer.field("worse", comparison.failures.isWorse)
      writer.field("checks", comparison.new.checks)
      writer.field("failures", comparison.new.failures)
      writer.field("baseline_checks", comparison.old.checks)
      writer.field("baseline_failures", comparison.old.failures)
      writer.field("p_value", number: comparison.failures.pValue)
    }
    writer.object("latency", comparison.latency) { writer, latency in
      writer.field("worse", latency.isWorse)
      writer.field("samples", comparison.new.latencies)
      writer.field("baseline_samples", comparison.old.latencies)
      writer.field("median_ms", number: latency.newMedian / 1000)
      writer.field("baseline_median_ms", number: latency.oldMedian / 1000)
      writer.field("u", number: latency.u)
      writer.field("p_value", number: latency.pValue)
      writer.field("effect_size", number: latency.effectSize)
      writer.field("shift_ms", number: latency.shift / 1000)
      writer.field("shift_low_ms", number: latency.interval.map { $0.lowerBound / 1000 })
      writer.field("shift_high_ms", number: latency.interval.map { $0.upperBound / 1000 })
      writer.field("allowed_increase_ms", number: latency.allowedIncrease / 1000)
    }
  }

  func writeGuard(_ record: InstanceRecord, to writer: inout JSONWriter) {
    writer.field("id", record.instance.id)
    writer.field("state", record.health.state.rawValue)
    writer.field("seen", record.history.lastDetail)
    writer.field("waits_for", record.waitsFor)
    writer.field("advisory", !gate.hasSay(record))
    writeCounts(of: record, to: &writer)
    writer.field("healthy_at", record.healthySince.map(time))
    write(record.history.transitions, to: &writer)
    writeLastFailure(of: record, to: &writer)
  }

  // MARK: - Instances

  private func write(_ record: InstanceRecord, to writer: inout JSONWriter) {
    let reason = record.reason(under: gate.check(of: record))
    writer.element { writer in
      writer.field("id", record.instance.id)
      writer.field("address", record.instance.address)
      writer.field("port", record.instance.port)
      writer.field("zone", record.instance.zone)
      writer.field("state", record.health.state.rawValue)
      writer.field("reason_code", reason.code)
      writer.field("description", reason.description)
      writeCounts(of: record, to: &writer)
      writer.field("first_seen_at", time(record.firstSeen))
      writer.field("healthy_at", record.healthySince.map(time))
      writer.field("removed_at", record.removed.map(time))
      writeLatency(record.history.latency, to: &writer)
      writer.array("versions", record.history.versions)
      write(record.history.transitions, to: &writer)
      writeLastFailure(of: record, to: &writer)
      writer.field("mismatch", record.instance.mismatch)
      writer.object("load_balancer", record.view) { writer, view in
        writer.field("state", view.state.rawValue)
        writer.field("reason_code", view.reasonCode)
        writer.field("description", view.description)
      }
      if !gate.check.name.isEmpty {
        writer.objects("health_checks", gate.checks.indices) { writeCheck($1, of: record, to: &$0) }
      }
    }
  }

  /// Writes the state of an instance under one of several health checks.
  private func writeCheck(_ number: Int, of record: InstanceRecord, to writer: inout JSONWriter) {
    let (check, part) = (gate.checks[number], record.parts.isEmpty ? record : record.parts[number])
    let reason = part.reason(under: check)
    writer.field("name", check.name)
    writer.field("port", part.instance.port)
    writer.field("state", part.health.state.rawValue)
    writer.field("reason_code", reason.code)
    writer.field("description", reason.description)
    writeCounts(of: part, to: &writer)
    writer.field("healthy_at", part.healthySince.map(time))
    writeLatency(part.history.latency, to: &writer)
    writeLastFailure(of: part, to: &writer)
  }

  private func writeCounts(of record: InstanceRecord, to writer: inout JSONWriter) {
    writer.field("checks", record.checks)
    writer.field("successes", record.successes)
    writer.field("failures", record.failures)
    writer.field("forgiven_failures", record.forgivenFailures)
    writer.field("lost_checks", record.lostChecks)
    writer.field("consecutive_successes", record.health.consecutiveSuccesses)
    writer.field("consecutive_failures", record.health.consecutiveFailures)
  }

  private func writeLatency(_ latency: LatencySummary, to writer: inout JSONWriter) {
    guard latency.least != nil else { return writer.null("latency_ms") }
    writer.object("latency_ms") { writer in
      writer.field("min", milliseconds: latency.least)
      writer.field("p50", milliseconds: latency.percentile(50))
      writer.field("p95", milliseconds: latency.percentile(95))
      writer.field("max", milliseconds: latency.greatest)
    }
  }

  private func write(_ transitions: [Transition], to writer: inout JSONWriter) {
    writer.array("transitions") { writer in
      // They are read in place: a transition is copied with all of its texts.
      for index in transitions.indices {
        writer.element { writer in
          writer.field("at", time(transitions[index].at))
          writer.field("from", transitions[index].from.rawValue)
          writer.field("to", transitions[index].to.rawValue)
          writer.field("reason_code", transitions[index].reason.code)
        }
      }
    }
  }

  /// Writes the latest check that did not pass: a failure of the instance, or a lost check.
  private func writeLastFailure(of record: InstanceRecord, to writer: inout JSONWriter) {
    if record.isLastTroubleALoss, let loss = record.history.lastLoss {
      writer.object("last_failure") { writer in
        writer.field("at", time(loss.at))
        writer.field("kind", "gate_fault")
        writer.null("status")
        writer.field("detail", loss.fault.detail)
        writer.null("latency_ms")
      }
      return
    }
    writer.object("last_failure", record.history.lastFailure) { writer, failure in
      writer.field("at", time(failure.at))
      writer.field("kind", failure.kind.rawValue)
      writer.field("status", failure.report.status)
      writer.field("detail", failure.report.detail)
      writer.field("latency_ms", milliseconds: failure.report.latencyMicroseconds)
      failure.report.evidence?.write(to: &writer)
    }
  }

  func time(_ instant: GateInstant) -> Timestamp { header.startedAt.moment(instant) }
}

extension JSONWriter {
  /// Writes the fields with which each verdict begins.
  mutating func head(
    version: String, runID: String, _ decision: Decision, exitCode: Int, isAdvisory: Bool,
    _ reason: RecordedVerdict.Reason, from start: Timestamp, to end: Timestamp
  ) {
    field("schema_version", RunHeader.schemaVersion)
    field("healthgate_version", version)
    field("run_id", runID)
    field("decision", decision.rawValue)
    field("exit_code", exitCode)
    field("advisory", isAdvisory)
    object("reason") { reason.write(to: &$0) }
    field("started_at", start)
    field("decided_at", end)
    field("elapsed_seconds", seconds: (end.milliseconds - start.milliseconds) * 1000)
  }
}

/// The reference of a verdict to its journal.
package struct JournalDigest: Hashable, Sendable {
  package var path: String?
  /// The SHA-256 of the whole journal, in hexadecimal.
  package var sha256: String
  package var events: Int

  package init(path: String?, sha256: String, events: Int) {
    self.path = path
    self.sha256 = sha256
    self.events = events
  }
}

extension Diagnosis {
  /// Writes a diagnosis, with its instances unless the document is about a single one.
  package func write(to writer: inout JSONWriter, of instances: [String]? = nil) {
    writer.field("code", code.rawValue)
    if let instances { writer.array("instances", instances) }
    writer.field("summary", summary)
    writer.field("likely_cause", likelyCause)
    writer.field("advice", advice)
    writer.field("evidence", evidence)
    writer.field("confidence", confidence.rawValue)
  }
}
