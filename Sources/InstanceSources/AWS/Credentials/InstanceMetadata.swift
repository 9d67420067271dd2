/// The metadata service of an EC2 instance, version 2: every question carries a token.
///
/// Version 1 is not fallen back to. Where nothing answers within a second, there is none.
struct InstanceMetadata: Sendable {
  private let surroundings: Surroundings

  init(_ surroundings: Surroundings) {
    self.surroundings = surroundings
  }

  private static let place = "the instance metadata service"

  /// nil where there is no service, or no role for the instance.
  func credentials() throws(SourceError) -> AWSCredentials? {
    guard let token = try token() else { return nil }
    let path = "iam/security-credentials/"
    guard let role = try read(path, token: token)?.line, !role.isEmpty else { return nil }
    guard role.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !role.contains("/") else {
      throw .malformed(place: Self.place, detail: "the name of the role is not one")
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
  private var base: String? {
    guard !surroundings.isTrue("AWS_EC2_METADATA_DISABLED") else { return nil }
    if let url = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") {
      return url.hasSuffix("/") ? String(url.dropLast()) : url
    }
    let mode = surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE") ?? "ipv4"
    return mode.lowercased() == "ipv6" ? "http://[fd00:ec2::254]" : "http://169.254.169.254"
  }

  private func token() throws(SourceError) -> String? {
    guard let base else { return nil }
    var request = request(.put, "\(base)/latest/api/token")
    request.fields = [HTTPField("X-aws-ec2-metadata-token-ttl-seconds", "21600")]
    let response: HTTPResponse
    do {
      response = try surroundings.send(request)
    } catch {
      // No instance of EC2, most likely; an endpoint of the user's own must be there.
      guard error.kind == .unreachable,
        surroundings.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") == nil
      else {
        throw .unreachable(place: Self.place, detail: error.detail)
      }
      return nil
    }
    guard response.isSuccess, let token = response.line, !token.isEmpty else { return nil }
    return token
  }

  /// nil when there is no such entry.
  private func read(_ path: String, token: String) throws(SourceError) -> HTTPResponse? {
    guard let base else { return nil }
    var request = request(.get, "\(base)/latest/meta-data/\(path)")
    request.fields = [HTTPField("X-aws-ec2-metadata-token", token)]
    let response: HTTPResponse
    do {
      response = try surroundings.sendPatiently(request)
    } catch {
      throw .unreachable(place: Self.place, detail: error.detail)
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
    request.connectTimeout = .seconds(1)
    request.timeout = .seconds(2)
    return request
  }
}
