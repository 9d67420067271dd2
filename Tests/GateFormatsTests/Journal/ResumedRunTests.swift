import GateCore
import GateRecords
import TestSupport
import Testing

@Suite struct ResumedRunTests {
  private static func recorded() -> RecordedRun {
    var run = RecordedRun(
      .sample(
        .sample(), GatePolicy(deadline: .seconds(100), expected: 2),
        settings: [
          .init(name: "interval", value: "10", origin: "--interval", layer: .flag),
          .init(name: "header", value: "A: ***\nB: ***", origin: "--header", layer: .flag),
          .init(name: "asg", value: "green", origin: "gate.yaml:2", layer: .file),
        ]))
    run.join("web-1")
    run.join("web-2")
    run.pass(0, at: 0.01)
    run.fail(1, at: 0.02, .statusMismatch, status: 503, "HTTP 503, not 200")
    run.fail(1, at: 10.02, .statusMismatch, status: 503, "HTTP 503, not 200")
    return run
  }

  private static func journal(_ lines: Int) throws -> Journal {
    let all = recorded().text.split(separator: "\n", omittingEmptySubsequences: true)
    return try Journal(reading: Array((all.prefix(lines).joined(separator: "\n") + "\n").utf8))
  }

  @Test(arguments: 1...8) func killedAfterAnyLineItIsThereAsFarAsItWent(lines: Int) throws {
    let run = ResumedRun(try Self.journal(lines))
    #expect(run.gate.records.count == min(max(lines - 1, 0), 2))
    #expect(run.isBeginningCutOff == (lines <= 3))
    #expect((run.gate.verdict != nil) == (lines >= 7), "the verdict follows from the last check")
  }

  @Test func linesThatFollowAreWrittenAfterTheCrashThatKeptThemFromIt() throws {
    let all = Self.recorded().text.split(separator: "\n", omittingEmptySubsequences: true)
    for lines in 1...all.count {
      let run = ResumedRun(try Self.journal(lines))
      let lost = String(decoding: run.lostLines, as: UTF8.self).split(separator: "\n")
      #expect(run.lines == lines + lost.count)
      // After the line of a check those that it brought about; else none.
      let expected = lines == 4 ? all[4...4] : lines >= 7 ? all[lines...] : []
      #expect(lost == Array(expected), "\(lines) lines")
    }
  }

