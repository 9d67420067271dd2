import GateCore
import Testing

@testable import GateRecords
@testable import GateSettings

@Suite struct PrintedSettingsTests {
  @Test func everySettingIsPrintedWithItsOrigin() throws {
    let file =
      "target: http:80/health\nheader:\n  A: s3cret\n  B: s3cret\nproxy: http://u:s3cret@b\n"
    let settings = try Settings(
      resolving: RawSettings(merging: [
        RawSettings(file: Array(file.utf8), path: "gate.yaml"),
        RawSettings(variables: ["HEALTHGATE_INTERVAL": "90", "HEALTHGATE_STRICT": "ON"]),
        RawSettings(flags: [
          (.healthyThreshold, ["2"]), (.instances, ["10.0.1.5, web=[::1]:80"]),
        ]),
      ]))
    try expectGolden(settings.printed, "printed.yaml")
  }

  @Test(arguments: [
    leastSettings,
    "target: TCP:5432\ninstances_file: '-'\n",
    "target: GRPC:traffic-port\nsemantics: alb\ninstances: 'a=10.0.1.5:1,[::1]:2'\n",
    leastSettings + "expect_version: 'no'\nversion_from: 'body:v: (\\d+) # \"x\"'\n",
    leastSettings + "expect_version: \"1: \\u0001\\t#\"\nversion_from: header:X\n",
    leastSettings + "host: '*'\nuser_agent: \"a\\\\b: '\"\nverdict: 'a b'\njournal: '#x'\n",
    leastSettings + "expect_header: [A=1, 'B=: ']\nexpect_json: {/a: 'null', /b: ~x}\n",
    leastSettings + "expect_body: '^\\s*ok$'\nconnect_to: ['::a:1']\nunhealthy_window: 3/10\n",
    leastSettings + "interval: 1.5\ntimeout: 1.001ms\nsoak: 1h30m\nmin_healthy: 2\nadvisory: 1\n",
    leastSettings + "verdict: 'null'\njournal: true\nexpected: 2\nhost: é.example\n",
  ])
  func whatIsPrintedIsReadAgain(_ yaml: String) throws {
    let before = try settings(yaml)
    let after = try settings(before.printed)
    #expect(after.check == before.check)
    #expect(after.request == before.request)
    #expect(after.tls == before.tls)
    #expect(after.checks[0].connectTo == before.checks[0].connectTo)
    #expect(after.expectations == before.expectations)
    #expect(after.group == before.group)
    #expect(after.output == before.output)
    #expect(after.isAdvisory == before.isAdvisory)
    #expect(after.warnings == before.warnings)
    let texts = { (settings: Settings) in settings.inForce.values.mapValues { $0.map(\.text) } }
    #expect(texts(after) == texts(before))
  }
}
