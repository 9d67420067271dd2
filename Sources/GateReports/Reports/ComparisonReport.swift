internal import GateCore
package import GateRecords
internal import GateSettings
package import GateText

/// The comparison of settings for people.
///
/// For each run it has the decision under each combination and its time, then the number of wrong
/// decisions of each combination.
package struct ComparisonReport {
  private let comparison: SettingComparison
  private var page: TextPage

  package init(_ comparison: SettingComparison, style: TextStyle) {
    self.comparison = comparison
    page = TextPage(style)
    for index in comparison.runs.indices { write(run: index) }
    if comparison.runs.count > 1 || comparison.runs.contains(where: { $0.expected != nil }) {
      writeSummary()
    }
  }

  package var text: String { page.text }

  private mutating func write(run index: Int) {
    let run = comparison.runs[index]
    if index > 0 { page.blankLine() }
    let expected = run.expected.map { ", expected \($0.rawValue)" } ?? ""
    page.entry(
      "\(run.path.printable):", .strong,
      "recorded \(run.recorded.decision.rawValue) after \(run.recorded.at.preciseWords)\(expected)")
    for row in comparison.rows {
      switch row.results[index] {
      case .decided(let verdict):
        let isWrong = run.expected.map { $0 != verdict.decision } ?? false
        page.fact(
          "\(row.changes.words): \(verdict.decision.rawValue) after \(verdict.at.preciseWords)"
            + " (\(verdict.reason.code.rawValue))\(isWrong ? ", wrong" : "")")
      case .unknown(let words): page.fact("\(row.changes.words): unknown: \(words)")
      }
    }
  }

  private mutating func writeSummary() {
    page.blankLine()
    page.line(
      columns(["promote", "rollback", "inconcl.", "unknown", "false promote", "false rollback"]),
      .strong)
    for row in comparison.rows {
      let errors = comparison.errors(of: row)
      page.entry("", .plain, row.changes.words)
      page.line(
        columns([
          "\(comparison.count(.promote, of: row))", "\(comparison.count(.rollback, of: row))",
          "\(comparison.count(.inconclusive, of: row))", "\(errors.unknown)",
          rate(errors.falsePromotions, of: errors.bad),
          rate(errors.falseRollbacks, of: errors.good),
        ]), .plain)
    }
    let unlabelled = comparison.runs.count { $0.expected == nil }
    if unlabelled > 0, unlabelled < comparison.runs.count {
      page.fact("\(counted(unlabelled, "run")) without an expectation counted in no error")
    }
  }

  private func columns(_ cells: [String]) -> String {
    zip(cells, [9, 10, 10, 9, 18, 18]).map { $0.rightAligned(in: $1) }.joined()
  }

  private func rate(_ count: Int, of total: Int) -> String {
    total == 0 ? "-" : "\(count) of \(total) (\(RateText(Double(count) / Double(total)).rounded))"
  }
}
