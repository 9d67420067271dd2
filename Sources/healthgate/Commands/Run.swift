internal import ArgumentParser
internal import GateCore
internal import GateFormats

/// The main job: checks a group until the verdict is certain.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Check a group until the verdict is certain (the default command).",
    discussion: """
      Every setting is also a key of the file given with --config (healthy_threshold) and a \
      variable (HEALTHGATE_HEALTHY_THRESHOLD). A flag beats a variable, a variable the file, the \
      file the default.

      The verdict goes to standard output as one JSON document, everything else to standard error.
      """)

  @Option(help: ArgumentHelp("A YAML or JSON file of settings.", valueName: "FILE"))
  var config: String?

  @Flag(help: "Print the settings in force, each with where it came from, and check nothing.")
  var printConfig = false

  @OptionGroup var flags: SettingFlags

  func run() throws {
    if !printConfig {
      let places = GivenPlaces.of(
        RawSettings(flags: flags.given), config: config, waitingForIt: true)
      NotCheckedRun.begin(places)
      try places.refuseShared()
    }
    var loaded = try SettingsLoader(config: config).load(flags: flags.given)
    guard !printConfig else {
      try Output.print(loaded.settings.printed)
      return
    }
    NotCheckedRun.know(loaded.settings)
    let resumption = try RunToResume.found(loaded.settings.output)
    let group: LoadedGroup
    let baseline: LoadedBaseline?
    if let resumption {
      group = try resumption.group(of: loaded)
      baseline = try loaded.baseline(beside: group)
      try resumption.refuseChanges(loaded.settings, group, baseline)
      loaded.settings.output.journal = loaded.settings.output.journal ?? resumption.held.path
    } else {
      group = try loaded.group()
      baseline = try loaded.baseline(beside: group)
    }
    try loaded.tryOut(group)
    let settings = loaded
    try RunSession(
      settings: loaded.settings, group: group, baseline: baseline, askers: loaded.askers,
      oldGroup: { try settings.oldGroup() }, resumption: resumption
    ).run()
  }
}
