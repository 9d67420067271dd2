import GateCore
import GateRecords
import GateReports
import GateSettings
import GateText
import TestSupport
import Testing

@Suite struct ReportTests {
  private static let endings: [ReportFormat: String] = [
    .html: "html", .junit: "xml", .markdown: "md", .openmetrics: "prom", .tap: "tap",
    .nagios: "nagios", .text: "txt",
  ]

  @Test(arguments: ReportFormat.allCases, SampleRun.allCases)
  func itIsAsInTheGoldenFile(_ format: ReportFormat, _ sample: SampleRun) throws {
    let run = sample.recorded
    let document = try #require(run.document(exitCode: sample.exitCode))
    let ending = try #require(Self.endings[format])
    try expectGolden(
      format.text(of: document, run.timeline), "run-\(sample.rawValue).\(ending)")
  }

  @Test func theSamplesAreDecidedAsTheyAreNamed() {
    #expect(SampleRun.promote.recorded.gate.verdict?.decision == .promote)
    #expect(SampleRun.rollback.recorded.gate.verdict?.decision == .rollback)
    #expect(SampleRun.inconclusive.recorded.gate.verdict?.decision == .inconclusive)
    #expect(SampleRun.hostile.recorded.gate.verdict?.decision == .rollback)
    #expect(SampleRun.beside.recorded.gate.verdict?.reason.code == .guardFailed)
  }

