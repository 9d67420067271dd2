internal import GateCore
@testable internal import GateInsight
internal import TestSupport

/// Instances as lint saw them: done right, but for what a test says.
struct LintScene {
  var target = HealthCheckTarget(scheme: .http, port: .number(80), path: "/health")
  var matcher: Matcher = [200...200]
  var semantics = Semantics.alb
  var request = RequestFacts()
  /// What is answered to a purpose, in place of what a good application answers.
  var answers: [LintRequest.Purpose: Reply] = [:]
  /// What becomes of a purpose instead of a whole answer.
  var ends: [LintRequest.Purpose: Exchange.End] = [:]
  /// Changes the exchange with this number, whatever its purpose.
  var change: (Int, inout Exchange) -> Void = { _, _ in }

  /// The ids of the rules that find something.
  func rules(ignoring ignored: Set<String> = []) -> [String] {
    findings(ignoring: ignored).map(\.rule.id)
  }

  func findings(ignoring ignored: Set<String> = []) -> [LintFinding] {
    LintRule.findings(in: [examined("web-1")], of: "HTTP:80/health", ignoring: ignored)
  }

  /// What is found when these are the instances of one group.
  static func rules(_ scenes: LintScene...) -> [String] {
    let group = scenes.enumerated().map { $1.examined("web-\($0 + 1)") }
    return LintRule.findings(in: group, of: "HTTP:80/health").map(\.rule.id)
  }

  func examined(_ id: String) -> LintSubject {
    var check = HealthCheck.sample(semantics, timeout: .seconds(6))
    check.target = target
    check.matcher = matcher
    let plan = LintRequests(check, request: request, nonce: "n0nce")
    let exchanges = plan.inquiries.enumerated().map { number, inquiry in
      var exchange = Exchange(inquiry, ends[inquiry.purpose] ?? .answered)
      if let reply = reply(to: inquiry, number) { exchange.take(reply) }
      exchange.latencyMicroseconds = 4000
      exchange.madeConnection = inquiry.connection != .kept
      change(number, &exchange)
      return exchange
    }
    return LintSubject(
      Instance(id: id, address: "10.0.0.1", port: 80), check, request: request,
      exchanges: exchanges)
  }

  private func reply(to inquiry: LintRequest, _ number: Int) -> Reply? {
    guard target.scheme.hasPath else { return nil }
    if let answer = answers[inquiry.purpose] { return answer }
    switch inquiry.purpose {
    case .first, .second, .asLoadBalancer, .query, .forwarded:
      return answers[.check] ?? good(number)
    case .check: return target.scheme.isGRPC ? .serving : good(number)
    case .range: return answers[.check] ?? good(number)
    case .head:
      var reply = answers[.check] ?? good(number)
      (reply.body, reply.bodySize) = ([], 0)
      return reply
    case .missingPath: return Reply(status: 301, fields: [Answer.Field("Location", "https://x/")])
    case .missingBelow, .missingForwarded: return .page(404, "<h1>Not Found</h1>")
    case .otherHost: return .page(400, "<h1>Bad Request (400)</h1>")
    case .unknownService: return .call(5)
    case .unknownMethod, .reflection: return .call(12)
    }
  }

  /// What a good health view says: nothing of it is the same twice but its status.
  private func good(_ number: Int) -> Reply {
    .json("{\"status\": \"ok\", \"version\": \"v42\", \"failed\": [], \"check\": \(number)}")
  }
}

extension LintScene {
  /// All checks are answered so, and with it what is asked alike.
  static func answering(_ reply: Reply) -> LintScene { LintScene(answers: [.check: reply]) }
}

extension Exchange {
  mutating func take(_ answered: Reply) {
    reply = answered.answer
    bodySize = answered.bodySize ?? answered.body.count
    httpVersion = answered.httpVersion
    grpcStatus = answered.grpcStatus
    isServing = answered.isServing
  }
}

/// A response, with what an exchange tells of it besides.
struct Reply {
  var status: Int
  var fields: [Answer.Field] = []
  var body: [UInt8] = []
  /// Nil for the size of the body.
  var bodySize: Int?
  var isBodyWhole = true
  var httpVersion = "1.1"
  var grpcStatus: Int?
  var isServing: Bool?

  var answer: Answer {
    Answer(status: status, fields: fields, body: body, isBodyWhole: isBodyWhole)
  }
}

extension Reply {
  static func json(_ body: String, _ fields: (String, String)...) -> Reply {
    with(200, body, [("Content-Type", "application/json")] + fields)
  }

  static func page(_ status: Int, _ body: String, _ fields: (String, String)...) -> Reply {
    with(status, body, [("Content-Type", "text/html; charset=utf-8")] + fields)
  }

  static func text(_ body: String, _ fields: (String, String)...) -> Reply {
    with(200, body, [("Content-Type", "text/plain")] + fields)
  }

  static func with(_ status: Int, _ body: String, _ fields: [(String, String)]) -> Reply {
    let all = [("Server", "nginx"), ("Content-Length", "\(body.utf8.count)")] + fields
    return Reply(
      status: status, fields: all.map { Answer.Field($0.0, $0.1) }, body: Array(body.utf8))
  }

  static func call(_ status: Int) -> Reply {
    Reply(status: 200, httpVersion: "2", grpcStatus: status)
  }

  static let serving = Reply(status: 200, httpVersion: "2", grpcStatus: 0, isServing: true)

  func without(_ name: String) -> Reply {
    var reply = self
    reply.fields.removeAll { $0.name == name }
    return reply
  }

  func with(_ change: (inout Reply) -> Void) -> Reply {
    var reply = self
    change(&reply)
    return reply
  }
}
