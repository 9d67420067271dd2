package import GateCore

/// What lint asks one instance, in this order: known before anything is sent, and the same whatever
/// is answered.
package struct InquiryPlan: Sendable {
  package let inquiries: [Inquiry]

  /// More are sent to no instance.
  package static let limit = 30

  /// `nonce` makes paths and queries that nobody has asked before: letters and digits.
  package init(_ check: HealthCheck, request: RequestFacts = RequestFacts(), nonce: String) {
    let target = check.target
    inquiries =
      switch target.scheme {
      case .http, .https: Self.http(target, request, nonce)
      case .grpc, .grpcs: Self.grpc(target, nonce)
      case .tcp, .ssl: [Inquiry](repeating: Inquiry(.check, .connect, ""), count: 2)
      }
    precondition(inquiries.count <= Self.limit, "no more than was promised")
  }

  private static func http(
    _ target: HealthCheckTarget, _ request: RequestFacts, _ nonce: String
  ) -> [Inquiry] {
    let method: Inquiry.Method = request.method == "HEAD" ? .head : .get
    let path = target.path
    let base = String(path.prefix { $0 != "?" })
    let missing = "/lint-no-such-path-\(nonce)"
    let https = Answer.Field("X-Forwarded-Proto", "https")
    let keeps = Answer.Field("Connection", "keep-alive")
    let check = Inquiry(.check, method, path)
    let sign = path.contains("?") ? "&" : "?"
    let queries = ["a", "b"].map { Inquiry(.query, method, "\(path)\(sign)lint=\(nonce)\($0)") }
    // Checks before, between and after the queries: what differs there alone is no matter of time.
    var all = [check, check, queries[0], check, check, queries[1], check]
    all.append(Inquiry(.first, method, path, fields: [keeps], on: .opened))
    all.append(Inquiry(.second, method, path, fields: [keeps], on: .kept))
    if request.sendsItsOwn { all.append(Inquiry(.asLoadBalancer, .get, path)) }
    all.append(Inquiry(.missingPath, method, missing))
    if base != "/" {
      let below = base.hasSuffix("/") ? String(base.dropLast()) : base
      all.append(Inquiry(.missingBelow, method, below + missing))
    }
    if target.scheme == .http, !request.saysForwarded {
      all.append(Inquiry(.missingForwarded, method, missing, fields: [https]))
      all.append(Inquiry(.forwarded, method, path, fields: [https]))
    }
    all.append(Inquiry(.otherHost, method, path, host: "lint-\(nonce).invalid"))
    if method == .get {
      all.append(Inquiry(.range, .get, path, fields: [Answer.Field("Range", "bytes=0-0")]))
      all.append(Inquiry(.head, .head, path))
    }
    return all
  }

  private static func grpc(_ target: HealthCheckTarget, _ nonce: String) -> [Inquiry] {
    let service = "lint.NoSuchService\(nonce)"
    var all = [Inquiry](repeating: Inquiry(.check, .call, target.path), count: 5)
    if target.path == HealthCheckTarget.standardGRPCPath {
      // HealthCheckRequest: field 1, the service's name.
      let message = [0x0A, UInt8(service.utf8.count)] + Array(service.utf8)
      all.append(Inquiry(.unknownService, .call, target.path, message: message))
    }
    all.append(Inquiry(.unknownMethod, .call, "/\(service)/Check"))
    for version in ["v1", "v1alpha"] {
      // ServerReflectionRequest: field 7, list_services.
      all.append(
        Inquiry(
          .reflection, .call, "/grpc.reflection.\(version).ServerReflection/ServerReflectionInfo",
          message: [0x3A, 0x00]))
    }
    return all
  }
}
