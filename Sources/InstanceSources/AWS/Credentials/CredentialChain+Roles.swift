/// A role to take on.
struct RoleRequest: Hashable, Sendable {
  var role: String
  /// Shows in CloudTrail.
  var sessionName: String?
  var externalID: String?
  /// In seconds, as written.
  var duration: String?
}

extension CredentialChain {
  /// Trades a token, such as the one that a CI system gives to a job, for credentials.
  func assume(_ request: RoleRequest, tokenFile: String) throws(SourceError) -> AWSCredentials {
    let path = surroundings.expanded(tokenFile)
    let token: String
    do {
      token = try surroundings.token(at: path)
    } catch {
      throw .unusable(
        detail: "cannot read the web identity token in \(path): \(error.detail)",
        advice: "correct AWS_WEB_IDENTITY_TOKEN_FILE, or unset it")
    }
    let call = call("AssumeRoleWithWebIdentity", request).with("WebIdentityToken", token)
    do throws(SourceError) {
      return try roleCredentials(call, signedWith: nil, region: chosenRegion)
    } catch .missingPermission(_, let detail) {
      throw .refusedCredentials(
        place: "the trust policy of \(shownLine(request.role))", detail: detail)
    }
  }

  func assume(
    _ request: RoleRequest, as source: AWSCredentials, region: String?
  ) throws(SourceError) -> AWSCredentials {
    try roleCredentials(call("AssumeRole", request), signedWith: source, region: region)
  }

  private func call(_ action: String, _ request: RoleRequest) -> QueryCall {
    QueryCall(.sts, action)
      .with("RoleArn", request.role)
      .with(
        "RoleSessionName", request.sessionName ?? "healthgate-\(surroundings.wallClock())"
      )
      .with("ExternalId", request.externalID)
      .with("DurationSeconds", request.duration)
  }

  private func roleCredentials(
    _ call: QueryCall, signedWith source: AWSCredentials?, region: String?
  ) throws(SourceError) -> AWSCredentials {
    // A token can be traded in any region of a partition.
    let region =
      chosenRegion ?? region ?? configuration.region
      ?? InstanceMetadata(surroundings).region() ?? "us-east-1"
    let answer: XMLElement
    do throws(QueryFailure) {
      answer = try caller.answer(
        call, region: region, credentials: source,
        budget: QueryCaller.Budget(.seconds(30), surroundings))
    } catch {
      throw caller.sourceError(error, of: call, region: region)
    }
    guard let written = answer["\(call.action)Result"]?["Credentials"],
      let key = written.value("AccessKeyId"), let secret = written.value("SecretAccessKey"),
      let token = written.value("SessionToken"),
      let expiration = written.value("Expiration").flatMap(epochSeconds)
    else {
      throw .malformed(
        place: caller.place(of: .sts, region: region), detail: "it has no whole credentials")
    }
    return AWSCredentials(
      accessKeyID: key, secretAccessKey: secret, sessionToken: token, expiration: expiration)
  }
}
