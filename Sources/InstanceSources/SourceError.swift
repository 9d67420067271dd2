package import GateCore

/// Why a source could not list the group.
package enum SourceError: Error, Hashable, Sendable {
  /// There is no response, or only a temporary failure; it can be retried.
  case unreachable(place: String, detail: String, cause: GateFault.Cause = .awsUnreachable)
  /// The calls are throttled; `action` is, for example, `autoscaling:DescribeAutoScalingGroups`.
  case throttled(action: String, detail: String)
  /// There are no credentials; `tried` is where they were looked for.
  case noCredentials(tried: String)
  /// A place for credentials is configured, but has none that can be used: only one of two keys, or
  /// a command that fails.
  case unusableCredentials(detail: String, advice: String)
  /// There are credentials, but they are expired or unknown, or could not be fetched.
  case refusedCredentials(place: String, detail: String)
  /// The credentials are valid, but do not allow the action.
  ///
  /// `action` is, for example, `autoscaling:DescribeAutoScalingGroups`, `resource` describes its
  /// object, and `caller` is the identity if the detail does not have it.
  case missingPermission(action: String, resource: String, caller: String?, detail: String)
  /// The resource does not exist there.
  case notFound(what: String, name: String, place: String)
  /// The resource exists, but is being deleted.
  case ending(what: String, name: String, detail: String)
  /// The settings of this machine or of the group cannot be used.
  case unusable(detail: String, advice: String, cause: GateFault.Cause? = nil)
  /// The request was understood, but rejected.
  case rejected(place: String, detail: String, cause: GateFault.Cause = .awsUnreachable)
  /// The response is invalid.
  case malformed(place: String, detail: String, cause: GateFault.Cause = .awsUnreachable)
  /// The response is from something else, such as a proxy's page.
  case foreign(place: String, detail: String)
}

extension SourceError: CustomStringConvertible {
  /// What happened, and where.
  package var message: String {
    switch self {
    case .unreachable(let place, let detail, _): "cannot reach \(place): \(detail)"
    case .throttled(let action, let detail): "AWS throttles \(action): \(detail)"
    case .noCredentials(let tried): "no AWS credentials found: \(tried)"
    case .refusedCredentials(let place, let detail):
      "the AWS credentials were refused by \(place): \(detail)"
    case .unusableCredentials(let detail, _): detail
    case .missingPermission(let action, let resource, let caller, let detail):
      "AWS does not allow \(action)\(resource.isEmpty ? "" : " for \(resource)")"
        + (caller.map { " to \($0)" } ?? "") + (detail.isEmpty ? "" : ": \(detail)")
    case .notFound(let what, let name, let place): "there is no \(what) '\(name)' in \(place)"
    case .ending(let what, let name, let detail):
      "the \(what) '\(name)' is being deleted (\(detail))"
    case .unusable(let detail, _, _): detail
    case .rejected(let place, let detail, _): "\(place) rejected the request: \(detail)"
    case .malformed(let place, let detail, _): "the response of \(place) cannot be read: \(detail)"
    case .foreign(let place, let detail): "it is not AWS that answers at \(place): \(detail)"
    }
  }

  /// What to do next.
  package var hint: String {
    switch self {
    case .unreachable: "check the name, the network and any proxy; for AWS the region (AWS_REGION)"
    case .throttled:
      "make refresh longer, or find what else calls it: AWS limits the calls of an account in a region"
    case .noCredentials:
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role"
    case .unusableCredentials(_, let advice): advice
    case .refusedCredentials(_, let detail): Self.advice(onRefusal: detail)
    case .missingPermission(let action, _, let caller, _):
      "allow the action \(action) to \(caller ?? "the role that runs this")"
        + (action.hasPrefix("sts:")
          ? ", and make sure that the role's trust policy names it" : ", on Resource \"*\"")
    case .notFound: "check the name; for AWS the region (AWS_REGION) and the account (AWS_PROFILE)"
    case .ending: "name the group that replaces it"
    case .unusable(_, let advice, _): advice
    case .rejected: "check the name and the region (AWS_REGION)"
    case .malformed: "check what responds there; for AWS, check AWS_ENDPOINT_URL and any proxy"
    case .foreign:
      "a proxy, a firewall or a sign-in page is in between: check HTTPS_PROXY and NO_PROXY, and "
        + "allow this host to reach AWS"
    }
  }

  /// The advice for the code from AWS with which the detail begins.
  private static func advice(onRefusal detail: String) -> String {
    switch detail.prefix(while: { $0 != ":" }) {
    case "ExpiredToken", "ExpiredTokenException":
      "the credentials have expired: renew them, or use a source that renews itself (a role, SSO)"
    case "RequestExpired", "RequestTimeTooSkewed":
      "the clock of this machine is probably wrong: compare 'date -u' with the time of AWS"
    case "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature":
      "the secret access key probably does not match the access key; check the clock too"
    case "InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure":
      "AWS does not know the access key, or the session token is missing or another key's, or the "
        + "region is not enabled for the account: try 'aws sts get-caller-identity' on this host"
    case "OptInRequired": "the account is not signed up for this service, or not in this region"
    case "InvalidIdentityToken", "IDPRejectedClaim":
      "the role's trust policy does not accept this token: compare issuer, audience and subject"
    default:
      "try 'aws sts get-caller-identity' on this host; renew the credentials, and check the clock"
    }
  }

  package var description: String { message }
}

extension GateFault {
  /// Creates the gate fault for a source that cannot be read while the group is gated.
  package init(_ error: SourceError) { self.init(detail: error.message, cause: error.cause) }
}

extension SourceError {
  static func noAnswer(of place: String, _ failure: HTTPFailure) -> SourceError {
    .unreachable(
      place: place, detail: failure.detail, cause: failure.cause ?? .awsUnreachable)
  }

  /// The cause of the fault; nil if it is not known.
  var cause: GateFault.Cause? {
    switch self {
    case .unreachable(_, _, let cause), .rejected(_, _, let cause), .malformed(_, _, let cause):
      cause
    case .throttled: .throttled
    case .noCredentials, .unusableCredentials, .refusedCredentials: .credentials
    case .missingPermission: .missingPermission
    case .notFound, .ending: .notFound
    case .unusable(_, _, let cause): cause
    case .foreign: .foreign
    }
  }
}
