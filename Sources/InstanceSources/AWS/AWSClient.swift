internal import Synchronization

/// Asks the query APIs of AWS with the credentials that are found here.
///
/// It can be shared; its settings are read once, its credentials are kept until shortly before
/// they expire.
package final class AWSClient: Sendable {
  let surroundings: Surroundings
  private let chosenRegion: String?
  /// How long one question, all its pages and tries together, may take.
  private let patience: Duration
  private let state = Mutex(State())

  package static let longestPatience: Duration = .seconds(60)
  /// A page is some hundred members; nobody has so many pages.
  static let pageLimit = 200

  private struct State {
    var configuration: AWSConfiguration?
    var region: String?
    var credentials: AWSCredentials?
  }

  /// - Parameters:
  ///   - surroundings: the machine.
  ///   - region: in place of the one that is configured here.
  ///   - patience: how long one question, all its pages and tries together, may take.
  package init(
    _ surroundings: Surroundings, region: String? = nil, patience: Duration = longestPatience
  ) {
    self.surroundings = surroundings
    self.patience = patience
    chosenRegion = region
  }

  /// The region that is asked.
  ///
  /// From `AWS_REGION`, `AWS_DEFAULT_REGION`, the profile, or the instance metadata.
  ///
  /// - Throws: `SourceError.unusable` when none is configured.
  package func region() throws(SourceError) -> String {
    if let chosenRegion { return chosenRegion }
    if let known = state.withLock({ $0.region }) { return known }
    guard let found = try configuration().region ?? InstanceMetadata(surroundings).region() else {
      throw .unusable(
        detail: "no AWS region is set",
        advice: "set AWS_REGION, such as eu-west-1, or region in the profile")
    }
    state.withLock { $0.region = found }
    return found
  }

  /// A client for another region, such as the one in an ARN, with settings and all.
  func inRegion(_ region: String) -> AWSClient {
    AWSClient(surroundings, region: region, patience: patience)
  }

  func budget() -> QueryCaller.Budget {
    QueryCaller.Budget(patience, surroundings)
  }

  /// Makes a signed call.
  ///
  /// Keys that are refused are got anew once: a file or an agent may have newer ones.
  ///
  /// - Throws: `SourceError`; `missing` is the error for what AWS says is not there.
  func answer(
    _ call: QueryCall, budget: QueryCaller.Budget, missing: SourceError? = nil
  ) throws(SourceError) -> XMLElement {
    let region = try region()
    let caller = QueryCaller(surroundings: surroundings, configuration: try configuration())
    var credentials = try credentials()
    while true {
      do throws(QueryFailure) {
        return try caller.answer(call, region: region, credentials: credentials, budget: budget)
      } catch {
        if case .notFound = error, let missing { throw missing }
        guard case .credentials = error,
          let renewed = try? renewedCredentials(insteadOf: credentials)
        else {
          throw caller.sourceError(error, of: call, region: region)
        }
        credentials = renewed
      }
    }
  }

  /// Makes a call page by page.
  ///
  /// - Parameters:
  ///   - call: without the mark of a page.
  ///   - mark: the parameter for the mark, and the elements that have the next one.
  ///   - budget: the time for all pages together.
  ///   - missing: the error for what AWS says is not there.
  ///   - body: takes a page.
  /// - Throws: `SourceError`, the call's or the body's.
  func forEachPage(
    of call: QueryCall, mark: (parameter: String, path: [String]), budget: QueryCaller.Budget,
    missing: SourceError? = nil, _ body: (XMLElement) throws(SourceError) -> Void
  ) throws(SourceError) {
    var next: String?
    for _ in 1...Self.pageLimit {
      let page = try answer(call.with(mark.parameter, next), budget: budget, missing: missing)
      try body(page)
      let holder = mark.path.dropLast().reduce(Optional(page)) { $0?[$1] }
      let following = holder?.value(mark.path[mark.path.count - 1])
      guard let following else { return }
      guard following != next else { throw malformed(call, "its pages repeat") }
      next = following
    }
    throw malformed(call, "it has more than \(Self.pageLimit) pages")
  }

  func malformed(_ call: QueryCall, _ detail: String) -> SourceError {
    .malformed(place: place(of: call.service), detail: "\(call.action): \(detail)")
  }

  func place(of service: AWSService) -> String {
    guard let region = try? region(), let configuration = try? configuration() else {
      return "AWS \(service.hostLabel)"
    }
    return QueryCaller(surroundings: surroundings, configuration: configuration)
      .place(of: service, region: region)
  }

  private func configuration() throws(SourceError) -> AWSConfiguration {
    if let known = state.withLock({ $0.configuration }) { return known }
    let read = try AWSConfiguration(surroundings)
    state.withLock { $0.configuration = read }
    return read
  }
}

extension AWSClient {
  /// Expiring so soon, credentials are got anew.
  static let expiryMargin: Int64 = 300

  /// Credentials that hold for now.
  ///
  /// Two threads that find them expiring both get new ones; it is no harm, and no lock is held
  /// while a network is waited for.
  func credentials() throws(SourceError) -> AWSCredentials {
    let kept = state.withLock { $0.credentials }
    let now = surroundings.wallClock()
    if let kept, (kept.expiration ?? .max) - Self.expiryMargin > now { return kept }
    do {
      return try freshCredentials()
    } catch {
      // They are still good, so a failure to renew them may wait until they are not.
      guard let kept, (kept.expiration ?? .max) > now else { throw error }
      return kept
    }
  }

  /// Other credentials than those that were refused, if there are any.
  private func renewedCredentials(
    insteadOf refused: AWSCredentials
  ) throws(SourceError) -> AWSCredentials? {
    let fresh = try freshCredentials()
    return fresh.accessKeyID == refused.accessKeyID && fresh.sessionToken == refused.sessionToken
      && fresh.secretAccessKey == refused.secretAccessKey ? nil : fresh
  }

  private func freshCredentials() throws(SourceError) -> AWSCredentials {
    // Files may have changed since.
    let configuration = try AWSConfiguration(surroundings)
    let chain = CredentialChain(
      caller: QueryCaller(surroundings: surroundings, configuration: configuration),
      chosenRegion: chosenRegion)
    let fresh = try chain.credentials()
    state.withLock { $0.credentials = fresh }
    return fresh
  }
}
