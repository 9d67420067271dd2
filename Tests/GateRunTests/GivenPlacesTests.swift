import GateSettings
import Testing

@testable import GateRun

@Suite struct GivenPlacesTests {
  @Test(arguments: [
    ["--verdict", "v.json", "--unhealty-threshold", "3"],
    ["--nonsense", "--verdict=v.json"], ["http://10.0.0.1/x", "--verdict", "v.json", "--interval"],
  ]) func aRunThatCannotBeParsedStillSaysWhereItsVerdictIs(_ arguments: [String]) {
    let places = GivenPlaces.understood(of: "run", arguments)
    #expect(places?.verdicts == ["v.json"])
  }

  @Test(arguments: ["--help", "-h", "--help-all", "--version", "--print-config"])
  func whatOnlyAsksTouchesNothing(_ question: String) {
    #expect(GivenPlaces.understood(of: "run", ["--verdict", "v.json", question]) == nil)
  }

  @Test(arguments: ["probe", "lint", "replay", "merge", "verify"])
  func otherCommandsHaveNoResultsOfARun(_ command: String) {
    #expect(GivenPlaces.understood(of: command, ["--verdict", "v.json"]) == nil)
  }

  @Test func aDemoTellsACISystemOnlyByName() {
    #expect(GivenPlaces.understood(of: "demo", [])?.ci == CIChoice.none)
    #expect(GivenPlaces.understood(of: "demo", ["--ci", "github"])?.ci != CIChoice.none)
  }
}
