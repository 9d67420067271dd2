internal import GateCore

/// Rules about gRPC health checks.
extension LintRule {
  static let grpc = [unknownServing, defaultMethod, reflection]

  private static let unknownServing = LintRule.ofEach(
    .error, "grpc-unknown-serving", finds: "a service that cannot exist is SERVING",
    why: "the health service gives the same status for everything: it knows no service, and so "
      + "none that is broken",
    advice: "use the health service of the gRPC library and set each service's status in it; it "
      + "answers NOT_FOUND for others"
  ) { member in
    guard let exchange = member.first(.unknownService), exchange.end == .answered,
      exchange.isServing == true
    else { return nil }
    return "\(exchange.inquiry.words) for a service that cannot exist: \(exchange.words), SERVING"
  }

  private static let defaultMethod = LintRule.ofEach(
    .warning, "grpc-default-method", finds: "the health check calls a method that no service has",
    why: "any gRPC server answers UNIMPLEMENTED, which the default matcher accepts: it shows that "
      + "a server runs, but nothing about its services",
    advice: "check GRPC:PORT/grpc.health.v1.Health/Check with matcher 0"
  ) { member in
    guard member.isGRPC, member.check.target.path == HealthCheckTarget.albGRPCPath else {
      return nil
    }
    return "\(member.check.target), matcher \(member.check.matcher)"
  }

  private static let reflection = LintRule.ofEach(
    .note, "grpc-reflection", finds: "the server lists its services for anyone",
    why: "reflection is for development: it gives the whole interface to anyone",
    advice: "leave the reflection service out of the release's server"
  ) { member in
    member.all(.reflection).first { $0.end == .answered && $0.grpcStatus == 0 && $0.bodySize > 5 }
      .map { member.seen($0) }
  }
}
