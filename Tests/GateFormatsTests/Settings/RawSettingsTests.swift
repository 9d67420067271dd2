import GateCore
import GateSettings
import Testing

@Suite struct RawSettingsTests {
  @Test func ofEachSettingTheFirstLayerThatHasItHoldsWhole() {
    let file = RawSettings(
      file: Array("soak: 1m\ninterval: 10\ntimeout: 3\nheader: [\"A: 1\", \"B: 2\"]\n".utf8),
      path: "g")
    let variables = RawSettings(variables: ["HEALTHGATE_SOAK": "2m", "HEALTHGATE_INTERVAL": "20"])
    let flags = RawSettings(flags: [(.soak, ["3m"]), (.header, ["C: 3"])])
    let imported = RawSettings(imported: [(.timeout, ["9"]), (.matcher, ["200"])], from: "elb:web")
    let merged = RawSettings(merging: [flags, variables, file, imported]).values
    #expect(merged[.soak] == [SettingText("3m", at: .flag(.soak))])
    #expect(merged[.interval] == [SettingText("20", at: .variable(.interval))])
    #expect(merged[.timeout] == [SettingText("3", at: .file(path: "g", line: 3))])
    #expect(merged[.matcher] == [SettingText("200", at: .imported("elb:web"))])
    #expect(merged[.header] == [SettingText("C: 3", at: .flag(.header))])
  }

  @Test func aFlagOfOneValueIsRefusedWhenItIsGivenTwice() {
    let raw = RawSettings(flags: [(.target, ["TCP:80", "TCP:81"])])
    #expect(raw.problems.map(\.summary) == ["--target is given twice"])
    #expect(raw.problems.map(\.hint) == ["keep one of them"])
  }

  @Test func theInstancesOfALayerAreAUnion() throws {
    let raw = RawSettings(flags: [
      (.target, ["TCP:80"]), (.instances, ["10.0.1.5", "10.0.1.6"]),
    ])
    #expect(raw.problems.isEmpty)
    let settings = try Settings(resolving: raw)
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
      "HEALTHGATE_NO_SUCH": "", "HEALTHGATE_VERSION": "0.1.0",
      "HEALTHGATE_SERVICE_HOST": "10.96.0.7", "HEALTHGATE_SERVICE_PORT": "80",
      "HEALTHGATE_SERVICE_PORT_WEB": "80", "HEALTHGATE_PORT": "tcp://10.96.0.7:80",
      "HEALTHGATE_PORT_80_TCP": "tcp://10.96.0.7:80", "HEALTHGATE_PORT_80_TCP_ADDR": "10.96.0.7",
      "HEALTHGATE_STEP": "half", "HEALTHGATE_STEP_NUMBER": "2", "HEALTHGATE_STEP_COUNT": "3",
      "HEALTHGATE_WEIGHT": "50", "HEALTHGATE_PREVIOUS_WEIGHT": "10", "HEALTHGATE_RUN_ID": "x",
      "HEALTHGATE_ATTEMPT": "1", "HEALTHGATE_SECONDS_LEFT": "60",
      "HEALTHGATE_BASELINE_HEALTHY": "3", "HEALTHGATE_BASELINE_EXPECTED": "3",
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
      "HEALTHGATE_PORTS": "1",
    ])
    #expect(
      raw.problems.map(\.message) == [
        "healthgate: error: HEALTHGATE_CONFIGG is not a setting\n"
          + "  hint: did you mean HEALTHGATE_CONFIG?",
        "healthgate: error: HEALTHGATE_PORTS is not a setting\n"
          + "  hint: 'healthgate help environment' says which variables are read",
        "healthgate: error: HEALTHGATE_TIMEOUTT is not a setting\n"
          + "  hint: did you mean HEALTHGATE_TIMEOUT?",
        "healthgate: error: HEALTHGATE_XYZZY is not a setting\n"
          + "  hint: 'healthgate help environment' says which variables are read",
      ])
  }
}
