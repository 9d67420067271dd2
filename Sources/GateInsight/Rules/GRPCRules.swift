internal import GateCore

/// gRPC: a status of its own, or none.
///
/// Source: gRPC, "Status codes and their use in gRPC".
extension Rule {
  static let grpc = [
    grpcApplicationDown, grpcPathMissing, grpcRefused, grpcWithoutStatus, noGRPC, unimplemented,
    implemented,
    unknownService, grpcAuthentication, grpcUnavailable, grpcDeadline, grpcExhausted, grpcError,
    otherGRPCStatus,
  ]

  private static let grpcApplicationDown = Rule(
    .applicationDown, .likely, boot: .looksLikeThis,
    when: { $0.is(.noGRPCServer) }
  ) {
    Words(
      "a proxy in front of \($0.who) answered the gRPC call itself: \($0.first.detailWords)",
      cause: "the proxy is up, but the gRPC server behind it is down, or the proxy cannot reach it",
      advice: "read the log of the service, then the proxy's error log")
  }

  private static let grpcPathMissing = Rule(
    .pathMissing, .likely, when: { $0.is(.noGRPCRoute) }
  ) {
    Words(
      "\($0.who) answered the gRPC call with HTTP 404",
      cause: "not a gRPC server: a web server on this port, or a proxy without a route for "
        + "\($0.path)",
      advice: "use the port of the gRPC server, or route \($0.path) to it (grpc_pass in nginx)")
  }

  private static let grpcRefused = Rule(
    .authenticationWanted, .likely,
    when: { $0.is(.grpcRefused) },
    words: grpcAuthenticationWords)

  /// It is a gRPC server, or a proxy in front of one: no web server sends that content type.
  private static let grpcWithoutStatus = Rule(
    .brokenAnswer, .likely,
    when: { $0.is(.noGRPCStatus) && $0.isOfGRPC }
  ) {
    Words(
      "\($0.who) answered the gRPC call without a status: \($0.first.detailWords)",
      cause: "the gRPC server ended the response without trailers, or a proxy in front of it "
        + "dropped them",
      advice: "look in the service's log for an aborted call; a proxy must speak HTTP/2 on "
        + "both sides (grpc_pass in nginx, http2 to the backend elsewhere)")
  }

  private static let noGRPC = Rule(
    .protocolMismatch, .likely, when: { $0.is(.noGRPCStatus) }
  ) {
    Words(
      "\($0.who) answered the gRPC call, but not in gRPC: \($0.first.detailWords)",
      cause: "a web server on this port, or a proxy that drops the trailers",
      advice: "use the port of the gRPC server, or an HTTP check; in nginx grpc_pass, not "
        + "proxy_pass")
  }

  private static let unimplemented = Rule(
    .grpcMatcher, .likely, when: { $0.kind == .grpcStatusMismatch && $0.status == 12 }
  ) {
    Words(
      "\($0.who) \($0.verb("does", "do")) not implement \($0.path): gRPC status 12, not \($0.check.matcher)",
      cause: "the health service is not registered on the server, or the method's name "
        + "has "
        + "a mistake",
      advice: "register grpc.health.v1.Health and check \(HealthCheckTarget.standardGRPCPath) with "
        + "matcher 0; matcher 12 fits only the load balancer's default path, which no server "
        + "implements")
  }

  private static let implemented = Rule(
    .grpcMatcher, .likely, when: { $0.kind == .grpcStatusMismatch && $0.status == 0 }
  ) {
    Words(
      "the call of \($0.path) succeeded on \($0.who): gRPC status 0, not \($0.check.matcher)",
      cause: "the matcher is still the load balancer's default, 12, for a method that "
        + "does "
        + "exist",
      advice: "set matcher to 0, here and in the target group")
  }

  private static let unknownService = Rule(
    .pathMissing, .likely, when: { $0.kind == .grpcStatusMismatch && $0.status == 5 }
  ) {
    Words(
      "\($0.who) answered \($0.path) with gRPC status 5: not found",
      cause: "the health service does not know the service that the check asks for",
      advice: "set that service's status in the health service, or set grpc_service to one that "
        + "it knows; by default a check asks for the empty name, which is the server as a whole")
  }

  private static let grpcAuthentication = Rule(
    .authenticationWanted, .likely,
    when: { $0.kind == .grpcStatusMismatch && ($0.status == 16 || $0.status == 7) },
    words: grpcAuthenticationWords)

  private static func grpcAuthenticationWords(_ occurrence: Occurrence) -> Words {
    Words(
      "\(occurrence.who) refused the gRPC call: \(occurrence.first.detailWords)",
      cause: "the method requires credentials, and a load balancer's check has none",
      advice: "exempt the health service from the interceptor that requires them")
  }

  private static let grpcUnavailable = Rule(
    .applicationNotReady, .likely, boot: .looksLikeThis,
    when: { $0.kind == .grpcStatusMismatch && $0.status == 14 }
  ) {
    Words(
      "\($0.who) \($0.verb("is", "are")) not available: \($0.first.detailWords)",
      cause: "the server is starting or shutting down, or a proxy cannot reach it",
      advice: "read the log of the service; set its health to SERVING when it is ready")
  }

  private static let grpcDeadline = Rule(
    .proxyTimeout, .likely, when: { $0.kind == .grpcStatusMismatch && $0.status == 4 }
  ) {
    Words(
      "\($0.who) abandoned the gRPC call: \($0.first.detailWords)",
      cause: "the method waits for something that does not answer in time",
      advice: "let the health service answer from known state, without calling other services")
  }

  private static let grpcExhausted = Rule(
    .rateLimited, .likely, when: { $0.kind == .grpcStatusMismatch && $0.status == 8 }
  ) {
    Words(
      "\($0.who) \($0.verb("has", "have")) no resources for the gRPC call: \($0.first.detailWords)",
      cause: "a rate limit, or an exhausted resource",
      advice: "exempt the health service from the limit, or find the exhausted resource")
  }

  private static let grpcError = Rule(
    .applicationError, .likely,
    when: { $0.kind == .grpcStatusMismatch && [2, 13, 15].contains($0.status) }
  ) {
    Words(
      "\($0.who) failed on the gRPC call: \($0.first.detailWords)",
      cause: "the server runs, but an exception ends the call",
      advice: "read the traceback in the service's log")
  }

  private static let otherGRPCStatus = Rule(
    .unexpectedStatus, .possible, when: { $0.kind == .grpcStatusMismatch }
  ) {
    Words(
      "\($0.who) answered \($0.path) with an unexpected status: \($0.first.detailWords)",
      cause: "the method requires a request that is not empty",
      advice: "check \(HealthCheckTarget.standardGRPCPath) with matcher 0")
  }
}

extension Symptom {
  fileprivate var isOfGRPC: Bool {
    report.evidence?.contentType?.lowercased().hasPrefix("application/grpc") ?? false
  }
}
