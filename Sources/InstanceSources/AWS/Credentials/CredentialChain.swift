/// Looks for credentials where the aws command looks, in its order.
///
/// The environment; a profile's role; a web identity token, of the environment or of the profile;
/// the profile's sign-on, keys and command; a container's agent; the instance metadata: the first
/// that has any is taken, and when it fails the others are not asked.
///
/// Source: botocore's `create_credential_resolver`.
struct CredentialChain: Sendable {
  var caller: QueryCaller
  /// Where roles are taken on when no region is configured.
  var fallbackRegion: String?

  var hostEnvironment: HostEnvironment { caller.hostEnvironment }
  var configuration: AWSConfiguration { caller.configuration }

  /// - Throws: `SourceError.noCredentials` with where was looked, or the failure of the first
  ///   source that is configured.
  func credentials() throws(SourceError) -> AWSCredentials {
    if let found = try environmentCredentials() { return found }
    if let profile = configuration.profile, profile.wantsRole {
      return try assumedCredentials(of: profile, behind: [])
    }
    if let found = try webIdentityCredentials(of: configuration.profile, hostEnvironment.variable) {
      return found
    }
    if let profile = configuration.profile, let found = try ownCredentials(of: profile) {
      return found
    }
    if let found = try ContainerCredentials(hostEnvironment).credentials() { return found }
    let places =
      "not in the environment, profile '\(shownLine(configuration.profileName))' of "
      + configuration.shared.paths.joined(separator: " and ") + ", a container's agent, "
    do {
      if let found = try metadata.credentials() { return found }
    } catch .noCredentials(let why) {
      throw .noCredentials(tried: "\(places)and \(why)")
    }
    throw .noCredentials(tried: "\(places)or the instance metadata")
  }

  var metadata: InstanceMetadata { InstanceMetadata(hostEnvironment, configuration.metadata) }

  /// - Throws: `SourceError.unusableCredentials` when only one half is there.
  func environmentCredentials() throws(SourceError) -> AWSCredentials? {
    let (keyName, secretName) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    switch (hostEnvironment.variable(keyName), hostEnvironment.variable(secretName)) {
    case (nil, nil): return nil
    case (let key?, let secret?):
      let tokens = ["AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"].compactMap { name in
        hostEnvironment.variable(name).map { (name, $0) }
      }
      return try AWSCredentials(
        key: (keyName, key), secret: (secretName, secret), token: tokens.first, from: keyName)
    case (nil, _?): throw Self.halfSet(keyName, but: secretName)
    case (_?, nil): throw Self.halfSet(secretName, but: keyName)
    }
  }

  /// What a token is traded for; nil when there is none.
  ///
  /// Of each setting the variable comes before the profile's, as with the aws command. A profile
  /// that is another's source has no variables.
  func webIdentityCredentials(
    of profile: AWSProfile?, _ variable: (String) -> String?
  ) throws(SourceError) -> AWSCredentials? {
    let (tokenName, roleName) = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN")
    guard let file = variable(tokenName) ?? profile?["web_identity_token_file"] else { return nil }
    guard let role = variable(roleName) ?? profile?["role_arn"] else {
      guard variable(tokenName) == nil, let profile else {
        throw Self.halfSet(roleName, but: tokenName)
      }
      throw Self.problem(profile, "web_identity_token_file is set, but role_arn is not")
    }
    let request = RoleRequest(
      role: role,
      sessionName: variable("AWS_ROLE_SESSION_NAME") ?? profile?["role_session_name"],
      duration: profile?["duration_seconds"])
    return try assume(request, tokenFile: file)
  }

  private static func halfSet(_ missing: String, but present: String) -> SourceError {
    .unusableCredentials(
      detail: "\(present) is set, but \(missing) is not", advice: "set both, or neither")
  }
}