  @Test func aListThatIsAnotherIsSaidToBe() throws {
    let run = ResumedRun(try Self.journal(8))
    let same = ["web-1", "web-2"].enumerated().map {
      Instance(id: $1, address: "10.0.1.\($0 + 5)", port: 80)
    }
    #expect(run.difference(ofList: same, .member) == nil)
    #expect(
      run.difference(ofList: [same[0]], .member)
        == "the instances are not those of the run to resume: 'web-2' is not among them")
    let more = same + [Instance(id: "web-3", address: "10.0.1.7", port: 80)]
    #expect(
      run.difference(ofList: more, .member)
        == "the instances are not those of the run to resume: 'web-3' is new")
    let cut = ResumedRun(try Self.journal(2))
    #expect(cut.difference(ofList: same, .member) == nil, "the crash came before it was told of")
  }

  @Test func aResumedJournalReplaysToTheVerdictOfTheRun() throws {
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(100), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.01)
    run.send(.resumed(after: .seconds(30)), at: 30.01)
    run.pass(0, at: 30.02)
    run.pass(0, at: 40.02)
    let journal = try Journal(reading: run.bytes)
    #expect(journal.replayedVerdictJSON() == run.verdictJSON())
    #expect(run.verdictJSON().contains(#""began_anew": true"#))
  }

  /// Where each check was due follows from the header and the events: no line tells of it.
  @Test(arguments: [nil, 4, 30] as [Int?])
  func aRunThatSpreadsItsChecksReplaysToTheByte(gap: Int?) throws {
    var run = RecordedRun(
      .sample(
        .sample(.alb, spread: true),
        GatePolicy(soak: .seconds(60), deadline: .seconds(500), expected: 5)))
    for number in 0..<5 { run.join("web-\(number)") }
    var isToResume = gap != nil
    while run.gate.verdict == nil {
      let next = try #require(
        run.checker.wantedInOrder.min { ($0.1, $0.0.index) < ($1.1, $1.0.index) })
      let ended = next.1 + .milliseconds(3)
      if let gap, isToResume, ended > .seconds(25) {
        isToResume = false
        run.send(.resumed(after: .seconds(gap)), at: run.gate.clock + .seconds(gap))
        continue
      }
      if let wakeUp = run.checker.wakeUp, wakeUp < ended {
        run.send(.wokeUp, at: wakeUp)
        continue
      }
      run.send(.checked(next.0, .sample(.success, from: next.1, to: ended)), at: ended)
    }
    #expect(run.gate.verdict?.decision == .promote && run.gate.losses.isEmpty)
    let journal = try Journal(reading: run.bytes)
    #expect(journal.header.check.spreadChecks)
    #expect(journal.replayedVerdictJSON() == run.verdictJSON())
    let again = ResumedRun(journal)
    #expect(again.gate.records == run.gate.records)
  }

  @Test func anInterruptionThatWasResumedWasOnlyAStop() throws {
    let header = RunHeader.sample(
      GatePolicy(soak: .seconds(20), deadline: .seconds(100), expected: 1))
    var stopped = RecordedRun(header)
    stopped.join("web-1")
    stopped.pass(0, at: 0.01)
    stopped.send(.interrupted(.terminate), at: 5)
    let run = ResumedRun(try Journal(reading: stopped.bytes))
    #expect(run.gate.verdict == nil && run.lostLines == [])
    let resumed = #"{"seq":\#(run.lines),"t":9,"event":"resumed","gap_seconds":4}"# + "\n"
    let journal = try Journal(reading: stopped.bytes + Array(resumed.utf8))
    let (gate, verdict) = journal.replayed(under: header)
    #expect(gate.resumptions.map(\.gap) == [.seconds(4)])
    #expect(verdict.interruption == .journalEnd)
  }

  @Test(arguments: [
    (#"{"seq":3,"t":9,"event":"resumed","gap_seconds":4}"#, "gap_seconds is not the time"),
    (
      #"{"seq":3,"t":9,"event":"resumed","gap_seconds":-1}"#,
      "gap_seconds is -1.0, which is not a time"
    ),
    (#"{"seq":3,"t":9,"event":"resumed"}"#, "gap_seconds is missing"),
  ]) func aGapThatCannotBeIsAnError(_ line: String, _ words: String) {
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(100), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.01)
    #expect { try Journal(reading: run.bytes + Array((line + "\n").utf8)) } throws: { error in
      (error as? JournalError).map { $0.line == 4 && $0.message.hasPrefix(words) } ?? false
    }
  }

  @Test func otherSettingsAreTriedOnAResumedRunAsFarAsItTells() throws {
    var run = RecordedRun(
      .sample(.sample(.classic), GatePolicy(deadline: .seconds(100), expected: 1)))
    run.join("web-1")
    run.pass(0, at: 0.01)
    run.send(.resumed(after: .seconds(12)), at: 12.01)
    run.pass(0, at: 12.02)
    run.pass(0, at: 22.02)
    let journal = try Journal(reading: run.bytes)
    var changed = journal.header
    changed.check.initialThreshold = 1
    guard case .decided(let verdict) = journal.whatIf(under: changed) else {
      Issue.record("\(journal.whatIf(under: changed))")
      return
    }
    #expect(verdict.at == .seconds(0.01))
    changed.check.initialThreshold = 2
    changed.check.interval = .seconds(20)
    guard case .unknown(let words) = journal.whatIf(under: changed) else {
      Issue.record("slots that began anew are not those of another interval")
      return
    }
    #expect(words.contains("when the run was resumed"))
  }
}
