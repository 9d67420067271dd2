import GateCore
import GateSettings
import Testing

@Suite struct SettingKeyTests {
  @Test func aSettingHasOneNameEverywhere() {
    #expect(SettingKey.healthyThreshold.rawValue == "healthy_threshold")
    #expect(SettingKey.healthyThreshold.flag == "--healthy-threshold")
    #expect(SettingKey.healthyThreshold.variable == "HEALTHGATE_HEALTHY_THRESHOLD")
  }

  @Test(arguments: SettingKey.allCases)
  func everySettingIsExplainedInOneSentence(_ key: SettingKey) {
    let help = key.setting.help
    #expect(help.hasSuffix(".") && help.first?.isUppercase == true)
    #expect(key.setting.kind == .toggle || !key.setting.metavar.isEmpty)
    #expect(!key.setting.whenUnset.words.isEmpty)
  }

  @Test func sectionsAreNotInterleaved() {
    let sections = SettingKey.allCases.map(\.setting.section)
    let order = Setting.Section.allCases
    #expect(
      sections.map { order.firstIndex(of: $0) ?? -1 }
        == sections.map { order.firstIndex(of: $0) ?? -1 }.sorted())
  }

  @Test func theTableOffersTheCasesOfTheTypes() {
    #expect(SettingKey.semantics.setting.kind == .choice(Semantics.allCases.map(\.rawValue)))
    #expect(
      SettingKey.format.setting.kind == .choice(OutputSettings.Format.allCases.map(\.rawValue)))
    #expect(
      SettingKey.progress.setting.kind == .choice(OutputSettings.Progress.allCases.map(\.rawValue)))
  }
}

@Suite struct SettingOriginTests {
  @Test(arguments: [
    (SettingOrigin.flag(.healthyThreshold), "--healthy-threshold"),
    (.variable(.healthyThreshold), "HEALTHGATE_HEALTHY_THRESHOLD"),
    (.file(path: "gate.yaml", line: 7), "gate.yaml:7"),
    (.imported("elb:web"), "elb:web"),
    (.default(.semantics(.classic)), "the default of classic"),
    (.default(.gate), "the default"),
  ])
  func anOriginIsWordedAsPeopleReadIt(_ origin: SettingOrigin, _ words: String) {
    #expect(origin.description == words)
  }
}
