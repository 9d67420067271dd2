internal import GateCore
internal import GateInsight
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict in Markdown, for a step summary or a comment on a pull request.
///
/// It has at most 64 KiB, the limit of a comment: if there are very many instances, the worst are
/// listed and the others counted.
package struct MarkdownReport {
  private let document: VerdictDocument
  private let instances: [ReportedInstance]

  package init(_ document: VerdictDocument) {
    self.document = document
    instances = document.reportedInstances
  }

  /// GitHub accepts 65,536 characters in a comment.
  static let limit = 65_536

  private static let rows = 100
  /// The largest number of instances without a failure that are not folded.
  private static let quietRows = 12
  private static let parts = 30
  private static let names = 10
  private static let diagnoses = 5
  private static let warnings = 20

  private var gate: Gate { document.gate }
  private var verdict: Verdict { document.verdict }

  package var text: String {
    let head = heading + facts + diagnoses + parts
    let tail = warnings + settings
    let room = Self.limit - head.utf8.count - tail.utf8.count - 400
    return head + table(within: room) + tail
  }

  // MARK: - The decision

  private var heading: String {
    let mark: MarkdownText =
      switch verdict.decision {
      case .promote: "✅"
      case .rollback: "❌"
      case .inconclusive: "⚠️"
      }
    let advisory =
      document.header.isAdvisory
      ? "\n> Advisory: decided and reported, but the exit status is \(document.exitCode).\n" : ""
    let title: MarkdownText =
      "## \(mark) \(verdict.decision.rawValue): \(shown(document.message))"
    return title.source + "\n" + advisory + "\n"
  }

  private var facts: String {
    let group = document.header.group.name.map { " of \($0.printable.cut(to: 200))" } ?? ""
    let checks = instances.reduce(0) { $0 + $1.record.checks }
    let failures = instances.reduce(0) { $0 + $1.record.failures }
    let forgiven = Gate.words(instances.map(\.record).forgivenFailures, of: failures)
    let resumed = gate.resumptionWords.map { " · resumed \($0)" } ?? ""
    let line: MarkdownText = """
      **\(gate.healthy) of \(gate.total)** instances\(group) healthy, \(gate.unhealthy) \
      unhealthy, \(gate.initial) not healthy yet · \(counted(checks, "check")), \(failures) failed\
      \(forgiven) · decided after **\(verdict.at.preciseWords)** \
      (\(code: document.header.startedAt.at(verdict.at)))\(resumed)
      """
    return line.source + "\n\n" + build
  }

  private var build: String {
    guard let build = document.header.deployment.build, build.line != nil else { return "" }
    let words: MarkdownText = "\(build.words)"
    let link = build.page.map { "[\(words.source)](<\($0)>)" } ?? words.source
    return "Build: \(link)\n\n"
  }

  // MARK: - Instances

  /// The instances in trouble, and those without a failure, folded if there are many.
  private func table(within room: Int) -> String {
    guard !instances.isEmpty else { return "" }
    let sorted = instances.worstFirst
    let quiet = sorted.filter(\.isQuiet)
    guard quiet.count > Self.quietRows else { return rows(sorted, within: room) }
    let others = sorted.filter { !$0.isQuiet }
    let first = others.isEmpty ? "" : rows(others, within: room / 2)
    let isHealthy = quiet.allSatisfy { $0.outcome == .healthy }
    let what =
      isHealthy
      ? counted(quiet.count, "healthy instance")
      : "\(counted(quiet.count, "instance")) without a failed check"
    let fold = "<details><summary>\(what)</summary>\n\n"
    return first + fold + rows(quiet, within: room - first.utf8.count - 200) + "</details>\n\n"
  }

  private func rows(_ sorted: [ReportedInstance], within room: Int) -> String {
    var text = """
      | | instance | state | checks | p95 | what happened |
      | --- | --- | --- | --- | --- | --- |

      """
    var told = 0
    for instance in sorted.prefix(Self.rows) {
      let row = row(instance).source + "\n"
      guard text.utf8.count + row.utf8.count <= room else { break }
      text += row
      told += 1
    }
    let rest = sorted.dropFirst(told)
    if !rest.isEmpty { text += "\n" + summary(of: rest).source + "\n" }
    return text + "\n"
  }

  /// The guards, the old group, the comparison with it, and the events after the decision.
  private var parts: String {
    let parts = document.reportedParts.worstFirst
    guard !parts.isEmpty else { return "" }
    let told = parts.prefix(Self.parts).map { part -> String in
      let seen: MarkdownText = part.words.isEmpty ? "" : "\(code: part.words.cut(to: 200))"
      let row: MarkdownText = """
        | \(part.outcome.mark) | \(part.kind.rawValue) | \(code: part.name.cut(to: 120)) \
        | \(part.state) | \(seen) |
        """
      return row.source + "\n"
    }
    let rest = parts.count - told.count
    return
      "| | beside the instances | which | state | what was seen |\n| --- | --- | --- | --- | --- |\n"
      + told.joined() + (rest > 0 ? "\n… and \(rest) more.\n" : "") + "\n"
  }

  private func row(_ instance: ReportedInstance) -> MarkdownText {
    let latency = instance.record.history.latency.percentile(95).map(latencyWords) ?? "–"
    let what = instance.outcome == .healthy && instance.record.failures == 0 ? "" : instance.words
    let shown: MarkdownText = what.isEmpty ? "" : "\(code: what.cut(to: 160))"
    return """
      | \(instance.outcome.mark) | \(code: instance.name.cut(to: 80)) | \(instance.stateWords) \
      | \(instance.checkWords) | \(latency) | \(shown) |
      """
  }

  /// The number of instances that are not listed, by state.
  private func summary(of rest: ArraySlice<ReportedInstance>) -> MarkdownText {
    let counts = rest.grouped(by: \.stateWords).map { "\($0.members.count) \($0.key)" }
    let list = counts.joined(separator: ", ")
    return "… and \(rest.count) more: \(list)."
  }

  // MARK: - The rest

  private var diagnoses: String {
    let told = document.diagnoses.prefix(Self.diagnoses)
    guard !told.isEmpty else { return "" }
    return "### \(verdict.decision.titleOfCauses)\n\n" + told.map { item(of: $0).source }.joined()
      + "\n"
  }

  private func item(of diagnosis: Diagnosis) -> MarkdownText {
    let names = list(diagnosis.instances.map { $0.printable.cut(to: 80) }, first: Self.names)
    let instances: MarkdownText = names.isEmpty ? "" : "  \n  Instances: \(names)"
    let evidence: MarkdownText =
      diagnosis.evidence.map { "\n  Evidence: \(code: $0.printable.cut(to: 400))  " } ?? ""
    return """
      - **\(diagnosis.code.rawValue)** (\(diagnosis.confidence.rawValue)): \
      \(shown(diagnosis.likelyCause))  \(evidence)
        Advice: \(shown(diagnosis.advice))\(instances)

      """
  }

  private var warnings: String {
    let all = document.allWarnings
    guard !all.isEmpty else { return "" }
    let lines = all.prefix(Self.warnings).map { warning -> String in
      let line: MarkdownText = "- Warning: \(shown(warning))\n"
      return line.source
    }
    let rest = all.count - lines.count
    return lines.joined() + (rest > 0 ? "- … and \(rest) more warnings\n" : "") + "\n"
  }

  private var settings: String {
    let journal: MarkdownText =
      document.journal.map {
        "| journal | \(code: $0.path ?? "–"), \($0.events) events, SHA-256 \(code: $0.sha256) |\n"
      } ?? ""
    let table: MarkdownText = """
      <details><summary>Settings in force</summary>

      | setting | value |
      | --- | --- |
      \(rows)| run | \(code: document.header.runID), healthgate \
      \(document.header.healthgateVersion) |
      \(journal)
      </details>

      """
    return table.source
  }

  private var rows: MarkdownText {
    document.header.settingsInForce.reduce("") { rows, setting in
      "\(rows)| \(setting.name) | \(code: setting.value.cut(to: 200)) |\n"
    }
  }

  private func shown(_ text: String) -> String { text.printable.cut(to: 1000) }
}

extension ReportedInstance.Outcome {
  /// A one-character symbol for the outcome.
  fileprivate var mark: MarkdownText {
    switch self {
    case .failed: "❌"
    case .lost, .tolerated: "⚠️"
    case .undecided: "⏳"
    case .left: "➖"
    case .healthy: "✅"
    }
  }
}
