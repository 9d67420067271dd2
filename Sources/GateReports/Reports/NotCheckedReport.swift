import GateCore
internal import GateRecords
package import GateSettings
internal import GateText

extension NotCheckedDocument {
  private var code: String { ReasonCode.notChecked.rawValue }
  private var words: String { "\(Decision.inconclusive.rawValue): \(message.printable)" }

  /// The document as a report, which no format shows as a success.
  package func text(in format: ReportFormat) -> String {
    switch format {
    case .html: html
    case .junit: junit
    case .markdown: markdown
    case .openmetrics: openMetrics
    case .tap: tap
    case .nagios:
      "UNKNOWN - \(message.printable.replacing("|", with: "/").cut(to: 500)) | healthy=0;;;0;\n"
    case .text:
      "\(words)\n\nNothing was checked. Exit status: \(exitCode), healthgate \(healthgateVersion)\n"
    }
  }

  private var html: String {
    PageStyle.page(
      "inconclusive: nothing was checked", by: healthgateVersion, .inconclusive,
      """
      <main>
      <h1>inconclusive</h1>
      <p>\(message)</p>
      <p>Nothing was checked. Reason \(code), exit status \(exitCode), at \(at.text).</p>
      </main>
      """
    ).source
  }

  private var junit: String {
    let markup: Markup = """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuites name="healthgate" tests="1" failures="0" errors="1" time="0">
        <testsuite name="healthgate" tests="1" failures="0" errors="1" skipped="0" time="0" \
      timestamp="\(String(at.text.prefix(19)))">
          <properties>
            <property name="decision" value="inconclusive"/>
            <property name="reason" value="\(code)"/>
            <property name="exit_code" value="\(exitCode)"/>
            <property name="run_id" value="\(runID)"/>
            <property name="healthgate_version" value="\(healthgateVersion)"/>
          </properties>
          <testcase classname="healthgate.group" name="verdict" time="0">\
      <error type="\(code)" message="\(words)"/></testcase>
        </testsuite>
      </testsuites>

      """
    return markup.source
  }

  private var markdown: String {
    let text: MarkdownText = """
      ## ⚠️ inconclusive: \(message.printable)

      Nothing was checked: \(code: code), exit status \(code: String(exitCode)).

      """
    return text.source
  }

  private var openMetrics: String {
    var page = MetricsPage()
    page.family("healthgate_run", "The run that the metrics are of; always 1.") { family in
      family.sample(1, [("run_id", runID), ("version", healthgateVersion)])
    }
    page.writeOutcome(.inconclusive, .notChecked, exitCode: exitCode)
    return page.text + "# EOF\n"
  }

  private var tap: String {
    let lines = ["TAP version 14", "1..1", "not ok 1 - group: \(TAPReport.escaped(words))"]
    let details = TAPReport.block([
      ("decision", Decision.inconclusive.rawValue), ("reason", code),
      ("exit_code", String(exitCode)), ("run_id", runID),
    ])
    return (lines + details).joined(separator: "\n") + "\n"
  }
}
