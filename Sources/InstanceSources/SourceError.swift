/// Why a source could not say what is in the group.
package enum SourceError: Error, Hashable, Sendable {
  /// Nothing answers there, or only that it cannot now. It may pass.
  case unreachable(place: String, detail: String)
  /// There are no credentials to ask with; `tried` is where they were looked for.
  case noCredentials(tried: String)
  /// There are credentials, and they are expired, unknown, or could not be got.
  case refusedCredentials(place: String, detail: String)
  /// The credentials hold, but do not allow this: `autoscaling:DescribeAutoScalingGroups`.
  case missingPermission(action: String, detail: String)
  /// There is no such thing where it was looked for.
  case notFound(what: String, name: String, place: String)
  /// The settings of this machine or of the group cannot be worked with.
  case unusable(detail: String, advice: String)
  /// The request was understood and turned down.
  case rejected(place: String, detail: String)
  /// An answer that is not what it should be.
  case malformed(place: String, detail: String)
}

extension SourceError: CustomStringConvertible {
  /// What happened and where.
  package var message: String {
    switch self {
    case .unreachable(let place, let detail): "cannot reach \(place): \(detail)"
    case .noCredentials(let tried): "no AWS credentials found: \(tried)"
    case .refusedCredentials(let place, let detail):
      "the AWS credentials were refused by \(place): \(detail)"
    case .missingPermission(let action, let detail):
      "AWS does not allow \(action)\(detail.isEmpty ? "" : ": \(detail)")"
    case .notFound(let what, let name, let place): "there is no \(what) '\(name)' in \(place)"
    case .unusable(let detail, _): detail
    case .rejected(let place, let detail): "\(place) turned the request down: \(detail)"
    case .malformed(let place, let detail): "the answer of \(place) cannot be read: \(detail)"
    }
  }

  /// What to do next.
  package var hint: String {
    switch self {
    case .unreachable: "check the name, the network, a proxy; for AWS the region (AWS_REGION)"
    case .noCredentials:
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give this machine a role"
    case .refusedCredentials:
      "try 'aws sts get-caller-identity' here; renew the credentials, and check the clock"
    case .missingPermission(let action, _): "allow the action \(action) to the role that runs this"
    case .notFound: "check the name; for AWS the region (AWS_REGION) and the account (AWS_PROFILE)"
    case .unusable(_, let advice): advice
    case .rejected: "check the name and the region (AWS_REGION)"
    case .malformed: "look at what answers there; for AWS at AWS_ENDPOINT_URL, and for a proxy"
    }
  }

  package var description: String { message }
}
