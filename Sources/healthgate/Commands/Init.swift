internal import ArgumentParser
internal import GateRecords
internal import GateRun
internal import GateSettings
internal import GateText
internal import LibC

/// Prints a file of settings to begin with.
struct Init: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    _superCommandName: "healthgate",
    abstract: "Print a commented settings file to start from.",
    discussion: """
      From a URL (healthgate init http://10.0.1.5/health), a load balancer (--import-from elb:web, \
      --elb web, --target-group web), Terraform's JSON (--terraform show.json), any other \
      settings of run, or none: then it is a template. What a load balancer or Terraform says of \
      the health check is written out. It checks nothing.
      """)

  @Argument(
    help: ArgumentHelp("An endpoint to check, such as http://10.0.1.5/health.", valueName: "URL"))
  var urls: [String] = []

  @Option(
    help: ArgumentHelp(
      "Write it to this file, which must not exist (default: standard output).", valueName: "FILE"),
    completion: .file(extensions: ["yaml", "yml"]))
  var output: String?

  @OptionGroup var settings: DecisionFlags

  func run() throws {
    let layers: RawSettings
    do throws(SettingsError) {
      layers = RawSettings(flags: try GatedURLs.settings(urls, beside: settings.given))
    } catch {
      throw CommandFailure(error)
    }
    let text = try SettingsTemplate.importing(layers).text
    guard let output, output != "-" else { return try Output.print(text) }
    try NewFile.write(text, of: "the settings", to: output)
    Output.complain(
      "healthgate: wrote '\(output.printable)'; next: healthgate --config '\(output.printable)' --print-config"
    )
  }
}
