package import GateCore

/// An instance with its health check and all its responses to lint's requests.
package struct LintSubject: Sendable {
  package var instance: Instance
  package var check: HealthCheck
  package var request: RequestFacts
  /// The exchanges, in the order of the requests.
  package var exchanges: [Exchange]
  /// Exchanges that a rate limit refused after others had succeeded; they show nothing else.
  package var refused: [Exchange] = []

  package init(
    _ instance: Instance, _ check: HealthCheck, request: RequestFacts = RequestFacts(),
    exchanges: [Exchange]
  ) {
    self.instance = instance
    self.check = check
    self.request = request
    var (answered, refused): ([Exchange], [Exchange]) = ([], [])
    for exchange in exchanges {
      let isRefusal = exchange.isOneTooMany && answered.contains { $0.passes(check) }
      if isRefusal { refused.append(exchange) } else { answered.append(exchange) }
    }
    self.exchanges = answered
    self.refused = refused
  }
}

extension LintSubject {
  func all(_ purposes: LintRequest.Purpose...) -> [Exchange] {
    exchanges.filter { purposes.contains($0.inquiry.purpose) }
  }

  func first(_ purpose: LintRequest.Purpose) -> Exchange? {
    exchanges.first { $0.inquiry.purpose == purpose }
  }

  /// The exchanges with the health check's own request.
  var checks: [Exchange] { all(.check, .first, .second) }

  /// The responses to the health check that passed.
  var passes: [Answer] { checks.filter { $0.passes(check) }.compactMap(\.answer) }

  /// The first check that passed.
  var pass: Exchange? { checks.first { $0.passes(check) && $0.answer != nil } }

  /// Whether the health check passed at least once.
  var isPassing: Bool { checks.contains { $0.passes(check) } }

  var isHTTP: Bool { check.target.scheme == .http || check.target.scheme == .https }

  var isGRPC: Bool { check.target.scheme.isGRPC }

  /// The exchange in words, such as `GET /health: HTTP 200, text/html, 512 bytes`.
  func seen(_ exchange: Exchange, _ more: String = "") -> String {
    "\(exchange.inquiry.words): \(exchange.words)\(more)"
  }
}
