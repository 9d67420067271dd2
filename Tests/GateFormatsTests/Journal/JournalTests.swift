import GateCore
import TestSupport
import Testing
@testable import GateRecords
@testable import GateSettings

@Suite struct JournalTests {
  static let seeds: [UInt64] = [1, 2, 3, 4, UInt64.random(in: 0...999_999)]
  /// Runs a seed.
  static let runs: UInt64 = 40

  @Test(arguments: seeds) func whatWasWrittenIsReadBack(seed: UInt64) throws {
    for seed in (seed << 20)..<(seed << 20 + Self.runs) {
      let run = RandomRun.recorded(seed: seed)
      #expect(run.checker.violations == [], "seed \(seed)")
      let journal = try Journal(reading: run.bytes)
      #expect(journal.header == run.header, "seed \(seed)")
      #expect(journal.events == run.lines, "seed \(seed)")
      #expect(journal.sha256 == run.digest.sha256, "seed \(seed)")
      #expect(!journal.isCutOff, "seed \(seed)")
      #expect(
        journal.happened.map(\.description)
          == run.recorded.map { "\($0.at.microseconds): \($0.event)" },
        "seed \(seed)")
    }
  }

  @Test(arguments: seeds) func aReplayGivesTheSameVerdictToTheByte(seed: UInt64) throws {
    for seed in (seed << 20)..<(seed << 20 + Self.runs) {
      let run = RandomRun.recorded(seed: seed)
      let journal = try Journal(reading: run.bytes)
      let (gate, verdict) = journal.replayed(under: journal.header)
      #expect(verdict == run.gate.verdict, "seed \(seed)")
      #expect(gate.records == run.gate.records, "seed \(seed)")
      #expect(journal.replayedVerdictJSON() == run.verdictJSON(), "seed \(seed)")
    }
  }

  /// The runs above are worth something only if they end in every way, and have every event.
  @Test func theRandomRunsEndInEveryWayAndHaveEveryEvent() {
    var codes: Set<ReasonCode> = []
    var unseen: Set<String> = [
      #""event":"check""#, #""event":"gate_fault""#, #""event":"guard_added""#,
      #""event":"instance_removed""#, #""event":"state_changed""#,
      #""event":"group_listed","started""#, #""event":"group_listed","role":"baseline""#,
      #""ok":false,"detail""#, #""missing":["#, #""doubled":["#, #""empty":true"#,
      #""event":"load_balancer_view","id""#, #""event":"load_balancer_view","started""#,
      #""refresh_seconds""#, #""listing_timeout_seconds""#,
      // The time of a verdict that was seen late.
      #"seen late"#,
    ]
    for seed in Self.seeds.dropLast() {
      for seed in (seed << 20)..<(seed << 20 + Self.runs) {
        let run = RandomRun.recorded(seed: seed)
        let text = run.text
        unseen = unseen.filter { !text.contains($0) }
        guard let verdict = run.gate.verdict else { continue }
        codes.insert(verdict.reason.code)
        if verdict.at + .seconds(1) < run.lastLine { unseen.remove("seen late") }
      }
    }
    #expect(unseen == [])
    #expect(
      codes.isSuperset(of: [
        .groupHealthy, .tooManyUnhealthy, .cannotBecomeHealthyInTime, .tooManyReplaced,
        .gateFault, .interrupted,
      ]))
  }

  /// One that was written before there were causes is read by its words.
  @Test func aCauseIsReadFromItsFieldOrElseFromTheWords() throws {
    var run = RecordedRun(.sample(GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("a")
    run.fail(0, at: 1, .connectionReset, status: nil, "closed without an answer")
    run.lose(0, at: 16)
    run.fail(0, at: 31, .statusMismatch, status: 503, "HTTP 503, not 200")
    let without = run.text.replacing(#/"cause":"[a-z_]+",/#, with: "")
    #expect(run.text.contains("cause") && !without.contains("cause"))
    for text in [run.text, without] {
      let journal = try Journal(reading: Array(text.utf8))
      let causes = journal.entries.compactMap { entry -> String? in
        switch entry.event {
        case .checked(_, let report): report.cause?.rawValue ?? "none"
        case .checkLost(_, let fault): fault.cause?.rawValue ?? "none"
        default: nil
        }
      }
      #expect(causes == ["closed_without_answer", "no_descriptor", "none"])
    }
  }

  @Test func aListingSaysWhenItWasAskedForAndWhatCameOfIt() throws {
    var run = RecordedRun(
      .sample(
        GatePolicy(
          maxReplaced: .number(2), deadline: .seconds(60), expected: 2, membership: .changing,
          polling: .init(refresh: .seconds(10), timeout: .seconds(2.5)))))
    run.join("a")
    run.list(.succeeded(expected: 3), at: 0.5)
    run.list(.succeeded(expected: 2, missing: [InstanceKey(0)], doubled: ["b", "c"]), at: 1)
    run.list(.failed(GateFault(detail: "throttled", cause: .throttled)), at: 2)
    run.list(.empty(expected: 1), of: .baseline, at: 3)
    run.send(.instanceRemoved(InstanceKey(0)), at: 4)
    run.list(.empty(expected: 0), at: 4)
    let lines = run.text.split(separator: "\n")
    #expect(
      lines[0].contains(
        #""membership":"changing","refresh_seconds":10,"listing_timeout_seconds":2.5}"#))
    #expect(
      lines.dropFirst(2).joined(separator: "\n") == #"""
        {"seq":2,"t":0.5,"event":"group_listed","started":0.4,"ok":true,"expected":3}
        {"seq":3,"t":1,"event":"group_listed","started":0.9,"ok":true,"expected":2,"missing":["a"],\#
        "doubled":["b","c"]}
        {"seq":4,"t":2,"event":"group_listed","started":1.9,"ok":false,"detail":"throttled",\#
        "cause":"throttled"}
        {"seq":5,"t":3,"event":"group_listed","role":"baseline","started":2.9,"ok":true,"expected":1,\#
        "empty":true}
        {"seq":6,"t":4,"event":"instance_removed","id":"a"}
        {"seq":7,"t":4,"event":"group_listed","started":3.9,"ok":true,"expected":0,"empty":true}
        """#)
    let journal = try Journal(reading: run.bytes)
    #expect(journal.header.policy.polling == .init(refresh: .seconds(10), timeout: .seconds(2.5)))
    let (gate, _) = journal.replayed(under: journal.header)
    #expect(gate.records == run.gate.records && gate.expected == run.gate.expected)
    #expect(gate.listing == run.gate.listing && gate.doubledNames == ["b", "c"])
    #expect(gate.losses == run.gate.losses && gate.losses.listings.count == 1)
  }

  /// A view changes one instance after the other: a replay must not decide between them.
  @Test func aReplayDecidesNothingInTheMiddleOfAView() throws {
    var run = RecordedRun(
      .sample(
        GatePolicy(
          minHealthy: .number(1), maxUnhealthy: .number(1), deadline: .seconds(60), expected: 2,
          loadBalancer: .decides)))
    run.join("a")
    run.join("b")
    run.view([.initial, .initial], at: 1)
    run.view([.healthy, .healthy], at: 2)
    #expect(run.gate.verdict?.reason.message == "2 of 2 instances healthy")
    let journal = try Journal(reading: run.bytes)
    #expect(journal.replayed(under: journal.header).verdict == run.gate.verdict)
  }

  @Test func aViewIsALineForEachThatIsNewAndOneForTheQuestion() throws {
    var run = RecordedRun(
      .sample(GatePolicy(deadline: .seconds(60), expected: 2, loadBalancer: .confirms)))
    run.join("a")
    run.join("b")
    run.view([.healthy, .initial], at: 1)
    run.view(nil, at: 2)
    #expect(
      run.text.split(separator: "\n").dropFirst(3).joined(separator: "\n") == #"""
        {"seq":3,"t":1,"event":"load_balancer_view","id":"a","state":"healthy","reason_code":null,\#
        "description":null}
        {"seq":4,"t":1,"event":"load_balancer_view","id":"b","state":"initial","reason_code":null,\#
        "description":null}
        {"seq":5,"t":1,"event":"load_balancer_view","started":0.9,"ok":true}
        {"seq":6,"t":2,"event":"load_balancer_view","started":1.9,"ok":false,"detail":"throttled",\#
        "cause":"throttled"}
        """#)
    let journal = try Journal(reading: run.bytes)
    let (gate, _) = journal.replayed(under: journal.header)
    #expect(gate.view == run.gate.view && gate.losses.views.count == 1)
    #expect(gate.records == run.gate.records)
  }

  /// The view of an instance is no longer forgiven when its grace period ends, whether or not
  /// anything happens then.
  @Test func whatTimeAloneBringsIsToldWhenItIsSeen() throws {
    var run = RecordedRun(
      .sample(
        GatePolicy(
          gracePeriod: .seconds(5), deadline: .seconds(60), expected: 1, loadBalancer: .decides,
          polling: .init(refresh: .seconds(10), timeout: .seconds(10)))))
    run.join("a")
    run.view([.unhealthy], at: 1)
    #expect(run.gate.records[0].health.state == .initial)
    run.view([.unhealthy], at: 7)
    #expect(run.gate.verdict?.at == .seconds(5))
    #expect(
      run.text.split(separator: "\n").dropFirst(4).map { $0.prefix(45) } == [
        #"{"seq":4,"t":7,"event":"state_changed","id":""#,
        #"{"seq":5,"t":7,"event":"decided","decision":""#,
      ])
    let journal = try Journal(reading: run.bytes)
    #expect(journal.replayedVerdictJSON() == run.verdictJSON())
    #expect(run.verdictJSON().contains(#""elapsed_seconds": 5"#))
  }

  /// Whether the gate was held up when it should have decided follows from how late it was.
  @Test func aReplaySeesTheDeadlineAsLateAsTheRunDid() throws {
    var run = RecordedRun(
      .sample(.sample(initial: 3), GatePolicy(deadline: .seconds(20.5), expected: 1)))
    run.join("a")
    for second in [0.01, 10.01] { run.pass(0, at: second) }
    run.send(.wokeUp, at: 24)
    #expect(run.gate.verdict?.reason.code == .gateFault)
    let journal = try Journal(reading: run.bytes)
    #expect(journal.replayedVerdictJSON() == run.verdictJSON())
  }

  @Test(arguments: seeds) func aJournalThatWasCutOffIsReadUpToItsLastWholeLine(
    seed: UInt64
  ) throws {
    let run = RandomRun.recorded(seed: seed)
    let whole = try Journal(reading: run.bytes)
    let ends = run.bytes.indices.filter { run.bytes[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    let header = try #require(ends.first)
    var random = SplitMix64(seed: seed)
    let cuts = ends + (0..<40).map { _ in Int.random(in: header...run.bytes.count, using: &random) }
    for cut in cuts {
      let journal = try Journal(reading: Array(run.bytes[..<cut]))
      let lines = ends.count { $0 <= cut }
      #expect(journal.events == lines, "cut at \(cut)")
      #expect(journal.isCutOff == !ends.contains(cut), "cut at \(cut)")
      #expect(
        journal.happened.map(\.description)
          == whole.happened.prefix(journal.happened.count).map(\.description),
        "cut at \(cut)")
      let (_, verdict) = journal.replayed(under: journal.header)
      #expect(
        verdict == run.gate.verdict || verdict.interruption == .journalEnd, "cut at \(cut)")
    }
    for cut in [0, 1, header - 1] {
      #expect(
        throws: JournalError(line: nil, "it has no run_started event, so it is not a journal")
      ) {
        try Journal(reading: Array(run.bytes[..<cut]))
      }
    }
  }

  @Test func aRunThatWasKilledIsInconclusive() throws {
    var run = RecordedRun(
      .sample(.sample(healthy: 3, initial: 3), GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.002)
    let journal = try Journal(reading: run.bytes)
    let (gate, verdict) = journal.replayed(under: journal.header)
    #expect(verdict.decision == .inconclusive)
    #expect(verdict.reason.code == .interrupted)
    #expect(verdict.interruption == .journalEnd)
    #expect(verdict.at == .seconds(0.002))
    #expect(gate.records == run.gate.records)
  }

  @Test func otherSettingsGiveWhatWouldHaveBeen() throws {
    var run = RecordedRun(.sample(GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.fail(0, at: 0.003, .statusMismatch, status: 503, "HTTP 503, not 200")
    run.fail(0, at: 10.003, .statusMismatch, status: 503, "HTTP 503, not 200")
    #expect(run.gate.verdict?.reason.code == .tooManyUnhealthy)
    let journal = try Journal(reading: run.bytes)
    var header = journal.header
    header.check.unhealthyThreshold = 3
    let (gate, verdict) = journal.replayed(under: header)
    #expect(verdict.interruption == .journalEnd)
    #expect(gate.records.first?.health.state == .initial)
    #expect(gate.records.first?.failures == 2)
    header.policy.deadline = .seconds(5)
    #expect(journal.replayed(under: header).verdict.reason.code == .cannotBecomeHealthyInTime)
  }

  @Test func eventsOfAnInstanceThatNeverJoinedAreNothing() throws {
    let header = RunHeader.sample(GatePolicy(deadline: .seconds(60), expected: 1))
    let lines = [
      #"{"seq":1,"t":1,"event":"check","id":"x","started":1,"ok":false,"kind":"tls_error","latency_ms":1}"#,
      #"{"seq":2,"t":2,"event":"instance_removed","id":"x"}"#,
      #"{"seq":3,"t":3,"event":"gate_fault","id":"x","detail":"none"}"#,
    ]
    let text = RecordedRun(header).text + lines.map { $0 + "\n" }.joined()
    let journal = try Journal(reading: Array(text.utf8))
    let (gate, verdict) = journal.replayed(under: journal.header)
    #expect(gate.records == [])
    #expect(gate.replaced == 0)
    #expect(gate.losses.isEmpty, "the check of one that is not there is no loss")
    #expect(verdict.interruption == .journalEnd)
  }

  /// A field may be added within a major version.
  @Test func fieldsThatAReaderDoesNotKnowArePassedOver() throws {
    var run = RecordedRun(.sample(GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.002)
    let text = run.text.replacing("\"event\":", with: "\"more\":{\"a\":[1]},\"event\":")
    let journal = try Journal(reading: Array(text.utf8))
    #expect(journal.header == run.header)
    #expect(journal.replayed(under: journal.header).verdict == run.gate.verdict)
  }

  @Test func theLinesAreThoseOfTheContract() throws {
    var run = RecordedRun(
      .sample(
        .sample(
          .classic, every: .seconds(15), timeout: .milliseconds(2500), healthy: 2, unhealthy: 3),
        GatePolicy(
          minHealthy: .percentage(50), maxReplaced: .number(1), soak: .seconds(0.5),
          deadline: .seconds(360), expected: 2),
        advisory: true, request: [.init("header", ["A=***", "B=***"])], name: "blue.txt",
        settings: [.init(name: "soak", value: "500ms", origin: "gate.yaml:7", layer: .file)],
        warnings: ["interval is short"]))
    run.join("web-1", zone: "eu-west-1a")
    run.join("web-2")
    run.pass(0, at: 0.002, version: "42")
    run.fail(
      1, at: 0.0505, .statusMismatch, status: 400, "HTTP 400, not 200", took: 50.5,
      evidence: Evidence(
        server: "nginx", location: nil, contentType: "text/html", excerpt: "Bad \"Request\""))
    run.pass(0, at: 15.002001, took: 2.001)
    run.send(
      .checkLost(
        InstanceKey(1), GateFault(detail: "no socket", started: .seconds(15), cause: .noDescriptor)),
      at: 15.1)
    run.list(.failed(GateFault(detail: "no name server")), at: 15.2)
    run.send(.instanceRemoved(InstanceKey(1)), at: 15.3)
    run.send(.instanceAdded(Instance(id: "web-3", address: "::1", port: 8080)), at: 15.4)
    run.send(.wokeUp, at: 15.9)
    try expectGolden(run.text, "lines.ndjson")
  }
}

extension Journal {
  /// What happened, without the lines that follow from others, in words.
  struct Happened: CustomStringConvertible {
    var description: String
  }

  var happened: [Happened] {
    entries.compactMap { entry in
      guard entry.event.isOwn else { return nil }
      return Happened(description: "\(entry.at.microseconds): \(entry.event)")
    }
  }
}
