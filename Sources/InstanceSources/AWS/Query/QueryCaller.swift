/// Makes calls of query APIs, and repeats them after temporary errors.
struct QueryCaller: Sendable {
  var configuration: AWSConfiguration
  /// The number of attempts; nil for the configured number.
  var tries: Int?

  private var hostEnvironment: HostEnvironment { configuration.hostEnvironment }

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

  /// Makes a call, and returns the element with the result; nil if the response has none.
  ///
  /// Without credentials it is not signed, which few calls allow. The budget covers all attempts.
  ///
  /// - Throws: `SourceError` of the last attempt.
  func answer(
    _ call: QueryCall, region: String, credentials: AWSCredentials?, budget: Budget
  ) throws(SourceError) -> XMLElement? {
    var pause: Duration = .milliseconds(400)
    let tries = tries ?? configuration.attempts
    for attempt in 1... {
      let failure: SourceError
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
  ) throws(SourceError) -> XMLElement? {
    let place = place(of: call.service, region: region)
    let request = try request(
      call, at: place, region: region, credentials: credentials, budget: budget)
    let response: HTTPResponse
    do {
      response = try hostEnvironment.send(request)
    } catch {
      throw Self.failure(error, at: place)
    }
    guard response.isSuccess else {
      throw SourceError(response, to: call, from: place, without: request.secrets)
    }
    var root: XMLElement
    do {
      root = try XMLElement(parsing: response.body)
    } catch {
      throw .malformed(place: place, detail: error.detail)
    }
    root.maskSentences(request.secrets)
    guard root.name == "\(call.action)Response" else {
      let name = request.secrets.quoting(root.name, limit: 60)
      throw .malformed(place: place, detail: "it is a <\(name)>, not a <\(call.action)Response>")
    }
    // EC2 has the result in the root element.
    return call.service == .ec2 ? root : root["\(call.action)Result"]
  }

  private func request(
    _ call: QueryCall, at place: String, region: String, credentials: AWSCredentials?,
    budget: Budget
  ) throws(SourceError) -> HTTPRequest {
    let left = budget.deadline - hostEnvironment.monotonicClock()
    guard left > .zero else {
      throw .unreachable(place: place, detail: "no time was left for the request")
    }
    var request: HTTPRequest
    do {
      let url = try configuration.endpoint(of: call.service, region: region)
      request = HTTPRequest(.post(form: Secret(call.form)), url)
    } catch {
      throw Self.failure(HTTPFailure(.unusable, error.message), at: place)
    }
    request.authorityFile = configuration.authorityFile
    request.timeout = min(request.timeout, left)
    request.signing = credentials.map {
      HTTPRequest.Signing(credentials: $0, region: region, service: call.service.hostLabel)
    }
    return request
  }

  /// The error for a call that has no response.
  private static func failure(_ failure: HTTPFailure, at place: String) -> SourceError {
    switch failure.kind {
    case .unreachable, .silent: .noAnswer(of: place, failure)
    case .tooLarge: .malformed(place: place, detail: failure.detail)
    case .untrusted, .unusable:
      .unusable(
        detail: "cannot query \(place): \(failure.detail)",
        advice: "check AWS_REGION, AWS_ENDPOINT_URL and AWS_CA_BUNDLE",
        cause: failure.cause ?? .awsUnreachable)
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
