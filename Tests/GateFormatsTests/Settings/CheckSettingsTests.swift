import GateCore
import Testing

@testable import GateSettings

/// Several health checks at once, as a file gives them.
@Suite struct CheckSettingsTests {
  private static let two = """
    instances: [10.0.1.5, "web-2=10.0.1.6:8080"]
    interval: 20
    header: { X-Env: blue }
    health_checks:
      - name: api
        target: HTTP:80/health
        header: [ "X-Env: green", "X-Probe: api" ]
      - name: admin
        semantics: nlb
        target: TCP:traffic-port
        interval: 5

    """

  @Test func eachHasItsOwnAndOtherwiseTheRuns() throws {
    let given = try settings(Self.two.replacing("10.0.1.5,", with: "10.0.1.5:9000,"))
    #expect(given.checks.map(\.check.name) == ["api", "admin"])
    #expect(given.checks.map(\.check.interval) == [.seconds(20), .seconds(5)])
    #expect(given.checks.map(\.check.semantics) == [.classic, .nlb])
    #expect(given.checks[1].check.healthyThreshold == 5, "by its own semantics")
    #expect(given.checks[0].request.headers.map(\.value) == ["green", "api"])
    #expect(given.checks[1].request.headers == [], "a connection sends none")
    // 2 x 20 s x (10 + 2), which is more than 2 x 5 s x (5 + 2).
    #expect(given.group.deadline == .seconds(480))
    #expect(given.check == given.checks[0].check)
  }

  @Test func aPortOfAnInstanceIsItsTrafficPort() throws {
    let given = try settings(Self.two.replacing("10.0.1.5,", with: "10.0.1.5:9000,"))
    guard case .instances(let specs) = given.source else { return }
    let instances = try InstanceSpec.instances(specs, on: given.ports)
    #expect(instances.map { [$0.port] + $0.otherPorts } == [[80, 9000], [80, 8080]])
    #expect(
      complaints(Self.two)
        == ["instances: 10.0.1.5 has no port, and the target's is traffic-port"]
        || complaints(Self.two).count == 1)
  }

  @Test func whatIsImportedHoldsUnlessTheCheckSaysOtherwise() throws {
    let yaml = """
      instances: 10.0.1.5
      timeout: 3
      health_checks:
        - { name: api, import_from: "target-group:api", interval: 7 }
        - { name: port, target: "TCP:80" }

      """
    let layer = RawSettings(
      imported: [
        (.target, ["HTTP:traffic-port/ping"]), (.interval, ["30"]), (.timeout, ["4"]),
        (.semantics, ["alb"]),
      ], from: "target-group:api")
    let given = try Settings(
      resolving: RawSettings(file: Array(yaml.utf8), path: "gate.yaml"),
      imports: [CheckImport(layer: layer, trafficPort: 8080), nil])
    #expect(given.checks.map { "\($0.check.target)" } == ["HTTP:traffic-port/ping", "TCP:80"])
    #expect(given.checks.map(\.check.interval) == [.seconds(7), .seconds(30)])
    #expect(given.checks.map(\.check.timeout) == [.seconds(4), .seconds(3)])
    #expect(given.ports.ports(own: nil) == [8080, 80])
  }

  @Test func severalImportsAreSeveralChecks() throws {
    var raw = RawSettings()
    raw.values[.importFrom] = [
      "elb:web", "target-group:arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/api/6d0e",
    ].map { SettingText($0, at: .flag(.importFrom)) }
    let entries = try (raw.withChecksOfImports.values[.healthChecks] ?? []).enumerated().map {
      try CheckEntry($0.element, number: $0.offset + 1)
    }
    #expect(entries.map(\.name) == ["web", "api"])
    #expect(raw.withChecksOfImports.values[.importFrom] == nil)
    raw.values[.importFrom] = raw.values[.importFrom]?.dropLast()
    #expect(raw.withChecksOfImports == raw, "one is the run's own")
  }

  @Test func guardsHaveTheNumbersOfTheRun() throws {
    let given = try settings(
      Self.two.replacing("10.0.1.5,", with: "10.0.1.5:9000,").replacing(
        "target: HTTP:80/health", with: "target: HTTP:80/health\n    interval: 3")
        + "guard: exec:true\n")
    #expect(given.group.policy.guards.map(\.interval) == [.seconds(20)])
    let same = try Settings(
      resolving: RawSettings(
        file: Array((leastSettings + "guard: exec:true\n").utf8), path: "gate.yaml"))
    #expect(same.group.policy.guards == [], "one check needs no numbers beside it")
  }

  static let mistakes: [Row<String>] = [
    Row("- { target: 'TCP:80' }", "health_checks: health check 1 has no name"),
    Row(
      "- { name: a, target: 'TCP:80' }\n  - { name: a, target: 'TCP:81' }",
      "two health checks are named 'a'"),
    Row("- { name: a }", "health check a: no target given"),
    Row(
      "- { name: a, target: 'TCP:80', intervall: 3 }",
      "health_checks: 'intervall' is not a setting of health check 1"),
    Row(
      "- { name: a, target: 'TCP:80', soak: 3 }",
      "health_checks: 'soak' is not a setting of health check 1"),
    Row("- { name: a, target: 'TCP:80', interval: soon }", "health check a: interval: "),
    Row("- { name: a, target: 'TCP:80', host: shop }", "health check a: host is given, but a TCP"),
    Row("- api", "health_checks: health check 1 is not a mapping"),
    Row("- { name: a, target: [1, 2] }", "target of health check 1 is a list"),
  ]

  @Test(arguments: mistakes)
  func aMistakeNamesItsHealthCheck(_ row: Row<String>) {
    let all = complaints("instances: 10.0.1.5\nhealth_checks:\n  \(row.input)\n")
    #expect(all.contains { $0.hasPrefix(row.output) }, "\(all)")
  }

  @Test func whatMeansSomethingToNoneIsRefused() {
    let yaml = """
      instances: 10.0.1.5
      host: shop.example
      health_checks:
        - { name: a, target: "TCP:80" }
        - { name: b, target: "TCP:81" }

      """
    #expect(complaints(yaml).count == 1)
    #expect(complaints(yaml)[0].hasPrefix("host is given, but "))
    #expect(complaints(yaml.replacing("TCP:81", with: "HTTP:81/")) == [])
    #expect(complaints(yaml.replacing("host: shop.example", with: "interval: soon")).count == 1)
  }

  @Test func secretsOfAHealthCheckAreMasked() throws {
    let given = try settings(
      """
      instances: 10.0.1.5
      health_checks:
        - name: api
          target: "HTTP:80/health?token=s3cretvalue"
          header: { Authorization: "Bearer abcdefgh12345678", Accept: "*/*" }
          proxy: http://user:passw0rd99@bastion:3128

      """)
    for text in ["s3cretvalue", "abcdefgh12345678", "passw0rd99"] {
      #expect(!given.printed.contains(text))
      #expect(!given.secrets.masked("seen: \(text)").contains(text))
    }
    #expect(given.printed.contains("*/*"))
  }

  @Test func whatIsPrintedCanBeReadAgain() throws {
    let given = try settings(Self.two.replacing("10.0.1.5,", with: "10.0.1.5:9000,"))
    let again = try Settings(
      resolving: RawSettings(file: Array(given.printed.utf8), path: "printed.yaml"))
    #expect(again.checks.map(\.check) == given.checks.map(\.check))
    #expect(
      again.checks.map(\.request.host) == [nil, nil] && again.checks[0].request.headers.count == 2)
  }
}
