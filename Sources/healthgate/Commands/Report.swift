internal import GateArguments
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import LibC

/// Shows a recorded run in another form.
enum Report: Command {
  static let name = "report"
  private static let format = CommandOption(
    "format", "FORMAT", "One of \(names.joined(separator: ", ")).", completion: .values(names),
    isRequired: true)
  private static let output = CommandOption(
    "output", "FILE", "Write it to this file, atomically. (default: standard output)",
    completion: .files)
  private static let names = ReportFormat.allCases.map(\.rawValue)

  static let declaration = CommandDeclaration(
    name, "Show a recorded run as a page, as test results, as metrics, …",
    discussion: """
      The report is that of the run itself, to the byte. It exits with 0 when the report was \
      written, whatever the verdict; 'healthgate replay' exits with the verdict's status.
      """,
    argument: CommandArgument(
      "JOURNAL", .one, "The journal of a run; - is standard input.", completion: .files),
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

  private static func chosenFormat(_ format: String) throws(CommandFailure) -> ReportFormat {
    do throws(GrammarError) {
      return try ReportFormat(named: format)
    } catch {
      let hint = format == "json" ? "\n  hint: 'healthgate replay' prints the verdict as JSON" : ""
      throw CommandFailure(.usage, "--format \(error.description)\(hint)")
    }
  }

  private static func text(
    of document: VerdictDocument, _ timeline: Timeline, as format: ReportFormat,
    to output: String?
  ) -> String {
    guard format == .text, output == nil else { return format.text(of: document, timeline) }
    return TextReport(document, .suiting(STDOUT_FILENO)).text
  }
}
