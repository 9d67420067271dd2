internal import Curl
internal import GateCore
internal import LibC

/// Sends one request and waits for the response, on the calling thread.
///
/// The request limits the time, the client the size. It follows no redirect, and keeps no
/// connection and no cookie.
package enum HTTPClient {
  /// The largest body; an API's response has a few kilobytes per instance.
  static let bodyLimit = 8 << 20
  static let headerLimit = 64 << 10

  package static func send(_ request: HTTPRequest) throws(HTTPFailure) -> HTTPResponse {
    let handle: EasyHandle
    do throws(CurlFailure) { handle = try EasyHandle() } catch {
      throw HTTPFailure(.unusable, "libcurl has no memory for a request")
    }
    handle.response.pointee.header_limit = headerLimit
    handle.response.pointee.body_limit = bodyLimit
    handle.response.pointee.body_kept = bodyLimit
    let lines = try request.headerLines
    do throws(CurlFailure) {
      // It must live as long as the transfer.
      let list = try StringList(lines)
      defer { withExtendedLifetime(list) {} }
      try handle.set(.httpHeader, list)
      try handle.set(request)
      try handle.perform()
    } catch {
      throw HTTPFailure(error, of: handle)
    }
    let retryAfter = handle.response.pointee.fields()
      .first { $0.name.lowercased() == "retry-after" }?.value.trimmed
    return HTTPResponse(
      status: handle[.responseCode], body: handle.response.pointee.bodyBytes,
      retryAfter: retryAfter)
  }
}

extension HTTPRequest {
  /// The header lines that libcurl does not add by itself, or must not add.
  fileprivate var headerLines: [String] {
    get throws(HTTPFailure) {
      var fields = fields
      if case .send(_, let contentType) = method {
        // A server that does not know "Expect" would cost a second of waiting.
        fields = [HTTPField("Content-Type", contentType), HTTPField("Expect", "")] + fields
      }
      if let token = signing?.credentials.sessionToken {
        fields.append(HTTPField("X-Amz-Security-Token", token.revealed))
      }
      // Other characters could end the line and begin another one.
      if let field = fields.first(where: {
        !$0.value.revealed.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
      }) {
        throw HTTPFailure(.unusable, "the value for \(field.name) has control characters")
      }
      return fields.map { "\($0.name): \($0.value.revealed)" }
    }
  }
}

extension EasyHandle {
  fileprivate func set(_ request: HTTPRequest) throws(CurlFailure) {
    try set(.httpVersion, HTTPVersion.http1_1)
    try set(.userAgent, "healthgate")
    try set(.url, request.url)
    try set(.connectTimeoutMS, request.connectTimeout.inMilliseconds)
    try set(.timeoutMS, request.timeout.inMilliseconds)
    if case .none = request.proxyUse { try set(.proxy, "") }
    if let path = request.authorityFile { try trust(path) }
    switch request.method {
    case .get: break
    case .put: try set(.customRequest, "PUT")
    case .post(let text), .send(let text, _):
      try set(.post, 1)
      try set(.postFieldSize, text.revealed.utf8.count)
      try set(.copyPostFields, text.revealed)
    }
    if let signing = request.signing { try sign(signing) }
  }

  /// Sets a file of certificates, or a folder with their hashes as `c_rehash` creates it.
  private func trust(_ path: String) throws(CurlFailure) {
    var status = stat()
    let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    guard isFolder else { return try set(.caInfo, path) }
    try set(.caInfo, nil)
    try set(.caPath, path)
  }

  /// Lets libcurl sign the request.
  ///
  /// This works only for a form that is posted to `/`: libcurl 7.88.1 signs many other requests
  /// incorrectly, and any from which a standard header was removed. It signs the host,
  /// `X-Amz-Date`, and the fields that are added here. User name and password are set separately,
  /// because a secret may have a colon.
  private func sign(_ signing: HTTPRequest.Signing) throws(CurlFailure) {
    try set(.awsSigV4, "aws:amz:\(signing.region):\(signing.service)")
    try set(.username, signing.credentials.accessKeyID.revealed)
    try set(.password, signing.credentials.secretAccessKey.revealed)
  }
}

extension HTTPFailure {
  fileprivate init(_ failure: CurlFailure, of handle: EasyHandle) {
    guard !handle.response.pointee.body_too_large, !handle.response.pointee.header_too_large else {
      self.init(.tooLarge, "the response is larger than \(HTTPClient.bodyLimit >> 20) MiB")
      return
    }
    guard let result = failure.result else {
      self.init(.unusable, failure.description)
      return
    }
    let (kind, cause) = Self.kindAndCause(of: result, in: handle)
    self.init(kind, handle.words(for: result).trimmed, cause: cause)
  }

  /// The kind of the failure and its cause, by libcurl's result; without a cause if it is not known.
  ///
  /// Source: libcurl-errors(3).
  private static func kindAndCause(
    of result: CurlResult, in handle: EasyHandle
  ) -> (Kind, GateFault.Cause?) {
    let proxy: GateFault.Cause? = handle[.httpConnectCode] > 0 ? .proxyUnusable : nil
    return switch result {
    case .couldntResolveHost, .couldntResolveProxy: (.unreachable, .nameServer)
    case .peerFailedVerification, .sslCACertBadFile, .sslConnectError: (.untrusted, .tlsFiles)
    case .proxy: (.unreachable, .proxyUnusable)
    case .unsupportedProtocol, .urlMalformat, .notBuiltIn, .unknownOption, .outOfMemory,
      .badFunctionArgument:
      (.unusable, proxy)
    case .operationTimedOut where handle[.connectTime] > 0: (.silent, proxy)
    default: (.unreachable, proxy)
    }
  }
}

extension Duration {
  /// At least 1, because 0 would mean no limit.
  fileprivate var inMilliseconds: Int { max(1, Int(self / .milliseconds(1))) }
}
