internal import GateRecords
internal import GateSettings
internal import GateText

/// The logging commands that Azure Pipelines reads in the log.
///
/// Source: Azure DevOps' documentation, "Logging commands".
package enum AzurePipelines {
  static let groupStart = "##[group]healthgate: checks\n"
  static let groupEnd = "##[endgroup]\n"

  static func issues(_ verdict: CIVerdict) -> String {
    let causes = verdict.causes.map { issue(verdict.severity, "\($0.name): \($0.message)") }
    let title = "healthgate: \(verdict.decision.rawValue): \(verdict.headline)"
    return issue(verdict.severity, title) + causes.joined()
  }

  private static func issue(_ severity: CIVerdict.Severity, _ message: String) -> String {
    switch severity {
    // There is no third type of issue.
    case .notice: "##[section]\(escaped(message))\n"
    case .warning, .error:
      "##vso[task.logissue type=\(severity.rawValue)]\(escaped(message))\n"
    }
  }

  /// Output variables, which other steps and jobs read with the step's name.
  static func variables(_ verdict: CIVerdict) -> String {
    let outputs = [
      ("decision", verdict.decision.rawValue), ("reason", verdict.reason),
      ("exitCode", String(verdict.exitCode)), ("verdictFile", verdict.file ?? ""),
    ]
    return outputs.map {
      "##vso[task.setvariable variable=\($0.0);isOutput=true]\(escaped($0.1))\n"
    }.joined()
  }

  /// Adds a file of Markdown, given by its absolute path, to the run's summary.
  package static func summary(file: String) -> String {
    "##vso[task.uploadsummary]\(escaped(file))\n"
  }

  static func escaped(_ text: String) -> String {
    text.escaping(["%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"])
  }
}
