internal import GateCore

/// A Classic Load Balancer as its API describes it.
struct ClassicLoadBalancerDescription: Hashable, Sendable {
  var instanceIDs: [String]
  var check: ImportedHealthCheck
}

extension AWSClient {
  /// Describes a load balancer.
  ///
  /// - Throws: `SourceError.notFound` if there is none of that name.
  func describeClassicLoadBalancer(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> ClassicLoadBalancerDescription {
    let call = QueryCall(.classicLoadBalancer, name, "DescribeLoadBalancers")
      .with(list: "LoadBalancerNames.member", [name])
    var found: ClassicLoadBalancerDescription?
    try forEach(
      in: "LoadBalancerDescriptions", of: call, mark: ("Marker", "NextMarker"), budget: budget
    ) { item throws(SourceError) in
      guard item.value("LoadBalancerName")?.lowercased() == name.lowercased() else { return }
      found = try classicLoadBalancer(item, call: call)
    }
    guard let found else { throw missing(.classicLoadBalancer, name) }
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
    var imported = ImportedHealthCheck(settings: [
      .init("semantics", Semantics.classic.rawValue), .init("target", target),
    ])
    for (name, element) in [
      ("interval", "Interval"), ("timeout", "Timeout"), ("healthy_threshold", "HealthyThreshold"),
      ("unhealthy_threshold", "UnhealthyThreshold"),
    ] {
      let number = try number(element, in: check, of: call)
      imported.settings.append(.init(name, String(number)))
    }
    // The policies of each instance port that has any, such as `443: PublicKeys`.
    let policies = item.list("BackendServerDescriptions").compactMap { server -> String? in
      let names = server["PolicyNames"]?.children.map(\.text.trimmed) ?? []
      guard !names.isEmpty else { return nil }
      let port = server.value("InstancePort") ?? "?"
      return shownLine("\(port): \(names.joined(separator: ", "))", limit: 120)
    }
    if !policies.isEmpty {
      imported.warnings = [
        "the load balancer \(shownLine(item.value("LoadBalancerName") ?? "", limit: 80)) has "
          + "policies for its instances that are not honored here (public keys, the PROXY "
          + "protocol): " + policies.joined(separator: ", ")
      ]
    }
    return ClassicLoadBalancerDescription(instanceIDs: ids, check: imported)
  }

  /// Describes the load balancer's view of all registered instances.
  func describeInstanceHealth(
    _ name: String, budget: QueryCaller.Budget
  ) throws(SourceError) -> [LoadBalancerReport.Opinion] {
    let call = QueryCall(.classicLoadBalancer, name, "DescribeInstanceHealth")
      .with("LoadBalancerName", name)
    var opinions: [LoadBalancerReport.Opinion] = []
    for item in try answer(call, budget: budget)?.list("InstanceStates") ?? [] {
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

  private static func unlessNotApplicable(_ text: String?) -> String? {
    text == "N/A" ? nil : text
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
