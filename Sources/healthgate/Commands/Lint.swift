internal import ArgumentParser
internal import GateCore
internal import GateRecords
internal import GateReports
internal import GateRun
internal import GateSettings
internal import GateText
internal import LibC

/// Whether an endpoint is a health check that can be trusted.
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    _superCommandName: "healthgate",
    abstract: "Find how an endpoint could report healthy while the application is broken.",
    discussion: """
      Says what to do about each. It sends GET and HEAD (to a gRPC target calls that only read), at most 30 \
      requests to each instance; --dry-run names them and sends none.

      A TARGET is as for probe: HTTP:80/health with --instances, --asg, …; or a URL such as \
      http://10.0.1.5:8080/health. Without any, the settings name both.

      Exit status: 1 when it found an error, else 0; 69 when an instance could not be asked.
      """)

  @Argument(help: ArgumentHelp("What to check, where, or both.", valueName: "TARGET"))
  var targets: [String] = []

  @Flag(help: "Name each request that would be sent and why, and send none.")
  var dryRun = false

  @Flag(help: "List the rules: id, severity, and what each finds.")
  var rules = false

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A rule to leave out, by its id. Repeatable.", valueName: "ID"))
  var ignore: [String] = []

  @OptionGroup var file: ConfigFlag

  @OptionGroup(title: "Health check") var healthCheck: HealthCheckFlags
  @OptionGroup(title: "Group") var group: GroupFlags
  @Option(
    name: .of(.format),
    help: ArgumentHelp(
      "On standard output: text for people, or json. (default: text)", valueName: "FORMAT"),
    completion: .of(.format))
  var format: String?

  func run() throws {
    guard !rules else { return try printRules() }
    let order = try LintJob(
      targets, config: file.config, ignoring: ignore,
      healthCheck.given + group.given + (format.map { [(.format, [$0])] } ?? []))
    let document = dryRun ? order.dryRun : order.carriedOut()
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
        "healthgate: error: \(fault.instance.printable) could not be asked: "
          + fault.detail.printable)
    }
    if !dryRun { Output.complain("healthgate: \(report.summary)") }
    (ExitStatus(rawValue: Int32(document.exitCode)) ?? .defect).end()
  }

  private func printRules() throws {
    switch format.map(OutputSettings.Format.init(rawValue:)) ?? .text {
    case .json?: try Output.print(String(decoding: lintRulesJSON, as: UTF8.self))
    case .text?, .auto?: try Output.print(LintReport.rules)
    case nil: throw CommandFailure(.usage, "format is '\(format ?? "")', not json or text")
    }
  }
}
