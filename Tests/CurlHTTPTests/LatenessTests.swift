import CurlHTTP
import DemoFleet
import GateCore
import GateEngine
import HostileReplies
import Testing

/// The gate's lateness is never held against an instance, nor does it let one off.
@Suite(.serialized) struct LatenessTests {
  private static let timeout = Duration.milliseconds(400)
  /// Longer than the time-out.
  private static let stall = Duration.milliseconds(1200)

  @Test func aStallBeforeTheConnectionDoesNotCount() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      var probing = try Probing(.sample(timeout: Self.timeout), [instance])
      probing.start(0)
      CurlHTTPTests.stall(Self.stall)
      probing.wait(forTotal: 1)
      #expect(Outcome(probing.happenings.first?.event) == .success(200))
    }
  }

  @Test func anAnswerThatCameWhileNobodyListenedIsTaken() async throws {
    try await DemoFleet.serving(.response(.healthy(), after: .milliseconds(100))) { _, instance in
      var probing = try Probing(.sample(timeout: Self.timeout), [instance])
      probing.start(0)
      probing.wait(.milliseconds(30))
      CurlHTTPTests.stall(Self.stall)
      probing.wait(forTotal: 1)
      #expect(Outcome(probing.happenings.first?.event) == .success(200))
    }
  }

  /// The rest of the answer comes when the loop is back, within what is left of the time.
  @Test func aStallWithinAnAnswerDoesNotCount() async throws {
    let bytes = Reply.Response.healthy().bytes
    let slow = Reply([
      .awaitRequest, .send(Array(bytes.prefix(60))), .wait(Self.stall + .milliseconds(100)),
      .send(Array(bytes.dropFirst(60))),
    ])
    try await DemoFleet.serving(slow) { _, instance in
      var probing = try Probing(.sample(timeout: Self.timeout), [instance])
      probing.start(0)
      probing.wait(.milliseconds(60))
      CurlHTTPTests.stall(Self.stall)
      probing.wait(forTotal: 1)
      #expect(Outcome(probing.happenings.first?.event) == .success(200))
    }
  }

  /// Stopped and continued, a wait ends early without having looked at anything.
  @Test func aStallWithinTheWaitDoesNotCount() async throws {
    try await DemoFleet.serving(.response(.healthy(), after: .milliseconds(340))) { _, instance in
      var probing = try Probing(.sample(timeout: Self.timeout), [instance])
      probing.start(0)
      probing.wait(.milliseconds(260))
      holdUpThisThread(after: .milliseconds(30), for: Self.stall)
      probing.wait(forTotal: 1)
      waitForTheHoldUp()
      #expect(Outcome(probing.happenings.first?.event) == .success(200))
    }
  }

  /// Holds the loop up with the first answer.
  private final class SlowJudge: AnswerJudge {
    let bodyBytesWanted = 0
    private let stall: Duration
    private var isFirst = true

    init(_ stall: Duration) { self.stall = stall }

    func judge(_ answer: Answer) -> AnswerJudgement {
      if isFirst { CurlHTTPTests.stall(stall) }
      isFirst = false
      return AnswerJudgement()
    }
  }

  @Test(arguments: [0, 150]) func aJudgementThatTakesLongCostsNoOtherCheck(
    milliseconds: Int
  ) async throws {
    let slower = Reply.response(.healthy(), after: .milliseconds(milliseconds))
    try await DemoFleet.serving([.healthy(), .always(slower)]) { fleet in
      var plan = RequestTemplate.sample(timeout: Self.timeout)
      plan.judge = SlowJudge(Self.stall)
      var probing = try Probing(plan, fleet)
      #expect(probing.checkAll() == [.success(200), .success(200)])
    }
  }

  @Test func aStallBeforeItsStartGivesACheckNoMoreTime() async throws {
    // So long that it can be told from the lateness of a busy machine, which may still be late once:
    // a check that was given more time is late every time.
    let longStall = Duration.seconds(3)
    var isInTime = false
    for _ in 0..<3 where !isInTime {
      isInTime = try await endsBefore(longStall)
    }
    #expect(isInTime)
  }

  /// Whether a check that begins after a stall, and is not answered, ends sooner than it lasted.
  private func endsBefore(_ longStall: Duration) async throws -> Bool {
    try await DemoFleet.serving([.always(.silence), .healthy()]) { fleet in
      var probing = try Probing(.sample(timeout: Self.timeout), fleet)
      probing.start(1)
      probing.wait(forTotal: 1)
      CurlHTTPTests.stall(longStall)
      probing.start(0)
      probing.wait(forTotal: 2)
      guard case .checked(_, let report) = probing.happenings.last?.event else {
        Issue.record("the check did not end")
        return true
      }
      #expect(report.result == .failure(.timeoutResponse))
      #expect(report.latencyMicroseconds >= Self.timeout.inMicroseconds)
      return report.latencyMicroseconds < longStall.inMicroseconds
    }
  }

  /// Without a stall the time-out is that of the settings.
  @Test func aTimeoutComesInItsTime() async throws {
    try await DemoFleet.serving(.silence) { _, instance in
      var probing = try Probing(.sample(timeout: Self.timeout), [instance])
      let report = try probing.report()
      #expect(report.latencyMicroseconds >= Self.timeout.inMicroseconds)
      #expect(report.latencyMicroseconds < (Self.timeout + .seconds(60)).inMicroseconds)
    }
  }

  // MARK: - Interruptions

  @Test(arguments: [(Int32(1), Interruption.hangUp), (2, .interrupt), (15, .terminate)])
  func aSignalIsReported(number: Int32, interruption: Interruption) throws {
    let signals = SignalPipe()
    defer { signals.close() }
    var probing = try Probing(.sample(), [], signals: signals.reading)
    signals.send(number)
    probing.wait(forTotal: 1)
    #expect(probing.happenings.map(\.event) == [.interrupted(interruption)])
  }

  /// Out of their order they would end the gate's program and not its run.
  @Test func aSignalAmongAnswersIsReportedInItsOrder() async throws {
    try await DemoFleet.serving([.neverStarts, .healthy(), .healthy()]) { fleet in
      let signals = SignalPipe()
      defer { signals.close() }
      var probing = try Probing(
        .sample(), fleet.instances.map(Instance.init), signals: signals.reading)
      for round in 1...20 {
        signals.send(15)
        for index in probing.instances.indices { probing.start(index) }
        probing.wait(forTotal: 4 * round)
      }
      let times = probing.happenings.map(\.at)
      #expect(times == times.sorted())
      #expect(probing.happenings.count { $0.event == .interrupted(.terminate) } == 20)
    }
  }
}
