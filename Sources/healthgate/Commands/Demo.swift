internal import DemoFleet
internal import GateArguments
internal import GateRun
internal import GateSettings
internal import GateText

/// Runs the gate on an embedded group, without network or setup.
enum Demo: Command {
  static let name = "demo"
  private static let list = CommandOption(
    flag: "list", "List the scenarios and what each one shows.", isQuestion: true)

  static let declaration = CommandDeclaration(
    name, "Gate a built-in group of loopback instances, to see what healthgate does.",
    discussion: "Without a scenario, it shows a slow boot that ends in a promotion.",
    argument: CommandArgument(
      "SCENARIO", .optional,
      "Name of a scenario, as listed by --list. (default: \(DemoScenario.standard.name))",
      completion: .values(DemoScenario.all.map(\.name))),
    options: [list], settings: [.output])

  static func run(_ words: CommandWords) throws {
    guard !words.has(list) else {
      let width = DemoScenario.all.map(\.name.count).max() ?? 0
      for scenario in DemoScenario.all {
        let padding = String(repeating: " ", count: width - scenario.name.count)
        try Output.print("\(scenario.name)\(padding)  \(scenario.summary)\n")
      }
      return
    }
    guard !words.has(CommandOption(.resume)) else {
      throw CommandFailure(
        .usage,
        "a demo cannot be resumed: its instances stopped with it\n  hint: leave out --resume")
    }
    let name = words.arguments.first ?? DemoScenario.standard.name
    guard let scenario = DemoScenario.named(name) else {
      let near = nearestName(to: name, among: DemoScenario.all.map(\.name))
      throw CommandFailure(
        .usage,
        "there is no scenario \(name.shown)\n  hint: "
          + (near.map { "did you mean '\($0)'?" } ?? "'healthgate demo --list' lists them"))
    }
    try DemoRun(scenario, words.settings).run()
  }
}
