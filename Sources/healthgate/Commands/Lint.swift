internal import GateArguments
internal import GateCore
internal import GateDisplay
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import GateText
internal import LibC

/// Finds the ways an endpoint can report healthy while the application is broken.
enum Lint: Command {
  static let name = "lint"
  private static let dryRun = CommandOption(
    flag: "dry-run", "List the requests that would be sent, and why, without sending any.",
    isQuestion: true)
  private static let rules = CommandOption(
    flag: "rules", "List the rules: id, severity, and what each finds.", isQuestion: true)
  private static let ignore = CommandOption(
    "ignore", "ID", "Skip the rule with this id.", isRepeatable: true)

  static let declaration = CommandDeclaration(
    name, "Find the ways an endpoint can report healthy while the application is broken.",
    discussion: """
      Each finding comes with advice. lint sends only GET and HEAD requests (to a gRPC target, calls \
      that only read), at most 30 to each instance; --dry-run lists them without sending any.

      A TARGET is as for probe: HTTP:80/health with --instances, --asg, …; or a URL such as \
      http://10.0.1.5:8080/health. Without a TARGET, the settings give both.

      Exit status: 1 if an error was found, else 0; 69 if an instance could not be checked.
      """,
    argument: CommandArgument("TARGET", .any, "What to check, where, or both."),
    options: [dryRun, rules, ignore, .config, Probe.format], settings: [.healthCheck, .group])

  static func run(_ words: CommandWords) throws {
    guard !words.has(rules) else { return try printRules(words.value(of: Probe.format)) }
    let isDry = words.has(dryRun)
    let order = try LintJob(
      words.arguments, config: words.value(of: .config), ignoring: words[ignore], words.settings)
    let document = isDry ? order.dryRun : order.carriedOut()
    let report = LintReport(document, style: .suiting(STDOUT_FILENO))
    switch order.format {
    case .json: try Output.print(String(decoding: document.json, as: UTF8.self))
    case .text: try Output.print(report.text)
    }
    for warning in document.warnings {
      Output.complain("healthgate: warning: \(warning.printable)")
    }
    for fault in document.targets.flatMap(\.faults) {
      Output.complain(
        "healthgate: error: \(fault.instance.printable) could not be checked: "
          + fault.detail.printable)
    }
    if !isDry { Output.complain("healthgate: \(report.summary)") }
    (ExitStatus(rawValue: Int32(document.exitCode)) ?? .defect).end()
  }

  private static func printRules(_ format: String?) throws {
    switch format.map(OutputSettings.Format.init(rawValue:)) ?? .text {
    case .json?: try Output.print(String(decoding: lintRulesJSON, as: UTF8.self))
    case .text?, .auto?: try Output.print(LintReport.rules)
    case nil:
      throw CommandLineProblem(
        "\(Probe.format.flag) is \((format ?? "").shown), not json or text",
        hint: ForeignWords.advice(forFile: format ?? "", of: .printed))
    }
  }
}
