package import GateCore
internal import GateSettings
package import GateText

/// The document in place of a verdict while a run has none, or if it ended before its first check.
///
/// It prevents that the verdict of an earlier run is taken for that of this one.
package struct NotCheckedDocument: Sendable {
  package var healthgateVersion: String
  package var runID: String
  package var at: Timestamp
  /// Why nothing was checked, on one line.
  package var message: String
  package var exitCode: Int
  /// The health checks, once they are known.
  package var checks: [RunHeader.Check] = []
  package var policy: GatePolicy?
  package var isAdvisory = false

  /// The document of a run that has begun; it stays if the run is killed.
  package init(healthgateVersion: String, runID: String, at: Timestamp) {
    self.healthgateVersion = healthgateVersion
    self.runID = runID
    self.at = at
    message = "the run has not ended"
    exitCode = ExitStatus.defect.code
  }

  /// The document of the same run, ended by this error.
  package func ended(at time: Timestamp, _ error: String, exitCode: Int) -> NotCheckedDocument {
    var document = self
    document.at = time
    document.message = Self.sentence(error)
    document.exitCode = exitCode
    return document
  }

  /// The lines of an error on one line, without their prefix on standard error.
  private static func sentence(_ error: String) -> String {
    let lines = error.split(whereSeparator: \.isNewline).map {
      $0.trimmed.replacing("healthgate: error: ", with: "")
    }
    return lines.prefix { !$0.hasPrefix("Usage:") }.joined(separator: "; ").cleaned(to: 2000)
  }

  /// The document, with a line feed at its end; its fields are those of a verdict.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.head(
        version: healthgateVersion, runID: runID, .inconclusive, exitCode: exitCode,
        isAdvisory: isAdvisory,
        RecordedVerdict.Reason(code: ReasonCode.notChecked.rawValue, message: message),
        from: at, to: at)
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
