package import GateCore
internal import GateSettings
package import GateText

/// What stands in a verdict's place from the beginning of a run until it has one, and after a run
/// that ended before its first check: nobody must take the last run's verdict for this one's.
package struct NotCheckedDocument: Sendable {
  package var healthgateVersion: String
  package var runID: String
  package var at: Timestamp
  /// Why nothing was checked, on one line.
  package var message: String
  package var exitCode: Int
  /// What would have been checked, once it is known.
  package var checks: [RunHeader.Check] = []
  package var policy: GatePolicy?
  package var isAdvisory = false

  /// Of a run that has begun: what is found when it is killed.
  package init(healthgateVersion: String, runID: String, at: Timestamp) {
    self.healthgateVersion = healthgateVersion
    self.runID = runID
    self.at = at
    message = "the run has not ended"
    exitCode = ExitStatus.defect.code
  }

  /// The same run, ended by this error.
  package func ended(at time: Timestamp, _ error: String, exitCode: Int) -> NotCheckedDocument {
    var document = self
    document.at = time
    document.message = Self.sentence(error)
    document.exitCode = exitCode
    return document
  }

  /// An error's lines on one, without what they begin with on standard error.
  private static func sentence(_ error: String) -> String {
    let lines = error.split(whereSeparator: \.isNewline).map {
      $0.trimmed.replacing("healthgate: error: ", with: "")
    }
    return lines.prefix { !$0.hasPrefix("Usage:") }.joined(separator: "; ").cleaned(to: 2000)
  }

  /// The document, with a line feed at its end; its fields are those of a verdict.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.field("schema_version", RunHeader.schemaVersion)
      writer.field("healthgate_version", healthgateVersion)
      writer.field("run_id", runID)
      writer.field("decision", Decision.inconclusive.rawValue)
      writer.field("exit_code", exitCode)
      writer.field("advisory", isAdvisory)
      writer.object("reason") { writer in
        writer.field("code", ReasonCode.notChecked.rawValue)
        writer.field("message", message)
      }
      writer.field("started_at", at.text)
      writer.field("decided_at", at.text)
      writer.field("elapsed_seconds", seconds: 0)
      writer.array("resumed", [String]())
      if checks.isEmpty { writer.null("health_check") } else { checks.write(to: &writer) }
      if let policy {
        policy.write(to: &writer, isAdvisory: isAdvisory)
      } else {
        writer.null("policy")
      }
      writer.object("settings") { _ in }
      writer.null("group")
      writer.array("instances", [String]())
      writer.null("baseline")
      writer.null("comparison")
      for name: StaticString in ["guards", "diagnoses", "warnings"] {
        writer.array(name, [String]())
      }
      for name: StaticString in ["hook", "after", "journal"] { writer.null(name) }
    }
  }
}
