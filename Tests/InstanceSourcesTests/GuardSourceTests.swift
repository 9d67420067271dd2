import GateCore
import GateText
import Testing

@testable import GateSettings
@testable import InstanceSources

/// What is made of each answer that a guard may give.
@Suite struct GuardSourceTests {
  private static func answer(
    _ guardText: String, status: Int = 200, _ body: String = "", secrets: SecretMask = []
  ) throws -> GuardAnswer {
    var hostEnvironment = HostEnvironment.machine(variables: ["PATH": "/usr/bin:/bin"])
    hostEnvironment.send = { _ throws(HTTPFailure) in
      HTTPResponse(status: status, body: Array(body.utf8))
    }
    return GuardSource(
      try GuardSpec(parsing: guardText), hostEnvironment: hostEnvironment,
      client: AWSClient(AWSSession(hostEnvironment)), timeout: .seconds(5), secrets: secrets
    ).ask()
  }

  private static func vector(_ values: String...) -> String {
    let series = values.map { #"{"metric":{},"value":[1435781451.781,"\#($0)"]}"# }
    return
      #"{"status":"success","data":{"resultType":"vector","result":[\#(series.joined(separator: ","))]}}"#
  }

  private static let query = "prometheus:http://p?query=x < 2"

  @Test(arguments: [
    (vector("1"), GuardAnswer.holds("1.0 < 2")),
    (vector("1", "0.5"), .holds("1.0, 0.5 of 2 series < 2")),
    (vector("2"), .fails("2.0, not < 2", .expectationFailed)),
    (vector("1", "3", "4"), .fails("3.0, 4.0 of 3 series, not < 2", .expectationFailed)),
    (vector("NaN", "3"), .fails("3.0 of 2 series, not < 2", .expectationFailed)),
    (vector("+Inf"), .fails("inf, not < 2", .expectationFailed)),
    (vector("-Inf"), .holds("-inf < 2")),
    (
      #"{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}"#, .holds("1.0 < 2")
    ),
    (vector(), .waits("the query has no result: no data matches", isEmpty: true)),
    (vector("NaN"), .waits("nan, which is not a number", isEmpty: true)),
    (
      #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
      .unknown("the query gives a matrix, not an instant vector or a scalar")
    ),
    (
      #"{"status":"error","errorType":"bad_data","error":"parse\u001b error"}"#,
      .unknown("Prometheus rejected the query: bad_data: parse error")
    ),
    ("<html>", .unknown("HTTP 200, and not a response of the Prometheus API")),
    (vector("one"), .unknown("HTTP 200, and not a response of the Prometheus API")),
  ])
  func prometheusAnswers(_ body: String, _ answer: GuardAnswer) throws {
    #expect(try Self.answer(Self.query, body) == answer)
  }

  @Test(arguments: [
    (200, #"{"a":[1.5]}"#, GuardAnswer.holds("1.5 < 2")),
    (200, #"{"a":["2"]}"#, .fails("2.0, not < 2", .expectationFailed)),
    (200, #"{"a":[]}"#, .waits("there is no value at /a/0: no data matches", isEmpty: true)),
    (
      200, #"{"a":[null]}"#,
      .waits("there is no value at /a/0: no data matches", isEmpty: true)
    ),
    (200, #"{"a":[{}]}"#, .unknown("/a/0 is not a number")),
    (200, #"{"a":["NaN"]}"#, .unknown("/a/0 is not a number")),
    (503, #"{"a":[1]}"#, .unknown("HTTP 503, not 200 to 299, so there is no number")),
  ])
  func aNumberOfAWebAPI(_ status: Int, _ body: String, _ answer: GuardAnswer) throws {
    #expect(try Self.answer("json:http://h/x#/a/0 < 2", status: status, body) == answer)
  }

  /// Of requests, say: what is not a number, or infinite, is never enough of them.
  @Test(arguments: ["NaN", "+Inf", "-Inf", "-1", "much"])
  func whatCountsNothingIsNoCount(_ text: String) throws {
    let response = { (body: String) in HTTPResponse(status: 200, body: Array(body.utf8)) }
    let answer = PrometheusAnswer(response: response(Self.vector("3", text)), secrets: [])
    #expect(throws: GuardFailure.self) { try answer.count() }
    let pointer = try JSONPointer(parsing: "/requests")
    let number = NumberAnswer(
      response: response(#"{"requests":"\#(text)"}"#), pointer: pointer, secrets: [])
    #expect(throws: GuardFailure.self) { try number.count() }
    let two = PrometheusAnswer(response: response(Self.vector("3", "4.5")), secrets: [])
    #expect(try two.count().value == 7.5)
  }

  @Test func theQueryIsSentEncodedWhereItBelongs() {
    #expect(
      PrometheusAnswer.url("http://p:9090/", query: "a{b=\"c\"} % 2")
        == "http://p:9090/api/v1/query?query=a%7Bb%3D%22c%22%7D%20%25%202")
    #expect(
      PrometheusAnswer.url("http://p/x/api/v1/query?tenant=1", query: "up")
        == "http://p/x/api/v1/query?tenant=1&query=up")
  }

  @Test func aStatusOf200To299Holds() throws {
    #expect(try Self.answer("http:http://h/", status: 204) == .holds("HTTP 204", status: 204))
    #expect(
      try Self.answer("http:http://h/", status: 301)
        == .fails("HTTP 301, not 200 to 299", .statusMismatch, status: 301))
  }

  @Test(arguments: [
    ("exec:true", GuardAnswer.holds("it exited with status 0")),
    ("exec:echo 3 errors", .holds("it exited with status 0: 3 errors")),
    (
      "exec:echo why >&2; exit 3",
      .fails("it exited with status 3: why", .expectationFailed, status: 3)
    ),
    (
      "exec:echo error rate 0.31; exit 2",
      .fails("it exited with status 2: error rate 0.31", .expectationFailed, status: 2)
    ),
    ("exec:kill -9 $$", .unknown("it was killed by signal 9")),
  ])
  func aCommandHoldsWhenItEndsWith0(_ text: String, _ answer: GuardAnswer) throws {
    #expect(try Self.answer(text) == answer)
  }

  @Test func aCommandThatIsNotThereIsNoAnswer() throws {
    guard case .unknown = try Self.answer("exec:no-such-command-anywhere") else {
      Issue.record("it is taken for an answer")
      return
    }
  }
}

/// The requests of both groups, as a Prometheus counts them.
@Suite struct RequestTesterTests {
  private static let queries = RequestQueries(
    url: "http://p", new: .init(requests: "nr", errors: "ne"),
    old: .init(requests: "or", errors: "oe"))

  private static func answer(_ counts: [String: Double]) throws -> GuardAnswer {
    try RequestTester(RequestTest(error: 0.05, expectedLooks: 4))
      .judge(queries, atLeast: 100) { (query, time) throws(GuardFailure) in
        #expect(query == "nr" ? time == nil : time == "17.5")
        return (counts[query] ?? 0, "17.5")
      }
  }

  @Test func soManyRequestsAreTestedInNoTime() throws {
    let many = ["nr": 5e12, "ne": 2e12, "or": 1e15, "oe": 4e14]
    guard case .holds = try Self.answer(many) else {
      Issue.record("equal shares of both groups are called worse")
      return
    }
  }

  @Test(arguments: [
    (
      ["nr": 1000.4, "ne": 39.6, "or": 2000, "oe": 10],
      GuardAnswer.fails(
        "40 of 1000 failed, 10 of 2000 of the old group: p < 0.000001, below 0.00625",
        .expectationFailed)
    ),
    (
      ["nr": 1000, "ne": 4, "or": 2000, "oe": 10],
      .holds("4 of 1000 failed, 10 of 2000 of the old group: p = 0.73938")
    ),
    // No series of errors: there was none.
    (["nr": 1000, "or": 2000], .holds("0 of 1000 failed, 0 of 2000 of the old group: p = 1.0")),
    (
      ["nr": 99.4, "ne": 99, "or": 2000],
      .waits("99 of 100 requests of the new group", isEmpty: false)
    ),
    (["nr": 1000, "ne": 900], .waits("0 of 100 requests of the old group", isEmpty: false)),
    (
      ["nr": 1000, "ne": 1001, "or": 1000, "oe": 1000],
      .holds("1000 of 1000 failed, 1000 of 1000 of the old group: p = 1.0")
    ),
  ])
  func bothGroupsAreTested(_ counts: [String: Double], _ answer: GuardAnswer) throws {
    let seen = try Self.answer(counts)
    #expect(seen == answer)
  }
}
