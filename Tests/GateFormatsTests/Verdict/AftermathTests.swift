import GateCore
import GateRecords
import TestSupport
import Testing

/// What comes after the decision stands in the journal, and is told again as the run told it.
@Suite struct AftermathTests {
  static let hooks: [HookResult] = [
    hook(.exited(0)), hook(.exited(3)), hook(.exited(143), timedOut: true),
    hook(.notStarted("no such file")), hook(.unknown("it was not waited for")),
  ]

  private static func hook(_ end: HookResult.End, timedOut: Bool = false) -> HookResult {
    HookResult(
      name: "on_rollback", command: "./back \"x\"", end: end, timedOut: timedOut,
      elapsedMicroseconds: 1_234_000, output: "one\ntwo")
  }

  /// A run that rolled back, and its verdict.
  private func rolledBack() throws -> (run: RecordedRun, verdict: Verdict) {
    var run = RecordedRun(
      .sample(
        .sample(.classic, every: .seconds(10), timeout: .seconds(2), healthy: 2, unhealthy: 1),
        GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.fail(0, at: 1, .statusMismatch, status: 503, "503")
    return (run, try #require(run.gate.verdict))
  }

  private func document(
    _ run: RecordedRun, _ verdict: Verdict, _ lines: [UInt8], _ count: Int
  ) -> VerdictDocument {
    var digest = Digest()
    digest.add(run.bytes + lines)
    return VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict, exitCode: 1,
      journal: JournalDigest(
        path: run.header.journalPath, sha256: digest.hexadecimal, events: run.lines + count))
  }

  @Test(arguments: hooks)
  func aReplayTellsOfTheCommandAsTheRunDid(hook: HookResult) throws {
    let (run, verdict) = try rolledBack()
    var writer = JournalWriter(after: run.lines)
    writer.write(.hookEnded(hook), at: .seconds(3))
    var told = document(run, verdict, writer.bytes, 1)
    told.add(hook)
    let journal = try Journal(reading: run.bytes + writer.bytes)
    #expect(journal.aftermath.hook == hook)
    let replayed = journal.replayed(under: journal.header)
    var again = document(run, replayed.verdict, writer.bytes, 1)
    again.add(journal.aftermath)
    #expect(again.text == told.text)
    #expect(told.exitCode == (hook.isSuccess ? 1 : 71))
  }

  @Test func whatOnlyBeganIsKnownAsThat() throws {
    let (run, verdict) = try rolledBack()
    var writer = JournalWriter(after: run.lines)
    writer.write(.undoBegan, at: .seconds(3))
    writer.write(.hookBegan(Self.hooks[0]), at: .seconds(3))
    let journal = try Journal(reading: run.bytes + writer.bytes)
    #expect(journal.aftermath.hasBegunUndo && journal.aftermath.undo == nil)
    #expect(journal.aftermath.hook?.name == Self.hooks[0].name)
    #expect(journal.aftermath.hook?.command == Self.hooks[0].command)
    var told = document(run, verdict, writer.bytes, 2)
    told.add(journal.aftermath)
    #expect(told.exitCode == 71)
  }

  @Test func aReplayTellsOfTheBaselineAsTheRunDid() throws {
    let (run, verdict) = try rolledBack()
    let baseline = GatedBaseline(document(run, verdict, [], 0))
    for result in [Result.success(baseline), .failure(Aftermath.NotGated("it was \"gone\""))] {
      var writer = JournalWriter(after: run.lines)
      writer.write(.rollbackVerified(result), at: .seconds(3))
      var told = document(run, verdict, writer.bytes, 1)
      told.add(result)
      let journal = try Journal(reading: run.bytes + writer.bytes)
      var again = document(run, verdict, writer.bytes, 1)
      again.add(journal.aftermath)
      #expect(again.text == told.text)
      #expect(told.exitCode == 1)
    }
  }

  /// A verdict that was taken back when the run went on has no aftermath.
  @Test func whatWasResumedHasNone() throws {
    var run = RecordedRun(
      .sample(.sample(), GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    run.send(.interrupted(.terminate), at: 1)
    var writer = JournalWriter(after: run.lines)
    writer.write(.hookEnded(Self.hooks[0]), at: .seconds(2))
    #expect(try Journal(reading: run.bytes + writer.bytes).aftermath.hook != nil)
    let resumed = #"{"seq":\#(run.lines + 1),"t":5,"event":"resumed","gap_seconds":3}"# + "\n"
    let journal = try Journal(reading: run.bytes + writer.bytes + Array(resumed.utf8))
    #expect(journal.aftermath.hook == nil)
    #expect(ResumedRun(journal).gate.verdict == nil)
  }

  @Test(arguments: [
    #"{"seq":0,"t":0,"event":"hook_ended"}"#, #"{"seq":0,"t":0,"event":"rollback_verified"}"#,
    #"{"seq":0,"t":0,"event":"rollback_verified","verdict":{"decision":"yes"}}"#,
    #"{"seq":0,"t":0,"event":"rollback_verified","verdict":{"decision":"x","reason":{}}}"#,
  ])
  func whatIsNoneIsRefused(line: String) throws {
    let (run, _) = try rolledBack()
    let text = line.replacing("\"seq\":0,\"t\":0", with: "\"seq\":\(run.lines),\"t\":9")
    #expect(throws: JournalError.self) {
      try Journal(reading: run.bytes + Array((text + "\n").utf8))
    }
  }
}
