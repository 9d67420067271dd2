internal import GateCore

extension TargetGroupDescription {
  /// The group's health check as settings.
  ///
  /// - Throws: `SourceError.unusable` if it has none, or one of an unknown kind.
  func importedHealthCheck() throws(SourceError) -> ImportedHealthCheck {
    guard targetType != "lambda" else {
      throw TargetGroup.unusable(self, "its targets are lambda functions")
    }
    guard check.isEnabled else { throw TargetGroup.unusable(self, "its health check is off") }
    let target = try importedTarget()
    var settings: [ImportedHealthCheck.Setting] = [
      .init("semantics", semantics.rawValue),
      .init("target", target.written),
    ]
    if target.scheme.hasPath, protocolVersion == "HTTP2" {
      settings.append(.init("protocol_version", ProtocolVersion.http2.rawValue))
    }
    if sendsProxyProtocol == true {
      settings.append(.init("proxy_protocol", ProxyProtocol.v2.rawValue))
    }
    settings += check.numbers
    if target.scheme.hasPath, let matcher = check.matcher {
      settings.append(.init("matcher", matcher))
    }
    return ImportedHealthCheck(settings: settings, trafficPort: port)
  }

  /// `alb` if the targets speak HTTP with their load balancer, `nlb` for all lower protocols.
  private var semantics: Semantics { isOfApplication ? .alb : .nlb }

  var isOfApplication: Bool { transport == "HTTP" || transport == "HTTPS" }

  private func importedTarget() throws(SourceError) -> HealthCheckTarget {
    let isGRPC = protocolVersion == "GRPC"
    let scheme: HealthCheckTarget.Scheme
    switch check.transport {
    case "HTTP": scheme = isGRPC ? .grpc : .http
    case "HTTPS": scheme = isGRPC ? .grpcs : .https
    case "TCP": scheme = .tcp
    default:
      throw TargetGroup.unusable(
        self, "its health check's protocol is \(shownLine(check.transport ?? "not given"))")
    }
    let fallbackPath = isGRPC ? HealthCheckTarget.albGRPCPath : "/"
    let path = scheme.hasPath ? check.path ?? fallbackPath : ""
    // It is parsed like a user's setting, so that an unusual value is reported here with its name.
    do {
      return try HealthCheckTarget(
        parsing: "\(scheme.rawValue):\(check.port ?? "traffic-port")\(path)")
    } catch {
      throw TargetGroup.unusable(self, shownLine(error.description))
    }
  }
}
