internal import GateArguments
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import LibC

/// Decides again from a recorded run.
enum Replay: Command {
  static let name = "replay"
  private static let compare = CommandOption(
    flag: "compare", "Show what each of several settings would have decided, and when.")
  private static let expect = CommandOption(
    "expect", "DECISION",
    "With --compare: the right decision for the runs, promote or rollback, or promote:FILE for "
      + "one of them (FILE may be a pattern).", isRepeatable: true)
  private static let report = CommandOption(.report)
  private static let format = CommandOption(.format)

  /// The settings that change what is made of checks, and not which checks are made.
  private static let changes = SettingGroup(
    "Other settings than the run's", SettingKey.replayed(.conclusions))
  /// The settings that change which checks are made: a journal only has some of them.
  private static let otherChecks = SettingGroup(
    "Other settings, with --compare", SettingKey.replayed(.checks))

  static let declaration = CommandDeclaration(
    name, "Decide a recorded run again, from its journal.",
    discussion: """
      With the run's own settings, the verdict is the same, byte for byte. With other settings, it \
      is what they would have decided: the checks stay as they were made, and only their evaluation \
      changes.

      With --compare, a setting may have several values (2..5 or 2,3,5), and each combination of \
      them is tried on each journal. A combination that needs checks that a journal does not have (a \
      shorter interval, a longer timeout, a longer run) is reported as unknown, not guessed. With \
      --expect, the error rates of each combination are reported. The exit status is 0 if the table \
      is complete.
      """,
    argument: CommandArgument(
      "JOURNAL", .atLeastOne,
      "Journal of a run (-: standard input). With --compare, any number of journals.",
      completion: .files),
    options: [compare, expect, format, report], settings: [changes, otherChecks])

  static func run(_ words: CommandWords) throws {
    guard !words.has(compare) else { return try runComparison(words) }
    let comparing = words.settings(of: [otherChecks])
    if words.has(expect) || !comparing.isEmpty {
      guard let key = comparing.first?.0 else {
        throw CommandLineProblem(
          "\(expect.flag) is given without --compare", hint: "add --compare, whose table it judges")
      }
      throw CommandLineProblem(
        "\(key.flag) changes which checks are made, and the journal may not have them",
        hint: "add --compare, which says where the journal cannot tell")
    }
    let journals = words.arguments
    guard journals.count == 1 else {
      throw CommandFailure(
        .usage, "\(journals.count) journals are given\n  hint: only --compare takes several")
    }
    let journal = journals[0]
    let requests = try ReportFiles.requests(words[report], beside: journal)
    let changed = words.settings(of: [changes])
    let (replayed, timeline) = try RecordedJournal.replayedWithTimeline(journal) { header in
      try header.settings(changedBy: changed, journal).map { header.changed(by: $0, changed) }
        ?? header
    }
    let format = try chosenFormat(words).document(auto: Audience.isPerson ? .text : .json)
    let reports = try ReportFiles(requests)
    var delivery = VerdictDelivery(format: format)
    delivery.reports = reports
    delivery.timeline = timeline
    delivery.deliver(replayed.document).exitStatus.end()
  }

  private static func runComparison(_ words: CommandWords) throws {
    guard !words.has(report) else {
      throw CommandFailure(
        .usage, "--report cannot be combined with --compare, which has no single verdict")
    }
    let format = try chosenFormat(words).document(auto: Audience.isPerson ? .text : .json)
    let comparison = try ReplayComparison(
      words.arguments, words.settings(of: [otherChecks, changes]), expecting: words[expect]
    ).comparison()
    switch format {
    case .json: try Output.print(String(decoding: comparison.json, as: UTF8.self))
    case .text:
      try Output.print(ComparisonReport(comparison, style: .suiting(STDOUT_FILENO)).text)
    }
  }

  private static func chosenFormat(_ words: CommandWords) throws -> OutputSettings.Format {
    guard let format = words.value(of: format) else { return .auto }
    guard let chosen = OutputSettings.Format(rawValue: format.lowercased()) else {
      throw CommandLineProblem(
        "--format is \(format.shown), not auto, json or text",
        hint: ForeignWords.advice(forFile: format, of: .printed))
    }
    return chosen
  }
}
