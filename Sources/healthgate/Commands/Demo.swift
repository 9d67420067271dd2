internal import ArgumentParser
internal import CCurlShims
internal import DemoFleet
internal import GateCore
internal import GateFormats

/// The main job on an embedded group: no network, no set-up.
struct Demo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Gate an embedded group of loopback instances; see what the tool does.",
    discussion: "Without a scenario: a slow boot that ends in a promotion.")

  @Flag(help: "Name the scenarios and what each shows.")
  var list = false

  @Argument(
    help: ArgumentHelp("One of those that --list names.", valueName: "SCENARIO"))
  var name = DemoScenario.standard.name

  @OptionGroup var output: OutputFlags

  func run() async throws {
    guard !list else {
      let width = DemoScenario.all.map(\.name.count).max() ?? 0
      for scenario in DemoScenario.all {
        let padding = String(repeating: " ", count: width - scenario.name.count)
        print("\(scenario.name)\(padding)  \(scenario.summary)")
      }
      return
    }
    guard let scenario = DemoScenario.named(name) else {
      let names = DemoScenario.all.map(\.name).joined(separator: ", ")
      throw CommandFailure(.usage, "there is no scenario '\(name)'\n  hint: one of \(names)")
    }
    // Before the fleet makes a thread, which would take the signals for itself.
    let signals = hg_signal_descriptor()
    let fleet: DemoFleet
    do {
      fleet = try await DemoFleet.start(scenario.behaviours)
    } catch {
      throw CommandFailure(.sourceUnavailable, "the demo's instances cannot listen: \(error)")
    }
    try gate(fleet, scenario, signals)
  }

  private func gate(_ fleet: DemoFleet, _ scenario: DemoScenario, _ signals: Int32) throws {
    let settings = try settings(of: scenario, fleet)
    explain(scenario)
    try RunSession(
      settings: settings, group: try SettingsLoader.group(of: settings), signals: signals
    ).run()
  }

  private func settings(of scenario: DemoScenario, _ fleet: DemoFleet) throws -> Settings {
    var flags = scenario.settings.compactMap { setting in
      SettingKey(rawValue: setting.name).map { ($0, [setting.value]) }
    }
    precondition(flags.count == scenario.settings.count, "a scenario has a setting of no name")
    flags.append((.instances, [fleet.instanceList]))
    do throws(SettingsError) {
      let layers = [RawSettings(flags: flags + output.given)]
      return try Settings(resolving: RawSettings(merging: layers))
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What happens, the command that would do it, and what to take home: on standard error.
  private func explain(_ scenario: DemoScenario) {
    let flags = scenario.settings.map { setting in
      "--\(setting.name.map { $0 == "_" ? "-" : String($0) }.joined()) \(setting.value)"
    }
    Output.complain(
      """
      demo \(scenario.name): \(scenario.summary)
        healthgate \(flags.joined(separator: " ")) --instances …

      """)
  }
}
