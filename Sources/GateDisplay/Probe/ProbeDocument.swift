package import GateCore
package import GateInsight
package import GateRecords
internal import GateSettings
package import GateText

/// One check of each target, for machines: `healthgate probe --format json`.
package struct ProbeDocument: Sendable {
  package var healthgateVersion: String
  package var startedAt: Timestamp
  package var exitCode: Int
  /// The checks, in the order of the arguments.
  package var checks: [ProbedCheck]
  package var warnings: [String]

  package init(
    healthgateVersion: String, startedAt: Timestamp, exitCode: Int, checks: [ProbedCheck],
    warnings: [String]
  ) {
    self.healthgateVersion = healthgateVersion
    self.startedAt = startedAt
    self.exitCode = exitCode
    self.checks = checks
    self.warnings = warnings
  }

  /// The version of the document's schema.
  package static let schemaVersion = "1.0"

  /// The document, indented, with a line feed at its end.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.field("schema_version", Self.schemaVersion)
      writer.field("healthgate_version", healthgateVersion)
      writer.field("started_at", startedAt.text)
      writer.field("exit_code", exitCode)
      writer.object("summary") { writer in
        let summary = ProbeSummary(of: checks)
        writer.field("checks", checks.count)
        writer.field("succeeded", summary.succeeded)
        writer.field("failed", summary.failed)
        writer.field("lost", summary.lost)
      }
      writer.array("checks", checks) { $1.write(to: &$0) }
      writer.array("warnings", warnings)
    }
  }
}

/// The number of checks by result.
package struct ProbeSummary: Hashable, Sendable {
  package private(set) var succeeded = 0
  package private(set) var failed = 0
  /// The checks lost to gate faults, which say nothing about the instance.
  package private(set) var lost = 0

  package init(of checks: [ProbedCheck]) {
    for check in checks {
      switch check.end {
      case .checked(let report) where report.result == .success: succeeded += 1
      case .checked: failed += 1
      case .lost: lost += 1
      }
    }
  }
}

/// How a check of `probe` was requested.
package enum ProbeWay: Hashable, Sendable {
  /// By a target, for each instance of a group.
  case ofGroup
  /// By a URL, which is the instance's ID.
  case byURL
}

/// One check of `probe`: the instance, the request, and the result.
package struct ProbedCheck: Sendable {
  package var instance: Instance
  package var way: ProbeWay
  package var check: HealthCheck
  /// The parts of the request that differ from the load balancer's; secrets are masked.
  package var request: [RunHeader.RequestSetting]
  package var end: ProbeEnd
  package var phases: CheckPhases?
  package var connectedTo: String?
  /// The probable cause of a failure; nil if the check passed.
  package var diagnosis: Diagnosis?

  package init(
    of instance: Instance, _ way: ProbeWay, _ check: HealthCheck,
    _ request: [RunHeader.RequestSetting],
    _ end: ProbeEnd,
    phases: CheckPhases?, connectedTo: String?
  ) {
    self.instance = instance
    self.way = way
    self.check = check
    self.request = request
    self.end = end
    self.phases = phases
    self.connectedTo = connectedTo
    let facts = RequestFacts(request.map { ($0.name, $0.values) })
    diagnosis =
      switch end {
      case .checked(let report):
        GateInsight.diagnosis(of: report, from: instance, check: check, request: facts)
      case .lost(let fault): GateInsight.diagnosis(of: fault, checking: instance)
      }
  }

  /// The target with the port that was checked: an instance's own port overrides the target's.
  package var target: HealthCheckTarget {
    HealthCheckTarget(
      scheme: check.target.scheme, port: .number(instance.port), path: check.target.path)
  }
}

extension ProbedCheck {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("id", instance.id)
      writer.field("address", instance.address)
      writer.field("port", instance.port)
      writer.field("zone", instance.zone)
      writer.field("mismatch", instance.mismatch)
      writer.field("target", target.description)
      writer.field("semantics", check.semantics.rawValue)
      writer.field("timeout_seconds", seconds: check.timeout.inMicroseconds)
      writer.field("matcher", check.target.scheme.hasPath ? check.matcher.description : nil)
      writer.object("request") { writer in
        for setting in request {
          writer.field(named: setting.name, setting.values.joined(separator: "\n"))
        }
      }
      writeEnd(to: &writer)
      writePhases(to: &writer)
      writeDiagnosis(to: &writer)
    }
  }

  private func writeEnd(to writer: inout JSONWriter) {
    switch end {
    case .checked(let report):
      writer.field("ok", report.result == .success)
      writer.field("kind", report.kind?.rawValue)
      writer.field("status", report.status)
      writer.field("detail", report.detail)
      writer.field("version", report.version)
      writer.field("latency_ms", milliseconds: report.latencyMicroseconds)
      report.evidence?.write(to: &writer)
    case .lost(let fault):
      writer.field("ok", false)
      writer.field("kind", "gate_fault")
      writer.null("status")
      writer.field("detail", fault.detail)
      writer.null("version")
      writer.null("latency_ms")
    }
  }

  private func writePhases(to writer: inout JSONWriter) {
    writer.field("connected_to", connectedTo)
    guard let phases else { return writer.null("timings_ms") }
    writer.object("timings_ms") { writer in
      writer.field("name_lookup", milliseconds: phases.nameLookup)
      writer.field("connect", milliseconds: phases.connect)
      writer.field("tls", milliseconds: phases.tls)
      writer.field("first_byte", milliseconds: phases.firstByte)
      writer.field("total", milliseconds: phases.total)
    }
  }

  private func writeDiagnosis(to writer: inout JSONWriter) {
    guard let diagnosis else { return writer.null("diagnosis") }
    writer.object("diagnosis") { diagnosis.write(to: &$0) }
  }
}

extension CheckReport {
  /// The kind of the failure; nil if the check passed.
  var kind: FailureKind? {
    switch result {
    case .success: nil
    case .failure(let kind): kind
    }
  }
}
