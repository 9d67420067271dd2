import GateCore
import GateEngine
import TestSupport
import Testing

@Suite struct GateEngineTests {
  // MARK: - The schedule

  struct Slowness: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var latency: Duration
    /// In seconds.
    var starts: [Double]
  }

  static let slownesses: [Slowness] = [
    Slowness(
      testDescription: "at once", latency: .zero, starts: [0, 10, 20, 30, 40, 50]),
    Slowness(
      testDescription: "late", latency: .seconds(9.999), starts: [0, 10, 20, 30, 40, 50]),
    Slowness(
      testDescription: "in the moment of the next", latency: .seconds(10),
      starts: [0, 10, 20, 30, 40, 50]),
    Slowness(
      testDescription: "after the next: it is skipped", latency: .seconds(10.001),
      starts: [0, 20, 40]),
  ]

  @Test(arguments: slownesses) func aLateAnswerDoesNotMakeTheChecksDrift(row: Slowness) {
    let port = ScriptedPort { _, _ in .success(after: row.latency) }
    var engine = GateEngine(
      .sample(every: .seconds(10), timeout: .seconds(30), healthy: 100, initial: 100),
      GatePolicy(deadline: .seconds(2000), expected: 1), port: port)
    port.disturbances = [CheckerEvent(.interrupted(.terminate), at: .seconds(55))]
    _ = engine.run(group(1))
    #expect(port.starts(of: 0) == row.starts.map(GateInstant.seconds))
  }

  @Test func anAnswerThatIsSeenLateDoesNotMakeTheChecksDriftEither() {
    let port = ScriptedPort()
    port.lateness = .milliseconds(37)
    var engine = GateEngine(
      .sample(every: .seconds(1), healthy: 100, initial: 100),
      GatePolicy(deadline: .seconds(500), expected: 1), port: port)
    _ = engine.run(group(1))
    let starts = port.starts(of: 0)
    #expect(starts.count == 100)
    let first = starts.first ?? .start
    for (slot, start) in starts.enumerated() {
      // Never early, and late by no more than one turn of the loop.
      let late = start.since(first + .seconds(slot))
      #expect(late >= .zero && late <= .milliseconds(37), "check \(slot) is late by \(late)")
    }
  }

  /// The first round is at once; what comes later is evenly over the interval, each instance's checks
  /// whole intervals apart.
  @Test func spreadChecksComeEvenlyOnceTheGroupIsHealthy() throws {
    let port = ScriptedPort()
    var engine = GateEngine(
      .sample(.alb, every: .seconds(1), timeout: .milliseconds(900), spread: true),
      GatePolicy(soak: .seconds(6), deadline: .seconds(60), expected: 400), port: port)
    let verdict = engine.run(group(400))
    #expect(verdict.decision == .promote)
    let healthy = try #require(engine.gate.records.compactMap(\.healthySince).max())
    #expect(verdict.at == healthy + .seconds(6), "as without it")
    for key in 0..<400 {
      let starts = port.starts(of: key)
      let gaps = zip(starts.dropFirst(), starts).map { $0.since($1) }
      #expect(gaps[0] <= .seconds(1), "instance \(key)")
      #expect(gaps.dropFirst(2).allSatisfy { $0 == .seconds(1) }, "instance \(key)")
    }
    // In each hundredth of a second that follows, four of 400 are due.
    let later = port.starts.map(\.at.microseconds).filter { (3_000_000..<6_000_000).contains($0) }
    let perHundredth = Dictionary(grouping: later) { $0 / 10_000 }
    #expect(perHundredth.count == 300)
    #expect(perHundredth.values.allSatisfy { (3...6).contains($0.count) })
  }

  @Test func aHangingInstanceHoldsUpNoOther() {
    let port = ScriptedPort { key, _ in
      key.index == 0 ? .failure(.timeoutResponse, after: .seconds(5)) : .success()
    }
    var engine = GateEngine(
      .sample(every: .seconds(6), timeout: .seconds(5), healthy: 3, initial: 3, unhealthy: 3),
      GatePolicy(deadline: .seconds(600), expected: 3), port: port)
    let verdict = engine.run(group(3))
    #expect(verdict.reason.code == .tooManyUnhealthy)
    #expect(verdict.at == .seconds(17))
    for key in 0..<3 {
      #expect(port.starts(of: key) == [.start, .seconds(6), .seconds(12)])
    }
  }

  @Test func noMoreThanSixteenChecksBeginInATurn() {
    let port = ScriptedPort { _, _ in .success(after: .milliseconds(100)) }
    var engine = GateEngine(
      .sample(every: .seconds(10), healthy: 2, initial: 2),
      GatePolicy(deadline: .seconds(60), expected: 100), port: port)
    let verdict = engine.run(group(100))
    #expect(verdict.decision == .promote)
    #expect(port.startsPerWait.max() == 16)
    #expect(port.startsPerWait.prefix(8) == [16, 16, 16, 16, 16, 16, 4, 0])
    #expect(port.starts.count == 200)
    #expect(Set(port.starts).count == 200)
    // While checks wait to begin the port is only looked at, not waited for.
    #expect(port.limits.prefix(6).allSatisfy { $0 == .start })
  }

  @Test func aFullPortDelaysChecksAndLosesNone() {
    let port = ScriptedPort { _, _ in .success(after: .milliseconds(300)) }
    port.room = 3
    var engine = GateEngine(
      .sample(every: .seconds(1), timeout: .seconds(1), healthy: 2, initial: 2),
      GatePolicy(deadline: .seconds(60), expected: 8), port: port)
    let verdict = engine.run(group(8))
    #expect(verdict.decision == .promote)
    #expect(port.mostUnderWay == 3)
    for key in 0..<8 { #expect(port.starts(of: key).count == 2, "instance \(key)") }
    #expect(port.starts.prefix(8).map(\.key.index) == Array(0..<8), "in their order")
    #expect(port.starts(of: 7).first == .seconds(0.6))
    // Eight checks of 300 ms in three places take 900 ms: within the interval.
    #expect(verdict.at <= .seconds(2))
  }

  @Test func aPortWithoutAnyRoomEndsAtTheDeadlineAndDoesNotSpin() {
    let port = ScriptedPort()
    port.room = 0
    var engine = GateEngine(
      .sample(every: .seconds(1)), GatePolicy(deadline: .seconds(60), expected: 2), port: port)
    let verdict = engine.run(group(2))
    #expect(port.starts == [])
    #expect(verdict.decision != .promote)
    #expect(verdict.at == GateInstant(microseconds: 60_000_001))
    #expect(port.limits.count < 10, "it waited \(port.limits.count) times")
  }

  // MARK: - Who leaves and joins

  @Test func whatLeftIsNotCheckedAgain() {
    let port = ScriptedPort()
    port.disturbances = [
      CheckerEvent(.instanceRemoved(InstanceKey(0)), at: .seconds(5)),
      CheckerEvent(.instanceRemoved(InstanceKey(1)), at: .seconds(20.001)),
      CheckerEvent(.interrupted(.terminate), at: .seconds(45)),
    ]
    var engine = GateEngine(
      .sample(every: .seconds(10), healthy: 9, initial: 9),
      GatePolicy(maxReplaced: .number(2), deadline: .seconds(900), expected: 3), port: port)
    let verdict = engine.run(group(3))
    #expect(port.starts(of: 0) == [.start])
    #expect(port.starts(of: 1) == [.start, .seconds(10), .seconds(20)])
    #expect(port.cancelled == [InstanceKey(0), InstanceKey(1)])
    #expect(verdict.interruption == .terminate)
    #expect(port.starts(of: 2).count == 5)
    #expect(engine.gate[InstanceKey(1)].checks == 2, "the check under way was given up")
  }

  @Test func whatJoinsLaterIsCheckedFromThenOn() {
    let port = ScriptedPort()
    port.disturbances = [CheckerEvent(.instanceAdded(.sample("late")), at: .seconds(13))]
    var engine = GateEngine(
      .sample(every: .seconds(10), healthy: 2, initial: 2),
      GatePolicy(deadline: .seconds(85), expected: 2, membership: .changing), port: port)
    let verdict = engine.run(group(1))
    #expect(port.starts(of: 1) == [.seconds(13), .seconds(23)])
    #expect(verdict.decision == .promote)
    #expect(verdict.at == .seconds(23.002))
  }

  @Test func aGroupThatNobodyJoinsIsJudgedAtItsDeadline() {
    let port = ScriptedPort()
    port.mostWaits = 100
    var engine = GateEngine(
      .sample(every: .seconds(10), initial: 1),
      GatePolicy(deadline: .seconds(60), expected: 1, membership: .changing), port: port)
    let verdict = engine.run(group(0))
    #expect(verdict.reason.code == .noInstances)
    #expect(verdict.at == GateInstant(microseconds: 60_000_001))
    #expect(port.now == verdict.at, "it is given then, and not when something else happens")
  }

  // MARK: - The moment of the verdict

  @Test(arguments: [0, 0.001, 2.5]) func aSoakEndsAtItsExactTimeHoweverLateItIsSeen(
    lateness: Double
  ) {
    let port = ScriptedPort { _, _ in .success(after: .milliseconds(5)) }
    var engine = GateEngine(
      .sample(every: .seconds(10)),
      GatePolicy(soak: .seconds(25), deadline: .seconds(300), expected: 1), port: port)
    port.lateness = .seconds(lateness)
    let verdict = engine.run(group(1))
    #expect(verdict.decision == .promote)
    let healthy = engine.gate[InstanceKey(0)].healthySince
    #expect(healthy != nil)
    #expect(verdict.at == healthy.map { $0 + .seconds(25) })
  }

  @Test func aDeadlineEndsAtItsExactTime() {
    let port = ScriptedPort { _, number in
      number == 0 ? .failure() : .success(after: .seconds(1000))
    }
    var engine = GateEngine(
      .sample(every: .seconds(60), timeout: .seconds(50)),
      GatePolicy(deadline: .seconds(61), expected: 1), port: port)
    let verdict = engine.run(group(1))
    #expect(verdict.reason.code == .deadlineExceeded)
    #expect(verdict.at == GateInstant(microseconds: 61_000_001))
    #expect(port.limits.last == verdict.at, "it was waited for, and for nothing else")
  }

  @Test(arguments: [Interruption.hangUp, .interrupt, .terminate])
  func anInterruptionEndsTheRun(interruption: Interruption) {
    let port = ScriptedPort()
    port.disturbances = [CheckerEvent(.interrupted(interruption), at: .seconds(15))]
    var engine = GateEngine(
      .sample(every: .seconds(10), healthy: 5, initial: 5),
      GatePolicy(deadline: .seconds(300), expected: 1), port: port)
    let verdict = engine.run(group(1))
    #expect(verdict.decision == .inconclusive)
    #expect(verdict.interruption == interruption)
    #expect(verdict.at == .seconds(15))
    #expect(port.starts(of: 0) == [.start, .seconds(10)])
  }

  @Test func checksThatTheGateLosesAreMadeAgainInTheirTurnAndHeldAgainstNobody() {
    let port = ScriptedPort { _, number in number < 3 ? .lost : .success() }
    var engine = GateEngine(
      .sample(every: .seconds(10)), GatePolicy(deadline: .seconds(300), expected: 2), port: port)
    let verdict = engine.run(group(2))
    #expect(verdict.decision == .promote)
    #expect(port.starts(of: 1) == [.start, .seconds(10), .seconds(20), .seconds(30)])
    #expect(engine.gate.records.allSatisfy { $0.failures == 0 && $0.lostChecks == 3 })
  }

  // MARK: - Observers

  @Test func anObserverIsToldEverythingInOrderAndNothingAfterTheVerdict() {
    let port = ScriptedPort { key, number in
      number == 1 && key.index > 0 ? .failure(after: .milliseconds(3)) : .success()
    }
    let observer = RecordingObserver()
    // All three answer in one turn; the second of the answers decides.
    port.lateness = .milliseconds(10)
    var engine = GateEngine(
      .sample(every: .seconds(10), unhealthy: 1),
      GatePolicy(deadline: .seconds(300), expected: 3, membership: .changing),
      port: port, observers: [observer])
    let lost = GateEvent.checkLost(InstanceKey(0), GateFault(detail: "none"))
    port.disturbances = [CheckerEvent(lost, at: .seconds(0.001))]
    let verdict = engine.run(group(3))
    #expect(verdict.at.since(observer.told.last?.at ?? .start) <= .zero)
    #expect(observer.told.last?.effects.last == .conclude(verdict))
    #expect(observer.told.dropLast().allSatisfy { !$0.effects.contains(.conclude(verdict)) })
    let times = observer.told.map(\.at)
    #expect(times == times.sorted())
    let added = observer.told.prefix(3).map(\.event)
    #expect(added == instances(3).map { .instanceAdded($0) })
    #expect(observer.told.contains { $0.event == lost })
    // The same fold without engine and observers gives the same.
    var gate = Gate(check: engine.gate.check, policy: engine.gate.policy)
    for told in observer.told {
      var effects: [GateEffect] = []
      gate.handle(told.event, at: told.at, effects: &effects)
      #expect(effects == told.effects)
    }
    #expect(gate.verdict == verdict)
    #expect(gate.records == engine.gate.records)
  }

  @Test func anAnswerThatComesAfterTheTimeOfTheVerdictIsNotTold() {
    // The soak ends at 25.002 and is seen at 34.002, together with the failure of 30.002.
    let port = ScriptedPort { _, number in number < 3 ? .success() : .failure() }
    let observer = RecordingObserver()
    var engine = GateEngine(
      .sample(every: .seconds(10), unhealthy: 1),
      GatePolicy(soak: .seconds(25), deadline: .seconds(300), expected: 1), port: port,
      observers: [observer])
    observer.next = { [port] now in
      // From then on the loop is held up.
      if now >= .seconds(20.002) { port.lateness = .seconds(9) }
      return nil
    }
    let verdict = engine.run(group(1))
    #expect(verdict.decision == .promote)
    #expect(verdict.at == .seconds(25.002))
    let last = observer.told.last
    #expect(last?.event == .wokeUp)
    #expect(last?.effects == [.conclude(verdict)])
    #expect(engine.gate.records.first?.failures == 0)
  }

  @Test func anObserverIsCalledWhenItWantsToBe() {
    let port = ScriptedPort()
    let observer = RecordingObserver()
    observer.next = { $0 + .seconds(3) }
    var engine = GateEngine(
      .sample(every: .seconds(10), healthy: 3, initial: 3),
      GatePolicy(deadline: .seconds(300), expected: 1), port: port, observers: [observer])
    let verdict = engine.run(group(1))
    #expect(verdict.at == .seconds(20.002))
    #expect(observer.turns.contains(.seconds(3.002)))
    #expect(observer.turns.contains(.seconds(6.002)))
    let gaps = zip(observer.turns, observer.turns.dropFirst()).map { $1.since($0) }
    #expect(gaps.allSatisfy { $0 <= .seconds(3) })
    #expect(observer.turns.last == verdict.at, "the last turn is ended too")
  }

  @Test func observersAreToldAlikeAndInTheirOrder() {
    let observers = [RecordingObserver(), RecordingObserver()]
    let port = ScriptedPort()
    var engine = GateEngine(
      .sample(), GatePolicy(deadline: .seconds(60), expected: 2), port: port,
      observers: observers)
    _ = engine.run(group(2))
    #expect(observers[0].told == observers[1].told)
    #expect(observers[0].told.count == 4)
  }
}
