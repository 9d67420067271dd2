import GateCore
import GateRecords
import TestSupport

/// Runs that the reports are shown by.
enum SampleRun: String, CaseIterable {
  case promote
  case rollback
  case inconclusive
  case hostile
  case beside

  var recorded: RecordedRun {
    switch self {
    case .promote: Self.promoted
    case .rollback: Self.rolledBack
    case .inconclusive: Self.undecided
    case .hostile: Self.attacked
    case .beside: Self.guarded
    }
  }

  var exitCode: Int {
    switch self {
    case .promote: 0
    case .rollback, .hostile, .beside: 1
    case .inconclusive: 2
    }
  }

  private static func policy(
    _ expected: Int, minHealthy: Int? = nil, maxUnhealthy: Int = 0, soak: Int = 0, grace: Int = 0,
    deadline: Int = 120
  ) -> GatePolicy {
    GatePolicy(
      minHealthy: .number(minHealthy ?? expected - maxUnhealthy),
      maxUnhealthy: .number(maxUnhealthy),
      gracePeriod: .seconds(grace), soak: .seconds(soak), deadline: .seconds(deadline),
      expected: expected)
  }

  /// A boot, a relapse that makes the soak start anew, and one loss that the policy bears.
  private static var promoted: RecordedRun {
    var run = RecordedRun(
      .sample(
        .sample(initial: 2), policy(4, minHealthy: 3, maxUnhealthy: 2, soak: 25, grace: 15),
        request: [.init("host", ["shop.example"]), .init("header", ["Authorization: ***"])],
        name: "web-green",
        warnings: ["timeout 1s is outside an Application Load Balancer's range (2s to 120s)"]))
    for index in 1...4 { run.join("web-\(index)", zone: index < 3 ? "eu-west-1a" : "eu-west-1b") }
    run.fail(0, at: 0.5, .connectionRefused, status: nil, "connection refused", took: 0.2)
    for (round, start) in [1.0, 11, 21, 31, 41, 51, 61, 71].enumerated() {
      for index in 0..<3 {
        let isRelapse = index == 1 && (round == 2 || round == 3)
        if isRelapse {
          run.fail(index, at: start + 0.2, .statusMismatch, status: 503, "HTTP 503, not 200")
        } else {
          run.pass(index, at: start + Double(index) / 10, took: 4 + Double(index * round))
        }
      }
      run.fail(3, at: start + 0.4, .timeoutResponse, status: nil, "no answer within 2s", took: 400)
    }
    run.send(.wokeUp, at: 90)
    return run
  }

  /// Several ways to fail at once; one that left, one that lost its checks, one that is slow.
  private static var rolledBack: RecordedRun {
    var run = RecordedRun(.sample(.sample(initial: 2, unhealthy: 3), policy(6, maxUnhealthy: 2)))
    for index in 1...6 { run.join("10.0.1.\(index + 4)", zone: index < 4 ? "a" : nil) }
    for start in [1.0, 11, 21] {
      run.pass(0, at: start, took: 12, version: "2.1.0")
      run.fail(1, at: start + 0.1, .connectionRefused, status: nil, "connection refused", took: 0.2)
      run.lose(4, at: start + 0.2)
      if start == 1 { run.pass(5, at: 1.3) }
      run.fail(
        2, at: start + 0.4, .statusMismatch, status: 301,
        "HTTP 301 to https://10.0.1.7/health, not 200", took: 2.5,
        evidence: Evidence(
          server: "nginx/1.26.0", location: "https://10.0.1.7/health", contentType: "text/html",
          excerpt: "<html> <head><title>301 Moved Permanently</title></head> <body>"))
      run.fail(3, at: start + 0.5, .statusMismatch, status: 400, "HTTP 400, not 200", took: 7)
    }
    return run
  }

