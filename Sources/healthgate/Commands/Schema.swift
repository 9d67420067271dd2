internal import GateArguments
internal import GateRecords
internal import GateRun
internal import GateSettings

/// Prints the JSON Schema of a format.
enum Schema: Command {
  static let name = "schema"
  private enum Format: String, CaseIterable {
    case verdict
    case probe
    case lint
    case journal
    case config
    case plan
    case comparison
  }

  static let declaration = CommandDeclaration(
    name, "Print the JSON Schema (2020-12) of a format that healthgate writes or reads.",
    argument: CommandArgument(
      "FORMAT", .one,
      "verdict, journal (one line of it), config (the settings file), plan, comparison (of replay "
        + "--compare), probe or lint.", completion: .values(Format.allCases.map(\.rawValue))))

  static func run(_ words: CommandWords) throws {
    let format: Format = try .named(words.arguments[0], of: "FORMAT")
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
