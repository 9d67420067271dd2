package import GateRecords
internal import GateSettings

extension ReportFormat {
  /// The report in this format; the timeline is used only by formats that show it.
  package func text(of document: VerdictDocument, _ timeline: Timeline) -> String {
    switch self {
    case .html: HTMLReport(document, timeline).text
    case .junit: JUnitReport(document).text
    case .markdown: MarkdownReport(document).text
    case .openmetrics: OpenMetricsReport(document).text
    case .tap: TAPReport(document).text
    case .nagios: NagiosReport(document).text
    case .text: TextReport(document, style: .plain).text
    }
  }
}
