import GateCore
import Testing

@Suite struct MatcherTests {
  @Test(arguments: [
    "200", "200-299", "200,202,301-308", "200-399", "404", "100-999", "299,200",
  ]) func whatAWSAcceptsIsReadAndPrintedAlike(text: String) throws {
    #expect(try Matcher(parsing: text, bounds: 100...999).description == text)
  }

  @Test func blanksAroundItemsDoNotMatter() throws {
    let matcher = try Matcher(parsing: " 200 , 301 - 308 ", bounds: 100...999)
    #expect(matcher == [200...200, 301...308])
  }

  @Test func bothEndsOfARangeAreAccepted() throws {
    let matcher = try Matcher(parsing: "200,301-308", bounds: 100...999)
    let accepted = (100...999).filter(matcher.accepts)
    #expect(accepted == [200] + Array(301...308))
  }

  @Test(arguments: ["0", "12", "0-99", "0,5-7"]) func gRPCHasItsOwnCodes(text: String) throws {
    #expect(try Matcher(parsing: text, bounds: 0...99).description == text)
  }

  @Test(arguments: [
    "", ",", "200,", ",200", "200,,201", "2xx", "20 0", "200-", "-200", "200-299-300", "299-200",
    "99", "1000", "0200", "+200", "-1", "200–299", "200;201", "0x1F", "٢٠٠", "200-1000", "50-200",
  ]) func whatIsNoMatcherIsRefused(text: String) {
    #expect(throws: GrammarError.self) { try Matcher(parsing: text, bounds: 100...999) }
  }

  @Test func aDashIsNamed() {
    let error = #expect(throws: GrammarError.self) {
      try Matcher(parsing: "200–299", bounds: 100...999)
    }
    #expect(error?.description.contains("hyphen") == true)
  }
}

@Suite struct HealthCheckTargetTests {
  struct Good: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var target: HealthCheckTarget
    var printed: String

    init(_ text: String, _ target: HealthCheckTarget, printed: String? = nil) {
      (testDescription, self.target, self.printed) = (text, target, printed ?? text)
    }
  }

  static let good: [Good] = [
    Good(
      "HTTP:80/health", HealthCheckTarget(scheme: .http, port: .number(80), path: "/health")),
    Good("HTTP:80/", HealthCheckTarget(scheme: .http, port: .number(80), path: "/")),
    Good(
      "https:8443/a?b=c:d/e",
      HealthCheckTarget(
        scheme: .https, port: .number(8443), path: "/a?b=c:d/e"), printed: "HTTPS:8443/a?b=c:d/e"),
    Good("TCP:5432", HealthCheckTarget(scheme: .tcp, port: .number(5432))),
    Good("tcp:1", HealthCheckTarget(scheme: .tcp, port: .number(1)), printed: "TCP:1"),
    Good("SSL:65535", HealthCheckTarget(scheme: .ssl, port: .number(65_535))),
    Good("TCP:traffic-port", HealthCheckTarget(scheme: .tcp, port: .trafficPort)),
    Good(
      "HTTP:traffic-port/ok", HealthCheckTarget(scheme: .http, port: .trafficPort, path: "/ok")),
    Good(
      "GRPC:50051/pkg.Service/Method",
      HealthCheckTarget(scheme: .grpc, port: .number(50_051), path: "/pkg.Service/Method")),
    Good(
      "GRPC:50051",
      HealthCheckTarget(scheme: .grpc, port: .number(50_051), path: "/AWS.ALB/healthcheck"),
      printed: "GRPC:50051/AWS.ALB/healthcheck"),
    Good(
      "HTTP:80/größe", HealthCheckTarget(scheme: .http, port: .number(80), path: "/größe")),
  ]

  @Test(arguments: good) func aTargetIsReadAndPrintedAsAWSSpellsIt(row: Good) throws {
    let target = try HealthCheckTarget(parsing: row.testDescription)
    #expect(target == row.target)
    #expect(target.description == row.printed)
    #expect(try HealthCheckTarget(parsing: row.printed) == target)
  }

  @Test(arguments: [
    "", ":", "HTTP", "HTTP:80", "http:80health", "HTTP:/health", "HTTP:0/", "HTTP:65536/",
    "HTTP:-1/", "HTTP:+80/", "HTTP: 80/", "HTTP:80 /", "HTTP:8o/", "TCP:80/", "SSL:443/x", "TCP:",
    "FTP:21/", "HTTP:80/a b", "HTTP:80/a#b", "HTTP:80/a\n", "HTTP:80/\u{7F}", "HTTP:80?x",
    " HTTP:80/", "HTTP//80/", "TCP:TRAFFIC-PORT", "HTTP:99999999999999999999/",
  ]) func whatIsNoTargetIsRefused(text: String) {
    #expect(throws: GrammarError.self) { try HealthCheckTarget(parsing: text) }
  }

  @Test func aPathOf1024CharactersIsTheLongest() throws {
    let longest = "HTTP:80/" + String(repeating: "x", count: 1023)
    #expect(try HealthCheckTarget(parsing: longest).path.utf16.count == 1024)
    #expect(throws: GrammarError.self) { try HealthCheckTarget(parsing: longest + "x") }
  }
}

