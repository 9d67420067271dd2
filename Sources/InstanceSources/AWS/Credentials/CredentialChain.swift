/// Finds credentials in the same places and order as the aws command.
///
/// The places are the environment; a profile's role; a web identity token of the environment or the
/// profile; the profile's sign-on, keys and command; a container's agent; the instance metadata.
/// The first one that is configured is used, and if it fails, the others are not tried.
///
/// Source: botocore's `create_credential_resolver`.
struct CredentialChain: Sendable {
  var configuration: AWSConfiguration
  /// The region in which roles are assumed if none is configured.
  var fallbackRegion: String?

  var hostEnvironment: HostEnvironment { configuration.hostEnvironment }

  /// - Throws: `SourceError.noCredentials` with the places, or the error of the first one that is
  ///   configured.
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
    if let found = try containerCredentials() { return found }
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

  var metadata: InstanceMetadata { InstanceMetadata(configuration: configuration) }

  /// The keys of the environment; nil if there are none.
  ///
  /// - Throws: `SourceError.unusableCredentials` if only one of the two is set.
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

  /// The credentials for a web identity token; nil if there is none.
  ///
  /// A variable overrides the profile's setting, as with the aws command. The variables do not
  /// apply to a profile that is the source of another one.
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
