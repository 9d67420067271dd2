internal import GateArguments
internal import GateDisplay
internal import GateRun
internal import GateSettings
internal import LibC

/// Shows what the settings mean before a release.
enum PlanCommand: Command {
  static let name = "plan"
  private static let format = CommandOption(
    "format", "FORMAT", "text, json, or svg for the plot alone. (default: text)",
    completion: .values(PlanFormat.allCases.map(\.rawValue)))

  static let declaration = CommandDeclaration(
    name, "Show what settings mean: when each verdict can come, and the odds of a wrong one.",
    discussion: """
      Takes the settings of 'run', from flags, variables and file, and checks nothing. The odds are \
      calculated; where that would take too long, they are simulated from a fixed seed and given \
      with their standard error. The same settings always give the same plan, and the plan lists its \
      assumptions. With --false-promote or --false-rollback, plan searches for thresholds and a soak \
      that meet these limits, and plans those; it exits with 1 if there are none.
      """,
    options: PlanQuestions.options + [format, .config], settings: SettingGroup.decisive)

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
      loaded, questions: PlanQuestions(words), isWholeCurve: format != .json)
    let document = try planner.document()
    switch format {
    case .text:
      let report = PlanReport(
        document, style: .suiting(STDOUT_FILENO), letters: Audience.readsUTF8 ? .all : .ascii)
      try Output.print(report.text)
    case .json: try Output.print(String(decoding: document.json, as: UTF8.self))
    case .svg: try Output.print(document.svg)
    }
    if !document.limits.isEmpty, document.proposal == nil {
      throw CommandFailure(.rollback, "no thresholds and no soak meet these limits")
    }
  }
}
