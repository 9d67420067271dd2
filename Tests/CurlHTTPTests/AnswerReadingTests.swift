import CurlHTTP
import DemoFleet
import GateCore
import HostileReplies
import Testing

/// What of an answer is judged, and what of it is kept to explain a failure.
@Suite(.serialized) struct AnswerReadingTests {
  /// Keeps what it is shown.
  private final class RecordingJudge: AnswerJudge {
    let bodyBytesWanted: Int
    var answers: [Answer] = []
    var judgement = AnswerJudgement()

    init(wants bytes: Int) { bodyBytesWanted = bytes }

    func judge(_ answer: Answer) -> AnswerJudgement {
      answers.append(answer)
      return judgement
    }
  }

  private func judged(_ reply: Reply, wanting bytes: Int = 1 << 18) async throws -> Answer {
    try await DemoFleet.serving(reply) { _, instance in
      let judge = RecordingJudge(wants: bytes)
      var plan = RequestTemplate.sample()
      plan.judge = judge
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll() == [.success(200)])
      return try #require(judge.answers.first)
    }
  }

  private static func raw(_ text: String) -> Reply {
    Reply([.awaitRequest, .send(Array(text.utf8))])
  }

  @Test func theJudgeSeesTheStatusTheFieldsAndTheBody() async throws {
    let answer = try await judged(.healthy)
    #expect(answer.status == 200)
    #expect(answer.values(of: "x-app-version") == ["v42"])
    #expect(answer.values(of: "content-type") == ["application/json"])
    #expect(String(decoding: answer.body, as: UTF8.self) == #"{"status":"ok","version":"v42"}"#)
    #expect(answer.isBodyWhole)
  }

  @Test func onlyTheFinalAnswersFieldsCount() async throws {
    let answer = try await judged(
      Self.raw(
        "HTTP/1.1 103 Early Hints\r\nX-A: early\r\n\r\n"
          + "HTTP/1.1 200 OK\r\nX-A:  late \r\nx-a:\r\nContent-Length: 2\r\n\r\nok"))
    #expect(answer.values(of: "X-A") == ["late", ""])
  }

  @Test func trailersAreFieldsToo() async throws {
    let answer = try await judged(
      Self.raw(
        "HTTP/1.1 200 OK\r\nTrailer: X-T\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "2\r\nok\r\n0\r\nX-T: end\r\n\r\n"))
    #expect(answer.values(of: "X-T") == ["end"])
    #expect(answer.body == Array("ok".utf8))
  }

  @Test func aBodyIsKeptUpToWhatTheJudgeWants() async throws {
    let whole = try await judged(.largeBody(bytes: 1000), wanting: 1000)
    #expect(whole.body.count == 1000)
    #expect(whole.isBodyWhole)
    let cut = try await judged(.largeBody(bytes: 1001), wanting: 1000)
    #expect(cut.body.count == 1000)
    #expect(!cut.isBodyWhole)
  }

  @Test func whatIsCompressedStaysCompressed() async throws {
    let answer = try await judged(.compressedBomb, wanting: 1 << 24)
    #expect(answer.isBodyWhole)
    #expect(answer.body.prefix(3) == [0x1F, 0x8B, 8])
    #expect(answer.body.count < 500_000)
  }

  @Test func theJudgesWordIsTheReports() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      let judge = RecordingJudge(wants: 100)
      judge.judgement = AnswerJudgement(
        version: " v\u{1B}[31m42\n", failure: .init(.wrongVersion, "version 'v42', not 'v43'"))
      var plan = RequestTemplate.sample()
      plan.judge = judge
      var probing = try Probing(plan, [instance])
      let report = try probing.report()
      #expect(report.result == .failure(.wrongVersion))
      #expect(report.detail == "version 'v42', not 'v43'")
      #expect(report.version == "v [31m42")
      #expect(report.evidence?.excerpt == #"{"status":"ok","version":"v42"}"#)
    }
  }

  @Test func anAnswerOfAnotherStatusIsNotJudged() async throws {
    try await DemoFleet.serving(.status(503)) { _, instance in
      let judge = RecordingJudge(wants: 100)
      var plan = RequestTemplate.sample()
      plan.judge = judge
      var probing = try Probing(plan, [instance])
      #expect(probing.checkAll().first?.kind == .statusMismatch)
      #expect(judge.answers.isEmpty)
    }
  }

  // MARK: - Evidence

  private func evidence(
    _ response: Reply.Response, secrets: SecretMask = []
  ) async throws -> Evidence? {
    try await DemoFleet.serving(.response(response)) { _, instance in
      var plan = RequestTemplate.sample()
      plan.secrets = secrets
      var probing = try Probing(plan, [instance])
      return try probing.report().evidence
    }
  }

  @Test func aFailuresEvidenceIsWhatExplainsIt() async throws {
    let evidence = try await evidence(
      Reply.Response(
        302, ["Location": "/login", "Content-Type": "text/html"], text: "<p>\n\tLog  in</p>\n"))
    #expect(
      evidence
        == Evidence(
          server: "nginx", location: "/login", contentType: "text/html",
          excerpt: "Log in", signs: ["html"]))
  }

  @Test func evidenceCanBePrintedAnywhere() async throws {
    let evidence = try await evidence(
      Reply.Response(500, text: "\u{1B}]0;title\u{7}a\u{202E}b\r\nc\u{200B}d\0e\u{FEFF}"))
    #expect(evidence?.excerpt == "]0;title a b c d e")
  }

  @Test func evidenceIsShort() async throws {
    let evidence = try await evidence(
      Reply.Response(
        500, ["Location": String(repeating: "l", count: 5000)],
        text: String(repeating: "é", count: 5000)))
    #expect(evidence?.location?.utf8.count == 200)
    #expect(evidence?.excerpt == String(repeating: "é", count: 100))
  }

  /// An answer may well repeat what was sent to it.
  @Test func aSecretIsShownNowhere() async throws {
    let evidence = try await evidence(
      Reply.Response(
        500, ["Location": "/?t=Hunter22", "Content-Type": "x/hunter22"],
        text: "no hunter2&#50; here"),
      secrets: ["hunter22"])
    #expect(
      evidence
        == Evidence(
          server: "nginx", location: "/?t=***", contentType: "x/***", excerpt: "no *** here"))
  }

  @Test(arguments: [185, 193, 197])
  func notEvenAPartOfASecretIsShownWhereTheExcerptEnds(before: Int) async throws {
    let evidence = try await evidence(
      Reply.Response(500, text: String(repeating: "x", count: before) + "hunter2hunter2"),
      secrets: ["hunter2hunter2"])
    let excerpt = try #require(evidence?.excerpt)
    #expect(!excerpt.contains("h"), "\(excerpt)")
  }

  @Test func aSecretWithBlanksInItIsNotShownEither() async throws {
    let evidence = try await evidence(
      Reply.Response(500, text: "no secondpart, nor firstpart here"),
      secrets: ["firstpart  secondpart"])
    #expect(evidence?.excerpt == "no ***, nor *** here")
  }

  // MARK: - Latency

  @Test func aLatencyIsThatOfTheAnswer() async throws {
    try await DemoFleet.serving(.response(.healthy(), after: .milliseconds(80))) { _, instance in
      var probing = try Probing(.sample(), [instance])
      let report = try probing.report()
      #expect(report.latencyMicroseconds >= 80_000)
      let sinceStart = probing.happenings[0].at.since(report.started).inMicroseconds
      #expect(report.latencyMicroseconds <= sinceStart)
    }
  }
}
