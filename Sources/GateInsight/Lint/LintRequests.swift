package import GateCore

/// The requests of lint to one instance, in order; they do not depend on the responses.
package struct LintRequests: Sendable {
  package let inquiries: [LintRequest]

  /// The largest number of requests to an instance.
  package static let limit = 30

  /// Creates the requests; `nonce` makes paths and queries unique, and consists of letters and
  /// digits.
  package init(_ check: HealthCheck, request: RequestFacts = RequestFacts(), nonce: String) {
    let target = check.target
    inquiries =
      switch target.scheme {
      case .http, .https: Self.http(target, request, nonce)
      case .grpc, .grpcs: Self.grpc(target, nonce)
      case .tcp, .ssl: [LintRequest](repeating: LintRequest(.check, .connect, ""), count: 2)
      }
    precondition(inquiries.count <= Self.limit, "no more than was promised")
  }

  private static func http(
    _ target: HealthCheckTarget, _ request: RequestFacts, _ nonce: String
  ) -> [LintRequest] {
    let method: LintRequest.Method = request.method == "HEAD" ? .head : .get
    let path = target.path
    let base = String(path.prefix { $0 != "?" })
    let missing = "/lint-no-such-path-\(nonce)"
    let https = Answer.Field("X-Forwarded-Proto", "https")
    let keeps = Answer.Field("Connection", "keep-alive")
    let check = LintRequest(.check, method, path)
    let sign = path.contains("?") ? "&" : "?"
    let queries = ["a", "b"].map { LintRequest(.query, method, "\(path)\(sign)lint=\(nonce)\($0)") }
    // Checks come before, between and after the queries, so that a difference is not just a change
    // over time.
    var all = [check, check, queries[0], check, check, queries[1], check]
    all.append(LintRequest(.first, method, path, fields: [keeps], on: .opened))
    all.append(LintRequest(.second, method, path, fields: [keeps], on: .kept))
    if request.sendsItsOwn { all.append(LintRequest(.asLoadBalancer, .get, path)) }
    all.append(LintRequest(.missingPath, method, missing))
    if base != "/" {
      let below = base.hasSuffix("/") ? String(base.dropLast()) : base
      all.append(LintRequest(.missingBelow, method, below + missing))
    }
    if target.scheme == .http, !request.saysForwarded {
      all.append(LintRequest(.missingForwarded, method, missing, fields: [https]))
      all.append(LintRequest(.forwarded, method, path, fields: [https]))
    }
    all.append(LintRequest(.otherHost, method, path, host: "lint-\(nonce).invalid"))
    if method == .get {
      all.append(LintRequest(.range, .get, path, fields: [Answer.Field("Range", "bytes=0-0")]))
      all.append(LintRequest(.head, .head, path))
    }
    return all
  }

  private static func grpc(_ target: HealthCheckTarget, _ nonce: String) -> [LintRequest] {
    let service = "lint.NoSuchService\(nonce)"
    var all = [LintRequest](repeating: LintRequest(.check, .call, target.path), count: 5)
    if target.path == HealthCheckTarget.standardGRPCPath {
      // HealthCheckRequest: field 1 is the service's name.
      let message = [0x0A, UInt8(service.utf8.count)] + Array(service.utf8)
      all.append(LintRequest(.unknownService, .call, target.path, message: message))
    }
    all.append(LintRequest(.unknownMethod, .call, "/\(service)/Check"))
    for version in ["v1", "v1alpha"] {
      // ServerReflectionRequest: field 7 is list_services.
      all.append(
        LintRequest(
          .reflection, .call, "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
          message: [0x3A, 0x00]))
    }
    return all
  }
}