@Suite struct UnhealthyWindowTests {
  @Test(arguments: ["1/1", "3/10", "64/64", "1/64"]) func aWindowIsReadAndPrinted(
    text: String
  ) throws {
    #expect(try UnhealthyWindow(parsing: text).description == text)
  }

  @Test(arguments: [
    "", "/", "3", "3/", "/10", "0/10", "11/10", "1/65", "0/0", "1/0", "-1/10", "3/10/2", "3:10",
    "a/b", "1.5/3", "3/99999999999999999999",
  ]) func whatIsNoWindowIsRefused(text: String) {
    #expect(throws: GrammarError.self) { try UnhealthyWindow(parsing: text) }
  }
}

@Suite struct InstanceCountTests {
  @Test(arguments: ["0", "2", "1000000", "0%", "50%", "100%"]) func aCountIsReadAndPrinted(
    text: String
  ) throws {
    #expect(try InstanceCount(parsing: text).description == text)
  }

  @Test(arguments: [
    "", "%", "-1", "+1", " 2", "2 ", "1.5", "101%", "-1%", "50 %", "50%%", "5e3", "1000001", "all",
    "99999999999999999999%",
  ]) func whatIsNoCountIsRefused(text: String) {
    #expect(throws: GrammarError.self) { try InstanceCount(parsing: text) }
  }

  @Test func aPartOfAnInstanceIsAWholeOneWhereItIsWantedAndNoneWhereItIsAllowed() {
    #expect(InstanceCount.percentage(50).roundedUp(of: 3) == 2)
    #expect(InstanceCount.percentage(50).roundedDown(of: 3) == 1)
    #expect(InstanceCount.percentage(1).roundedUp(of: 3) == 1)
    #expect(InstanceCount.percentage(99).roundedDown(of: 3) == 2)
    #expect(InstanceCount.percentage(34).roundedUp(of: 3) == 2)
    for total in 1...40 {
      #expect(InstanceCount.percentage(100).roundedUp(of: total) == total)
      #expect(InstanceCount.percentage(100).roundedDown(of: total) == total)
      #expect(InstanceCount.percentage(0).roundedUp(of: total) == 0)
      #expect(InstanceCount.number(7).roundedUp(of: total) == 7)
    }
  }
}

@Suite struct GrammarErrorTests {
  @Test(arguments: [
    ("http://u:pw@h/x", "pw@h in http://u:pw@h/x", "***@h in http://u:***@h/x"),
    ("http://u:p@h", "'p@h' is not a port", "'***@h' is not a port"),
    ("u:pw@h", "write http://u:pw@h", "write http://u:***@h"),
    ("http://u:\u{308}pw@h", "'\u{308}pw' is not a port", "'***' is not a port"),
    ("HTTP:80/x?token=abc", "try /x?token=abc", "try /x?token=***"),
    ("sha256:abc@h", "abc is short", "*** is short"),
    ("http://h/x", "http://h/x is a URL", "http://h/x is a URL"),
  ]) func anErrorHasNoSecretOfItsText(text: String, words: String, shown: String) {
    let error = GrammarError("before \(words)", hint: words).withoutSecrets(of: text)
    #expect(error == GrammarError("before \(shown)", hint: shown))
  }
}
