package import GateCore
internal import GateInsight
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict for a CI system: one line for the whole, and one for each of the worst causes.
///
/// No text in it has a line end, can control a terminal, or is a command to the system.
package struct CIVerdict: Hashable, Sendable {
  package var decision: Decision
  /// The reason code, such as `too_many_unhealthy`.
  package var reason: String
  /// The reason in words, with the hook's failure if it failed.
  package var message: String
  package var severity: Severity
  /// The confidence and the most likely cause; nil if there is no diagnosis.
  package var explanation: String?
  package var causes: [Cause]
  package var exitCode: Int
  /// The absolute path of the verdict's file; nil if there is none.
  package var file: String?

  /// The severity of the annotation.
  package enum Severity: String, Hashable, Sendable {
    case notice
    case warning
    case error
  }

  /// A cause of the verdict: an instance, a guard, the old group.
  package struct Cause: Hashable, Sendable {
    package var name: String
    package var message: String
  }

  /// The most causes: systems show ten annotations of a kind, and one is the verdict's.
  private static let mostCauses = 9
  private static let longestMessage = 600

  package init(_ document: VerdictDocument, file: String?) {
    let verdict = document.verdict
    decision = verdict.decision
    reason = verdict.reason.code.rawValue
    exitCode = document.exitCode
    self.file = file
    var words = document.message
    if let hook = document.hook, let failure = hook.failureWords {
      words += "; \(hook.name) \(failure)"
    }
    if let undo = document.undo, let failure = undo.command.failureWords {
      words += "; undo \(failure): users may still reach the new group"
    }
    if document.header.isAdvisory { words += " (advisory)" }
    message = Self.shown(words)
    severity =
      switch verdict.decision {
      case _ where document.hook?.isSuccess == false: .error
      case _ where document.undo?.command.isSuccess == false: .error
      case .promote: .notice
      case .rollback: document.header.isAdvisory ? .warning : .error
      case .inconclusive: .warning
      }
    let isPromotion = verdict.decision == .promote
    explanation = isPromotion ? nil : document.diagnoses.first.map(Self.explanation)
    causes = isPromotion ? [] : Self.causes(in: document)
  }

  /// Creates the verdict of a run that checked nothing.
  package init(_ document: NotCheckedDocument, file: String?) {
    decision = .inconclusive
    reason = ReasonCode.notChecked.rawValue
    exitCode = document.exitCode
    self.file = file
    message = Self.shown(document.message)
    severity = .error
    explanation = nil
    causes = []
  }

  /// Guards and other parts before instances, and instances with the worst first.
  private static func causes(in document: VerdictDocument) -> [Cause] {
    let parts = document.reportedParts.filter {
      $0.isToBlame && $0.kind != .hook && $0.kind != .undo
    }.map { part in
      Cause(name: shown(part.title), message: shown("\(part.state): \(part.words)"))
    }
    let blamed = document.reportedInstances.filter {
      $0.outcome == .failed || $0.outcome == .lost
    }.worstFirst
    let room = mostCauses - min(parts.count, mostCauses - 1)
    guard blamed.count > room else { return parts.prefix(mostCauses) + blamed.map(cause) }
    let told = blamed.prefix(room - 1).map(cause)
    let others = counted(blamed.count - told.count, "more instance", "s")
    return parts.prefix(mostCauses - 1) + told
      + [Cause(name: others, message: "the verdict lists them all")]
  }

  private static func cause(_ instance: ReportedInstance) -> Cause {
    let record = instance.record
    var parts: [String] = []
    // The failure of an instance that is healthy here already says so.
    if !instance.isDenied {
      parts.append(record.removed == nil ? record.health.state.rawValue : "left the group")
    }
    if let mismatch = record.instance.mismatch { parts.append(mismatch) }
    parts.append(instance.isDenied ? instance.words : record.troubleWords)
    return Cause(
      name: shown(record.instance.id),
      message: shown("\(parts.joined(separator: ": ")) (\(record.checkWords))"))
  }

  private static func explanation(_ diagnosis: Diagnosis) -> String {
    shown("\(diagnosis.confidence.rawValue): \(diagnosis.likelyCause)")
  }

  private static func shown(_ text: String) -> String {
    let line = text.printable.withoutCommandsWithinLine
    return line.count > longestMessage ? "\(line.prefix(longestMessage))…" : line
  }
}

extension CIVerdict {
  /// The reason and its explanation, for places that show only one line of the verdict.
  var headline: String { [message, explanation].compactMap(\.self).joined(separator: "; ") }

  /// Lines for a log without its own format.
  package var plainLines: String {
    let lines =
      ["healthgate: \(decision.rawValue): \(headline)"]
      + causes.map { "healthgate: \($0.name): \($0.message)" }
    return lines.map { "\($0)\n" }.joined()
  }

  /// The values for later steps, with the variable names that a hook gets.
  package var variables: [(name: String, value: String)] {
    [
      ("HEALTHGATE_DECISION", decision.rawValue), ("HEALTHGATE_REASON", reason),
      ("HEALTHGATE_EXIT_CODE", String(exitCode)),
    ] + (file.map { [("HEALTHGATE_VERDICT_FILE", $0)] } ?? [])
  }

  /// One line per variable, as GitLab's dotenv reports, Java's properties and a shell read it.
  ///
  /// A value is quoted only if a shell would read it differently without quotes. GitLab and Java
  /// take quotes as part of the value, and have no other notation for it. A value that cannot be on
  /// one line is left out.
  package var dotenv: String {
    variables.filter { !$0.value.contains(where: \.isNewline) }
      .map { "\($0.name)=\(Self.dotenvValue($0.value))\n" }.joined()
  }

  /// A value in a notation that a shell, and readers of dotenv files that know quotes, read
  /// correctly.
  private static func dotenvValue(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy { byte in
      switch UInt8(byte) {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "_./:@%+,-".utf8.contains(byte)
      }
    }
    guard !isPlain else { return value }
    // Nothing is special within single quotes, and nothing can be escaped there.
    guard value.unicodeScalars.contains("'") else { return "'\(value)'" }
    return "\"\(value.escaping(["\\": "\\\\", "\"": "\\\"", "$": "\\$", "`": "\\`"]))\""
  }
}

/// Everything that a CI system gets about a verdict.
package struct CIReport: Sendable {
  package var verdict: CIVerdict
  /// The summary, in Markdown.
  package var summary: String
  package var junit: String
  package var runID: String

  package init(_ document: VerdictDocument, file: String?) {
    verdict = CIVerdict(document, file: file)
    summary = MarkdownReport(document).text
    junit = JUnitReport(document).text
    runID = document.header.runID
  }

  package init(_ document: NotCheckedDocument, file: String?) {
    verdict = CIVerdict(document, file: file)
    summary = document.text(in: .markdown)
    junit = document.text(in: .junit)
    runID = document.runID
  }

  /// The files of `ci_dir`, with their texts.
  package var files: [(name: String, text: String)] {
    Array(zip(CIChoice.fileNames, [verdict.dotenv, junit, summary]).map { ($0, $1) })
  }
}
