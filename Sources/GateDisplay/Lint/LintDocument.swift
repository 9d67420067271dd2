package import GateCore
package import GateInsight
internal import GateRecords
internal import GateSettings
package import GateText

/// The requests and findings of `lint`, for machines: `healthgate lint --format json`.
package struct LintDocument: Sendable {
  package var healthgateVersion: String
  package var startedAt: Timestamp
  package var exitCode = 0
  /// Whether the requests were only planned, and nothing was sent.
  package var isDryRun: Bool
  package var targets: [LintedTarget]
  /// The findings, the worst first.
  package var findings: [LintFinding]
  /// The IDs of the rules that were ignored.
  package var ignored: [String]
  package var warnings: [String]

  package init(
    healthgateVersion: String, startedAt: Timestamp, isDryRun: Bool,
    targets: [LintedTarget], findings: [LintFinding], ignored: [String], warnings: [String]
  ) {
    self.healthgateVersion = healthgateVersion
    self.startedAt = startedAt
    self.isDryRun = isDryRun
    self.targets = targets
    self.findings = findings
    self.ignored = ignored
    self.warnings = warnings
  }

  /// The version of the document's schema.
  package static let schemaVersion = "1.0"

  package func count(_ severity: LintRule.Severity) -> Int {
    findings.count { $0.rule.severity == severity }
  }

  /// The number of requests that were sent to all instances.
  package var requestsSent: Int { targets.reduce(0) { $0 + $1.requestsSent } }
}

/// Instances that get the same requests, and these requests.
package struct LintedTarget: Sendable {
  /// The target's notation, such as `HTTP:80/health`.
  package var name: String
  package var instances: [Instance]
  /// The requests to each instance, in this order.
  package var inquiries: [LintRequest]
  /// The number of requests to all instances; lower than planned if an instance did not respond.
  package var requestsSent = 0
  /// Why instances could not be asked, by instance ID: faults on the side of lint.
  package var faults: [(instance: String, detail: String)] = []

  package init(_ name: String, _ instances: [Instance], _ inquiries: [LintRequest]) {
    self.name = name
    self.instances = instances
    self.inquiries = inquiries
  }
}

extension LintDocument {
  /// The document, indented, with a line feed at its end.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.field("schema_version", Self.schemaVersion)
      writer.field("healthgate_version", healthgateVersion)
      writer.field("started_at", startedAt.text)
      writer.field("exit_code", exitCode)
      writer.field("dry_run", isDryRun)
      writer.object("summary") { writer in
        writer.field("errors", count(.error))
        writer.field("warnings", count(.warning))
        writer.field("notes", count(.note))
        writer.field("instances", targets.reduce(0) { $0 + $1.instances.count })
        writer.field("requests_sent", requestsSent)
      }
      writer.array("findings", findings) { $1.write(to: &$0) }
      writer.array("targets", targets) { $1.write(to: &$0) }
      writer.array("ignored", ignored)
      writer.array("warnings", warnings)
    }
  }
}

extension LintFinding {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("rule", rule.id)
      writer.field("severity", rule.severity.rawValue)
      writer.field("target", target)
      writer.field("summary", rule.finds)
      writer.field("why", rule.why)
      writer.field("advice", advice)
      writer.array("evidence", sightings) { writer, sighting in
        writer.object { writer in
          writer.field("instance", sighting.instance)
          writer.field("seen", sighting.seen)
        }
      }
    }
  }
}

extension LintedTarget {
  fileprivate func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("target", name)
      writer.array("instances", instances.map(\.id))
      writer.field("requests_sent", requestsSent)
      writer.array("requests", inquiries) { writer, inquiry in
        writer.object { writer in
          writer.field("purpose", inquiry.purpose.rawValue)
          writer.field("method", inquiry.method == .connect ? nil : inquiry.method.rawValue)
          writer.field("path", inquiry.method == .connect ? nil : inquiry.path)
          writer.object("headers") { writer in
            if let host = inquiry.host { writer.field(named: "Host", host) }
            for field in inquiry.fields { writer.field(named: field.name, field.value) }
          }
          writer.field("why", inquiry.why)
        }
      }
      writer.array("not_asked", faults) { writer, fault in
        writer.object { writer in
          writer.field("instance", fault.instance)
          writer.field("detail", fault.detail)
        }
      }
    }
  }
}

/// The rules of `lint` as JSON.
package var lintRulesJSON: [UInt8] {
  JSONWriter.document { writer in
    writer.field("schema_version", LintDocument.schemaVersion)
    writer.array("rules", LintRule.all) { writer, rule in
      writer.object { writer in
        writer.field("id", rule.id)
        writer.field("severity", rule.severity.rawValue)
        writer.field("finds", rule.finds)
        writer.field("why", rule.why)
        writer.field("advice", rule.advice)
      }
    }
  }
}
