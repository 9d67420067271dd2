internal import GateCore
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict in the Test Anything Protocol, version 14: the group first, then each instance.
///
/// What the policy tolerates is a `TODO`, and what the verdict did not wait for a `SKIP`: neither
/// fails a harness. Source: https://testanything.org/tap-version-14-specification.html
package struct TAPReport {
  private let document: VerdictDocument
  private let instances: [ReportedInstance]

  package init(_ document: VerdictDocument) {
    self.document = document
    instances = document.reportedInstances
  }

  package var text: String {
    let parts = document.reportedParts
    var lines = ["TAP version 14", "1..\(parts.count + instances.count + 1)"]
    lines += groupLines
    for (index, part) in parts.enumerated() { lines += self.lines(of: part, number: index + 2) }
    for (index, instance) in instances.enumerated() {
      lines += self.lines(of: instance, number: parts.count + index + 2)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var groupLines: [String] {
    let verdict = document.verdict
    let isPromoted = verdict.decision == .promote
    let point = "\(isPromoted ? "ok" : "not ok") 1 - group: \(Self.escaped(document.words))"
    return [point]
      + Self.block([
        ("decision", verdict.decision.rawValue), ("reason", verdict.reason.code.rawValue),
        ("exit_code", String(document.exitCode)), ("run_id", document.header.runID),
        ("elapsed_seconds", verdict.at.since(.start).thousandthsOfSeconds),
      ])
      + document.diagnoses.map { "# \($0.confidence.rawValue): \(($0.likelyCause).printable)" }
      + document.deploymentLines.map { "# \($0)" }
      + document.allWarnings.map { "# warning: \($0.printable)" }
  }

  private func lines(of instance: ReportedInstance, number: Int) -> [String] {
    lines(
      instance.outcome, instance.name, number: number, instance.words, details(of: instance))
  }

  private func lines(of part: ReportedPart, number: Int) -> [String] {
    let words = part.words.isEmpty ? part.state : part.words
    return lines(
      part.outcome, part.title, number: number, words,
      Self.block([("message", words), ("state", part.state)]))
  }

  private func lines(
    _ outcome: ReportedInstance.Outcome, _ name: String, number: Int, _ words: String,
    _ details: [String]
  ) -> [String] {
    let name = Self.escaped(name)
    switch outcome {
    case .healthy: return ["ok \(number) - \(name)"]
    case .undecided, .left: return ["ok \(number) - \(name) # SKIP \(Self.escaped(words))"]
    case .tolerated:
      return ["not ok \(number) - \(name) # TODO tolerated by the policy"] + details
    case .failed, .lost: return ["not ok \(number) - \(name)"] + details
    }
  }

  private func details(of instance: ReportedInstance) -> [String] {
    Self.block([
      ("message", instance.words), ("state", instance.stateWords),
      ("reason_code", instance.reason.code),
      ("address", instance.address), ("checks", instance.checkWords),
      ("kind", instance.failureKind),
      ("evidence", instance.evidenceWords),
    ])
  }

  /// A YAML block, with every value in double quotes, so that no text is read as something else.
  static func block(_ fields: [(name: String, value: String?)]) -> [String] {
    let lines = fields.compactMap { name, value in
      value.map { "  \(name): \"\(quoted($0.printable))\"" }
    }
    return ["  ---"] + lines + ["  ..."]
  }

  private static func quoted(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// A description with backslashes and `#` escaped, which have a meaning there.
  static func escaped(_ text: String) -> String {
    text.printable.replacing("\\", with: "\\\\").replacing("#", with: "\\#")
  }
}
