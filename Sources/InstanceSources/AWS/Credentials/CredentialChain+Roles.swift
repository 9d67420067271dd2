/// A role to assume.
struct RoleRequest: Hashable, Sendable {
  var role: String
  /// The name of the session in CloudTrail; nil for a default.
  var sessionName: String?
  var externalID: String?
  /// The duration in seconds, as written; nil for the default.
  var duration: String?
}

extension CredentialChain {
  /// Exchanges a token, such as a CI job's, for credentials.
  ///
  /// - Throws: `SourceError` if the token cannot be read, or STS refuses it.
  func assume(_ request: RoleRequest, tokenFile: String) throws(SourceError) -> AWSCredentials {
    let path = hostEnvironment.expanded(tokenFile)
    let token: String
    do {
      token = try hostEnvironment.token(at: path)
    } catch {
      throw .unusableCredentials(
        detail: "cannot read the web identity token in \(path): \(error.detail)",
        advice: "correct AWS_WEB_IDENTITY_TOKEN_FILE, or web_identity_token_file of the profile")
    }
    let call = call("AssumeRoleWithWebIdentity", request).with("WebIdentityToken", token)
    do throws(SourceError) {
      return try roleCredentials(call, for: request, signedWith: nil)
    } catch .missingPermission(_, _, _, let detail) {
      throw .refusedCredentials(
        place: "the trust policy of \(shownLine(request.role))", detail: detail)
    }
  }

  func assume(
    _ request: RoleRequest, as source: AWSCredentials
  ) throws(SourceError) -> AWSCredentials {
    try roleCredentials(call("AssumeRole", request), for: request, signedWith: source)
  }

  private func call(_ action: String, _ request: RoleRequest) -> QueryCall {
    QueryCall(.sts, action, about: "the role \(shownLine(request.role))")
      .with("RoleArn", request.role)
      .with(
        "RoleSessionName", request.sessionName ?? "healthgate-\(hostEnvironment.wallClock())"
      )
      .with("ExternalId", request.externalID)
      .with("DurationSeconds", request.duration)
  }

  private func roleCredentials(
    _ call: QueryCall, for request: RoleRequest, signedWith source: AWSCredentials?
  ) throws(SourceError) -> AWSCredentials {
    // A role can be assumed in any region of a partition; the aws command uses the run's own too.
    let region = configuration.region ?? fallbackRegion ?? metadata.region() ?? "us-east-1"
    let caller = QueryCaller(configuration: configuration)
    let result = try caller.answer(
      call, region: region, credentials: source,
      budget: QueryCaller.Budget(.seconds(30), hostEnvironment))
    guard let result, let written = result["Credentials"],
      let key = written.value("AccessKeyId"), let secret = written.value("SecretAccessKey"),
      let token = written.value("SessionToken"),
      let expiration = written.value("Expiration").flatMap(epochSeconds)
    else {
      throw .malformed(
        place: caller.place(of: .sts, region: region), detail: "it has no complete credentials")
    }
    var credentials = try AWSCredentials(
      key: ("AccessKeyId", key), secret: ("SecretAccessKey", secret),
      token: ("SessionToken", token), expiration: expiration,
      from: "the role \(shownLine(request.role))")
    credentials.role = result["AssumedRoleUser"]?.value("Arn") ?? request.role
    return credentials
  }
}
