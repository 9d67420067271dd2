import FoundationEssentials
import GateCore
import GateRecords
import GateText
import TestSupport
import Testing

@Suite struct VerdictDocumentTests {
  @Test func aPromotionIsWrittenInFull() throws {
    var run = RecordedRun(
      .sample(
        .sample(.classic, every: .seconds(15), timeout: .seconds(5), healthy: 2, unhealthy: 10),
        GatePolicy(soak: .seconds(30), deadline: .seconds(360), expected: 2),
        request: [.init("host", ["example.com"]), .init("header", ["A=***", "B=***"])],
        settings: [
          .init(name: "soak", value: "30s", origin: "--soak", layer: .flag),
          .init(name: "interval", value: "15s", origin: "elb:web", layer: .imported),
        ]))
    run.join("web-1", zone: "eu-west-1a")
    run.join("web-2")
    run.pass(0, at: 0.0021, took: 2.1, version: "41")
    run.fail(
      1, at: 0.003, .connectionRefused, status: nil, "connection refused", took: 0.25)
    run.pass(0, at: 15.0019, took: 1.9, version: "42")
    run.pass(1, at: 15.0032, took: 3.2)
    run.pass(0, at: 30.002, version: "42")
    run.pass(1, at: 30.0214, took: 21.4)
    run.pass(0, at: 45.002, version: "42")
    run.pass(1, at: 45.003)
    run.send(.wokeUp, at: 60.1)
    try expectGolden(run.verdictJSON(exitCode: 0), "promote.json")
  }

  @Test func aRollbackNamesItsCauses() throws {
    var run = RecordedRun(
      .sample(
        .sample(unhealthy: 3, window: UnhealthyWindow(failures: 2, of: 4)),
        GatePolicy(
          minHealthy: .percentage(60), maxUnhealthy: .number(1), maxReplaced: .percentage(50),
          gracePeriod: .milliseconds(1500), deadline: .seconds(120), expected: 4),
        advisory: true, name: "blue.txt", warnings: ["interval is short: \"10s\""]))
    for name in ["web-1", "web-2", "web-3", "web-4"] { run.join(name) }
    let page = Evidence(
      server: "nginx/1.24", location: "https://example.com/", contentType: "text/html",
      excerpt: "<h1>Bad Request</h1> \\ é")
    run.fail(0, at: 0.003, .statusMismatch, status: 400, "HTTP 400, not 200", evidence: page)
    run.pass(1, at: 0.004)
    run.send(
      .checkLost(
        InstanceKey(2), GateFault(detail: "no socket", started: .start, cause: .noDescriptor)),
      at: 0.005)
    run.send(.instanceRemoved(InstanceKey(3)), at: 5)
    for second in [10, 20] {
      run.fail(
        0, at: Double(second) + 0.003, .statusMismatch, status: 400, "HTTP 400, not 200",
        evidence: page)
      run.fail(
        1, at: Double(second) + 2, .timeoutResponse, status: nil,
        "connected, but no answer within 2s", took: 2000)
      guard second == 10 else { continue }
      run.send(.instanceAdded(Instance(id: "web-5", address: "2001:db8::5", port: 8080)), at: 13)
    }
    try expectGolden(run.verdictJSON(exitCode: 0), "rollback.json")
  }

  @Test func aVerdictWithoutInstancesOrJournalHasItsFieldsAllTheSame() throws {
    var run = RecordedRun(
      .sample(GatePolicy(deadline: .seconds(60), expected: 3, membership: .changing)))
    run.list(
      .failed(GateFault(detail: "the name server does not answer", cause: .nameServer)), at: 1)
    run.send(.interrupted(.interrupt), at: 2.5)
    let verdict = try #require(run.gate.verdict)
    let document = VerdictDocument(
      header: run.header, gate: run.gate, verdict: verdict, exitCode: 130, journal: nil,
      warnings: ["the journal could not be written"])
    try expectGolden(document.text, "interrupted.json")
  }

  /// The time of the decision and the time that it took never disagree by a rounding.
  @Test(arguments: [0, 1, 999, 1000, 1001, 1_999_999, 59_999_999])
  func theTimeTakenIsThatBetweenTheTimesOfDay(microseconds: Int64) throws {
    var run = RecordedRun(.sample(GatePolicy(deadline: .seconds(60), expected: 1)))
    run.join("web-1")
    let end = GateInstant(microseconds: microseconds)
    run.send(.checked(InstanceKey(0), .sample(.success, from: end, to: end)), at: end)
    let document = try JSONDecoder().decode(Times.self, from: Data(run.verdictJSON().utf8))
    let start = try #require(Timestamp(document.startedAt))
    let decided = try #require(Timestamp(document.decidedAt))
    #expect(decided.milliseconds - start.milliseconds == microseconds / 1000)
    #expect((document.elapsed * 1000).rounded() == Double(microseconds / 1000))
  }

  private struct Times: Decodable {
    var startedAt: String
    var decidedAt: String
    var elapsed: Double

    enum CodingKeys: String, CodingKey {
      case startedAt = "started_at"
      case decidedAt = "decided_at"
      case elapsed = "elapsed_seconds"
    }
  }
}
