/// How the metadata service is asked, as the aws command's settings say.
struct MetadataSettings: Hashable, Sendable {
  var isDisabled = false
  /// In place of AWS's own address.
  var endpoint: String?
  /// `ipv4` or `ipv6`, as written.
  var mode = "ipv4"
  /// How long one question may take; nil: a second for the connection, two for the answer.
  var timeout: Duration?
  /// How often a question is asked at most, where the service is not well.
  var attempts = 3
}

/// The metadata service of an EC2 instance, version 2: every question carries a token.
///
/// Version 1 is not fallen back to: it answers whoever can make this machine ask. Where nothing
/// listens within a second, there is none.
struct InstanceMetadata: Sendable {
  private let hostEnvironment: HostEnvironment
  private let settings: MetadataSettings

  init(_ hostEnvironment: HostEnvironment, _ settings: MetadataSettings) {
    self.hostEnvironment = hostEnvironment
    self.settings = settings
  }

  private static let place = "the instance metadata service"

  /// nil where there is no service, or no role for the instance.
  ///
  /// - Throws: `SourceError.noCredentials` when there is a service that gives no token, and why.
  func credentials() throws(SourceError) -> AWSCredentials? {
    guard let token = try token() else { return nil }
    let path = "iam/security-credentials/"
    guard let role = try read(path, token: token)?.line, !role.isEmpty else { return nil }
    guard role.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !role.contains("/") else {
      throw .malformed(place: Self.place, detail: "the name of the role is invalid")
    }
    guard let document = try read(path + role, token: token) else {
      throw .refusedCredentials(
        place: Self.place, detail: "there are no credentials for its role")
    }
    return try CredentialsDocument.credentials(
      document.body, from: Self.place, without: [token])
  }

  /// nil where there is no service; a failure of it is none that a region is worth.
  func region() -> String? {
    guard let token = try? token(), let answer = try? read("placement/region", token: token),
      let region = answer.line, (try? AWSConfiguration.check(region: region)) != nil
    else { return nil }
    return region
  }

  /// Where the service is; nil when it is switched off.
  private func base() throws(SourceError) -> String? {
    guard !settings.isDisabled else { return nil }
    if let url = settings.endpoint { return url.hasSuffix("/") ? String(url.dropLast()) : url }
    switch settings.mode.lowercased() {
    case "ipv4": return "http://169.254.169.254"
    case "ipv6": return "http://[fd00:ec2::254]"
    default:
      throw .unusable(
        detail: "the endpoint mode of the instance metadata is "
          + "'\(shownLine(settings.mode, limit: 40))', not ipv4 or ipv6",
        advice: "correct AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE, or "
          + "ec2_metadata_service_endpoint_mode in the profile")
    }
  }

  private func token() throws(SourceError) -> String? {
    guard let base = try base() else { return nil }
    var request = request(.put, "\(base)/latest/api/token")
    request.fields = [HTTPField("X-aws-ec2-metadata-token-ttl-seconds", "21600")]
    let response: HTTPResponse
    do {
      // A service that is not there is found out once; one that is not well is asked again.
      response = try hostEnvironment.sendPatiently(
        request, tries: settings.attempts, unlessUnreachable: settings.endpoint == nil)
    } catch {
      guard error.kind != .silent else {
        throw .unreachable(
          place: Self.place,
          detail:
            "it accepts connections but gives no token (\(error.detail)); in a container, its "
            + "hop limit must be 2 or more: aws ec2 modify-instance-metadata-options "
            + "--http-put-response-hop-limit 2")
      }
      // No instance of EC2, most likely; an endpoint of the user's own must be there.
      guard error.kind == .unreachable, settings.endpoint == nil else {
        throw .noAnswer(of: Self.place, error)
      }
      return nil
    }
    guard response.isSuccess else { throw Self.refusal(response.status) }
    guard let token = response.line, !token.isEmpty else {
      throw .malformed(place: Self.place, detail: "its token is not one line of text")
    }
    return token
  }

  /// Source: EC2 user guide, "Retrieve instance metadata", response codes.
  private static func refusal(_ status: Int) -> SourceError {
    let why: String? =
      switch status {
      case 403: "it is disabled for this instance"
      case 404, 405: "it does not support version 2 (IMDSv2)"
      case 400, 401: "it refuses the request for a token"
      default: nil
      }
    guard let why else { return .unreachable(place: place, detail: "status \(status)") }
    return .noCredentials(tried: "\(place), which responds with status \(status): \(why)")
  }

  /// nil when there is no such entry.
  private func read(_ path: String, token: String) throws(SourceError) -> HTTPResponse? {
    guard let base = try base() else { return nil }
    var request = request(.get, "\(base)/latest/meta-data/\(path)")
    request.fields = [HTTPField("X-aws-ec2-metadata-token", token)]
    let response: HTTPResponse
    do {
      response = try hostEnvironment.sendPatiently(request, tries: settings.attempts)
    } catch {
      throw .noAnswer(of: Self.place, error)
    }
    guard response.status != 404 else { return nil }
    guard response.isSuccess else {
      throw .unreachable(place: Self.place, detail: "status \(response.status)")
    }
    return response
  }

  private func request(_ method: HTTPRequest.Method, _ url: String) -> HTTPRequest {
    var request = HTTPRequest(method, url)
    request.proxyUse = .none
    request.connectTimeout = settings.timeout ?? .seconds(1)
    request.timeout = settings.timeout ?? .seconds(2)
    return request
  }
}
