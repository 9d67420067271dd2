internal import GateArguments
internal import GateCore
internal import GateDisplay
internal import GateInsight
internal import GateRun
internal import GateSettings
internal import LibC

/// What the settings mean, before anything is released.
enum PlanCommand: Command {
  static let name = "plan"
  private static let failureRate = CommandOption(
    "failure-rate", "P",
    "The probability that a check fails. (default: 0.01, 0.1, 0.2, 0.5, 0.9, 1)",
    isRepeatable: true)
  private static let bootTime = CommandOption(
    "boot-time", "TIME", "How long an instance takes to boot; checks fail until then.")
  private static let outageLength = CommandOption(
    "outage-length", "TIME",
    "Length of an outage, in which all checks fail; it may begin at any moment before the deadline."
  )
  private static let outageAfter = CommandOption(
    "outage-after", "TIME", "When the outage begins, counted from the start.")
  private static let falsePromote = CommandOption(
    "false-promote", "P",
    "Propose thresholds that promote a bad group with at most this probability.")
  private static let atFailureRate = CommandOption(
    "at-failure-rate", "P", "The failure rate of a bad group.")
  private static let falseRollback = CommandOption(
    "false-rollback", "P",
    "Propose thresholds that roll back a good group with at most this probability.")
  private static let atFailureRateGood = CommandOption(
    "at-failure-rate-good", "P", "The failure rate of a good group.")
  private static let format = CommandOption(
    "format", "FORMAT", "text, json, or svg for the plot alone. (default: text)",
    completion: .values(PlanFormat.allCases.map(\.rawValue)))

  static let declaration = CommandDeclaration(
    name, "Show what settings mean: when each verdict comes, and the odds of a wrong one.",
    discussion: """
      Takes the settings of 'run', by flags, variables and file, and checks nothing. The odds are \
      calculated; where that is too much they are drawn from a fixed seed, with their standard \
      error. The same settings give the same plan, and what it assumes is printed with it. With --false-promote or --false-rollback it looks for the thresholds and the soak \
      that meet them, and plans those; it exits with 1 when there are none.
      """,
    options: [
      failureRate, bootTime, outageLength, outageAfter, falsePromote, atFailureRate, falseRollback,
      atFailureRateGood, format, .config,
    ], settings: SettingGroup.decisive)

  private enum PlanFormat: String, CaseIterable {
    case text
    case json
    case svg
  }

  static func run(_ words: CommandWords) throws {
    let format: PlanFormat = try words.choice(of: format) ?? .text
    let loaded = try SettingsLoader(config: words.value(of: .config)).load(
      flags: words.settings, instances: .optional)
    let planner = try PlannedRun(
      loaded, questions: PlanQuestions(questions(words)), isWholeCurve: format != .json)
    let document = try planner.document()
    switch format {
    case .text:
      let report = PlanReport(
        document, style: .suiting(STDOUT_FILENO), letters: Audience.readsUTF8 ? .blocks : .ascii)
      try Output.print(report.text)
    case .json: try Output.print(String(decoding: document.json, as: UTF8.self))
    case .svg: try Output.print(document.svg)
    }
    if let search = document.search, search.proposal == nil {
      throw CommandFailure(.rollback, "no thresholds and no soak meet these limits")
    }
  }

  private static func questions(_ words: CommandWords) -> PlanQuestions.Texts {
    var texts = PlanQuestions.Texts()
    texts.failureRate = words[failureRate]
    texts.bootTime = words.value(of: bootTime)
    texts.outageLength = words.value(of: outageLength)
    texts.outageAfter = words.value(of: outageAfter)
    texts.falsePromote = words.value(of: falsePromote)
    texts.atFailureRate = words.value(of: atFailureRate)
    texts.falseRollback = words.value(of: falseRollback)
    texts.atFailureRateGood = words.value(of: atFailureRateGood)
    return texts
  }
}
