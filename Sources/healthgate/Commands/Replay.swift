internal import ArgumentParser
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import GateText
internal import LibC

/// Decides again from a recorded run.
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    _superCommandName: "healthgate",
    abstract: "Decide again from a journal.",
    discussion: """
      With the run's own settings the verdict is the run's, to the byte. With others it is what \
      would have been: the checks stay as they were made, so only what is made of them can change.

      With --compare a setting may have several values (2..5 or 2,3,5), and each combination of \
      them is tried on each journal. Where it would need checks that a journal does not have (a \
      shorter interval, a longer timeout, a longer run), it says so and does not guess. With \
      --expect the error rates of each combination are told. The exit status is 0 when the table \
      is whole.
      """)

  @Argument(
    help: ArgumentHelp(
      "The journal of a run; - is standard input. With --compare any number of them.",
      valueName: "JOURNAL"), completion: .file())
  var journals: [String]

  @Flag(help: "Tell what each of several settings would have decided, and when.")
  var compare = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "With --compare: promote or rollback, which the runs should have been decided as, or "
        + "promote:FILE of one of them (FILE may be a pattern); repeatable.",
      valueName: "DECISION"))
  var expect: [String] = []

  @OptionGroup(title: "Other settings than the run's") var changes: ReplayFlags
  @OptionGroup(title: "Other settings, with --compare") var otherChecks: ComparisonFlags
  @Option(.format) var format: String?

  @Option(.report) var report: [String] = []

  func run() throws {
    guard !compare else { return try runComparison() }
    if !expect.isEmpty || !otherChecks.given.isEmpty {
      let flag = otherChecks.given.first?.0.flag ?? "--expect"
      throw CommandFailure(.usage, "\(flag) is given without --compare")
    }
    guard journals.count == 1 else {
      throw CommandFailure(
        .usage, "\(journals.count) journals are given\n  hint: several are for --compare")
    }
    let journal = journals[0]
    let requests = try ReportFiles.requests(report, beside: journal)
    let recorded = try RecordedJournal.read(journal)
    let settings: Settings?
    do throws(SettingsError) {
      settings = try recorded.header.settings(changedBy: changes.given, journal)
    } catch {
      throw CommandFailure(error)
    }
    let header = settings.map { recorded.header.changed(by: $0, changes.given) } ?? recorded.header
    let format = try chosenFormat().document(auto: Audience.isPerson ? .text : .json)
    let reports = try ReportFiles(requests)
    let (gate, verdict, timeline) = recorded.replayedWithTimeline(under: header)
    let document = VerdictDocument(recorded, gate, verdict, under: header)
    var delivery = VerdictDelivery(format: format)
    delivery.reports = reports
    delivery.timeline = timeline
    delivery.deliver(document).exitStatus.end()
  }

  private func runComparison() throws {
    guard report.isEmpty else {
      throw CommandFailure(.usage, "--report is given with --compare, which has no one verdict")
    }
    let format = try chosenFormat().document(auto: Audience.isPerson ? .text : .json)
    let comparison = try ReplayComparison(
      journals, otherChecks.given + changes.given, expecting: expect
    ).comparison()
    switch format {
    case .json: try Output.print(String(decoding: comparison.json, as: UTF8.self))
    case .text:
      try Output.print(ComparisonReport(comparison, style: .suiting(STDOUT_FILENO)).text)
    }
  }

  private func chosenFormat() throws -> OutputSettings.Format {
    guard let format else { return .auto }
    guard let chosen = OutputSettings.Format(rawValue: format.lowercased()) else {
      throw CommandFailure(.usage, "--format is '\(format.printable)', not auto, json or text")
    }
    return chosen
  }
}

/// The settings that change which checks are made: a journal only has some of them.
struct ComparisonFlags: SettingFlagGroup {
  @Option(.interval) var interval: String?
  @Option(.timeout) var timeout: String?
}

/// The settings that change what is made of checks, and not which checks are made.
struct ReplayFlags: SettingFlagGroup {
  @Option(.healthyThreshold) var healthyThreshold: String?
  @Option(.initialThreshold) var initialThreshold: String?
  @Option(.unhealthyThreshold) var unhealthyThreshold: String?
  @Option(.unhealthyWindow) var unhealthyWindow: String?
  @Option(.expected) var expected: String?
  @Option(.minHealthy) var minHealthy: String?
  @Option(.maxUnhealthy) var maxUnhealthy: String?
  @Option(.maxReplaced) var maxReplaced: String?
  @Option(.gracePeriod) var gracePeriod: String?
  @Option(.soak) var soak: String?
  @Option(.deadline) var deadline: String?
  @Flag(inversion: .prefixedNo, help: .of(.advisory)) var advisory: Bool?
}
