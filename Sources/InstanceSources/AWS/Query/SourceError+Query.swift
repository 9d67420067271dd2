internal import GateCore

extension SourceError {
  /// Whether a call is worth another attempt.
  var isWorthAnotherTry: Bool {
    switch self {
    case .unreachable, .throttled: true
    case .noCredentials, .unusableCredentials, .refusedCredentials, .missingPermission, .notFound,
      .ending, .unusable, .rejected, .malformed, .foreign:
      false
    }
  }

  /// Reads an error response.
  ///
  /// Services have the code in different elements: `<ErrorResponse><Error>`, `<Response><Errors>
  /// <Error>`. AWS always gives one: a response without a code is not from AWS, unless it reports a
  /// temporary failure.
  init(
    _ response: HTTPResponse, to call: QueryCall, from place: String, without secrets: SecretMask
  ) {
    let document = try? XMLElement(parsing: response.body)
    let error = document?["Error"] ?? document?["Errors"]?["Error"]
    let code = error?.value("Code") ?? ""
    let message = error?.value("Message") ?? ""
    let whole = code.isEmpty ? "status \(response.status)" : "\(code): \(message)"
    let detail = shownLine(secrets.masked(whole).prefix { !$0.isNewline })
    self =
      switch code {
      case _ where Self.throttlingCodes.contains(code) || response.status == 429:
        .throttled(action: call.policyAction, detail: detail)
      case _ where Self.credentialsCodes.contains(code):
        .refusedCredentials(place: place, detail: detail)
      case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "NotAuthorized":
        .missingPermission(
          action: call.policyAction, resource: call.subject, caller: nil, detail: detail)
      case _
      where code.hasSuffix("NotFound") || code == "InvalidInstance"
        || code == "AccessPointNotFound" || code == "InvalidTarget":
        call.missing(in: place) ?? .rejected(place: place, detail: detail)
      case _ where response.status >= 500 || Self.transientCodes.contains(code):
        .unreachable(place: place, detail: detail)
      case "" where (300...399).contains(response.status):
        .foreign(place: place, detail: "status \(response.status), a redirect")
      case "" where response.status == 407:
        .foreign(place: place, detail: "status 407: a proxy requires credentials")
      case "":
        .foreign(place: place, detail: "status \(response.status) without an AWS error code")
      default: .rejected(place: place, detail: detail)
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
