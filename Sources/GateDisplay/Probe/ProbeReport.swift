internal import GateCore
internal import GateInsight
internal import GateRecords
internal import GateSettings
package import GateText

/// One check of each target, for people: a line each, then what is probably wrong.
///
/// Checks that failed alike are told of together, so that a thousand of them stay readable.
package struct ProbeReport {
  private let document: ProbeDocument
  private var page: TextPage
  /// Of one sort of failure.
  private static let names = 10

  package init(_ document: ProbeDocument, style: TextStyle) {
    self.document = document
    page = TextPage(style)
    writeChecks()
    writeSummary()
    writeDiagnoses()
    for warning in document.warnings {
      page.blankLine()
      page.entry("warning:", .waiting, warning.printable)
    }
  }

  package var text: String { page.text }

  /// A table for each target that was asked, and one of all URLs.
  private mutating func writeChecks() {
    for (question, checks) in document.checks.grouped(by: \.question) {
      let table = ProbeTable(of: checks)
      page.entry(question.words(on: table.port), .strong, "")
      for line in table.lines(in: page.style) { page.line("  \(line)") }
      page.blankLine()
    }
  }

  private mutating func writeSummary() {
    let summary = ProbeSummary(of: document.checks)
    var parts: [String] = []
    if summary.succeeded > 0 { parts.append("\(summary.succeeded) ok") }
    if summary.failed > 0 { parts.append("\(summary.failed) failed") }
    if summary.lost > 0 { parts.append("\(summary.lost) lost to gate faults") }
    let tone: Tone =
      summary.failed > 0 ? .bad : summary.lost > 0 || document.checks.isEmpty ? .waiting : .good
    page.entry(
      "\(counted(document.checks.count, "check")):", tone,
      parts.isEmpty ? "there are no instances" : parts.joined(separator: ", "))
  }

  private mutating func writeDiagnoses() {
    // Checks with the same diagnosis in the same words.
    let groups = document.checks.grouped { check in
      check.diagnosis.map { [$0.code.rawValue, $0.likelyCause, $0.advice] }
    }
    for (_, alike) in groups {
      guard let first = alike.first, let diagnosis = first.diagnosis else { continue }
      page.blankLine()
      // No label: ten names may be too many for a line.
      let names = list(alike.map(\.instance.name), first: Self.names)
      page.entry("", .plain, "\(names): \(diagnosis.summary.printable)")
      page.fact("\(diagnosis.confidence.rawValue): \(diagnosis.likelyCause.printable)")
      page.fact("advice: \(diagnosis.advice.printable)")
      if let evidence = diagnosis.evidence {
        let whose = alike.count == 1 ? "" : " of \(first.instance.name)"
        page.fact("evidence\(whose): \(evidence.printable)")
      }
    }
  }
}

extension ProbedCheck {
  /// What is the same of all checks of one table.
  fileprivate enum Question: Hashable {
    case target(HealthCheckTarget.Scheme, path: String, rules: String)
    /// The URLs stand in the table.
    case urls(rules: String)

    /// `HTTP:80/health (classic: 200 within 5s)`; nil where the ports differ.
    func words(on port: Int?) -> String {
      switch self {
      case .target(let scheme, let path, let rules):
        "\(scheme.rawValue)\(port.map { ":\($0)" } ?? " ")\(path.printable) (\(rules))"
      case .urls(let rules): rules
      }
    }
  }

  fileprivate var question: Question {
    let (semantics, limit) = (check.semantics.rawValue, "within \(check.timeout.inWords)")
    switch way {
    case .byURL:
      return .urls(rules: "semantics \(semantics), timeout \(check.timeout.inWords)")
    case .ofGroup:
      let wanted = check.target.scheme.hasPath ? "\(check.matcher) " : ""
      return .target(
        check.target.scheme, path: check.target.path, rules: "\(semantics): \(wanted)\(limit)")
    }
  }

  /// In a few words; the whole stands below the table.
  fileprivate var result: (words: String, tone: Tone) {
    switch end {
    case .checked(let report):
      switch report.result {
      case .success: (successWords(report), .good)
      case .failure(let kind): (LastFailure.shortWords(of: report, kind), .bad)
      }
    case .lost: ("gate fault", .waiting)
    }
  }

  private func successWords(_ report: CheckReport) -> String {
    let status = report.status.map { check.target.scheme.isGRPC ? " gRPC \($0)" : " \($0)" } ?? ""
    let version = report.version.map { " \($0.printable.cut(to: 20))" } ?? ""
    return "ok\(status)\(version)"
  }
}

/// The checks of one target, a line each, with columns as wide as they must be.
private struct ProbeTable {
  private var rows: [(name: String, result: String, tone: Tone, times: [String])]
  /// That of all; nil when they differ.
  let port: Int?

  private static let titles = ["name", "connect", "tls", "first byte", "total"]
  /// Longer names are cut, as a table of one column helps nobody.
  private static let widestName = 40

  init(of checks: [ProbedCheck]) {
    let ports = Set(checks.map(\.instance.port))
    port = ports.count == 1 ? ports.first : nil
    rows = checks.map { check in
      let (words, tone) = check.result
      let phases = check.phases
      let times = [
        phases?.nameLookup, phases?.connect, phases?.tls, phases?.firstByte, phases?.total,
      ]
      return (
        check.instance.name(withPort: ports.count > 1).cut(to: Self.widestName), words, tone,
        times.map { $0.map(latencyWords) ?? "-" }
      )
    }
  }

  /// The first names the columns; times are from the start of the check to the end of the phase.
  func lines(in style: TextStyle) -> [String] {
    let names = rows.map(\.name.columns).max() ?? 0
    let results = rows.map(\.result.columns).max() ?? 0
    let widths = Self.titles.indices.map { column in
      max(Self.titles[column].columns, rows.map { $0.times[column].columns }.max() ?? 0)
    }
    func times(_ texts: [String]) -> String {
      zip(texts, widths).map { $0.rightAligned(in: $1) }.joined(separator: "  ")
    }
    let margin = "".padded(to: names + results + 4)
    return [style.paint(margin + times(Self.titles), .faint)]
      + rows.map { row in
        let result = style.paint(row.result.padded(to: results), row.tone)
        return "\(row.name.padded(to: names))  \(result)  \(times(row.times))"
      }
  }
}

extension Instance {
  /// Its name, with its port where that is wanted and not in the name; a URL says which by itself.
  fileprivate func name(withPort isWanted: Bool) -> String {
    isWanted && !id.contains(":\(port)") && !id.contains("://") ? "\(name):\(port)" : name
  }
}
