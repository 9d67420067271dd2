/// Makes calls of query APIs, and repeats them after temporary errors.
struct QueryCaller: Sendable {
  var hostEnvironment: HostEnvironment
  var configuration: AWSConfiguration
  /// The number of attempts; nil for the configured number.
  var tries: Int?

  static let standardTries = 5
  static let longestPause: Duration = .seconds(8)
  /// The shortest useful time for an attempt; a shorter one could only time out.
  static let shortestTry: Duration = .milliseconds(250)

  /// The end of a time limit, on the monotonic clock.
  struct Budget: Sendable {
    var deadline: Duration

    init(_ length: Duration, _ hostEnvironment: HostEnvironment) {
      deadline = hostEnvironment.monotonicClock() + length
    }
  }

  /// Makes a call, and returns the root element of the response.
  ///
  /// Without credentials it is not signed, which few calls allow. The budget covers all attempts.
  ///
  /// - Throws: `QueryFailure` of the last attempt.
  func answer(
    _ call: QueryCall, region: String, credentials: AWSCredentials?, budget: Budget
  ) throws(QueryFailure) -> XMLElement {
    var pause: Duration = .milliseconds(400)
    let tries = tries ?? configuration.attempts
    for attempt in 1... {
      let failure: QueryFailure
      do {
        return try tryOnce(call, region: region, credentials: credentials, budget: budget)
      } catch {
        failure = error
      }
      // The wait is random, so that many gates do not all retry at the same time.
      let wait = min(pause, Self.longestPause) * hostEnvironment.jitter()
      let now = hostEnvironment.monotonicClock()
      guard failure.isWorthAnotherTry, attempt < tries,
        now + wait + Self.shortestTry < budget.deadline
      else {
        throw failure
      }
      hostEnvironment.pause(wait)
      pause = pause * 2
    }
    preconditionFailure("an endless loop ended")
  }

  private func tryOnce(
    _ call: QueryCall, region: String, credentials: AWSCredentials?, budget: Budget
  ) throws(QueryFailure) -> XMLElement {
    let request = try request(call, region: region, credentials: credentials, budget: budget)
    let response: HTTPResponse
    do {
      response = try hostEnvironment.send(request)
    } catch {
      throw QueryFailure(error)
    }
    guard response.isSuccess else {
      throw QueryFailure(response, without: request.secrets)
    }
    var root: XMLElement
    do {
      root = try XMLElement(parsing: response.body)
    } catch {
      throw .malformed(error.detail)
    }
    root.maskSentences(request.secrets)
    guard root.name == "\(call.action)Response" else {
      throw .malformed(
        "it is a <\(request.secrets.quoting(root.name, limit: 60))>, not a <\(call.action)Response>"
      )
    }
    return root
  }

  private func request(
    _ call: QueryCall, region: String, credentials: AWSCredentials?, budget: Budget
  ) throws(QueryFailure) -> HTTPRequest {
    let left = budget.deadline - hostEnvironment.monotonicClock()
    guard left > .zero else { throw .transient("no time was left for the request") }
    var request: HTTPRequest
    do {
      let url = try configuration.endpoint(of: call.service, region: region)
      request = HTTPRequest(.post(form: Secret(call.form)), url)
    } catch {
      throw .unusable(error.message)
    }
    request.authorityFile = configuration.authorityFile
    request.timeout = min(request.timeout, left)
    request.signing = credentials.map {
      HTTPRequest.Signing(credentials: $0, region: region, service: call.service.hostLabel)
    }
    return request
  }

  /// The error of a source for a failed call.
  func sourceError(_ failure: QueryFailure, of call: QueryCall, region: String) -> SourceError {
    let place = place(of: call.service, region: region)
    return switch failure {
    case .throttled(let detail): .throttled(action: call.policyAction, detail: detail)
    case .transient(let detail, let cause):
      .unreachable(place: place, detail: detail, cause: cause ?? .awsUnreachable)
    case .credentials(let detail): .refusedCredentials(place: place, detail: detail)
    case .permission(let detail):
      .missingPermission(
        action: call.policyAction, resource: call.subject, caller: nil, detail: detail)
    case .notFound(let detail), .rejected(let detail): .rejected(place: place, detail: detail)
    case .malformed(let detail): .malformed(place: place, detail: detail)
    case .foreign(let detail): .foreign(place: place, detail: detail)
    case .unusable(let detail, let cause):
      .unusable(
        detail: "cannot query \(place): \(detail)",
        advice: "check AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE",
        cause: cause ?? .awsUnreachable)
    }
  }

  /// The place in messages: the service, the region, and the endpoint without a password.
  func place(of service: AWSService, region: String) -> String {
    let url = (try? configuration.endpoint(of: service, region: region)) ?? ""
    let name = "AWS \(service.hostLabel) in \(shownLine(region, limit: 63))"
    guard let scheme = url.firstRange(of: "://") else { return name }
    let rest = url[scheme.upperBound...].drop { $0 == "/" }
    let host = rest.prefix { $0 != "/" }
    return
      "\(name) (\(host[(host.lastIndex(of: "@").map { host.index(after: $0) } ?? host.startIndex)...]))"
  }
}
