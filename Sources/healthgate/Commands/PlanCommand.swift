internal import ArgumentParser
internal import GateCore
internal import GateInsight
internal import GateReports
internal import GateRun
internal import GateSettings
internal import LibC

/// What the settings mean, before anything is released.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    _superCommandName: "healthgate",
    abstract: "Show what settings mean: when each verdict comes, and the odds of a wrong one.",
    discussion: """
      Takes the settings of 'run', by flags, variables and file, and checks nothing. The odds are \
      calculated; where that is too much they are drawn from a fixed seed, with their standard \
      error. The same settings give the same plan, and what it assumes is printed with it. With --false-promote or --false-rollback it looks for the thresholds and the soak \
      that meet them, and plans those; it exits with 1 when there are none.
      """)

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "The probability that a check fails; repeatable (default: 0.01, 0.1, 0.2, 0.5, 0.9, 1).",
      valueName: "P"))
  var failureRate: [String] = []

  @Option(
    help: ArgumentHelp(
      "How long an instance takes to boot; checks fail until then.", valueName: "TIME"))
  var bootTime: String?

  @Option(
    help: ArgumentHelp(
      "Length of an outage, in which all checks fail; it may begin at any moment before the deadline.",
      valueName: "TIME"))
  var outageLength: String?

  @Option(
    help: ArgumentHelp("When the outage begins, counted from the start.", valueName: "TIME"))
  var outageAfter: String?

  @Option(
    help: ArgumentHelp(
      "Propose thresholds that promote a bad group with at most this probability.", valueName: "P"))
  var falsePromote: String?

  @Option(help: ArgumentHelp("The failure rate of a bad group.", valueName: "P"))
  var atFailureRate: String?

  @Option(
    help: ArgumentHelp(
      "Propose thresholds that roll back a good group with at most this probability.",
      valueName: "P"))
  var falseRollback: String?

  @Option(help: ArgumentHelp("The failure rate of a good group.", valueName: "P"))
  var atFailureRateGood: String?

  @Option(
    name: .of(.format),
    help: ArgumentHelp("text, json, or svg for the plot alone.", valueName: "FORMAT"))
  var format = PlanFormat.text

  @OptionGroup var file: ConfigFlag

  @OptionGroup var settings: DecisionFlags

  enum PlanFormat: String, CaseIterable, ExpressibleByArgument {
    case text
    case json
    case svg
  }

  func run() throws {
    let loaded = try SettingsLoader(config: file.config).load(
      flags: settings.given, instances: .optional)
    let planner = try PlannedRun(
      loaded, questions: PlanQuestions(questions), isWholeCurve: format != .json)
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

  private var questions: PlanQuestions.Texts {
    var texts = PlanQuestions.Texts()
    texts.failureRate = failureRate
    texts.bootTime = bootTime
    (texts.outageLength, texts.outageAfter) = (outageLength, outageAfter)
    (texts.falsePromote, texts.atFailureRate) = (falsePromote, atFailureRate)
    (texts.falseRollback, texts.atFailureRateGood) = (falseRollback, atFailureRateGood)
    return texts
  }
}
