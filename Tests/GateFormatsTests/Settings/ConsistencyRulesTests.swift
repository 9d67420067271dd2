import GateCore
import Testing

@testable import GateRecords
@testable import GateSettings

@Suite struct ConsistencyRulesTests {
  private static let noRequest = "a TCP check sends no request and gets no response"

  @Test(arguments: [
    Row("host: web", "host is given, but \(noRequest)"),
    Row("header: 'A: 1'", "header is given, but \(noRequest)"),
    Row("user_agent: me", "user_agent is given, but \(noRequest)"),
    Row("method: GET", "method is given, but \(noRequest)"),
    Row("matcher: 200", "matcher is given, but \(noRequest)"),
    Row("expect_body: ok", "expect_body is given, but \(noRequest)"),
    Row("expect_header: A=1", "expect_header is given, but \(noRequest)"),
    Row("expect_json: /a=1", "expect_json is given, but \(noRequest)"),
  ])
  func aConnectionHasNoRequest(_ row: Row<String>) {
    let found = complaints("target: TCP:80\ninstances: 10.0.1.5\n" + row.input)
    #expect(found == [row.output])
  }

  @Test func failingIsNotTheQuickerWayToBeHealthy() {
    let text = "target: HTTP:80/\ninstances: 10.0.1.5\nsemantics: alb\ninitial_threshold: 6\n"
    #expect(complaints(text).isEmpty)
    #expect(
      complaints(text + "max_unhealthy: 1") == [
        "initial_threshold is 6, but healthy_threshold is only 5: with max_unhealthy 1 an instance could "
          + "fail and recover with fewer successes than a new one needs"
      ])
  }

  @Test(arguments: [
    Row("method: POST", "method is given, but gRPC always sends POST"),
    Row("expect_body: ok", "expect_body is given, but the body of a gRPC response is not text"),
    Row("expect_json: /a=1", "expect_json is given, but the body of a gRPC response is not text"),
    Row(
      "expect_version: 1\nversion_from: json:/v",
      "version_from is given, but the body of a gRPC response is not text"),
    Row("matcher: 100", "matcher: '100' is outside 0 to 99"),
    Row("server_name: web", "server_name is given, but GRPC:80/a.B/C has no TLS"),
  ])
  func gRPCHasItsOwnWays(_ row: Row<String>) {
    let found = complaints(
      "target: GRPC:80/a.B/C\nsemantics: alb\ninstances: 10.0.1.5\n" + row.input)
    #expect(found == [row.output])
  }

  @Test(arguments: [
    Row("interval: 0", ["interval is 0s, but must be at least 1ms"]),
    Row("timeout: 0ms", ["timeout is 0s, but must be at least 1ms"]),
    Row("healthy_threshold: 0", ["healthy_threshold: 0 is not a number from 1 to 10000"]),
    Row("initial_threshold: 0", ["initial_threshold: 0 is not a number from 1 to 10000"]),
    Row(
      "unhealthy_threshold: 10001", ["unhealthy_threshold: 10001 is not a number from 1 to 10000"]),
    Row("unhealthy_threshold: -1", ["unhealthy_threshold: '-1' is not a whole number"]),
    Row(
      "unhealthy_window: 11/10",
      [
        "unhealthy_window: '11/10' needs 1 to 64 checks, and a number of failures from 1 to that"
      ]),
    Row("matcher: 99", ["matcher: '99' is outside 100 to 999"]),
    Row("matcher: 1000", ["matcher: '1000' is not a status code or a range such as 200-299"]),
    Row(
      "semantics: elb",
      [
        "semantics: 'elb' is not one of classic, alb, nlb (did you mean classic?)"
      ]),
    Row("format: xml", ["format: 'xml' is not one of auto, json, text"]),
    Row("strict: maybe", ["strict: 'maybe' is neither true nor false"]),
    Row("soak: -5", ["soak: '-5' is negative"]),
    Row(
      "min_healthy: 101%",
      ["min_healthy: '101%' is not a whole percentage of instances from 0% to 100%"]),
    Row("min_healthy: 4", ["min_healthy is 4, but only 3 are expected"]),
    Row("expected: 5", ["expected is 5, but instances lists 3"]),
    Row("instances_file: hosts", ["instances and instances_file are both given"]),
    Row("host: ''", ["host: the value is empty"]),
    Row("host: a b", ["host: 'a b' is not a host name"]),
    Row("method: 'GET /'", ["method: 'GET /' is not a method, such as GET or HEAD"]),
    Row("user_agent: \"a\\r\\nX: 1\"", ["user_agent: 'a\r\nX: 1' has a control character"]),
    Row("header: \"A: b\\r\\nX: 1\"", ["header: the value of A has a control character"]),
    Row("header: 'secret without a colon'", ["header: a header is not of the form 'NAME: VALUE'"]),
    Row("header: 'Secret Name: x'", ["header: a header has an invalid name"]),
    Row("header: 'A:'", ["header: A has no value: write 'A;' to send it empty"]),
    Row("host: a\nheader: 'HOST: b'", ["header sets HOST, and so does host"]),
    Row("server_name: web", ["server_name is given, but HTTP:80/health has no TLS"]),
    Row("verify_tls: true", ["verify_tls is given, but HTTP:80/health has no TLS"]),
    Row("client_cert: a", ["client_cert is given, but HTTP:80/health has no TLS"]),
    Row("expect_version: 1", ["expect_version is given without version_from"]),
    Row(
      "version_from: build\nexpect_version: 1",
      [
        "version_from: 'build' is not header:NAME, json:POINTER or body:REGEX"
      ]),
    Row(
      "version_from: 'body:v[0-9]+'\nexpect_version: 1",
      [
        "version_from: 'v[0-9]+' has 0 groups, and the version is what one group finds"
      ]),
    Row(
      "version_from: 'body:(a)(b)'\nexpect_version: 1",
      [
        "version_from: '(a)(b)' has 2 groups, and the version is what one group finds"
      ]),
    Row(
      "version_from: json:a\nexpect_version: 1",
      [
        "version_from: 'a' is not a JSON Pointer: it begins with '/', as in /build/version"
      ]),
    Row("expect_json: /a", ["expect_json: '/a' is not POINTER=VALUE, such as /status=ok"]),
    Row("expect_json: /a~2=1", ["expect_json: 'a~2' has a '~' that is neither ~0 nor ~1"]),
    Row("expect_json: /a~=1", ["expect_json: 'a~' has a '~' that is neither ~0 nor ~1"]),
    Row("expect_header: A", ["expect_header: 'A' is not NAME=VALUE"]),
    Row(
      "method: HEAD\nexpect_body: ok", ["expect_body is given, but a response to HEAD has no body"]),
    Row("connect_to: a:1:b", ["connect_to: 'a:1:b' is not HOST1:PORT1:HOST2:PORT2"]),
    Row("connect_to: a:1:b:x", ["connect_to: 'x' in 'a:1:b:x' is not a port: 1 to 65535"]),
    Row("proxy: bastion:3128", ["proxy: 'bastion:3128' is not a URL, such as http://bastion:3128"]),
    Row(
      "proxy: ftp://u:pw@bastion",
      [
        "proxy: 'ftp://u:***@bastion' does not begin with http://, https://, socks5:// or socks5h://"
      ]),
    Row(
      "proxy: http://u:pw@/path",
      [
        "proxy: 'http://u:***@/path' is not a proxy's URL: SCHEME://HOST:PORT"
      ]),
    Row(
      "grace_period: 1d\nsoak: 1x",
      [
        "grace_period: 'd' is not a unit of time: it is ms, s, m or h",
        "soak: 'x' is not a unit of time: it is ms, s, m or h",
      ]),
  ])
  func whatMakesNoSenseIsRefused(_ row: Row<[String]>) {
    #expect(complaints(adding: row.input) == row.output)
  }

  @Test(arguments: [
    Row(
      "ca_file: a",
      ["ca_file is given without verify_tls"]),
    Row("client_key: a", ["client_key is given without client_cert"]),
    Row(
      "server_name: 10.0.1.5",
      ["server_name: '10.0.1.5' is an address, but TLS accepts only host names"]),
    Row("client_cert: a", []),
    Row("verify_tls: true\nca_file: a\nclient_cert: a\nclient_key: b\nserver_name: web", []),
  ])
  func partsOfTLSBelongTogether(_ row: Row<[String]>) {
    #expect(complaints("target: HTTPS:443/\ninstances: 10.0.1.5\n" + row.input) == row.output)
  }

  @Test(arguments: [
    Row(
      "deadline: 0",
      [
        "deadline is 0s, but nothing can be promoted before 4m30s: 10 checks 30s apart and a soak of 0s"
      ]),
    Row(
      "deadline: 269",
      [
        "deadline is 4m29s, but nothing can be promoted before 4m30s: 10 checks 30s apart and a soak "
          + "of 0s"
      ]),
    Row("deadline: 270", []),
    Row(
      "deadline: 270\nsoak: 1",
      [
        "deadline is 4m30s, but nothing can be promoted before 4m31s: 10 checks 30s apart and a soak "
          + "of 1s"
      ]),
    Row(
      "initial_threshold: 100",
      [
        "deadline is 12m by default, but nothing can be promoted before 49m30s: 100 checks 30s apart "
          + "and a soak of 0s"
      ]),
    Row(
      "initial_threshold: 10000\ninterval: 8784h\nhealthy_threshold: 10000",
      [
        "deadline is 8784h by default, but nothing can be promoted before 87831216h: 10000 checks "
          + "8784h apart and a soak of 0s"
      ]),
  ])
  func aDeadlineMustLeaveRoomForAPromotion(_ row: Row<[String]>) {
    #expect(complaints(adding: row.input) == row.output)
  }

  @Test func whatIsProbablyNotMeantIsAWarning() throws {
    #expect(
      try settings(adding: "grace_period: 10m\ndeadline: 5m\nmin_healthy: 0").warnings == [
        "grace_period is 10m and deadline 5m, so no failure can count before the deadline passes",
        "min_healthy is 0, but at least one healthy instance is needed",
      ])
  }

  @Test(arguments: [
    Row("soak: 0", []),
    Row("soak: 1ms", [soakWithoutCheck("1ms")]),
    Row("soak: 17.999", [soakWithoutCheck("17.999s")]),
    Row("soak: 18", [soakOfADeath("18s")]),
    Row("soak: 47.9", [soakOfADeath("47.9s")]),
    Row("soak: 48", []),
    Row("soak: 33\nunhealthy_threshold: 2", []),
  ])
  func aSoakThatCannotShowWhatItIsThereForIsAWarning(_ row: Row<[String]>) throws {
    let check = "interval: 15\ntimeout: 3\n"
    let threshold = row.input.contains("unhealthy_threshold") ? "" : "unhealthy_threshold: 3\n"
    #expect(try settings(adding: check + threshold + row.input).warnings == row.output)
  }

  private static func soakWithoutCheck(_ soak: String) -> String {
    "soak is \(soak), shorter than interval + timeout, 18s: the promotion rests on no further check"
  }

  private static func soakOfADeath(_ soak: String) -> String {
    "soak is \(soak), shorter than unhealthy_threshold x interval + timeout, 48s: an instance that "
      + "dies during the soak delays the promotion, but is not yet unhealthy when the soak ends"
  }

  @Test func aFileMayHoldWhereTheVersionIsForRunsThatExpectOne() throws {
    let settings = try settings(adding: "version_from: header:X-Version")
    #expect(
      settings.expectations.version
        == VersionExpectation(version: nil, source: .header("X-Version")))
  }

  @Test func aPatternMayHaveGroupsThatCaptureNothing() throws {
    let yaml = "expect_version: 1\nversion_from: 'body:(?:v|V)(?P<version>[0-9.]+) # \\( [(]'"
    let expected = VersionSource.body("(?:v|V)(?P<version>[0-9.]+) # \\( [(]")
    #expect(try settings(adding: yaml).expectations.version?.source == expected)
  }

  @Test func aPatternThatIsNoneIsNamedWithItsReason() {
    let found = complaints(adding: "expect_body: '(a'")
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("expect_body: '(a' is not a regular expression: ") == true)
  }

  @Test(arguments: [
    String(repeating: "(", count: 20_000), String(repeating: "ab?c*", count: 20_000),
  ])
  func aPatternThatTheCompilerWouldDieOfIsRefused(_ pattern: String) {
    let complaint = complaints(adding: "expect_body: '\(pattern)'").first
    #expect(complaint?.contains("regular expression") == true)
  }
}
