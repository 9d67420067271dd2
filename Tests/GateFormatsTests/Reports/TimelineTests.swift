import GateCore
import TestSupport
import Testing

@testable import GateReports

@Suite struct TimelineTests {
  private func run(soak: Int = 0, deadline: Int = 10_000_000) -> RecordedRun {
    RecordedRun(
      .sample(
        .sample(initial: 1, unhealthy: 2),
        GatePolicy(
          maxUnhealthy: .percentage(100), soak: .seconds(soak), deadline: .seconds(deadline),
          expected: 1)))
  }

  @Test func itHasEveryCheckWithItsEnd() {
    var run = run(soak: 100)
    run.join("a")
    run.pass(0, at: 1, took: 2)
    run.fail(0, at: 11, .timeoutResponse, status: nil, "no answer", took: 2000)
    run.fail(0, at: 21, .statusMismatch, status: 503, "HTTP 503", took: 3)
    run.lose(0, at: 31)
    #expect(
      run.timeline.checks == [
        [
          Timeline.Check(ended: .seconds(1), latency: 2000, outcome: .success),
          Timeline.Check(ended: .seconds(11), latency: 2_000_000, outcome: .failure),
          Timeline.Check(ended: .seconds(21), latency: 3000, outcome: .answeredFailure),
          Timeline.Check(ended: .seconds(31), latency: 1000, outcome: .lost),
        ]
      ])
  }

  @Test func itKnowsWhenTheGroupWasHealthy() {
    var run = run(soak: 100)
    run.join("a")
    run.pass(0, at: 1)
    run.fail(0, at: 11, .connectionReset, status: nil, "connection reset")
    run.fail(0, at: 21, .connectionReset, status: nil, "connection reset")
    for start in [31.0, 41] { run.pass(0, at: start) }
    #expect(
      run.timeline.healthySpans == [
        Timeline.Span(from: .seconds(1), to: .seconds(21)), Timeline.Span(from: .seconds(41)),
      ])
  }

  @Test func faultsThatCostNoCheckAreMoments() {
    var run = run(soak: 10)
    run.list(.failed(GateFault(detail: "no answer")), at: 3)
    run.list(.succeeded(expected: 1), at: 4)
    run.view(nil, at: 5)
    #expect(run.timeline.faults == [.seconds(3), .seconds(5)])
  }

  @Test func aLongRunTakesNoMoreRoomAndKeepsItsFailures() {
    var run = run(soak: 9_000_000)
    run.join("a")
    for number in 0..<5000 {
      let moment = 1 + Double(number) * 10
      if number == 2000 {
        run.fail(0, at: moment, .connectionReset, status: nil, "connection reset")
      } else {
        run.pass(0, at: moment)
      }
    }
    let checks = run.timeline.checks[0]
    #expect(checks.count <= Timeline.checksKept)
    #expect(checks.count + run.timeline.thinned == 5000)
    #expect(checks.count { $0.outcome == .failure } == 1)
    #expect(checks.last?.ended == .seconds(1 + 4999 * 10))
    #expect(checks.map(\.ended) == checks.map(\.ended).sorted())
  }
}
