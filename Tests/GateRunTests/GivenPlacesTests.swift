import GateArguments
import GateSettings
import Testing

@testable import GateRun

@Suite struct GivenPlacesTests {
  private func places(of name: String, _ arguments: [String]) -> RunPlaces? {
    let command = CommandDeclaration(
      name, "", argument: CommandArgument("URL", .any, ""),
      options: [.config, CommandOption(flag: "print-config", "", isQuestion: true)],
      settings: SettingGroup.decisive + [.output])
    return GivenPlaces.understood(of: CommandGrammar([command]).read(arguments, of: command))
  }

  @Test(arguments: [
    ["--verdict", "v.json", "--unhealty-threshold", "3"],
    ["--nonsense", "--verdict=v.json"], ["http://10.0.0.1/x", "--verdict", "v.json", "--interval"],
  ]) func aRunThatCannotBeParsedStillSaysWhereItsVerdictIs(_ arguments: [String]) {
    let places = places(of: "run", arguments)
    #expect(places?.verdicts == ["v.json"])
  }

  @Test(arguments: ["--help", "-h", "--help-all", "--version", "--print-config"])
  func whatOnlyAsksTouchesNothing(_ question: String) {
    #expect(places(of: "run", ["--verdict", "v.json", question]) == nil)
  }

  @Test(arguments: ["probe", "lint", "replay", "merge", "verify"])
  func otherCommandsHaveNoResultsOfARun(_ command: String) {
    #expect(places(of: command, ["--verdict", "v.json"]) == nil)
  }

  @Test func aDemoTellsACISystemOnlyByName() {
    #expect(places(of: "demo", [])?.ci == CIChoice.none)
    #expect(places(of: "demo", ["--ci", "github"])?.ci != CIChoice.none)
  }
}
