/// The settings for the metadata service, as for the aws command.
struct MetadataSettings: Hashable, Sendable {
  var isDisabled = false
  /// An endpoint instead of AWS's own; nil for AWS's.
  var endpoint: String?
  /// `ipv4` or `ipv6`, as written.
  var mode = "ipv4"
  /// The time limit of one request; nil for one second to connect and two for the response.
  var timeout: Duration?
  /// The number of attempts if the service has a temporary failure.
  var attempts = 3
}

/// The metadata service of an EC2 instance, version 2: every request carries a token.
///
/// There is no fallback to version 1, which answers anybody who can make this machine send a
/// request. If nothing listens within a second, there is no service.
struct InstanceMetadata: Sendable {
  let configuration: AWSConfiguration

  private var hostEnvironment: HostEnvironment { configuration.hostEnvironment }
  private var settings: MetadataSettings { configuration.metadata }

  private static let place = "the instance metadata service"

  /// The credentials of the instance's role; nil without a service or a role.
  ///
  /// - Throws: `SourceError.noCredentials` if there is a service that gives no token, with the
  ///   reason.
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

  /// The instance's region; nil without a service, or if it fails: a region is not worth an error.
  func region() -> String? {
    guard let token = try? token(), let answer = try? read("placement/region", token: token),
      let region = answer.line, (try? AWSConfiguration.check(region: region)) != nil
    else { return nil }
    return region
  }

  /// The URL of the service; nil if it is disabled.
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
      // A missing service is detected at once; one with a temporary failure is asked again.
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
      // The machine is probably not an EC2 instance; but a user's own endpoint must exist.
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

  /// The error for a status of the service.
  ///
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

  /// Reads an entry; nil if there is no such entry.
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