  @Test(arguments: 0..<200)
  func theRunAndItsJournalGiveTheSameReports(seed: UInt64) throws {
    let run = RandomRun.recorded(seed: seed)
    let document = try #require(run.document(), "seed \(seed)")
    let journal = try Journal(reading: run.bytes)
    var timeline = Timeline()
    let (gate, verdict) = journal.replayed(under: journal.header) { event, _, instant, gate in
      timeline.observe(event, at: instant, in: gate)
    }
    let replayed = VerdictDocument(
      header: journal.header, gate: gate, verdict: verdict, exitCode: 1,
      journal: JournalDigest(
        path: journal.header.journalPath, sha256: journal.sha256, events: journal.events))
    #expect(timeline == run.timeline, "seed \(seed)")
    for format in ReportFormat.allCases {
      #expect(
        format.text(of: replayed, timeline) == format.text(of: document, run.timeline),
        "\(format.rawValue), seed \(seed)")
    }
  }

  @Test func aThousandInstancesFitIntoWhatReadersTake() throws {
    let run = SampleRun.thousand()
    let document = try #require(run.document())
    #expect(MarkdownReport(document).text.utf8.count <= 65_536)
    #expect(MarkdownReport(document).text.contains("more: "))
    #expect(HTMLReport(document, run.timeline).text.utf8.count < 1_000_000)
    #expect(NagiosReport(document).text.utf8.count < 2000)
  }

  /// One fails among many that are on their way: it, and why, come before all of these.
  @Test func whatIsWrongComesBeforeThoseWithoutAFailure() throws {
    var run = RecordedRun(
      .sample(.sample(initial: 3, unhealthy: 2), GatePolicy(deadline: .seconds(90), expected: 40)))
    for index in 0..<40 { run.join("web-\(index)") }
    for start in [1.0, 11] {
      for index in 0..<40 where index != 17 { run.pass(index, at: start + Double(index) / 100) }
      run.fail(17, at: start + 0.9, .statusMismatch, status: 502, "HTTP 502, not 200")
    }
    let document = try #require(run.document())
    let text = TextReport(document, style: .plain).text
    let cause = try #require(text.firstRange(of: "likely"))
    let waiting = try #require(text.firstRange(of: "39 instances not healthy yet"))
    #expect(cause.lowerBound < waiting.lowerBound, "\(text)")
    let page = MarkdownReport(document).text
    let row = try #require(page.firstRange(of: "| `web-17` | unhealthy"))
    let fold = try #require(page.firstRange(of: "39 instances without a failed check</summary>"))
    #expect(row.lowerBound < fold.lowerBound)
  }

  /// Failures that the grace period forgave are told apart, in the headline and of each instance.
  @Test(arguments: [(9.0, ", all forgiven"), (25, ", 2 of them forgiven"), (0, "")])
  func forgivenFailuresAreToldApart(_ seconds: Double, _ words: String) throws {
    let grace = Duration.seconds(seconds == 9 ? 60 : seconds == 25 ? 15 : 0)
    var run = RecordedRun(
      .sample(
        .sample(initial: 1, unhealthy: 9),
        GatePolicy(gracePeriod: grace, deadline: .seconds(200), expected: 1)))
    run.join("a")
    for start in [1.0, 11, 21] {
      run.fail(0, at: start, .statusMismatch, status: 503, "HTTP 503, not 200")
    }
    run.pass(0, at: 31)
    let document = try #require(run.document(exitCode: 0))
    let told =
      "3 of 4 checks failed on the way" + (words.isEmpty ? "" : "\(words) in the grace period")
    #expect(document.verdict.reason.message == "1 of 1 instance healthy; \(told)")
    #expect(
      HTMLReport(document, run.timeline).text.contains(">3 of 4 checks failed\(words)</td>"))
    #expect(MarkdownReport(document).text.contains("4 checks, 3 failed\(words) ·"))
    let count = seconds == 9 ? 3 : seconds == 25 ? 2 : 0
    #expect(NagiosReport(document).text.contains(" forgiven=\(count);"))
    #expect(
      String(decoding: document.json, as: UTF8.self).contains("\"forgiven_failures\": \(count)"))
    #expect(TextReport(document, style: .plain).text.contains("4 in all, 3 failed\(words)"))
  }

  /// The band of failed checks is of the group's instances; a guard has a row of its own.
  @Test func aGuardsFailuresAreNotTheGroups() throws {
    var run = RecordedRun(
      .sample(.sample(initial: 2, unhealthy: 2), GatePolicy(deadline: .seconds(90), expected: 20)))
    for index in 0..<20 { run.join("web-\(index)") }
    run.send(.instanceAdded(.guarding("errors < 0.01")), at: 0)
    for start in [1.0, 11] {
      for index in 0..<20 { run.pass(index, at: start + Double(index) / 100) }
      run.fail(20, at: start + 0.5, .expectationFailed, status: nil, "0.31 is not < 0.01")
      guard run.gate.verdict == nil else { break }
    }
    let page = HTMLReport(try #require(run.document()), run.timeline).text
    #expect(page.contains("Failed checks") && !page.contains("class=\"failed"))
    #expect(page.contains("<tspan class=\"name\">guard errors &lt; 0.01</tspan>"))
  }

  /// A guard, the old group and the comparison are about no instance.
  @Test func whatIsBesideTheInstancesNamesNone() throws {
    let run = SampleRun.beside.recorded
    let document = try #require(run.document())
    #expect(!MarkdownReport(document).text.contains("Instances:"))
    #expect(!HTMLReport(document, run.timeline).text.contains("<dt>Instances</dt>"))
    for format in ReportFormat.allCases {
      let text = format.text(of: document, run.timeline)
      #expect(text.contains("prometheus:errors"), "\(format)")
    }
  }

  @Test func hostileTextEndsNoElementAndNoLine() throws {
    let run = SampleRun.hostile.recorded
    let document = try #require(run.document())
    for format in ReportFormat.allCases {
      let text = format.text(of: document, run.timeline)
      #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" }, "\(format)")
      #expect(!text.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) }, "\(format)")
      #expect(!text.unicodeScalars.contains { [0x202E, 0x200F, 0x2066].contains($0.value) })
    }
    for format in [ReportFormat.html, .junit] {
      let text = format.text(of: document, run.timeline)
      #expect(!text.contains("<script"), "\(format)")
      #expect(!text.contains("]]>"), "\(format)")
    }
    let tap = TAPReport(document).text
    #expect(!tap.contains("\nok 9 - forged"))
    #expect(!OpenMetricsReport(document).text.dropLast(6).contains("\n# EOF"))
    #expect(NagiosReport(document).text.filter { $0 == "|" }.count == 1)
    #expect(
      NagiosReport(document).text.split(separator: "\n").dropFirst().allSatisfy {
        ["warning: ", "likely: ", "possible: ", "guard ", "baseline "].contains(where: $0.hasPrefix)
      })
  }

  /// A promotion with an instance that died, one that the listing lacks, and losses of each kind.
  private static var promotedWithout: RecordedRun {
    var run = RecordedRun(
      .sample(
        .sample(unhealthy: 10),
        GatePolicy(
          minHealthy: .number(2), maxUnhealthy: .number(1), maxReplaced: .number(1),
          soak: .seconds(30), deadline: .seconds(200), expected: 2, membership: .changing,
          loadBalancer: .confirms,
          polling: .init(refresh: .seconds(10), timeout: .seconds(10))),
        warnings: ["interval is short"]))
    for name in ["a", "b", "dead", "unlisted"] { run.join(name) }
    run.list(.succeeded(expected: 2, doubled: ["c"]), at: 0.5)
    run.view([.healthy, .healthy, .healthy, .healthy], at: 0.6)
    for key in 0..<4 { run.pass(key, at: 1 + Double(key) / 100) }
    run.lose(0, at: 11)
    run.pass(1, at: 11.1)
    run.fail(2, at: 11.12, .connectionRefused, status: nil, "connection refused")
    run.pass(3, at: 11.13)
    run.view(nil, at: 11.2)
    run.list(.failed(GateFault(detail: "the API throttles")), at: 11.5)
    for start in [21.0, 31, 41] {
      run.pass(0, at: start)
      run.pass(1, at: start + 0.1)
      run.fail(2, at: start + 0.2, .connectionRefused, status: nil, "connection refused")
      run.pass(3, at: start + 0.3)
      run.view([.healthy, .healthy, .healthy, .healthy], at: start + 0.4)
      run.list(.succeeded(expected: 2, missing: [InstanceKey(3)]), at: start + 0.5)
    }
    return run
  }

  @Test func whatAPromotionLeavesOutIsInEveryReport() throws {
    let run = Self.promotedWithout
    let document = try #require(run.document(exitCode: 0))
    #expect(document.verdict.reason.code == .groupHealthy)
    #expect(
      document.verdict.reason.message
        == "4 of 4 instances healthy for 30s; 2 of 12 checks failed on the way; not counted: dead, unlisted"
    )
    for format in ReportFormat.allCases where format != .openmetrics {
      let text = format.text(of: document, run.timeline)
      #expect(text.contains("not counted: dead, unlisted"), "\(format)")
    }
    #expect(document.diagnoses.first?.instances == ["dead"])
    #expect(document.diagnoses.contains { $0.instances == ["unlisted"] })
    #expect(JUnitReport(document).text.contains("tolerated by the policy: healthy, but the latest"))
    #expect(
      TAPReport(document).text.contains("not ok 4 - dead # TODO tolerated by the policy"))
    #expect(
      TAPReport(document).text.contains(
        "ok 5 - unlisted # SKIP missing from the latest listing of the group"))
  }

  @Test func warningsAreInEveryReport() throws {
    let run = Self.promotedWithout
    let document = try #require(run.document(exitCode: 0))
    let lost = "lost to gate faults, the last fault:"
    let warnings = [
      "interval is short", "1 check \(lost) no socket: too many open files",
      "1 listing \(lost) the API throttles", "1 load balancer's view \(lost) throttled",
      "the source gives places of other instances a second name, which does not count: c",
    ]
    #expect(document.allWarnings == warnings)
    for format in ReportFormat.allCases where format != .openmetrics {
      let text = format.text(of: document, run.timeline).replacing("&#39;", with: "'")
        .replacing("\n  ", with: " ").replacing(#/\s+/#, with: " ")
      for warning in warnings { #expect(text.contains(warning), "\(format): \(warning)") }
    }
    let metrics = OpenMetricsReport(document).text
    #expect(metrics.contains("healthgate_warnings 5\n"))
    for what in ["checks", "listings", "views"] {
      #expect(metrics.contains("healthgate_lost{what=\"\(what)\"} 1\n"), "\(what)")
    }
  }

  @Test func aHealthyInstanceThatHeldThePromotionUpIsAFailure() throws {
    var run = RecordedRun(
      .sample(
        .sample(unhealthy: 10), GatePolicy(soak: .seconds(15), deadline: .seconds(35), expected: 2))
    )
    run.join("a")
    run.join("b")
    for start in [1.0, 11, 21, 31] {
      run.pass(0, at: start)
      if start == 1 {
        run.pass(1, at: 1.1)
      } else {
        run.fail(1, at: start + 0.1, .statusMismatch, status: 503, "HTTP 503, not 200")
      }
    }
    run.send(.wokeUp, at: 36)
    let document = try #require(run.document(exitCode: 3))
    #expect(document.verdict.decision == .rollback)
    #expect(document.verdict.reason.message.contains("b did not pass the latest check"))
    #expect(TAPReport(document).text.contains("not ok 3 - b\n"))
    #expect(
      JUnitReport(document).text.contains("healthy, but the latest check did not pass: HTTP 503"))
    #expect(document.diagnoses.first?.instances == ["b"])
  }

  @Test func namesThatLookAlikeStayApart() throws {
    let run = SampleRun.hostile.recorded
    let metrics = OpenMetricsReport(try #require(run.document())).text
    let samples = metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }
      .map { $0.prefix(upTo: $0.lastIndex(of: " ") ?? $0.endIndex) }
    #expect(Set(samples).count == samples.count)
  }

  @Test func anUndeliveredPromotionIsAWarning() throws {
    let run = SampleRun.promote.recorded
    var document = try #require(run.document(exitCode: 0))
    #expect(NagiosReport(document).text.hasPrefix("OK - "))
    document.warnings.append("the journal could not be written: no space | left on device")
    document.exitCode = 74
    #expect(NagiosReport(document).text.hasPrefix("WARNING - "))
    #expect(NagiosReport(document).text.contains("no space / left"))
    #expect(HTMLReport(document, run.timeline).text.contains("Not delivered"))
  }

  @Test func anAdvisoryRollbackIsAWarning() throws {
    let policy = GatePolicy(deadline: .seconds(60), expected: 1)
    var run = RecordedRun(.sample(.sample(unhealthy: 1), policy, advisory: true))
    run.join("a")
    run.fail(0, at: 1, .connectionReset, status: nil, "connection reset")
    let document = try #require(run.document(exitCode: 0))
    #expect(NagiosReport(document).text.hasPrefix("WARNING - rollback: "))
    #expect(HTMLReport(document, run.timeline).text.contains("Advisory: decided and reported"))
    #expect(MarkdownReport(document).text.contains("> Advisory: decided and reported"))
  }

  @Test func aRunWithoutInstancesHasEveryReport() throws {
    var run = RecordedRun(.sample(GatePolicy(deadline: .seconds(60), expected: 2)))
    run.send(.wokeUp, at: 61)
    let document = try #require(run.document(exitCode: 2))
    for format in ReportFormat.allCases {
      #expect(!format.text(of: document, run.timeline).isEmpty, "\(format)")
    }
    // Nothing failed, but nothing is green.
    #expect(JUnitReport(document).text.contains("errors=\"1\""))
    #expect(TAPReport(document).text.contains("1..1\nnot ok 1 - group: inconclusive"))
    #expect(NagiosReport(document).text.hasPrefix("UNKNOWN - "))
  }
}

@Suite struct ReportRequestTests {
  @Test func itIsAFormatAndAFile() throws {
    let request = try ReportRequest(parsing: "html=out/a=b.html")
    #expect(request.format == .html)
    #expect(request.path == "out/a=b.html")
    #expect(try ReportRequest(parsing: "JUnit=x").format == .junit)
  }

  @Test(arguments: [
    ("html", "FORMAT=FILE"), ("html=", "no file"), ("html=-", "standard output"),
    ("htlm=x", "did you mean html"), ("pdf=x", "html, junit, markdown, openmetrics, tap, nagios"),
    ("=x", "is not one of"),
  ])
  func anythingElseIsExplained(_ text: String, _ words: String) {
    #expect {
      try ReportRequest(parsing: text)
    } throws: {
      ($0 as? GrammarError)?.description.contains(words) ?? false
    }
  }
}
