import DemoFleet
import Testing

@Suite struct DemoScenarioTests {
  @Test func namesAreUniqueAndTheSlowBootIsTheDefault() {
    let names = DemoScenario.all.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(DemoScenario.standard.name == "slow-boot")
    #expect(DemoScenario.all.first?.name == "slow-boot")
    #expect(DemoScenario.named("flapping")?.name == "flapping")
    #expect(DemoScenario.named("no-such") == nil)
  }

  @Test(arguments: DemoScenario.all)
  func aScenarioIsSmallAndWordedForATerminal(_ scenario: DemoScenario) {
    #expect((3...6).contains(scenario.behaviours.count))
    #expect(scenario.summary.count <= 80)
    #expect(!scenario.summary.contains("\n") && !scenario.lesson.contains("\n"))
    #expect(scenario.lesson.hasSuffix("."))
  }

  @Test(arguments: DemoScenario.all)
  func aSettingStandsOnceAndHasAContractsName(_ scenario: DemoScenario) {
    let contract: Set = [
      "target", "interval", "timeout", "healthy_threshold", "unhealthy_threshold",
      "unhealthy_window", "grace_period", "soak", "deadline", "min_healthy", "max_unhealthy",
      "expect_version", "version_from",
    ]
    let names = scenario.settings.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(contract.isSuperset(of: names))
    #expect(names.starts(with: ["target", "interval", "timeout"]))
  }

  @Test(arguments: DemoScenario.all)
  func theVerdictIsToBeHadInTenSeconds(_ scenario: DemoScenario) {
    let lastChange = scenario.behaviours.flatMap(\.phases).map(\.start).max() ?? .zero
    #expect(lastChange <= .seconds(3))
  }
}

extension DemoScenario: CustomTestStringConvertible {
  package var testDescription: String { name }
}
