internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import GateSettings

/// Prints the JSON Schema of a format.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema",
    _superCommandName: "healthgate",
    abstract: "Print the JSON Schema (2020-12) of what the program writes and reads.")

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case verdict
    case probe
    case lint
    case journal
    case config
    case plan
    case comparison
  }

  @Argument(
    help: ArgumentHelp(
      "verdict, journal (a line of it), config (the settings' file), plan, comparison (of replay "
        + "--compare), probe or lint."))
  var format: Format

  func run() throws {
    switch format {
    case .verdict: try Output.print(Schemas.verdict + "\n")
    case .probe: try Output.print(Schemas.probe + "\n")
    case .lint: try Output.print(Schemas.lint + "\n")
    case .journal: try Output.print(Schemas.journal + "\n")
    case .config: try Output.print(configSchema())
    case .plan: try Output.print(Schemas.plan + "\n")
    case .comparison: try Output.print(Schemas.comparison + "\n")
    }
  }
}
