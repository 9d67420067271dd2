internal import Synchronization

/// The settings of this machine and the credentials, which all clients of a run share.
///
/// The settings are read once. Credentials are kept until shortly before they expire. However many
/// clients need new ones at the same time, they are fetched once: a `credential_process` may prompt
/// a person, and a CI job's token may be valid for only one exchange.
package final class AWSSession: Sendable {
  let hostEnvironment: HostEnvironment
  private let state = Mutex(State())
  /// Held while credentials are fetched; other clients wait, because they have nothing to sign
  /// with.
  private let renewal = Mutex(())

  private struct State {
    var configuration: AWSConfiguration?
    var region: String?
    var credentials: AWSCredentials?
    /// When they are fetched again, in seconds since 1970.
    var renewalTime = Int64.max
    var caller: AWSCaller?
  }

  package init(_ hostEnvironment: HostEnvironment) {
    self.hostEnvironment = hostEnvironment
  }

  func configuration() throws(SourceError) -> AWSConfiguration {
    if let known = state.withLock({ $0.configuration }) { return known }
    let read = try AWSConfiguration(hostEnvironment)
    state.withLock { $0.configuration = read }
    return read
  }

  /// The configured region, or the region of this instance; nil if there is none.
  func region() throws(SourceError) -> String? {
    if let known = state.withLock({ $0.region }) { return known }
    let configuration = try configuration()
    let found =
      configuration.region ?? InstanceMetadata(configuration: configuration).region()
    state.withLock { $0.region = found }
    return found
  }

  /// How long before their expiry credentials are fetched again, in seconds.
  ///
  /// Those that are valid for less than twice as long are fetched again after half of their time.
  static let expiryMargin: Int64 = 300

  /// Credentials that are valid now; roles are assumed in `region` if none is configured.
  ///
  /// - Throws: `SourceError` if there are none.
  func credentials(region: String? = nil) throws(SourceError) -> AWSCredentials {
    if let kept = kept { return kept }
    return try renewal.withLock { (_) throws(SourceError) in
      // Another thread may have fetched them while this one waited.
      if let kept = kept { return kept }
      do throws(SourceError) {
        return try fresh(region: region)
      } catch {
        // They are still valid, so an error in renewing them is ignored until they are not.
        guard let old = state.withLock({ $0.credentials }),
          (old.expiration ?? .max) > hostEnvironment.wallClock()
        else { throw error }
        return old
      }
    }
  }

  /// Other credentials than those that AWS refused; nil if there are none.
  ///
  /// A file or an agent may have newer ones.
  ///
  /// - Throws: `SourceError` if they cannot be fetched.
  func credentials(
    insteadOf refused: AWSCredentials, region: String?
  ) throws(SourceError) -> AWSCredentials? {
    try renewal.withLock { (_) throws(SourceError) in
      if let kept = kept, !kept.hasKeys(of: refused) { return kept }
      let fresh = try fresh(region: region)
      return fresh.hasKeys(of: refused) ? nil : fresh
    }
  }

  private var kept: AWSCredentials? {
    let now = hostEnvironment.wallClock()
    return state.withLock { $0.renewalTime > now ? $0.credentials : nil }
  }

  private func fresh(region: String?) throws(SourceError) -> AWSCredentials {
    // Files may have changed in the meantime.
    let fresh = try CredentialChain(
      configuration: AWSConfiguration(hostEnvironment), fallbackRegion: region
    ).credentials()
    let now = hostEnvironment.wallClock()
    let renewalTime = fresh.expiration.map { $0 - min(Self.expiryMargin, max($0 - now, 0) / 2) }
    state.withLock {
      $0.credentials = fresh
      $0.renewalTime = renewalTime ?? .max
      $0.caller = nil
    }
    return fresh
  }

  /// The caller's identity, if it has been queried before; else nil.
  var knownCaller: AWSCaller? {
    get { state.withLock { $0.caller } }
    set { state.withLock { $0.caller = newValue } }
  }
}

/// The identity of the caller of AWS, without any key.
package struct AWSCaller: Hashable, Sendable {
  /// The account ID.
  package var account: String
  /// The user or the role, such as `arn:aws:sts::123456789012:assumed-role/deploy/job-7`.
  package var arn: String

  /// Reads the ARN of a caller from IAM or STS; nil for anything else.
  init?(arn: String) {
    let parts = arn.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", parts[2] == "iam" || parts[2] == "sts",
      !parts[4].isEmpty, arn.utf8.count <= 2048, arn.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    account = String(parts[4])
    self.arn = arn
  }
}
