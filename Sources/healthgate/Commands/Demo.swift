internal import ArgumentParser
internal import DemoFleet
internal import GateRun
internal import GateSettings
internal import GateText

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
    try DemoRun(scenario, output.given).run()
  }
}
