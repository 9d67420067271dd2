internal import GateArguments
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import LibC

/// Writes a recorded run in another format.
enum Report: Command {
  static let name = "report"
  private static let format = CommandOption(
    "format", "FORMAT", "One of \(names.joined(separator: ", ")).", completion: .values(names),
    isRequired: true)
  private static let output = CommandOption(
    "output", "FILE", "Write the report to this file, atomically. (default: standard output)",
    completion: .files)
  private static let names = ReportFormat.allCases.map(\.rawValue)

  static let declaration = CommandDeclaration(
    name, "Render a recorded run as a web page, test results, metrics, …",
    discussion: """
      The report is the same as the run's own, byte for byte. Exits with 0 if the report was \
      written, whatever the verdict; 'healthgate replay' exits with the verdict's status.
      """,
    argument: CommandArgument(
      "JOURNAL", .one, "Journal of a run (-: standard input).", completion: .files),
    options: [format, output])

  static func run(_ words: CommandWords) throws {
    let journal = words.arguments[0]
    let format = try chosenFormat(words.value(of: format) ?? "")
    let output = words.value(of: output).flatMap { $0 == "-" ? nil : $0 }
    if let output {
      try OutputPlaces.refuseShared(
        [RunPlaces.Named(what: "the report", path: output)],
        with: [RunPlaces.Named(what: "the journal", path: journal)])
    }
    let file = try OutputFile(output, of: "the report")
    let (replayed, timeline) = try RecordedJournal.replayedWithTimeline(journal)
    try file.write(text(of: replayed.document, timeline, as: format, to: output))
  }

  private static func chosenFormat(_ format: String) throws(CommandLineProblem) -> ReportFormat {
    do throws(GrammarError) {
      return try ReportFormat(named: format)
    } catch {
      let hint =
        format == "json"
        ? "'healthgate replay' prints the verdict as JSON"
        : ForeignWords.advice(forFile: format, of: .output)
      throw CommandLineProblem("--format \(error.description)", hint: hint)
    }
  }

  private static func text(
    of document: VerdictDocument, _ timeline: Timeline, as format: ReportFormat,
    to output: String?
  ) -> String {
    guard format == .text, output == nil else { return format.text(of: document, timeline) }
    return TextReport.onStandardOutput(document).text
  }
}
