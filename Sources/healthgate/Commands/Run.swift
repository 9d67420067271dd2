internal import GateArguments
internal import GateRun
internal import GateSettings

/// Checks a group until the verdict is certain.
enum Run: Command {
  static let name = "run"
  private static let printConfig = CommandOption(
    flag: "print-config", "Print the effective settings, each with its origin, and check nothing.",
    isQuestion: true)

  static let declaration = CommandDeclaration(
    name, "Check a group until the verdict is certain (the default command).",
    discussion: """
      URLs are the short form of --target and --instances: 'healthgate http://10.0.1.5/health \
      http://10.0.1.6/health' is 'healthgate run --target HTTP:80/health --instances \
      10.0.1.5,10.0.1.6'. They may differ only in host and port.

      Every setting is also a key of the file given with --config (healthy_threshold) and a \
      variable (HEALTHGATE_HEALTHY_THRESHOLD). Precedence, highest first: flag, variable, file, \
      load balancer or Terraform, default.

      The verdict goes to standard output: as text at a terminal, as one JSON document elsewhere. \
      Everything else goes to standard error.
      """,
    argument: CommandArgument(
      "URL", .any,
      "An endpoint to check, such as http://10.0.1.5/health; https, tcp, ssl, grpc and grpcs too."),
    options: [.config, printConfig], settings: SettingGroup.decisive + [.output])

  static func run(_ words: CommandWords) throws {
    let printConfig = words.has(printConfig)
    if !printConfig {
      let places = GivenPlaces.of(
        RawSettings(flags: words.settings), config: words.value(of: .config), waitingForIt: true)
      NotCheckedRun.begin(places)
      try places.refuseShared()
    }
    let loaded = try loaded(words)
    guard !printConfig else {
      try Output.print(loaded.settings.printed)
      return
    }
    NotCheckedRun.know(loaded.settings)
    try loaded.run()
  }

  private static func loaded(_ words: CommandWords) throws -> LoadedSettings {
    let config = words.value(of: .config)
    do {
      return try SettingsLoader(config: config).load(flags: try given(words))
    } catch var failure as CommandFailure {
      let isConfigured = config != nil || SettingsLoader.environment["HEALTHGATE_CONFIG"] != nil
      let isMissing = [SettingKey.target, .instances].contains {
        failure.message.contains(SettingProblem.words(ofMissing: $0))
      }
      if !isConfigured, isMissing {
        failure.message += SettingsLoader.hintAtFile
      }
      throw failure
    }
  }

  /// The flags, with the settings for URLs.
  private static func given(_ words: CommandWords) throws -> [(SettingKey, [String])] {
    if let name = words.arguments.first(where: { Healthgate.command(named: $0) != nil }) {
      throw CommandLineProblem(
        "'\(name)' is a command, and a command must come first", hint: "healthgate \(name) ...")
    }
    return try GatedURLs.settings(words.arguments, beside: words.settings)
  }
}
