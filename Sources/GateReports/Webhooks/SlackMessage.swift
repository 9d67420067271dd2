import GateCore
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict as a message for an incoming webhook of Slack's or Mattermost's.
///
/// A line for the decision, and an attachment in its colour: what both of them show. Text from the
/// network can neither call anybody nor hide behind a link.
package struct SlackMessage {
  private let document: VerdictDocument
  private let verdict: CIVerdict

  package init(_ document: VerdictDocument) {
    self.document = document
    verdict = CIVerdict(document, file: nil)
  }

  /// Instances told of; the verdict has all.
  private static let causes = 5

  package var json: [UInt8] {
    var writer = JSONWriter(.compact)
    writer.object { writer in
      writer.field("text", headline)
      writer.array("attachments", [attachmentLines]) { writer, lines in
        writer.object { writer in
          writer.field("color", colour)
          writer.field("fallback", "\(verdict.decision.rawValue): \(shown(verdict.message))")
          writer.field("text", lines.joined(separator: "\n"))
          writer.array("mrkdwn_in", ["text"])
        }
      }
    }
    return writer.bytes
  }

  private var headline: String {
    let mark =
      switch verdict.decision {
      case .promote: ":white_check_mark:"
      case .rollback: ":x:"
      case .inconclusive: ":warning:"
      }
    return "\(mark) *\(verdict.decision.rawValue)*: \(shown(verdict.message))"
  }

  private var colour: String {
    switch verdict.severity {
    case .notice: "good"
    case .warning: "warning"
    case .error: "danger"
    }
  }

  private var attachmentLines: [String] {
    let group = document.header.group
    let name = group.name.map { " \(shown($0.printable))" } ?? ""
    let target = shown(document.gate.checks.targets.printable)
    var lines = ["\(shown(group.source))\(name), \(target)"]
    lines += verdict.causes.prefix(Self.causes).map { "• \(shown($0.name)): \(shown($0.message))" }
    let others = verdict.causes.count - Self.causes
    if others > 0 { lines.append("• and more") }
    if let diagnosis = document.diagnoses.first {
      let likely = shown(diagnosis.likelyCause.printable)
      lines.append("\(diagnosis.confidence.rawValue): \(likely)")
      lines.append("advice: \(shown(diagnosis.advice.printable))")
    }
    if let hook = document.hook {
      lines.append("\(hook.name): \(hook.failureWords.map(shown) ?? "done")")
    }
    if let build = document.header.deployment.build, build.line != nil {
      let words = shown(build.words)
      lines.append("build: \(build.page.map { "<\(shown($0))|\(words)>" } ?? words)")
    }
    lines.append("run \(document.header.runID)")
    return lines
  }

  /// Text from anywhere, as text.
  ///
  /// Slack's own escapes; a zero-width space after `@`, by which Mattermost calls people.
  private func shown(_ text: String) -> String {
    let cut = text.count > 400 ? "\(text.prefix(400))…" : text
    return cut.escaping(["&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "@\u{200B}"])
  }
}
