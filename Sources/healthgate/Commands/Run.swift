internal import ArgumentParser
internal import GateCore
internal import GateRun
internal import GateSettings

/// The main job: checks a group until the verdict is certain.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    _superCommandName: "healthgate",
    abstract: "Check a group until the verdict is certain (the default command).",
    discussion: """
      URLs are the short form of --target and --instances: 'healthgate http://10.0.1.5/health \
      http://10.0.1.6/health' is 'healthgate run --target HTTP:80/health --instances \
      10.0.1.5,10.0.1.6'. They may differ in their host and port.

      Every setting is also a key of the file given with --config (healthy_threshold) and a \
      variable (HEALTHGATE_HEALTHY_THRESHOLD). Precedence, highest first: flag, variable, file, \
      load balancer or Terraform, default.

      The verdict goes to standard output: as text at a terminal, as one JSON document elsewhere. \
      Everything else goes to standard error.
      """)

  @Argument(
    help: ArgumentHelp(
      "An endpoint to check, such as http://10.0.1.5/health; https, tcp, ssl, grpc and grpcs too.",
      valueName: "URL"))
  var urls: [String] = []

  @OptionGroup var file: ConfigFlag

  @Flag(help: "Print the effective settings, each with its origin, and check nothing.")
  var printConfig = false

  @OptionGroup var flags: SettingFlags

  func run() throws {
    if !printConfig {
      let places = GivenPlaces.of(
        RawSettings(flags: flags.given), config: file.config, waitingForIt: true)
      NotCheckedRun.begin(places)
      try places.refuseShared()
    }
    let loaded = try loaded()
    guard !printConfig else {
      try Output.print(loaded.settings.printed)
      return
    }
    NotCheckedRun.know(loaded.settings)
    try loaded.run()
  }

  private func loaded() throws -> LoadedSettings {
    do {
      return try SettingsLoader(config: file.config).load(flags: try given())
    } catch var failure as CommandFailure {
      let isConfigured =
        file.config != nil || SettingsLoader.environment["HEALTHGATE_CONFIG"] != nil
      let isMissing = [SettingKey.target, .instances].contains {
        failure.message.contains(SettingProblem.words(ofMissing: $0))
      }
      if !isConfigured, isMissing {
        failure.message += SettingsLoader.hintAtFile
      }
      throw failure
    }
  }

  /// The flags, with what the URLs stand for.
  private func given() throws(CommandFailure) -> [(SettingKey, [String])] {
    if let name = urls.first(where: { Healthgate.command(named: $0) != nil }) {
      throw CommandFailure(
        .usage, "'\(name)' is a command, and a command comes first\n  hint: healthgate \(name) ...")
    }
    do throws(SettingsError) {
      return try GatedURLs.settings(urls, beside: flags.given)
    } catch {
      throw CommandFailure(error)
    }
  }
}
