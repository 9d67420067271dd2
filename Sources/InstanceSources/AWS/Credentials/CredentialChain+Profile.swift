extension AWSProfile {
  /// Whether the profile's role is assumed with the credentials of another profile.
  var wantsRole: Bool { self["role_arn"] != nil && self["web_identity_token_file"] == nil }

  /// Whether it has at least one of a pair of keys.
  fileprivate var hasKeys: Bool {
    self["aws_access_key_id"] != nil || self["aws_secret_access_key"] != nil
  }
}

extension CredentialChain {
  /// The credentials of a profile; nil if it defines none.
  ///
  /// In this order: sign-on, the keys of the credentials file, a command, the keys of the config
  /// file.
  func ownCredentials(of profile: AWSProfile) throws(SourceError) -> AWSCredentials? {
    if Self.signOnSettings.contains(where: { profile[$0] != nil }) {
      return try signedOnCredentials(of: profile)
    }
    if let keys = try keys(in: profile.ofCredentialsFile, of: profile) { return keys }
    if let line = profile["credential_process"] {
      guard let words = commandWords(line), !words.isEmpty else {
        throw Self.problem(profile, "credential_process is not a complete command line")
      }
      let name = "credential_process of \(Self.shown(profile))"
      return try credentials(printedBy: words, named: name) {
        .unusableCredentials(detail: "\(name): \($0)", advice: "run it by hand")
      }
    }
    return try keys(in: profile.ofConfigFile, of: profile)
  }

  private func keys(
    in section: SharedFile.Section, of profile: AWSProfile
  ) throws(SourceError) -> AWSCredentials? {
    let (keyName, secretName) = ("aws_access_key_id", "aws_secret_access_key")
    switch (section[keyName], section[secretName]) {
    case (nil, nil): return nil
    case (let key?, let secret?):
      let token = section["aws_session_token"] ?? section["aws_security_token"]
      return try AWSCredentials(
        key: (keyName, key), secret: (secretName, secret),
        token: token.map { ("aws_session_token", $0) }, from: Self.shown(profile))
    case (_?, nil): throw Self.problem(profile, "\(secretName) is missing")
    case (nil, _?): throw Self.problem(profile, "\(keyName) is missing")
    }
  }

  func assumedCredentials(
    of profile: AWSProfile, behind visited: [String]
  ) throws(SourceError) -> AWSCredentials {
    guard profile["mfa_serial"] == nil else {
      throw Self.problem(
        profile, "it requires an MFA code (mfa_serial), which cannot be entered here",
        advice: "export the credentials first: aws configure export-credentials --format env")
    }
    let source = try sourceCredentials(of: profile, behind: visited + [profile.name])
    return try assume(
      RoleRequest(
        role: profile["role_arn"] ?? "", sessionName: profile["role_session_name"],
        externalID: profile["external_id"], duration: profile["duration_seconds"]),
      as: source)
  }

  /// The credentials with which the role is assumed.
  private func sourceCredentials(
    of profile: AWSProfile, behind visited: [String]
  ) throws(SourceError) -> AWSCredentials {
    switch (profile["source_profile"], profile["credential_source"]) {
    case (nil, nil):
      throw Self.problem(profile, "role_arn needs source_profile or credential_source")
    case (_?, _?): throw Self.problem(profile, "it has both source_profile and credential_source")
    case (let name?, nil):
      guard let source = configuration.shared.profiles[name] else {
        throw Self.problem(profile, "its source_profile '\(shownLine(name))' does not exist")
      }
      // A profile may name itself: its own keys then assume its role. The same holds for a source
      // profile with both a role and keys.
      guard source.wantsRole, !source.hasKeys else {
        return try sourceCredentials(in: source)
      }
      guard !visited.contains(name) else {
        throw Self.problem(profile, "its source profiles form a cycle")
      }
      return try assumedCredentials(of: source, behind: visited)
    case (nil, let kind?):
      guard let found = try credentials(fromSource: kind, of: profile) else {
        throw Self.problem(
          profile, "its credential_source \(shownLine(kind)) has no credentials here")
      }
      return found
    }
  }

  private func sourceCredentials(in source: AWSProfile) throws(SourceError) -> AWSCredentials {
    if !source.wantsRole, let found = try webIdentityCredentials(of: source, { _ in nil }) {
      return found
    }
    guard let found = try ownCredentials(of: source) else {
      throw Self.problem(source, "it has no credentials, but another profile uses it as a source")
    }
    return found
  }

  private func credentials(
    fromSource kind: String, of profile: AWSProfile
  ) throws(SourceError) -> AWSCredentials? {
    switch kind.lowercased() {
    case "environment": try environmentCredentials()
    case "ec2instancemetadata": try metadata.credentials()
    case "ecscontainer": try containerCredentials()
    default:
      throw Self.problem(
        profile, "credential_source must be Environment, Ec2InstanceMetadata or EcsContainer")
    }
  }

  private static let signOnSettings = [
    "sso_session", "sso_start_url", "sso_account_id", "login_session",
  ]

  /// The credentials of a sign-on, from the AWS command line, which has the cache of its tokens.
  private func signedOnCredentials(of profile: AWSProfile) throws(SourceError) -> AWSCredentials {
    let name = "'aws configure export-credentials' for \(Self.shown(profile))"
    let words = [
      "aws", "configure", "export-credentials", "--profile", profile.name, "--format", "process",
    ]
    return try credentials(printedBy: words, named: name) {
      Self.signOnProblem($0, name, profile)
    }
  }

  private static func signOnProblem(
    _ failure: ChildProcess.Failure, _ name: String, _ profile: AWSProfile
  ) -> SourceError {
    switch failure {
    case .notStarted:
      .unusableCredentials(
        detail: "\(name): \(failure)",
        advice: "install the AWS command line, version 2, and sign on: aws sso login")
    // Version 1 does not know the command, and prints its usage.
    case .failed(status: 2, _), .failed(status: 252, _):
      .unusableCredentials(
        detail: "\(name): the aws command here does not know export-credentials",
        advice: "install version 2 of the AWS command line (see 'aws --version'), and sign on: "
          + "aws sso login --profile \(shownLine(profile.name))")
    case .failed, .timedOut, .tooMuchOutput, .killed, .unknownEnd, .interrupted:
      .unusableCredentials(
        detail: "\(name): \(failure)",
        advice: "sign on: aws sso login --profile \(shownLine(profile.name))")
    }
  }

  private func credentials(
    printedBy words: [String], named place: String,
    problem: (ChildProcess.Failure) -> SourceError
  ) throws(SourceError) -> AWSCredentials {
    let child = ChildProcess(words: words, variables: hostEnvironment.variables)
    let printed: [UInt8]
    do throws(ChildProcess.Failure) {
      printed = try hostEnvironment.run(child)
    } catch {
      throw problem(error)
    }
    return try CredentialsDocument.credentials(
      printed, from: place, by: .command, without: child.secrets)
  }

  private static func shown(_ profile: AWSProfile) -> String {
    "profile '\(shownLine(profile.name))'"
  }

  static func problem(
    _ profile: AWSProfile, _ detail: String, advice: String = "correct the profile"
  ) -> SourceError {
    .unusableCredentials(detail: "AWS \(shown(profile)): \(detail)", advice: advice)
  }
}
