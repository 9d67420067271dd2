internal import GateCore

/// A failed call, by what to do next.
enum QueryFailure: Error, Hashable, Sendable {
  /// AWS throttles the calls: wait and retry.
  case throttled(String)
  /// There was no response, or the service failed: retry.
  case transient(String, GateFault.Cause? = nil)
  /// The credentials are expired or unknown, or the signature is wrong.
  case credentials(String)
  case permission(String)
  /// The named resource does not exist.
  case notFound(String)
  case rejected(String)
  case malformed(String)
  /// The response is not from AWS, such as a proxy's page.
  case foreign(String)
  /// The request cannot be sent, because of its URL or certificates.
  case unusable(String, GateFault.Cause? = nil)

  var isWorthAnotherTry: Bool {
    switch self {
    case .throttled, .transient: true
    case .credentials, .permission, .notFound, .rejected, .malformed, .foreign, .unusable: false
    }
  }
}

extension QueryFailure {
  init(_ failure: HTTPFailure) {
    self =
      switch failure.kind {
      case .unreachable, .silent: .transient(failure.detail, failure.cause)
      case .untrusted, .unusable: .unusable(failure.detail, failure.cause)
      case .tooLarge: .malformed(failure.detail)
      }
  }

  /// Reads an error response.
  ///
  /// Services have the code in different elements: `<ErrorResponse><Error>`, `<Response><Errors>
  /// <Error>`. AWS always gives one: a response without a code is not from AWS, unless it reports a
  /// temporary failure.
  init(_ response: HTTPResponse, without secrets: SecretMask) {
    let document = try? XMLElement(parsing: response.body)
    let error = document?["Error"] ?? document?["Errors"]?["Error"]
    let code = error?.value("Code") ?? ""
    let message = error?.value("Message") ?? ""
    let whole = code.isEmpty ? "status \(response.status)" : "\(code): \(message)"
    let detail = shownLine(secrets.masked(whole).prefix { !$0.isNewline })
    self =
      switch code {
      case _ where Self.throttlingCodes.contains(code) || response.status == 429:
        .throttled(detail)
      case _ where Self.credentialsCodes.contains(code): .credentials(detail)
      case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized":
        .permission(detail)
      case _
      where code.hasSuffix("NotFound") || code == "InvalidInstance"
        || code == "AccessPointNotFound" || code == "InvalidTarget":
        .notFound(detail)
      case _ where response.status >= 500 || Self.transientCodes.contains(code):
        .transient(detail)
      case "" where (300...399).contains(response.status):
        .foreign("status \(response.status), a redirect")
      case "" where response.status == 407: .foreign("status 407: a proxy requires credentials")
      case "": .foreign("status \(response.status) without an AWS error code")
      default: .rejected(detail)
      }
  }

  /// The codes of throttled calls.
  ///
  /// Source: botocore's `_retry.json` and `standard` retry mode.
  private static let throttlingCodes: Set = [
    "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled",
    "RequestThrottledException", "RequestLimitExceeded", "TooManyRequestsException",
    "EC2ThrottledException", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown",
    "PriorRequestNotComplete", "TransactionInProgressException",
  ]
  private static let transientCodes: Set = [
    "InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "Unavailable",
    "RequestTimeout", "RequestTimeoutException", "IDPCommunicationError",
  ]
  private static let credentialsCodes: Set = [
    "ExpiredToken", "ExpiredTokenException", "RequestExpired", "InvalidClientTokenId",
    "UnrecognizedClientException", "AuthFailure", "SignatureDoesNotMatch",
    "InvalidSignatureException", "IncompleteSignature", "MissingAuthenticationToken",
    "MissingAuthenticationTokenException", "InvalidAccessKeyId", "InvalidSecurity",
    "OptInRequired", "PendingVerification", "Blocked", "InvalidIdentityToken", "IDPRejectedClaim",
    "RequestTimeTooSkewed", "InvalidToken",
  ]
}
