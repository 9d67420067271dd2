internal import GateArguments
internal import GateRun
internal import GateSettings
internal import GateText

/// Prints a settings file to start with.
enum Init: Command {
  static let name = "init"
  private static let output = CommandOption(
    "output", "FILE",
    "Write to this file, which must not exist. (default: standard output)", completion: .files)

  static let declaration = CommandDeclaration(
    name, "Print a commented settings file to start from.",
    discussion: """
      The settings come from a URL (healthgate init http://10.0.1.5/health), a load balancer \
      (--import-from elb:web, --elb web, --target-group web), Terraform's JSON (--terraform \
      show.json) or any other settings of run; without any, the file is a template. The health \
      check settings of a load balancer or of Terraform are written out. Nothing is checked.
      """,
    argument: CommandArgument("URL", .any, "An endpoint to check, such as http://10.0.1.5/health."),
    options: [output], settings: SettingGroup.decisive)

  static func run(_ words: CommandWords) throws {
    let layers = RawSettings(
      flags: try GatedURLs.settings(words.arguments, beside: words.settings))
    let text = try SettingsTemplate.importing(layers).text
    guard let output = words.value(of: output), output != "-" else { return try Output.print(text) }
    try NewFile.write(text, of: "the settings", to: output)
    Output.complain(
      "healthgate: wrote '\(output.printable)'; next: healthgate --config '\(output.printable)' --print-config"
    )
  }
}
