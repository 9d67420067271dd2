import GateCore
import Testing

@testable import GateSettings

@Suite struct GuardSpecTests {
  private typealias Comparison = GuardSpec.Comparison

  @Test(arguments: [
    ("prometheus:http://p:9090?query=up < 0.01", "http://p:9090", "up", "< 0.01"),
    ("prometheus:http://p:9090/x?query=up>=1", "http://p:9090/x", "up", ">= 1"),
    (
      "prometheus: https://p?tenant=a&query=a == 1 <= 2e3 ", "https://p?tenant=a", "a == 1",
      "<= 2e3"
    ),
    ("prometheus:http://p?query=sum(x{a!=\"b\"}) != -1", "http://p", "sum(x{a!=\"b\"})", "!= -1"),
    ("prometheus:http://p?query=x{a=\"<\"} == +Inf", "http://p", "x{a=\"<\"}", "== +Inf"),
  ])
  func aQueryEndsWithItsComparison(
    _ text: String, _ url: String, _ query: String, _ comparison: String
  ) throws {
    guard
      case .prometheus(let seenURL, let seenQuery, let seen) =
        try GuardSpec(parsing: text).question
    else { throw GrammarError("no query") }
    #expect(seenURL == url && seenQuery == query && seen.text == comparison)
  }

  @Test(arguments: [
    "", "nonsense", "prometheus:", "prometheus:http://p", "prometheus:http://p?query=up",
    "prometheus:http://p?query=up = 1", "prometheus:http://p?query=up < nan",
    "prometheus:http://p?query=< 1", "prometheus:p:9090?query=up < 1",
    "prometheus:http://?query=up < 1",
    "cloudwatch-alarm:", "http:", "http:/ok", "http:ftp://h", "http:http://h/a b", "exec:",
    "exec: ",
    "Exec:true",
  ])
  func whatIsNoGuardIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try GuardSpec(parsing: text) }
  }

  @Test(arguments: [
    ("http:https://h/ok", GuardSpec.Question.http("https://h/ok")),
    ("https://h/ok", .http("https://h/ok")),
    ("exec:curl -f http://h", .exec("curl -f http://h")),
    (
      "cloudwatch-alarm:arn:aws:cloudwatch:r:1:alarm:a",
      .cloudWatchAlarm("arn:aws:cloudwatch:r:1:alarm:a")
    ),
  ])
  func theOthersAreTakenAsTheyAre(_ text: String, _ question: GuardSpec.Question) throws {
    let spec = try GuardSpec(parsing: text)
    #expect(spec.question == question && spec.name == text)
  }

  @Test func aMetricHasDimensionsAStatisticAndAPeriod() throws {
    let spec = try GuardSpec(
      parsing: "cloudwatch-metric:AWS/ApplicationELB/TargetResponseTime"
        + "?dimensions=TargetGroup=targetgroup/web/1,LoadBalancer=app/w/2&statistic=p99.9&period=5m < 0.5"
    )
    guard case .cloudWatchMetric(let metric, let comparison) = spec.question else {
      throw GrammarError("no metric")
    }
    #expect(metric.namespace == "AWS/ApplicationELB" && metric.name == "TargetResponseTime")
    #expect(metric.dimensions.map(\.name) == ["TargetGroup", "LoadBalancer"])
    #expect(metric.dimensions.map(\.value) == ["targetgroup/web/1", "app/w/2"])
    #expect(metric.statistic == "p99.9" && metric.period == .seconds(300))
    #expect(comparison.text == "< 0.5")
    guard
      case .cloudWatchMetric(let plain, _) =
        try GuardSpec(parsing: "cloudwatch-metric:my/app/errors >= 1").question
    else { throw GrammarError("no metric") }
    #expect(plain.namespace == "my/app" && plain.statistic == "Average")
    #expect(plain.period == .seconds(60) && plain.dimensions.isEmpty)
  }

  @Test(arguments: [
    ("json:http://h/x?a=1#/a/0 < 0.01", "http://h/x?a=1", "/a/0", "< 0.01"),
    ("json: https://h# == 3", "https://h", "", "== 3"),
    ("json:http://h#/a~1b>=2", "http://h", "/a~1b", ">= 2"),
  ])
  func aNumberIsAtAPlaceOfAnAnswer(
    _ text: String, _ url: String, _ pointer: String, _ comparison: String
  ) throws {
    guard
      case .json(let seenURL, let seenPointer, let seen) = try GuardSpec(parsing: text).question
    else { throw GrammarError("no number") }
    #expect(seenURL == url && seenPointer.description == pointer && seen.text == comparison)
  }

  @Test(arguments: [
    (
      "json:http://me:pw1234567@h/?token=t0&x=1#/a < 1",
      "json:http://me:***@h/?token=***&x=1#/a < 1", ["t0"]
    ),
    ("http:http://me:pw@h/?token=t0&x=1", "http:http://me:***@h/?token=***&x=1", ["pw", "t0"]),
    ("http:http://key@h/", "http:http://***@h/", ["key"]),
    (
      "prometheus:http://me:p:w@p?query=x @ 9 < 1", "prometheus:http://me:***@p?query=x @ 9 < 1",
      ["p:w"]
    ),
    ("http:http://h/@x:y", "http:http://h/@x:y", []),
    ("exec:curl -f http://u:p@h", "exec:curl -f http://u:***@h", ["p"]),
  ])
  func aNameHasNoSecrets(_ text: String, _ name: String, _ secrets: [String]) throws {
    let spec = try GuardSpec(parsing: text)
    #expect(spec.name == name)
    #expect(SettingKey.guard.masked(text) == name)
    #expect(Set(SettingKey.guard.secrets(in: text)).isSuperset(of: secrets))
  }

  @Test(arguments: [
    ("<", 1.0, [true, false, false]), ("<=", 1, [true, true, false]),
    (">", 1, [false, false, true]),
    (">=", 1, [false, true, true]), ("==", 1, [false, true, false]),
    ("!=", 1, [true, false, true]),
  ])
  func comparisonsCompare(_ relation: String, _ number: Double, _ holds: [Bool]) throws {
    let relation = try #require(GuardSpec.Comparison.Relation(rawValue: relation))
    let spec = try GuardSpec(parsing: "prometheus:http://p?query=x \(relation.rawValue) \(number)")
    guard case .prometheus(_, _, let comparison) = spec.question else { return }
    #expect([0, 1, 2].map { comparison.holds($0) } == holds)
  }
}

