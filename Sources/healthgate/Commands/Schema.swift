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

  func run() {
    switch format {
    case .verdict: print(Schemas.verdict)
    case .journal: print(Schemas.journal)
    case .config: print(configSchema())
    }
  }
}
