import GateCore
import Testing

@testable import GateSettings

@Suite struct ExpectationJudgeTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var expectations: Expectations
    var answer: Answer
    /// Nil: the answer is a success.
    var failure: AnswerJudgement.Failure?
  }

  private static func answer(
    _ body: String = "", fields: [Answer.Field] = [], whole: Bool = true
  ) -> Answer {
    Answer(status: 200, fields: fields, body: Array(body.utf8), isBodyWhole: whole)
  }

  private static func failed(_ detail: String) -> AnswerJudgement.Failure {
    AnswerJudgement.Failure(.expectationFailed, detail)
  }

  // MARK: - The body

  static let bodies: [Row] = [
    Row(
      testDescription: "found anywhere", expectations: Expectations(body: "o+k"),
      answer: answer("all is oook here")),
    Row(
      testDescription: "not found", expectations: Expectations(body: "^ok$"),
      answer: answer("not ok"), failure: failed("the body does not match '^ok$'")),
    Row(
      testDescription: "case matters", expectations: Expectations(body: "ok"),
      answer: answer("OK"), failure: failed("the body does not match 'ok'")),
    Row(
      testDescription: "an empty body", expectations: Expectations(body: "."), answer: answer(),
      failure: failed("the body does not match '.'")),
    Row(
      testDescription: "beyond ASCII", expectations: Expectations(body: "bereit: ✓"),
      answer: answer("Dienst bereit: ✓")),
    Row(
      testDescription: "not UTF-8",
      expectations: Expectations(body: "ok"),
      answer: Answer(
        status: 200, fields: [], body: [0xFF, 0xFE] + Array("ok".utf8) + [0x80],
        isBodyWhole: true)),
    Row(
      testDescription: "found in what is kept of a longer body",
      expectations: Expectations(body: "ok"), answer: answer("ok, and more", whole: false)),
  ]

  @Test(arguments: bodies) func aPatternIsLookedForInTheBody(row: Row) throws {
    try expectJudgement(row)
  }

  // MARK: - Header fields

  static let headers: [Row] = [
    Row(
      testDescription: "as wanted", expectations: Expectations(headers: [.init("X-Ready", "yes")]),
      answer: answer(fields: [.init("x-ready", "yes")])),
    Row(
      testDescription: "missing", expectations: Expectations(headers: [.init("X-Ready", "yes")]),
      answer: answer(fields: [.init("x-steady", "yes")]),
      failure: failed("the header X-Ready is missing, not 'yes'")),
    Row(
      testDescription: "another value",
      expectations: Expectations(headers: [.init("X-Ready", "yes")]),
      answer: answer(fields: [.init("X-Ready", "Yes")]),
      failure: failed("the header X-Ready is 'Yes', not 'yes'")),
    Row(
      testDescription: "one of several values",
      expectations: Expectations(headers: [.init("Via", "b")]),
      answer: answer(fields: [.init("Via", "a"), .init("Via", "b")])),
    Row(
      testDescription: "none of several values",
      expectations: Expectations(headers: [.init("Via", "c")]),
      answer: answer(fields: [.init("Via", "a"), .init("Via", "b")]),
      failure: failed("the header Via is 'a', 'b', not 'c'")),
    Row(
      testDescription: "the second of two expectations",
      expectations: Expectations(headers: [.init("A", "1"), .init("B", "2")]),
      answer: answer(fields: [.init("A", "1"), .init("B", "3")]),
      failure: failed("the header B is '3', not '2'")),
    Row(
      testDescription: "an empty value", expectations: Expectations(headers: [.init("A", "")]),
      answer: answer(fields: [.init("A", "")])),
  ]

  @Test(arguments: headers) func aHeaderFieldHasItsValue(row: Row) throws {
    try expectJudgement(row)
  }

  // MARK: - JSON

  struct JSONRow: CustomTestStringConvertible, Sendable {
    var body: String
    var expectation: String
    /// Nil: the answer is a success.
    var detail: String?

    init(_ body: String, _ expectation: String, _ detail: String? = nil) {
      self.body = body
      self.expectation = expectation
      self.detail = detail
    }

    var testDescription: String { "\(expectation) in \(body)" }
  }

  static let json: [JSONRow] = [
    JSONRow(#"{"status":"ok"}"#, "/status=ok"),
    JSONRow(#"{"status":"fail"}"#, "/status=ok", "/status is fail, not ok"),
    JSONRow(#"{"state":"ok"}"#, "/status=ok", "/status is missing, not ok"),
    JSONRow(#"{"a":{"b":[10,{"c":true}]}}"#, "/a/b/1/c=true"),
    JSONRow(#"{"a":{"b":[10]}}"#, "/a/b/0=10"),
    JSONRow(#"{"a":[10]}"#, "/a/1=10", "/a/1 is missing, not 10"),
    JSONRow(#"{"a":[10]}"#, "/a/00=10", "/a/00 is missing, not 10"),
    JSONRow(#"{"a":[10]}"#, "/a/-=10", "/a/- is missing, not 10"),
    JSONRow(#"{"a":[10]}"#, "/a/-1=10", "/a/-1 is missing, not 10"),
    JSONRow(#"{"a":{"0":"x"}}"#, "/a/0=x"),
    JSONRow(#"{"a/b":1}"#, "/a~1b=1"),
    JSONRow(#"{"a~b":1}"#, "/a~0b=1"),
    JSONRow(#"{"~1":1}"#, "/~01=1"),
    JSONRow(#"{"":1}"#, "/=1"),
    JSONRow(#"{"":{"":1}}"#, "//=1"),
    JSONRow(#"{"a b":"c d"}"#, "/a b=c d"),
    JSONRow(#"{"a":"b=c"}"#, "/a=b=c"),
    JSONRow(#"{"a":""}"#, "/a="),
    JSONRow(#""ok""#, "=ok"),
    JSONRow(#"{"a":"ok"}"#, "/a/b=ok", "/a/b is missing, not ok"),
    JSONRow(#"{"a":null}"#, "/a=null"),
    JSONRow(#"{"a":true}"#, "/a=true"),
    JSONRow(#"{"a":false}"#, "/a=true", "/a is false, not true"),
    JSONRow(#"{"a":"true"}"#, "/a=true"),
    JSONRow(#"{"a":[]}"#, "/a=an array", "/a is an array, not an array"),
    JSONRow(#"{"a":{}}"#, "/a={}", "/a is an object, not {}"),
    JSONRow(#"{"a":1}"#, "/a=1.0"),
    JSONRow(#"{"a":1.0}"#, "/a=1"),
    JSONRow(#"{"a":1e3}"#, "/a=1000"),
    JSONRow(#"{"a":0.5}"#, "/a=.5"),
    JSONRow(#"{"a":-0.25}"#, "/a=-0.25"),
    JSONRow(#"{"a":3}"#, "/a=4", "/a is 3, not 4"),
    JSONRow(#"{"a":3}"#, "/a=three", "/a is 3, not three"),
    JSONRow(#"{"a":9007199254740993}"#, "/a=9007199254740993"),
    JSONRow(
      #"{"a":9007199254740992}"#, "/a=9007199254740993",
      "/a is 9007199254740992, not 9007199254740993"),
    JSONRow(#" {"a" : "\u00e9\n" } "#, "/a=é\n"),
    JSONRow("status: ok", "/status=ok", "the body is not JSON"),
    JSONRow("", "/status=ok", "the body is not JSON"),
    JSONRow(#"{"status":"ok""#, "/status=ok", "the body is not JSON"),
    JSONRow(#"{"status":"ok"} and more"#, "/status=ok", "the body is not JSON"),
    JSONRow(
      String(repeating: "[", count: 20_000) + String(repeating: "]", count: 20_000), "/0=1",
      "the body is nested more than 256 levels deep"),
    JSONRow(
      #"{"status":"ok","status":"ok"}"#, "/status=ok",
      "the body has the name 'status' twice in one object, and readers of JSON disagree on which "
        + "counts"),
    JSONRow(
      "\u{FEFF}{}", "/status=ok",
      "the body begins with a byte order mark, which JSON does not allow"
    ),
    JSONRow(
      #"{"a":"\ud800"}"#, "/a=x", "the body has half of a surrogate pair, which is not a character"),
    JSONRow(
      #"{"a":1e999}"#, "/a=1",
      "the body has the number 1e999, and readers of JSON disagree on its value"),
  ]

  @Test(arguments: json) func aPlaceInTheJSONHasItsValue(row: JSONRow) throws {
    let expectation = try JSONExpectation(parsing: row.expectation)
    try expectJudgement(
      Row(
        testDescription: row.testDescription, expectations: Expectations(json: [expectation]),
        answer: Self.answer(row.body), failure: row.detail.map(Self.failed)))
  }

  @Test func aCompressedBodyIsNamedAsTheReason() throws {
    let answer = Answer(
      status: 200, fields: [.init("Content-Encoding", "gzip")], body: [0x1F, 0x8B, 8],
      isBodyWhole: true)
    try expectJudgement(
      Row(
        testDescription: "gzip",
        expectations: Expectations(json: [JSONExpectation(parsing: "/status=ok")]),
        answer: answer, failure: Self.failed("the body is compressed (gzip)")))
  }

  @Test func aBodyBeyondTheLimitIsNoJSONEvenIfItsStartIs() throws {
    try expectJudgement(
      Row(
        testDescription: "too long",
        expectations: Expectations(json: [JSONExpectation(parsing: "/status=ok")]),
        answer: Self.answer(#"{"status":"ok"}"#, whole: false),
        failure: Self.failed("the body is longer than 256 KiB")))
  }

  // MARK: - The version

  struct VersionRow: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var source: String
    var answer: Answer
    /// What the answer carries; wanted is 42.
    var version: String?
  }

  static let versions: [VersionRow] = [
    VersionRow(
      testDescription: "a header field", source: "header:X-Version",
      answer: answer(fields: [.init("x-version", "42")]), version: "42"),
    VersionRow(
      testDescription: "another in a header field", source: "header:X-Version",
      answer: answer(fields: [.init("x-version", "41")]), version: "41"),
    VersionRow(
      testDescription: "the last of two header fields", source: "header:X-Version",
      answer: answer(fields: [.init("X-Version", "41"), .init("X-Version", "42")]),
      version: "42"),
    VersionRow(
      testDescription: "no such header field", source: "header:X-Version", answer: answer()),
    VersionRow(
      testDescription: "a string in JSON", source: "json:/build/version",
      answer: answer(#"{"build":{"version":"42"}}"#), version: "42"),
    VersionRow(
      testDescription: "a number in JSON", source: "json:/build",
      answer: answer(#"{"build":42}"#), version: "42"),
    VersionRow(
      testDescription: "no such place in JSON", source: "json:/build", answer: answer("{}")),
    VersionRow(testDescription: "no JSON", source: "json:/build", answer: answer("42")),
    VersionRow(
      testDescription: "JSON beyond the limit", source: "json:/build",
      answer: answer(#"{"build":42}"#, whole: false)),
    VersionRow(
      testDescription: "a pattern's group", source: "body:build ([0-9]+)",
      answer: answer("<p>build 42</p>"), version: "42"),
    VersionRow(
      testDescription: "a pattern that finds nothing", source: "body:build ([0-9]+)",
      answer: answer("<p>build</p>")),
    VersionRow(
      testDescription: "a group that takes no part", source: "body:build(?: ([0-9]+))?",
      answer: answer("<p>build</p>")),
  ]

  @Test(arguments: versions) func everySuccessCarriesTheVersion(row: VersionRow) throws {
    let source = try VersionSource(parsing: row.source)
    let judge = try ExpectationJudge(Expectations(version: .init(version: "42", source: source)))
    let judgement = judge.judge(row.answer)
    #expect(judgement.version == row.version)
    guard row.version != "42" else {
      #expect(judgement.failure == nil)
      return
    }
    let found = row.version.map { "'\($0)'" } ?? "missing"
    #expect(judgement.failure == .init(.wrongVersion, "version \(found), not '42'"))
  }

  @Test(arguments: versions)
  func aVersionThatNobodyExpectsIsReadAndNotJudged(row: VersionRow) throws {
    let source = try VersionSource(parsing: row.source)
    let judge = try ExpectationJudge(Expectations(version: .init(version: nil, source: source)))
    #expect(judge.judge(row.answer) == .init(version: row.version))
  }

  @Test func anAnswerThatFailsOtherwiseStillShowsItsVersion() throws {
    let judge = try ExpectationJudge(
      Expectations(body: "ready", version: .init(version: "42", source: .header("X-Version"))))
    let judgement = judge.judge(
      Self.answer("starting", fields: [.init("X-Version", "41")]))
    #expect(judgement.version == "41")
    #expect(judgement.failure?.kind == .expectationFailed)
  }

  @Test func theVersionOfJSONIsReadThoughThePatternWantsText() throws {
    let judge = try ExpectationJudge(
      Expectations(
        body: "ready", version: .init(version: "42", source: try VersionSource(parsing: "json:/v")))
    )
    #expect(judge.judge(Self.answer(#"{"v":"42","s":"ready"}"#)) == .init(version: "42"))
  }

  /// One instance's answer, one check: no more than a moment of the thread that keeps the time.
  @Test(arguments: [
    String(repeating: "[", count: 256 * 1024), String(repeating: #"{"a":["#, count: 43_000),
    "["
      + String(
        repeating: String(repeating: "[", count: 250) + String(repeating: "]", count: 250) + ",",
        count: 523)
      + "1]",
    String(repeating: "a", count: 256 * 1024),
  ])
  func noBodyMakesACheckLong(_ body: String) throws {
    let judge = try ExpectationJudge(
      Expectations(
        body: ".*ok|(a+)+$x", json: [JSONExpectation(parsing: "/status=ok")],
        version: .init(version: "1", source: VersionSource(parsing: #"body:(\w+\s*)+!"#))))
    var judgement = AnswerJudgement()
    let time = ContinuousClock().measure { judgement = judge.judge(Self.answer(body)) }
    #expect(judgement.failure?.kind == .expectationFailed)
    #expect(time < .seconds(30))
  }

  @Test func aPatternThatIsNoneIsRefused() {
    #expect(throws: (any Error).self) { try ExpectationJudge(Expectations(body: "(")) }
    #expect(throws: (any Error).self) {
      try ExpectationJudge(Expectations(version: .init(version: "42", source: .body("("))))
    }
  }

  private func expectJudgement(_ row: Row) throws {
    let judgement = try ExpectationJudge(row.expectations).judge(row.answer)
    #expect(judgement.failure == row.failure)
    #expect(judgement.version == nil)
  }
}
