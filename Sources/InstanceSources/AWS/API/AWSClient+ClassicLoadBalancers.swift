internal import GateCore

/// A Classic Load Balancer as its API describes it.
struct ClassicLoadBalancerDescription: Hashable, Sendable {
  var instanceIDs: [String]
  /// `HTTP:80/health`.
  var target: String
  var interval: Int
  var timeout: Int
  var healthyThreshold: Int
  var unhealthyThreshold: Int
}

extension AWSClient {
  /// - Throws: `SourceError.notFound` when there is none of that name.
  func describeClassicLoadBalancer(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> ClassicLoadBalancerDescription {
    let call = QueryCall(.elasticLoadBalancing, "DescribeLoadBalancers")
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
      instanceIDs: ids,
      target: target,
      interval: try number("Interval", in: check, of: call),
      timeout: try number("Timeout", in: check, of: call),
      healthyThreshold: try number("HealthyThreshold", in: check, of: call),
      unhealthyThreshold: try number("UnhealthyThreshold", in: check, of: call))
  }

  /// What the load balancer says of every instance that is registered.
  func describeInstanceHealth(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [LoadBalancerReport.Opinion] {
    let call = QueryCall(.elasticLoadBalancing, "DescribeInstanceHealth")
      .with("LoadBalancerName", name)
    let page = try answer(call, budget: budget, missing: missingClassicLoadBalancer(name))
    var opinions: [LoadBalancerReport.Opinion] = []
    for item in page["DescribeInstanceHealthResult"]?.list("InstanceStates") ?? [] {
      let description = item.value("Description").map { shownLine($0) }
      opinions.append(
        LoadBalancerReport.Opinion(
          targetID: try identifier("InstanceId", in: item, of: call),
          view: LoadBalancerView(
            state: InstanceState(
              classic: item.value("State") ?? "", description: description ?? ""),
            reasonCode: Self.unlessNotApplicable(item.value("ReasonCode").map { shownLine($0) }),
            description: Self.unlessNotApplicable(description))))
    }
    return opinions
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
  /// Being registered or deregistered is neither in service nor failing.
  ///
  /// Source: `DescribeInstanceHealth`, `InstanceState`.
  init(classic state: String, description: String) {
    self =
      switch state {
      case "InService" where description.contains("deregistration currently in progress"):
        .initial
      case "InService": .healthy
      case "OutOfService" where description.contains("registration is still in progress"):
        .initial
      case "OutOfService": .unhealthy
      default: .initial
      }
  }
}
