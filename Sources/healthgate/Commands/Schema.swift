internal import ArgumentParser
internal import GateFormats

/// Prints the JSON Schema of a format.
struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema (2020-12) of the verdict, the journal's lines or the settings."
  )

  enum Format: String, CaseIterable, ExpressibleByArgument {
    case verdict
    case journal
    case config
  }

  @Argument(help: "verdict, journal or config.")
  var format: Format

  func run() throws {
    switch format {
    case .verdict: try Output.print(Schemas.verdict + "\n")
    case .journal: try Output.print(Schemas.journal + "\n")
    case .config: try Output.print(configSchema())
    }
  }
}
