/// Looks for credentials where the AWS tools look, in their order.
///
/// The environment, a web identity token, the shared files, a container's agent, the instance
/// metadata: the first that has any is taken, and when it fails the others are not asked.
struct CredentialChain: Sendable {
  var caller: QueryCaller
  /// In place of the configured one, for calls of STS.
  var chosenRegion: String?

  var surroundings: Surroundings { caller.surroundings }
  var configuration: AWSConfiguration { caller.configuration }

  /// - Throws: `SourceError.noCredentials` with where was looked, or the failure of the first
  ///   source that is configured.
  func credentials() throws(SourceError) -> AWSCredentials {
    if let found = try environmentCredentials() { return found }
    if let found = try webIdentityCredentials() { return found }
    if let profile = configuration.profile, let found = try credentials(of: profile) {
      return found
    }
    if let found = try ContainerCredentials(surroundings).credentials() { return found }
    if let found = try InstanceMetadata(surroundings).credentials() { return found }
    throw .noCredentials(
      tried: "not in the environment, profile '\(shownLine(configuration.profileName))' of "
        + configuration.shared.paths.joined(separator: " and ")
        + ", a container's agent, or the instance metadata")
  }

  /// - Throws: `SourceError.unusable` when only one half is there.
  func environmentCredentials() throws(SourceError) -> AWSCredentials? {
    let key = surroundings.variable("AWS_ACCESS_KEY_ID")
    let secret = surroundings.variable("AWS_SECRET_ACCESS_KEY")
    switch (key, secret) {
    case (nil, nil): return nil
    case (let key?, let secret?):
      return AWSCredentials(
        accessKeyID: key, secretAccessKey: secret,
        sessionToken: surroundings.variable("AWS_SESSION_TOKEN")
          ?? surroundings.variable("AWS_SECURITY_TOKEN"))
    case (nil, _?): throw Self.halfSet("AWS_ACCESS_KEY_ID", but: "AWS_SECRET_ACCESS_KEY")
    case (_?, nil): throw Self.halfSet("AWS_SECRET_ACCESS_KEY", but: "AWS_ACCESS_KEY_ID")
    }
  }

  private func webIdentityCredentials() throws(SourceError) -> AWSCredentials? {
    guard let file = surroundings.variable("AWS_WEB_IDENTITY_TOKEN_FILE") else { return nil }
    guard let role = surroundings.variable("AWS_ROLE_ARN") else {
      throw Self.halfSet("AWS_ROLE_ARN", but: "AWS_WEB_IDENTITY_TOKEN_FILE")
    }
    let request = RoleRequest(
      role: role, sessionName: surroundings.variable("AWS_ROLE_SESSION_NAME"))
    return try assume(request, tokenFile: file)
  }

  private static func halfSet(_ missing: String, but present: String) -> SourceError {
    .unusable(detail: "\(present) is set, but \(missing) is not", advice: "set both, or neither")
  }
}
