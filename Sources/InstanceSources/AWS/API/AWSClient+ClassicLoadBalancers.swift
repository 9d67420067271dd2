internal import GateCore

/// A Classic Load Balancer as its API describes it.
struct ClassicLoadBalancerDescription: Hashable, Sendable {
  var name: String
  var instanceIDs: [String]
  /// The target of the health check, such as `HTTP:80/health`.
  var target: String
  var interval: Int
  var timeout: Int
  var healthyThreshold: Int
  var unhealthyThreshold: Int
  /// The policies of each instance port that has any, such as `443: PublicKeys`.
  var backendPolicies: [String]
}

extension AWSClient {
  /// Describes a load balancer.
  ///
  /// - Throws: `SourceError.notFound` if there is none of that name.
  func describeClassicLoadBalancer(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> ClassicLoadBalancerDescription {
    let call = QueryCall(
      .elasticLoadBalancing, "DescribeLoadBalancers", about: Self.classicSubject(name)
    )
    .with(list: "LoadBalancerNames.member", [name])
    let result = "DescribeLoadBalancersResult"
    let missing = missingClassicLoadBalancer(name)
    var found: ClassicLoadBalancerDescription?
    try forEachPage(
      of: call, mark: ("Marker", [result, "NextMarker"]), budget: budget, missing: missing
    ) { page throws(SourceError) in
      for item in page[result]?.list("LoadBalancerDescriptions") ?? []
      where item.value("LoadBalancerName")?.lowercased() == name.lowercased() {
        found = try classicLoadBalancer(item, call: call)
      }
    }
    guard let found else { throw missing }
    return found
  }

  private func classicLoadBalancer(
    _ item: XMLElement, call: QueryCall
  ) throws(SourceError) -> ClassicLoadBalancerDescription {
    guard let check = item["HealthCheck"], let target = check.value("Target") else {
      throw malformed(call, "the load balancer has no health check")
    }
    var ids: [String] = []
    for instance in item.list("Instances") {
      ids.append(try identifier("InstanceId", in: instance, of: call))
    }
    return ClassicLoadBalancerDescription(
      name: shownLine(item.value("LoadBalancerName") ?? "", limit: 80),
      instanceIDs: ids,
      target: target,
      interval: try number("Interval", in: check, of: call),
      timeout: try number("Timeout", in: check, of: call),
      healthyThreshold: try number("HealthyThreshold", in: check, of: call),
      unhealthyThreshold: try number("UnhealthyThreshold", in: check, of: call),
      backendPolicies: item.list("BackendServerDescriptions").compactMap { server in
        let names = server["PolicyNames"]?.children.map(\.text.trimmed) ?? []
        guard !names.isEmpty else { return nil }
        let port = server.value("InstancePort") ?? "?"
        return shownLine("\(port): \(names.joined(separator: ", "))", limit: 120)
      })
  }

  /// Describes the load balancer's view of all registered instances.
  func describeInstanceHealth(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [LoadBalancerReport.Opinion] {
    let call = QueryCall(
      .elasticLoadBalancing, "DescribeInstanceHealth", about: Self.classicSubject(name)
    )
    .with("LoadBalancerName", name)
    let page = try answer(call, budget: budget, missing: missingClassicLoadBalancer(name))
    var opinions: [LoadBalancerReport.Opinion] = []
    for item in page["DescribeInstanceHealthResult"]?.list("InstanceStates") ?? [] {
      let description = item.value("Description").map { shownLine($0) }
      let reason = item.value("ReasonCode").map { shownLine($0) }
      opinions.append(
        LoadBalancerReport.Opinion(
          targetID: try identifier("InstanceId", in: item, of: call),
          view: LoadBalancerView(
            state: InstanceState(
              classic: item.value("State") ?? "", reason: reason ?? "",
              description: description ?? ""),
            reasonCode: Self.unlessNotApplicable(reason),
            description: Self.unlessNotApplicable(description))))
    }
    return opinions
  }

  private static func classicSubject(_ name: String) -> String {
    "the Classic Load Balancer '\(shownLine(name))'"
  }

  private static func unlessNotApplicable(_ text: String?) -> String? {
    text == "N/A" ? nil : text
  }

  private func missingClassicLoadBalancer(_ name: String) -> SourceError {
    .notFound(
      what: "Classic Load Balancer", name: shownLine(name),
      place: place(of: .elasticLoadBalancing))
  }
}

extension InstanceState {
  /// The state of an instance of a Classic Load Balancer.
  ///
  /// `OutOfService` also covers instances that are not in service *yet*: until they are registered
  /// and have passed the threshold of checks. An instance is unhealthy only if the load balancer
  /// has counted failures, or if the instance is not running. A description can have several
  /// sentences.
  ///
  /// Source: `DescribeInstanceHealth` (2012-06-01), `InstanceState`.
  init(classic state: String, reason: String, description: String) {
    func says(_ phrases: [String]) -> Bool { phrases.contains { description.contains($0) } }
    self =
      switch state {
      case "InService": says(Self.classicLeaving) ? .initial : .healthy
      case "OutOfService" where says(Self.classicFailed): .unhealthy
      case "OutOfService" where reason == "ELB" || says(Self.classicNotYet): .initial
      case "OutOfService": .unhealthy
      default: .initial
      }
  }

  private static let classicLeaving = [
    "deregistration currently in progress", "Disable Availability Zone is currently in progress",
  ]
  private static let classicFailed = [
    "failed at least the UnhealthyThreshold", "in stopped state", "in terminated state",
  ]
  private static let classicNotYet =
    [
      "registration is still in progress", "has not passed the configured HealthyThreshold",
      "in pending state", "Availability Zone for which LoadBalancer is not configured",
      "not currently registered", "transient error",
    ] + classicLeaving
}
