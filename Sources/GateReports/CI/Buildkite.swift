internal import GateRecords
internal import GateSettings

/// The lines that begin groups in Buildkite's log, and the arguments of its agent.
///
/// Source: Buildkite's documentation, "Managing log output" and `buildkite-agent annotate`.
package enum Buildkite {
  static let groupStart = "--- healthgate: checks\n"

  /// The largest body of an annotation, in bytes.
  package static let annotationLimit = 1 << 20

  static func groupOfVerdict(_ verdict: CIVerdict) -> String {
    "+++ healthgate: \(verdict.decision.rawValue)\n"
  }

  /// The arguments for `buildkite-agent`, which reads the body from its standard input.
  package static func annotation(_ verdict: CIVerdict) -> [String] {
    let style =
      switch verdict.severity {
      case .notice: "success"
      case .warning: "warning"
      case .error: "error"
      }
    return ["annotate", "--style", style, "--context", "healthgate"]
  }

  /// The arguments for `buildkite-agent`, once for each value that later steps can get.
  package static func metaData(_ verdict: CIVerdict) -> [[String]] {
    [
      ("healthgate-decision", verdict.decision.rawValue), ("healthgate-reason", verdict.reason),
      ("healthgate-exit-code", String(verdict.exitCode)),
    ].map { ["meta-data", "set", $0.0, $0.1] }
  }
}
