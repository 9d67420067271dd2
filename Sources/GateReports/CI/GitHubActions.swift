internal import GateRecords
internal import GateSettings
internal import GateText

/// The workflow commands that GitHub Actions reads in the log, and its files.
///
/// Source: GitHub's documentation, "Workflow commands for GitHub Actions".
package enum GitHubActions {
  static let groupStart = "::group::healthgate: checks\n"
  static let groupEnd = "::endgroup::\n"

  /// The largest summary of a step in bytes, including everything that was added before.
  package static let summaryLimit = 1 << 20

  /// Annotations for the verdict and its causes; of each kind, a step shows ten.
  static func annotations(_ verdict: CIVerdict) -> String {
    let kind = verdict.severity.rawValue
    let title = "healthgate: \(verdict.decision.rawValue)"
    let causes = verdict.causes.map { annotation(kind, title: $0.name, $0.message) }
    return annotation(kind, title: title, verdict.headline) + causes.joined()
  }

  private static func annotation(_ kind: String, title: String, _ message: String) -> String {
    "::\(kind) title=\(escapedProperty(title))::\(escapedData(message))\n"
  }

  /// The outputs of the step, for the file that `GITHUB_OUTPUT` names.
  ///
  /// The delimiter is random, so that no value can contain it.
  package static func outputs(_ verdict: CIVerdict, delimiter: String) -> String {
    let outputs = [
      ("decision", verdict.decision.rawValue), ("reason", verdict.reason),
      ("exit-code", String(verdict.exitCode)), ("verdict-file", verdict.file ?? ""),
    ]
    return outputs.map { "\($0.0)<<\(delimiter)\n\($0.1)\n\(delimiter)\n" }.joined()
  }

  static func escapedData(_ text: String) -> String {
    text.escaping(["%": "%25", "\r": "%0D", "\n": "%0A"])
  }

  static func escapedProperty(_ text: String) -> String {
    escapedData(text).escaping([":": "%3A", ",": "%2C"])
  }
}

/// The beginning of a text that fits into this number of bytes, cut at the end of a line.
///
/// It is nil if not even one line fits.
package func wholeLines(of text: String, in room: Int) -> String? {
  guard text.utf8.count > room else { return text }
  let note = "\n\nThe rest does not fit here.\n"
  let bytes = Array(text.utf8.prefix(max(room - note.utf8.count, 0)))
  guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return nil }
  return String(decoding: bytes[..<end], as: UTF8.self) + note
}