@Suite struct BaselineSourceTests {
  @Test(arguments: [
    ("asg:blue", InstanceSource.autoScalingGroup("blue")), ("elb:old", .classicLoadBalancer("old")),
    ("target-group:arn:aws:x", .targetGroup("arn:aws:x")), ("target_group:t", .targetGroup("t")),
    ("dns:blue.example", .dns("blue.example")), ("srv:_http._tcp.blue", .srv("_http._tcp.blue")),
    ("exec:echo a: b", .exec("echo a: b")), ("instances_file:-", .file("-")),
    ("instances-file:old.txt", .file("old.txt")),
    ("terraform:state.json#aws_elb.old", .terraform(path: "state.json", resource: "aws_elb.old")),
    ("terraform:state.json", .terraform(path: "state.json", resource: nil)),
  ])
  func aSourceIsReadFromOneWord(_ text: String, _ source: InstanceSource) throws {
    #expect(try InstanceSource(parsing: text) == source)
  }

  @Test(arguments: ["", "blue", "asg:", "ASG:blue", "instances:", "instances:a b", "terraform:#x"])
  func whatIsNoneIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try InstanceSource(parsing: text) }
  }
}

@Suite struct ComparisonSettingsTests {
  @Test(arguments: [
    ("95%", 9500), ("50%", 5000), ("99.5%", 9950), ("99.99%", 9999), ("90.05%", 9005),
  ])
  func aConfidenceIsReadAndPrinted(_ text: String, _ hundredths: Int) throws {
    let confidence = try Confidence(parsing: text)
    #expect(confidence.hundredths == hundredths && confidence.description == text)
  }

  @Test(arguments: ["", "95", "0.95", "100%", "49%", "99.999%", "95.%", ".5%", "-95%", "9 5%"])
  func whatIsNoConfidenceIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try Confidence(parsing: text) }
  }

  @Test(arguments: [
    ("20%", LatencyIncrease.percentage(20)), ("0%", .percentage(0)),
    ("5ms", .duration(.milliseconds(5))), ("0.5", .duration(.milliseconds(500))),
  ])
  func anIncreaseIsAPercentageOrADuration(_ text: String, _ increase: LatencyIncrease) throws {
    #expect(try LatencyIncrease(parsing: text) == increase)
  }

  @Test(arguments: ["", "%", "1.5%", "-1%", "99999%", "much", "5 apples"])
  func whatIsNoIncreaseIsRefused(_ text: String) {
    #expect(throws: GrammarError.self) { try LatencyIncrease(parsing: text) }
  }
}