  /// The gate saw too little.
  private static var undecided: RecordedRun {
    var run = RecordedRun(.sample(.sample(initial: 2), policy(2, deadline: 40)))
    run.join("a")
    run.join("b")
    run.list(
      .failed(GateFault(detail: "the name server does not answer", cause: .nameServer)), at: 0.5)
    for start in [1.0, 11, 21, 31] {
      run.pass(0, at: start)
      run.lose(1, at: start + 0.1)
    }
    run.send(.wokeUp, at: 60)
    return run
  }

  /// A guard that fails beside a group that is well, and an old group that is checked with it.
  private static var guarded: RecordedRun {
    var policy = Self.policy(2, soak: 60)
    policy.comparison = ComparisonPolicy(minSamples: 20)
    var header = RunHeader.sample(.sample(initial: 2, unhealthy: 3), policy)
    header.baseline = RunHeader.Group(source: "instances", name: nil)
    var run = RecordedRun(header)
    run.join("web-1")
    run.join("web-2")
    run.send(
      .instanceAdded(Instance(id: "blue-1", address: "10.0.1.30", port: 80, role: .baseline)), at: 0
    )
    run.send(.instanceAdded(.guarding("prometheus:errors < 0.01")), at: 0)
    for (round, start) in [1.0, 11, 21, 31].enumerated() {
      run.pass(0, at: start, took: 40)
      run.pass(1, at: start + 0.1, took: 44)
      run.pass(2, at: start + 0.2, took: 12)
      if round == 0 {
        run.pass(3, at: start + 0.3, took: 5)
      } else {
        run.fail(
          3, at: start + 0.3, .expectationFailed, status: nil, "0.31 is not < 0.01", took: 5)
      }
    }
    return run
  }

  /// Names and answers that would be something else: markup, escape sequences, tables, directives.
  static let attacks = [
    "<script>alert(1)</script>", "a\u{1B}[2J\u{1B}]0;x\u{7}b", "]]> <!-- --> &lt; ' \" \\",
    "| a | b |\n| --- |", "x\r\nok 9 - forged\n# EOF", "\u{202E}elgoog\u{200F}\u{2066}",
    String(decoding: [0x61, 0xFF, 0xC0, 0x62], as: UTF8.self),
    "@everyone [x](http://x.example) ``` $1",
    "NUL \0 \u{FFFE}\u{FFFF}", "e\u{301}\u{301}\u{301}\u{301}\u{301}", "{{7*7}} ${x} %n",
  ]

  private static var attacked: RecordedRun {
    var run = RecordedRun(
      .sample(
        .sample(initial: 1, unhealthy: 1), policy(attacks.count + 1, maxUnhealthy: 10),
        request: [.init("host", attacks)], name: attacks.joined(), warnings: attacks))
    for attack in attacks { run.join(attack, zone: attack) }
    run.join("<script>alert(1)</script> (2)")
    for (index, attack) in attacks.enumerated() {
      run.fail(
        index, at: 1 + Double(index) / 10, .statusMismatch, status: 400, attack,
        evidence: Evidence(server: attack, location: attack, contentType: attack, excerpt: attack))
    }
    return run
  }

  /// A thousand instances with names of full length, a third of which fail in ways of their own.
  static func thousand(_ count: Int = 1000) -> RecordedRun {
    var run = RecordedRun(
      .sample(.sample(unhealthy: 2), policy(count, maxUnhealthy: count / 4, grace: 5)))
    for index in 0..<count {
      run.join("i-\(String(index, radix: 16))-\(String(repeating: "x", count: 60))")
    }
    for start in [1.0, 11, 21] {
      for index in 0..<count where run.gate.verdict == nil {
        let at = start + Double(index) / Double(count)
        if index % 3 == 0 {
          run.fail(
            index, at: at, .statusMismatch, status: 500 + index % 7,
            "HTTP \(500 + index % 7), not 200: \(String(repeating: "<&>", count: 100)) \(index)")
        } else {
          run.pass(index, at: at, took: Double(index % 50) + 0.5, version: "v\(index % 11)")
        }
      }
    }
    return run
  }
}
