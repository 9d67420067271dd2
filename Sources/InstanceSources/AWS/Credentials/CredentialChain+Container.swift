extension CredentialChain {
  /// The credentials that the agent of ECS, EKS or Greengrass gives to a container; nil if the
  /// environment names no agent.
  ///
  /// - Throws: `SourceError` if the agent gives none.
  func containerCredentials() throws(SourceError) -> AWSCredentials? {
    guard let url = try agentURL() else { return nil }
    var request = HTTPRequest(.get, url)
    request.proxyUse = .none
    request.connectTimeout = .seconds(2)
    request.timeout = .seconds(5)
    if let token = try agentToken() { request.fields.append(HTTPField("Authorization", token)) }
    let place = "the container's credentials agent"
    let response: HTTPResponse
    do {
      response = try hostEnvironment.sendPatiently(request)
    } catch {
      throw .noAnswer(of: place, error)
    }
    guard response.isSuccess else {
      let detail = "status \(response.status)"
      // The agent has none at all or for this token, or it has a temporary failure.
      throw [400, 401, 403, 404].contains(response.status)
        ? .refusedCredentials(place: place, detail: detail)
        : .unreachable(place: place, detail: detail)
    }
    return try CredentialsDocument.credentials(
      response.body, from: place, without: request.secrets)
  }

  private func agentURL() throws(SourceError) -> String? {
    if let path = hostEnvironment.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
      guard path.hasPrefix("/") else {
        throw Self.problem("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a /")
      }
      return "http://169.254.170.2\(path)"
    }
    guard let url = hostEnvironment.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI") else {
      return nil
    }
    // The token is sent there, so in clear text only to this machine and its agents.
    guard url.lowercased().hasPrefix("https://") || Self.isAgent(url) else {
      throw Self.problem(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https:// nor http:// to this machine or "
          + "an agent")
    }
    return url
  }

  /// Whether the URL may be an agent's, to which a token may be sent in clear text.
  ///
  /// Source: AWS SDK reference, "Container credential provider", allowed hosts.
  private static func isAgent(_ url: String) -> Bool {
    guard url.lowercased().hasPrefix("http://") else { return false }
    let authority = url.dropFirst("http://".count).prefix { !"/?#\\".contains($0) }
    guard !authority.contains("@") else { return false }
    let host: Substring
    if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
      host = authority[...end]
    } else {
      host = authority.prefix { $0 != ":" }
    }
    let isLoopback =
      host.hasPrefix("127.") && host.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
    return isLoopback
      || ["localhost", "169.254.170.2", "169.254.170.23", "[::1]", "[fd00:ec2::23]"]
        .contains(host.lowercased())
  }

  private func agentToken() throws(SourceError) -> String? {
    guard let path = hostEnvironment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") else {
      return hostEnvironment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    }
    do {
      return try hostEnvironment.token(at: path)
    } catch {
      throw Self.problem("cannot read AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: \(error.detail)")
    }
  }

  private static func problem(_ detail: String) -> SourceError {
    .unusableCredentials(detail: detail, advice: "correct the variable, or unset it")
  }
}

extension HostEnvironment {
  /// Sends a request to an agent of this machine, and repeats it after a temporary failure.
  ///
  /// An agent that need not exist is not asked again if nothing responds.
  func sendPatiently(
    _ request: HTTPRequest, tries: Int = 3, unlessUnreachable isGuess: Bool = false
  ) throws(HTTPFailure) -> HTTPResponse {
    for attempt in 1... {
      do {
        let response = try send(request)
        guard attempt < tries, response.status >= 500 || response.status == 429 else {
          return response
        }
      } catch {
        guard attempt < tries, error.mayPass, !isGuess else { throw error }
      }
      pause(.milliseconds(200) * attempt)
    }
    preconditionFailure("an endless loop ended")
  }
}
