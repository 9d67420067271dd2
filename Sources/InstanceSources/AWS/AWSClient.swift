/// A client of AWS's query APIs in one region.
///
/// It can be shared; its session holds the settings and the credentials.
package struct AWSClient: Sendable {
  let session: AWSSession
  private let chosenRegion: String?
  /// The time limit of one request with all its pages and attempts.
  private let patience: Duration

  package static let longestPatience: Duration = .seconds(60)
  /// The most pages of a response; a page has hundreds of members, so no group has more.
  static let pageLimit = 200

  var hostEnvironment: HostEnvironment { session.hostEnvironment }

  /// - Parameters: - session: shared by all clients of a run. - region: overrides the configured
  ///   region. - patience: the time limit of one request with all its pages and attempts.
  package init(
    _ session: AWSSession, region: String? = nil, patience: Duration = longestPatience
  ) {
    self.session = session
    self.patience = patience
    chosenRegion = region
  }

  /// The region of the API calls.
  ///
  /// From `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, or the instance metadata.
  ///
  /// - Throws: `SourceError.unusable` when none is configured.
  package func region() throws(SourceError) -> String {
    if let chosenRegion { return chosenRegion }
    guard let found = try session.region() else {
      throw .unusable(
        detail: "no AWS region is set",
        advice: "set AWS_REGION, such as eu-west-1, or region in the profile")
    }
    return found
  }

  /// A client for another region, such as the one in an ARN, with the same credentials; with nil,
  /// this one.
  package func inRegion(_ region: String?) -> AWSClient {
    region.map { AWSClient(session, region: $0, patience: patience) } ?? self
  }

  func budget() -> QueryCaller.Budget {
    QueryCaller.Budget(patience, hostEnvironment)
  }

  /// Makes a signed call.
  ///
  /// If AWS refuses the keys, they are fetched again once: a file or an agent may have newer ones.
  ///
  /// - Returns: The element with the result; nil if the response has none.
  /// - Throws: `SourceError`
  func answer(
    _ call: QueryCall, budget: QueryCaller.Budget
  ) throws(SourceError) -> XMLElement? {
    let region = try region()
    let caller = QueryCaller(configuration: try session.configuration())
    var credentials = try session.credentials(region: region)
    while true {
      do throws(SourceError) {
        return try caller.answer(call, region: region, credentials: credentials, budget: budget)
      } catch {
        guard case .refusedCredentials = error,
          let renewed = try? session.credentials(insteadOf: credentials, region: region)
        else { throw explained(error, by: credentials) }
        credentials = renewed
      }
    }
  }

  /// Adds the caller that lacks the permission, if AWS does not name it.
  private func explained(_ error: SourceError, by credentials: AWSCredentials) -> SourceError {
    guard case .missingPermission(let action, let resource, nil, let detail) = error,
      !detail.contains("arn:")
    else { return error }
    return .missingPermission(
      action: action, resource: resource,
      caller: caller()?.arn ?? "the credentials of \(credentials.origin)",
      detail: detail)
  }

  /// Makes a paginated call, and passes each item of a list to `body`.
  ///
  /// - Parameters: - list: the name of the list. - call: without the page marker. - mark: the
  ///   parameter for the marker, and the element with the next one. - budget: the time for all
  ///   pages together. - body: takes an item.
  /// - Throws: `SourceError` of the call or of `body`.
  func forEach(
    in list: String, of call: QueryCall, mark: (parameter: String, next: String),
    budget: QueryCaller.Budget, _ body: (XMLElement) throws(SourceError) -> Void
  ) throws(SourceError) {
    var next: String?
    for _ in 1...Self.pageLimit {
      let page = try answer(call.with(mark.parameter, next), budget: budget)
      for item in page?.list(list) ?? [] { try body(item) }
      guard let following = page?.value(mark.next) else { return }
      guard following != next else { throw malformed(call, "its pages repeat") }
      next = following
    }
    throw malformed(call, "it has more than \(Self.pageLimit) pages")
  }

  func malformed(_ call: QueryCall, _ detail: String) -> SourceError {
    .malformed(place: place(of: call.service), detail: "\(call.action): \(detail)")
  }

  func place(of service: AWSService) -> String {
    guard let region = try? region(), let configuration = try? session.configuration() else {
      return "AWS \(service.hostLabel)"
    }
    return QueryCaller(configuration: configuration).place(of: service, region: region)
  }

  func missing(_ kind: AWSReference.Kind, _ name: String) -> SourceError {
    kind.missing(name, in: place(of: kind.service))
  }

  func credentials() throws(SourceError) -> AWSCredentials {
    try session.credentials(region: chosenRegion)
  }
}

extension AWSClient {
  /// The time limit for the caller's identity: a network may have no access to STS.
  private static let callerPatience: Duration = .seconds(3)

  /// The caller's identity: as STS reports it, otherwise the assumed role; nil if unknown.
  ///
  /// STS answers every caller with valid keys, whatever the policies allow.
  package func caller() -> AWSCaller? {
    if let known = session.knownCaller { return known }
    guard let credentials = try? credentials() else { return nil }
    if let role = credentials.role { return AWSCaller(arn: role) }
    guard let region = try? region(), let configuration = try? session.configuration() else {
      return nil
    }
    let answer = try? QueryCaller(configuration: configuration, tries: 1).answer(
      QueryCall(.sts, "GetCallerIdentity"), region: region, credentials: credentials,
      budget: QueryCaller.Budget(Self.callerPatience, hostEnvironment))
    let caller = answer?.value("Arn").flatMap(AWSCaller.init(arn:))
    session.knownCaller = caller
    return caller
  }

  /// Where the credentials were found, such as `profile 'deploy'`; nil if there are none.
  package var origin: String? { (try? credentials())?.origin }
}
