package import GateCore
internal import GateText

/// A format of a report.
package enum ReportFormat: String, Hashable, Sendable, CaseIterable {
  case html
  case junit
  case markdown
  case openmetrics
  case tap
  case nagios
  case text

  /// Whether it shows the checks over time, which the verdict alone does not have.
  package var needsTimeline: Bool {
    switch self {
    case .html: true
    case .junit, .markdown, .openmetrics, .tap, .nagios, .text: false
    }
  }
}

/// A report that a run writes.
package struct ReportRequest: Hashable, Sendable {
  package var format: ReportFormat
  package var path: String

  /// Reads `FORMAT=FILE`.
  ///
  /// - Throws: `GrammarError`, which says what was expected instead.
  package init(parsing text: String) throws(GrammarError) {
    guard let sign = text.firstIndex(of: "=") else {
      throw GrammarError("\(text.shown) is not FORMAT=FILE, such as html=report.html")
    }
    format = try ReportFormat(named: String(text[..<sign]))
    path = String(text[text.index(after: sign)...])
    guard !path.isEmpty else {
      throw GrammarError("\(text.shown) names no file")
    }
    guard path != "-" else {
      throw GrammarError("\(text.shown): standard output is for the verdict; name a file")
    }
    guard !path.unicodeScalars.contains("\0") else {
      throw GrammarError("the path has a null character")
    }
  }
}
