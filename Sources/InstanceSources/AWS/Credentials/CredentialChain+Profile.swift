extension CredentialChain {
  /// What a profile says about credentials; nil when it says nothing.
  ///
  /// - Throws: `SourceError`, also for a chain of profiles that comes back to where it began.
  func credentials(of profile: AWSProfile) throws(SourceError) -> AWSCredentials? {
    try credentials(of: profile, behind: [])
  }

  private func credentials(
    of profile: AWSProfile, behind visited: [String]
  ) throws(SourceError) -> AWSCredentials? {
    if let role = profile["role_arn"] {
      return try assumedCredentials(of: profile, role: role, behind: visited)
    }
    if let keys = try staticCredentials(of: profile) { return keys }
    if Self.signOnSettings.contains(where: { profile[$0] != nil }) {
      return try signedOnCredentials(of: profile)
    }
    guard let line = profile["credential_process"] else { return nil }
    guard let words = commandWords(line), !words.isEmpty else {
      throw Self.problem(profile, "credential_process is not a whole command line")
    }
    return try credentials(printedBy: words, named: "credential_process of \(Self.shown(profile))")
  }

  private func staticCredentials(of profile: AWSProfile) throws(SourceError) -> AWSCredentials? {
    switch (profile["aws_access_key_id"], profile["aws_secret_access_key"]) {
    case (nil, nil): return nil
    case (let key?, let secret?):
      return AWSCredentials(
        accessKeyID: key, secretAccessKey: secret,
        sessionToken: profile["aws_session_token"] ?? profile["aws_security_token"])
    case (_?, nil): throw Self.problem(profile, "aws_secret_access_key is missing")
    case (nil, _?): throw Self.problem(profile, "aws_access_key_id is missing")
    }
  }

  private func assumedCredentials(
    of profile: AWSProfile, role: String, behind visited: [String]
  ) throws(SourceError) -> AWSCredentials {
    guard profile["mfa_serial"] == nil else {
      throw Self.problem(
        profile, "it wants a code (mfa_serial), and nobody is asked for one here",
        advice: "export the credentials first: aws configure export-credentials --format env")
    }
    let request = RoleRequest(
      role: role, sessionName: profile["role_session_name"], externalID: profile["external_id"],
      duration: profile["duration_seconds"])
    if let file = profile["web_identity_token_file"] {
      return try assume(request, tokenFile: file)
    }
    let source = try sourceCredentials(of: profile, behind: visited + [profile.name])
    return try assume(request, as: source, region: profile["region"])
  }

  /// Who takes the role on.
  private func sourceCredentials(
    of profile: AWSProfile, behind visited: [String]
  ) throws(SourceError) -> AWSCredentials {
    switch (profile["source_profile"], profile["credential_source"]) {
    case (nil, nil):
      throw Self.problem(profile, "role_arn needs source_profile or credential_source")
    case (_?, _?): throw Self.problem(profile, "it has both source_profile and credential_source")
    case (let name?, nil):
      guard let source = configuration.shared.profile(name) else {
        throw Self.problem(profile, "its source_profile '\(shownLine(name))' is not there")
      }
      // A profile may name itself: its own keys take its role on.
      if name == profile.name, let keys = try staticCredentials(of: source) { return keys }
      guard !visited.contains(name) else {
        throw Self.problem(profile, "its source profiles go round in a circle")
      }
      if source["role_arn"] != nil, let keys = try staticCredentials(of: source) { return keys }
      guard let found = try credentials(of: source, behind: visited) else {
        throw Self.problem(source, "it has no credentials, though others use it as a source")
      }
      return found
    case (nil, let kind?):
      guard let found = try credentials(fromSource: kind, of: profile) else {
        throw Self.problem(profile, "its credential_source \(shownLine(kind)) has none here")
      }
      return found
    }
  }

  private func credentials(
    fromSource kind: String, of profile: AWSProfile
  ) throws(SourceError) -> AWSCredentials? {
    switch kind.lowercased() {
    case "environment": try environmentCredentials()
    case "ec2instancemetadata": try InstanceMetadata(surroundings).credentials()
    case "ecscontainer": try ContainerCredentials(surroundings).credentials()
    default:
      throw Self.problem(
        profile, "credential_source is Environment, Ec2InstanceMetadata or EcsContainer")
    }
  }

  private static let signOnSettings = [
    "sso_session", "sso_start_url", "sso_account_id", "login_session",
  ]

  /// Signing on is the AWS command line's own business, and so is the cache of its tokens.
  private func signedOnCredentials(of profile: AWSProfile) throws(SourceError) -> AWSCredentials {
    let name = "'aws configure export-credentials' for \(Self.shown(profile))"
    return try credentials(
      printedBy: [
        "aws", "configure", "export-credentials", "--profile", profile.name, "--format", "process",
      ], named: name, advice: "install the AWS command line, and sign on: aws sso login")
  }

  private func credentials(
    printedBy words: [String], named place: String, advice: String = "run it by hand"
  ) throws(SourceError) -> AWSCredentials {
    let child = ChildProcess(words: words, variables: surroundings.variables)
    let output: [UInt8]
    do {
      output = try surroundings.run(child)
    } catch {
      throw .unusable(detail: "\(place): \(error)", advice: advice)
    }
    return try CredentialsDocument.credentials(output, from: place, without: child.secrets)
  }

  private static func shown(_ profile: AWSProfile) -> String {
    "profile '\(shownLine(profile.name))'"
  }

  private static func problem(
    _ profile: AWSProfile, _ detail: String, advice: String = "correct the profile"
  ) -> SourceError {
    .unusable(detail: "AWS \(shown(profile)): \(detail)", advice: advice)
  }
}
