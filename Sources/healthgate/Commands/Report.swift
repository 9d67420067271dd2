internal import ArgumentParser
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import LibC

/// Shows a recorded run in another form.
struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    _superCommandName: "healthgate",
    abstract: "Show a recorded run as a page, as test results, as metrics, …",
    discussion: """
      The report is that of the run itself, to the byte. It exits with 0 when the report was \
      written, whatever the verdict; 'healthgate replay' exits with the verdict's status.
      """)

  @Argument(
    help: ArgumentHelp("The journal of a run; - is standard input.", valueName: "JOURNAL"),
    completion: .file())
  var journal: String

  @Option(
    name: .of(.format),
    help: ArgumentHelp(
      "One of \(ReportFormat.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "FORMAT"),
    completion: .list(ReportFormat.allCases.map(\.rawValue)))
  var format: String

  @Option(
    help: ArgumentHelp(
      "Write it to this file, atomically (default: standard output).", valueName: "FILE"),
    completion: .file())
  var output: String?

  func run() throws {
    let format = try chosenFormat()
    let output = self.output == "-" ? nil : self.output
    if let output {
      try OutputPlaces.refuseShared(
        [RunPlaces.Named(what: "the report", path: output)],
        with: [RunPlaces.Named(what: "the journal", path: journal)])
    }
    let file = try OutputFile(output, of: "the report")
    let recorded = try RecordedJournal.read(journal)
    let (gate, verdict, timeline) = recorded.replayedWithTimeline(under: recorded.header)
    let document = VerdictDocument(recorded, gate, verdict, under: recorded.header)
    try file.write(text(of: document, timeline, as: format, to: output))
  }

  private func chosenFormat() throws(CommandFailure) -> ReportFormat {
    do throws(GrammarError) {
      return try ReportFormat(named: format)
    } catch {
      let hint = format == "json" ? "\n  hint: 'healthgate replay' prints the verdict as JSON" : ""
      throw CommandFailure(.usage, "--format \(error.description)\(hint)")
    }
  }

  private func text(
    of document: VerdictDocument, _ timeline: Timeline, as format: ReportFormat,
    to output: String?
  ) -> String {
    guard format == .text, output == nil else { return format.text(of: document, timeline) }
    return TextReport(document, .suiting(STDOUT_FILENO)).text
  }
}
