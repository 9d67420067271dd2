package import DemoFleet
internal import GateCore
package import GateSettings
internal import InstanceSources

/// A run on the built-in demo instances.
package struct DemoRun {
  let scenario: DemoScenario
  /// What was given on the command line: settings of output.
  let output: [(SettingKey, [String])]

  package init(_ scenario: DemoScenario, _ output: [(SettingKey, [String])]) {
    self.scenario = scenario
    self.output = output
  }

  /// Ends the process with the verdict's status.
  ///
  /// - Throws: `CommandFailure` when nothing could be checked.
  package func run() throws -> Never {
    let places = GivenPlaces.ofDemo(RawSettings(flags: output))
    NotCheckedRun.begin(places)
    try places.refuseShared()
    try SettingsLoader.refuseUnknownVariables()
    // Before the fleet makes a thread, which would take the signals for itself.
    let signals = try RunSession.signalDescriptor()
    let fleet: DemoFleet
    do {
      // The fleet takes one, and the run some more.
      try BackgroundThread.check(canMake: 8)
      try DemoFleet.checkDescriptors(for: scenario.behaviours)
      fleet = try DemoFleet.start(scenario.behaviours)
      try fleet.startClock()
    } catch {
      throw CommandFailure(.sourceUnavailable, "the demo's instances cannot listen: \(error)")
    }
    let settings = try settings(fleet)
    explain(fleet)
    let group = try LoadedSettings(settings: settings).group()
    try RunSession(settings: settings, group: group, signals: signals).run()
  }

  /// The scenario's settings, with the port that the fleet has found free.
  private func given(_ fleet: DemoFleet) -> [(SettingKey, String)] {
    scenario.settings.map { setting in
      guard let key = SettingKey(rawValue: setting.name) else {
        preconditionFailure("the scenario \(scenario.name) has a setting of no name")
      }
      return (key, setting.value.replacing("traffic-port", with: String(fleet.port)))
    }
  }

  private func settings(_ fleet: DemoFleet) throws -> Settings {
    let flags = given(fleet).map { ($0, [$1]) } + [(.instances, [fleet.instanceList])]
    // A demo is not the job's own verdict, wherever it is shown.
    let isCINamed = output.contains { $0.0 == .ci }
    let ci: [(SettingKey, [String])] = isCINamed ? [] : [(.ci, ["none"])]
    let layers = [RawSettings(flags: flags + output + ci)]
    var settings = try Settings(resolving: RawSettings(merging: layers))
    // Its times are shorter than a load balancer's, as the introduction says.
    settings.warnings = []
    return settings
  }

  /// What happens, the command that would do it, and what to take home: on standard error.
  private func explain(_ fleet: DemoFleet) {
    let flags = given(fleet).map { "\($0.flag) \($1)" }
    Output.complain(
      """
      demo \(scenario.name): \(scenario.summary)

        healthgate \(flags.joined(separator: " \\\n      ")) \\
            --instances \(fleet.instanceList)

      \(scenario.lesson)
      The times are shorter than those of a load balancer, so that you do not have to wait.

      """)
  }
}
