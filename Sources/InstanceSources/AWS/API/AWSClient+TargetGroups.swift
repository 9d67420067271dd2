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
    var interval: String?
    var timeout: String?
    var healthyThreshold: String?
    var unhealthyThreshold: String?
    var httpCodes: String?
    var grpcCodes: String?
  }
}

/// A target with its health.
struct TargetHealthDescription: Hashable, Sendable {
  /// An instance ID or an address.
  var id: String
  var port: Int?
  /// A zone or `all`; nil if the target has none of its own.
  var zone: String?
  /// The state in AWS's spelling, such as `unhealthy.draining`.
  var state: String
  /// The reason in AWS's spelling, such as `Target.Timeout`; nil if there is none.
  var reason: String?
  var description: String?
}

extension AWSClient {
  /// Describes the target group with a name or an ARN.
  ///
  /// - Throws: `SourceError.notFound` if there is none.
  func describeTargetGroup(
    _ reference: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> TargetGroupDescription {
    let isARN = reference.hasPrefix("arn:")
    let call = QueryCall(
      .elasticLoadBalancingV2, "DescribeTargetGroups", about: Self.targetGroupSubject(reference)
    )
    .with(list: isARN ? "TargetGroupArns.member" : "Names.member", [reference])
    let result = "DescribeTargetGroupsResult"
    let missing = missingTargetGroup(reference)
    var found: TargetGroupDescription?
    try forEachPage(
      of: call, mark: ("Marker", [result, "NextMarker"]), budget: budget, missing: missing
    ) { page throws(SourceError) in
      for item in page[result]?.list("TargetGroups") ?? []
      where item.value(isARN ? "TargetGroupArn" : "TargetGroupName") == reference {
        found = try targetGroup(item, call: call)
      }
    }
    guard let found else { throw missing }
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
        interval: item.value("HealthCheckIntervalSeconds"),
        timeout: item.value("HealthCheckTimeoutSeconds"),
        healthyThreshold: item.value("HealthyThresholdCount"),
        unhealthyThreshold: item.value("UnhealthyThresholdCount"),
        httpCodes: item["Matcher"]?.value("HttpCode"),
        grpcCodes: item["Matcher"]?.value("GrpcCode")))
  }

  /// The attributes of a target group, by name.
  func describeTargetGroupAttributes(
    arn: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [String: String] {
    let call = QueryCall(
      .elasticLoadBalancingV2, "DescribeTargetGroupAttributes", about: Self.targetGroupSubject(arn)
    )
    .with("TargetGroupArn", arn)
    let page = try answer(call, budget: budget, missing: missingTargetGroup(arn))
    var attributes: [String: String] = [:]
    for item in page["DescribeTargetGroupAttributesResult"]?.list("Attributes") ?? [] {
      if let key = item.value("Key") { attributes[key] = item.value("Value") }
    }
    return attributes
  }

  func describeTargetHealth(
    arn: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [TargetHealthDescription] {
    let call = QueryCall(
      .elasticLoadBalancingV2, "DescribeTargetHealth", about: Self.targetGroupSubject(arn)
    )
    .with("TargetGroupArn", arn)
    let page = try answer(call, budget: budget, missing: missingTargetGroup(arn))
    var targets: [TargetHealthDescription] = []
    for item in page["DescribeTargetHealthResult"]?.list("TargetHealthDescriptions") ?? [] {
      guard let target = item["Target"], let health = item["TargetHealth"] else {
        throw malformed(call, "a target has no <Target> or no <TargetHealth>")
      }
      targets.append(
        TargetHealthDescription(
          id: try identifier("Id", in: target, of: call),
          port: try port(target.value("Port"), of: call),
          zone: target.value("AvailabilityZone"),
          state: health.value("State") ?? "",
          reason: health.value("Reason").map { shownLine($0) },
          description: health.value("Description").map { shownLine($0) }))
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

  private static func targetGroupSubject(_ reference: String) -> String {
    "the target group '\(shownLine(reference))'"
  }

  private func missingTargetGroup(_ reference: String) -> SourceError {
    .notFound(
      what: "target group", name: shownLine(reference),
      place: place(of: .elasticLoadBalancingV2))
  }
}
