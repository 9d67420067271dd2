import GateCore
import TestSupport
import Testing

@testable import GateRecords
@testable import GateSettings

@Suite struct SettingsTests {
  @Test(arguments: [
    Row("semantics: classic", "30s 5s 10 10 2 200"),
    Row("semantics: ALB", "30s 5s 5 1 2 200"),
    Row("semantics: nlb", "30s 6s 5 1 2 200-399"),
    Row("healthy_threshold: 2", "30s 5s 2 2 2 200"),
    Row("healthy_threshold: 2\ninitial_threshold: 1", "30s 5s 2 1 2 200"),
    Row("interval: 15\ntimeout: 500ms\nmatcher: 200,202", "15s 500ms 10 10 2 200,202"),
  ])
  func theSemanticsGiveTheDefaults(_ row: Row<String>) throws {
    let check = try settings(adding: row.input).check
    #expect(
      "\(check.interval.inWords) \(check.timeout.inWords) \(check.healthyThreshold) "
        + "\(check.initialThreshold) \(check.unhealthyThreshold) \(check.matcher)" == row.output)
  }

  @Test func aSettingForEachThingIsUnderstood() throws {
    let settings = try settings(
      """
      target: https:traffic-port/health?full=1
      semantics: alb
      unhealthy_window: 3/10
      host: web.example.com
      header: { Authorization: Bearer abc, User-Agent: Me/1, X-Empty: "" }
      method: head
      verify_tls: yes
      ca_file: ca.pem
      client_cert: cert.pem
      client_key: key.pem
      server_name: web.example.com
      proxy: http://me:pw@bastion:3128
      connect_to: ["a:1:b:2", "::[::1]:443"]
      expect_header: X-Env=blue
      expect_version: 1.10
      version_from: header:X-Version
      instances: 10.0.1.5:8443
      expected: 1
      min_healthy: 50%
      max_unhealthy: 1
      max_replaced: 2
      grace_period: 1m
      soak: 2m
      deadline: 10m
      advisory: true
      format: text
      verdict: v.json
      journal: run.ndjson
      progress: plain
      """)
    #expect(
      settings.check.target
        == HealthCheckTarget(scheme: .https, port: .trafficPort, path: "/health?full=1"))
    #expect(settings.check.unhealthyWindow == UnhealthyWindow(failures: 3, of: 10))
    #expect(
      settings.request
        == RequestSettings(
          method: "HEAD", host: "web.example.com", userAgent: "Me/1",
          headers: [.init("Authorization", "Bearer abc"), .init("X-Empty", "")]))
    #expect(
      settings.tls
        == TLSSettings(
          isVerified: true, caFile: "ca.pem", clientCert: "cert.pem", clientKey: "key.pem",
          serverName: "web.example.com"))
    #expect(settings.proxy == "http://me:pw@bastion:3128")
    #expect(settings.checks[0].connectTo == ["a:1:b:2", "::[::1]:443"])
    #expect(
      settings.expectations
        == Expectations(
          headers: [.init("X-Env", "blue")],
          version: VersionExpectation(version: "1.10", source: .header("X-Version"))))
    #expect(
      settings.output
        == OutputSettings(
          format: .text, verdict: "v.json", journal: "run.ndjson", progress: .plain))
    #expect(settings.isAdvisory)
    #expect(settings.warnings == [])
    #expect(
      try settings.policy(for: 1)
        == GatePolicy(
          minHealthy: .percentage(50), maxUnhealthy: .number(1), maxReplaced: .number(2),
          gracePeriod: .seconds(60), soak: .seconds(120), deadline: .seconds(600), expected: 1))
  }

  @Test func theDeadlineFollowsFromTheCheck() throws {
    let settings = try settings(
      adding: "interval: 15\nhealthy_threshold: 2\nunhealthy_threshold: 10\n")
    #expect(try settings.policy(for: 3).deadline == .seconds(360))
    #expect(try settings.policy(for: 3).expected == 3)
  }

  @Test func theDeadlineThatFollowsIsNoneThatCouldNotBeGiven() throws {
    let settings = try settings(adding: "semantics: alb\ninterval: 8784h\n")
    #expect(try settings.policy(for: 3).deadline == Duration(parsing: "8784h"))
  }

  @Test func theGroupOfAFileIsKnownOnlyLater() throws {
    let settings = try settings(
      "target: TCP:80\ninstances_file: '-'\nexpected: 5\nmin_healthy: 6\n")
    #expect(settings.source == .file("-"))
    let error = #expect(throws: SettingsError.self) { try settings.policy(for: 3) }
    #expect(
      error?.problems.map(\.summary) == [
        "expected is 5, but instances_file lists 3", "min_healthy is 6, but only 5 are expected",
      ])
    #expect(throws: SettingsError.self) { try settings.policy(for: 0) }
    #expect(throws: SettingsError.self) { try settings.policy(for: 5) }
  }

  @Test func aMappingMayBeExpectedOfJSON() throws {
    let settings = try settings(
      adding: "expect_json: {/status: ok, /a~1b/0: 1}\nexpect_version: a\n"
        + "version_from: json:/build/version\n")
    #expect(settings.expectations.json.map(\.pointer.tokens) == [["status"], ["a/b", "0"]])
    #expect(settings.expectations.json.map(\.value) == ["ok", "1"])
  }

  @Test func aPlanNeedsNoInstances() throws {
    let raw = RawSettings(flags: [(.target, ["TCP:80"]), (.expected, ["3"])])
    let settings = try Settings(resolving: raw, instances: .optional)
    #expect(settings.source == .instances([]))
    #expect(try settings.policy(for: 3).expected == 3)
    #expect(throws: SettingsError.self) { try Settings(resolving: raw) }
  }

  @Test func everyProblemIsReportedAtOnce() {
    let raw = RawSettings(merging: [
      RawSettings(flags: [(.timeout, ["soon"]), (.strict, ["true"]), (.header, ["nonsense"])]),
      RawSettings(variables: ["HEALTHGATE_UNHEALTHY_THRESHOLD": "1", "HEALTHGATE_SOKE": "1"]),
      RawSettings(file: Array("semantics: alb\nsoak: 1d\nfoo: 1\nexpected: 0\n".utf8), path: "g"),
    ])
    let error = #expect(throws: SettingsError.self) { try Settings(resolving: raw) }
    #expect(
      error?.problems.map(\.summary) == [
        "HEALTHGATE_SOKE is not a setting", "foo is not a setting",
        "no target given", "timeout: 'soon' is not a duration, such as 15, 0.5, 500ms or 1m30s",
        "header: a header is not of the form 'NAME: VALUE'", "no instances given",
        "soak: 'd' is not a unit of time: it is ms, s, m or h",
        "expected: 0 is not a number from 1 to 1000000",
        "unhealthy_threshold 1 is outside an Application Load Balancer's range (2 to 10)",
      ])
  }
}
