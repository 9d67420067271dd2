internal import GateArguments
internal import GateDisplay
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import LibC

/// Checks each target once, without a verdict.
enum Probe: Command {
  static let name = "probe"
  static let format = CommandOption(
    .format, "On standard output: text for people, or json. (default: text)")

  static let declaration = CommandDeclaration(
    name, "Check each target once, now: result, timings by phase, and what is probably wrong.",
    discussion: """
      A TARGET is what to check, where to check it, or both:

        HTTP:80/health        checked on each instance (--instances, --asg, ...)
        10.0.1.5:80           an instance, checked as --target says
        http://10.0.1.5/health, https://..., tcp://10.0.1.5:5432, ssl://...,
        grpc://10.0.1.5:50051/pkg.Service/Method, grpcs://...    both

      Without a TARGET, the settings give both, as in 'healthgate probe --config gate.yaml'. \
      Requests are sent and judged as by run. Times are from the start of the check to the end of \
      each phase.

      Exit status: 0 all checks passed, 1 a check failed, 2 none failed but one could not be made.
      """,
    argument: CommandArgument("TARGET", .any, "What to check, where, or both."),
    options: [.config, format], settings: [.healthCheck, .group])

  static func run(_ words: CommandWords) throws {
    let order = try ProbeJob(words.arguments, config: words.value(of: .config), words.settings)
    let document = try order.carriedOut()
    switch order.format {
    case .json: try Output.print(String(decoding: document.json, as: UTF8.self))
    case .text:
      try Output.print(ProbeReport(document, style: .suiting(STDOUT_FILENO)).text)
    }
    (ExitStatus(rawValue: Int32(document.exitCode)) ?? .defect).end()
  }
}
