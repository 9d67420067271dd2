internal import GateCore

/// A target group as its API describes it.
struct TargetGroupDescription: Hashable, Sendable {
  var arn: String
  var name: String
  /// The protocol in AWS's spelling, such as `TLS`; nil for a group of Lambda functions.
  var transport: String?
  /// One of `HTTP1`, `HTTP2`, `GRPC`.
  var protocolVersion: String?
  var port: Int?
  /// One of `instance`, `ip`, `lambda`, `alb`.
  var targetType: String
  /// One of `ipv4`, `ipv6`.
  var addressType: String?
  /// Whether connections begin with a PROXY protocol header; nil if that is not known.
  var sendsProxyProtocol: Bool?
  var check: Check

  /// The health check with the API's texts; a group of Lambda functions may have none.
  struct Check: Hashable, Sendable {
    var isEnabled: Bool
    var transport: String?
    /// A number, or `traffic-port`.
    var port: String?
    var path: String?
    /// The interval, the timeout and the thresholds, as far as they are given.
    var numbers: [ImportedHealthCheck.Setting]
    /// The matcher of the group's protocol version.
    var matcher: String?
  }
}

/// A target with its health.
struct TargetHealthDescription: Hashable, Sendable {
  /// Its ID and port, and the load balancer's view of it.
  var opinion: LoadBalancerReport.Opinion
  /// A zone or `all`; nil if the target has none of its own.
  var zone: String?
  /// The state in AWS's spelling, such as `unhealthy.draining`.
  var state: String
}

extension AWSClient {
  /// Describes the target group with a name or an ARN.
  ///
  /// - Throws: `SourceError.notFound` if there is none.
  func describeTargetGroup(
    _ reference: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> TargetGroupDescription {
    let isARN = reference.hasPrefix("arn:")
    let call = QueryCall(.targetGroup, reference, "DescribeTargetGroups")
      .with(list: isARN ? "TargetGroupArns.member" : "Names.member", [reference])
    var found: TargetGroupDescription?
    try forEach(
      in: "TargetGroups", of: call, mark: ("Marker", "NextMarker"), budget: budget
    ) { item throws(SourceError) in
      guard item.value(isARN ? "TargetGroupArn" : "TargetGroupName") == reference else { return }
      found = try targetGroup(item, call: call)
    }
    guard let found else { throw missing(.targetGroup, reference) }
    return found
  }

  private func targetGroup(
    _ item: XMLElement, call: QueryCall
  ) throws(SourceError) -> TargetGroupDescription {
    TargetGroupDescription(
      arn: try identifier("TargetGroupArn", in: item, of: call),
      name: try identifier("TargetGroupName", in: item, of: call),
      transport: item.value("Protocol"),
      protocolVersion: item.value("ProtocolVersion"),
      port: try port(item.value("Port"), of: call),
      targetType: item.value("TargetType") ?? "instance",
      addressType: item.value("IpAddressType"),
      check: TargetGroupDescription.Check(
        isEnabled: item.value("HealthCheckEnabled") != "false",
        transport: item.value("HealthCheckProtocol"),
        port: item.value("HealthCheckPort"),
        path: item.value("HealthCheckPath"),
        numbers: [
          ("interval", "HealthCheckIntervalSeconds"), ("timeout", "HealthCheckTimeoutSeconds"),
          ("healthy_threshold", "HealthyThresholdCount"),
          ("unhealthy_threshold", "UnhealthyThresholdCount"),
        ].compactMap { name, element in item.value(element).map { .init(name, $0) } },
        matcher: item["Matcher"]?
          .value(item.value("ProtocolVersion") == "GRPC" ? "GrpcCode" : "HttpCode")))
  }

  /// The attributes of a target group, by name.
  func describeTargetGroupAttributes(
    arn: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [String: String] {
    let call = QueryCall(.targetGroup, arn, "DescribeTargetGroupAttributes")
      .with("TargetGroupArn", arn)
    var attributes: [String: String] = [:]
    for item in try answer(call, budget: budget)?.list("Attributes") ?? [] {
      if let key = item.value("Key") { attributes[key] = item.value("Value") }
    }
    return attributes
  }

  func describeTargetHealth(
    arn: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [TargetHealthDescription] {
    let call = QueryCall(.targetGroup, arn, "DescribeTargetHealth").with("TargetGroupArn", arn)
    var targets: [TargetHealthDescription] = []
    for item in try answer(call, budget: budget)?.list("TargetHealthDescriptions") ?? [] {
      guard let target = item["Target"], let health = item["TargetHealth"] else {
        throw malformed(call, "a target has no <Target> or no <TargetHealth>")
      }
      let state = health.value("State") ?? ""
      targets.append(
        TargetHealthDescription(
          opinion: LoadBalancerReport.Opinion(
            targetID: try identifier("Id", in: target, of: call),
            port: try port(target.value("Port"), of: call),
            view: LoadBalancerView(
              state: InstanceState(target: state),
              reasonCode: health.value("Reason").map { shownLine($0) },
              description: health.value("Description").map { shownLine($0) })),
          zone: target.value("AvailabilityZone"), state: state))
    }
    return targets
  }

  private func port(_ text: String?, of call: QueryCall) throws(SourceError) -> Int? {
    guard let text else { return nil }
    guard let port = Int(text), (1...65_535).contains(port) else {
      throw malformed(call, "'\(shownLine(text, limit: 20))' is not a port")
    }
    return port
  }
}
