import GateCore
import GateFormats
import Testing

@Suite struct RawSettingsTests {
  @Test func ofEachSettingTheStrongestLayerHoldsWhole() {
    let file = RawSettings(
      file: Array("soak: 1m\ninterval: 10\ntimeout: 3\nheader: [\"A: 1\", \"B: 2\"]\n".utf8),
      path: "g")
    let variables = RawSettings(variables: ["HEALTHGATE_SOAK": "2m", "HEALTHGATE_INTERVAL": "20"])
    let flags = RawSettings(flags: [(.soak, ["3m"]), (.header, ["C: 3"])])
    let imported = RawSettings(imported: [(.timeout, ["9"]), (.matcher, ["200"])], from: "elb:web")
    for layers in [[file, variables, flags, imported], [imported, flags, variables, file]] {
      let merged = RawSettings(merging: layers).values
      #expect(merged[.soak] == [SettingText("3m", at: .flag(.soak))])
      #expect(merged[.interval] == [SettingText("20", at: .variable(.interval))])
      #expect(merged[.timeout] == [SettingText("3", at: .file(path: "g", line: 3))])
      #expect(merged[.matcher] == [SettingText("200", at: .imported("elb:web"))])
      #expect(merged[.header] == [SettingText("C: 3", at: .flag(.header))])
    }
  }

  @Test func ofAFlagGivenTwiceTheLastHolds() throws {
    let raw = RawSettings(flags: [
      (.target, ["TCP:80", "TCP:81"]), (.instances, ["10.0.1.5", "10.0.1.6"]),
    ])
    let settings = try Settings(resolving: raw)
    #expect(settings.check.target.port == .number(81))
    guard case .instances(let specs) = settings.source else {
      Issue.record("the instances are listed")
      return
    }
    #expect(specs.count == 2)
  }
}

@Suite struct VariableTests {
  @Test func variablesAreReadByTheirNames() {
    let raw = RawSettings(variables: [
      "HEALTHGATE_HEALTHY_THRESHOLD": "3", "HEALTHGATE_HEADER": "A: 1\n\nB: 2\r\n",
      "HEALTHGATE_INSTANCES": "10.0.1.5,10.0.1.6", "HEALTHGATE_SOAK": "", "PATH": "/bin",
      "HEALTHGATE_CONFIG": "gate.yaml", "HEALTHGATE_DECISION": "promote",
      "HEALTHGATE_REASON": "group_healthy", "HEALTHGATE_VERDICT_FILE": "v.json",
      "HEALTHGATE_NO_SUCH": "",
    ])
    #expect(raw.problems.isEmpty)
    #expect(raw.values[.healthyThreshold]?.map(\.text) == ["3"])
    #expect(raw.values[.header]?.map(\.text) == ["A: 1", "B: 2"])
    #expect(raw.values[.instances]?.map(\.text) == ["10.0.1.5,10.0.1.6"])
    #expect(raw.values[.soak] == nil)
    #expect(raw.values.count == 3)
  }

  @Test func unknownVariablesAreErrorsWithTheNameThatWasMeant() {
    let raw = RawSettings(variables: [
      "HEALTHGATE_TIMEOUTT": "3", "HEALTHGATE_XYZZY": "1", "HEALTHGATE_CONFIGG": "x",
    ])
    #expect(
      raw.problems.map(\.message) == [
        "healthgate: error: HEALTHGATE_CONFIGG is not a setting\n"
          + "  hint: did you mean HEALTHGATE_CONFIG?",
        "healthgate: error: HEALTHGATE_TIMEOUTT is not a setting\n"
          + "  hint: did you mean HEALTHGATE_TIMEOUT?",
        "healthgate: error: HEALTHGATE_XYZZY is not a setting",
      ])
  }
}
