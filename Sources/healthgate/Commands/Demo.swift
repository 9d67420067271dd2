internal import ArgumentParser
internal import DemoFleet
internal import Dispatch
internal import GateCore
internal import GateRun
internal import GateSettings
internal import GateText
internal import InstanceSources
internal import Synchronization

/// The main job on an embedded group: no network, no set-up.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    _superCommandName: "healthgate",
    abstract: "Gate an embedded group of loopback instances, to see what healthgate does.",
    discussion: "Without a scenario: a slow boot that ends in a promotion.")

  @Flag(help: "Name the scenarios and what each shows.")
  var list = false

  @Argument(
    help: ArgumentHelp("One of those that --list names.", valueName: "SCENARIO"),
    completion: .list(DemoScenario.all.map(\.name)))
  var name = DemoScenario.standard.name

  @OptionGroup(title: "Output") var output: OutputFlags

  func run() throws {
    guard !list else {
      let width = DemoScenario.all.map(\.name.count).max() ?? 0
      for scenario in DemoScenario.all {
        let padding = String(repeating: " ", count: width - scenario.name.count)
        try Output.print("\(scenario.name)\(padding)  \(scenario.summary)\n")
      }
      return
    }
    guard output.resume == nil else {
      throw CommandFailure(
        .usage,
        "a demo cannot be resumed: its instances stopped with it\n  hint: leave out --resume")
    }
    guard let scenario = DemoScenario.named(name) else {
      let near = nearestName(to: name, among: DemoScenario.all.map(\.name))
      throw CommandFailure(
        .usage,
        "there is no scenario \(name.shown)\n  hint: "
          + (near.map { "did you mean '\($0)'?" } ?? "'healthgate demo --list' names them"))
    }
    let places = GivenPlaces.ofDemo(RawSettings(flags: output.given))
    NotCheckedRun.begin(places)
    try places.refuseShared()
    // Before the fleet makes a thread, which would take the signals for itself.
    let signals = try RunSession.signalDescriptor()
    let fleet: DemoFleet
    do {
      // Where there are none, the task that starts the fleet would be waited for without end.
      try BackgroundThread.check(canMake: 8)
      try DemoFleet.checkDescriptors(for: scenario.behaviours)
      fleet = try Self.started(scenario.behaviours)
    } catch {
      throw CommandFailure(.sourceUnavailable, "the demo's instances cannot listen: \(error)")
    }
    try gate(fleet, scenario, signals)
  }

  /// The fleet is started by others, and this thread waits for them.
  private static func started(_ behaviours: [InstanceBehaviour]) throws -> DemoFleet {
    let started = Mutex<Result<DemoFleet, any Error>?>(nil)
    let isDone = DispatchSemaphore(value: 0)
    Task {
      let result: Result<DemoFleet, any Error>
      do {
        result = .success(try await DemoFleet.start(behaviours))
      } catch {
        result = .failure(error)
      }
      started.withLock { $0 = result }
      isDone.signal()
    }
    isDone.wait()
    guard let result = started.withLock({ $0 }) else { preconditionFailure("it was waited for") }
    return try result.get()
  }

  /// The scenario's settings, with the port that the fleet has found free.
  private func given(_ scenario: DemoScenario, _ fleet: DemoFleet) -> [(SettingKey, String)] {
    scenario.settings.map { setting in
      guard let key = SettingKey(rawValue: setting.name) else {
        preconditionFailure("the scenario \(scenario.name) has a setting of no name")
      }
      return (key, setting.value.replacing("traffic-port", with: String(fleet.port)))
    }
  }

  private func gate(_ fleet: DemoFleet, _ scenario: DemoScenario, _ signals: Int32) throws {
    let settings = try settings(of: scenario, fleet)
    explain(scenario, fleet)
    let group = try LoadedSettings(settings: settings).group()
    try RunSession(settings: settings, group: group, signals: signals).run()
  }

  private func settings(of scenario: DemoScenario, _ fleet: DemoFleet) throws -> Settings {
    let flags = given(scenario, fleet).map { ($0, [$1]) } + [(.instances, [fleet.instanceList])]
    do throws(SettingsError) {
      // A demo is not the job's own verdict, wherever it is shown.
      let ci: [(SettingKey, [String])] = output.ci == nil ? [(.ci, ["none"])] : []
      let layers = [RawSettings(flags: flags + output.given + ci)]
      return try Settings(resolving: RawSettings(merging: layers))
    } catch {
      throw CommandFailure(error)
    }
  }

  /// What happens, the command that would do it, and what to take home: on standard error.
  private func explain(_ scenario: DemoScenario, _ fleet: DemoFleet) {
    let flags = given(scenario, fleet).map { "\($0.flag) \($1)" }
    Output.complain(
      """
      demo \(scenario.name): \(scenario.summary)

        healthgate \(flags.joined(separator: " \\\n      ")) \\
            --instances \(fleet.instanceList)

      \(scenario.lesson)

      """)
  }
}
