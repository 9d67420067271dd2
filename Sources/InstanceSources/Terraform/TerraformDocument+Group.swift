package import GateSettings

/// The group of a resource, by its name in AWS.
package struct TerraformGroup: Hashable, Sendable {
  /// The resource's address.
  package var address: String
  /// The group as a source of its own, by its ARN, which also has the region and the account, or
  /// else by its name.
  ///
  /// Resources that a plan has yet to create, and files without ARNs, have only a name.
  package var reference: InstanceSource
  /// The region, if the file has it (an ARN does); else nil.
  package var region: String?
}

extension TerraformDocument {
  /// The group to check.
  ///
  /// The address is that of an Auto Scaling group, a load balancer or a target group; an index that
  /// is left out matches any. Without an address it is the only Auto Scaling group; if there is
  /// none, the only load balancer or target group.
  ///
  /// - Throws: `TerraformError`
  package func group(at address: String?) throws(TerraformError) -> TerraformGroup {
    let resource = try groupResource(at: address)
    let reference: InstanceSource
    switch resource.kind {
    case .autoScalingGroup: reference = .autoScalingGroup(try resource.awsName())
    case .classicLoadBalancer: reference = .classicLoadBalancer(try resource.awsName())
    case .targetGroup:
      guard !resource.isOfLambdas else { throw resource.lambdas }
      reference = .targetGroup(try resource.awsName())
    case .attachment, nil:
      throw .wrongType(
        address: resource.address, type: shownLine(resource.type),
        fitting: fitting.map(\.address))
    }
    return TerraformGroup(
      address: resource.address, reference: reference,
      region: resource.values["region"].scalar
        ?? resource.values["arn"].scalar.flatMap(AWSClient.region))
  }

  private func groupResource(at address: String?) throws(TerraformError) -> TerraformResource {
    if let address { return try resource(at: address, for: .group) }
    let groups = fitting.filter { $0.kind == .autoScalingGroup }
    return try only(of: groups.isEmpty ? fitting : groups, for: .group)
  }

  /// All resources that can be chosen without being named.
  var fitting: [TerraformResource] {
    resources.filter { resource in
      switch resource.kind {
      case .autoScalingGroup, .classicLoadBalancer: resource.mode == .managed
      case .targetGroup: resource.mode == .managed && !resource.isOfLambdas
      case .attachment, nil: false
      }
    }
  }

  /// The resource that the user named.
  ///
  /// - Throws: `TerraformError`
  func resource(
    at written: String, for purpose: TerraformError.Purpose
  ) throws(TerraformError) -> TerraformResource {
    if let exact = resources.first(where: { $0.address == written }) { return exact }
    let address = TerraformAddress(parsing: written)
    let covered = resources.filter {
      address.covers(TerraformAddress(parsing: $0.address))
    }
    guard let first = covered.first else {
      throw .noSuchResource(
        address: shownLine(written), path: path, fitting: fitting.map(\.address))
    }
    // All have the same type; several are ambiguous only if the type can be used.
    return first.kind == nil ? first : try only(of: covered, for: purpose)
  }

  func only(
    of resources: [TerraformResource], for purpose: TerraformError.Purpose
  ) throws(TerraformError) -> TerraformResource {
    guard let first = resources.first else { throw .noneFits(purpose, path: path) }
    guard resources.count == 1 else {
      throw .severalFit(purpose, path: path, fitting: resources.map(\.address))
    }
    return first
  }
}

extension TerraformResource {
  var isOfLambdas: Bool { values["target_type"].scalar == "lambda" }

  var lambdas: TerraformError {
    .unusable(
      detail: "\(address) cannot be used: its targets are lambda functions",
      advice: "name a target group of instances or addresses")
  }

  /// Its ARN, or its name if there is none.
  fileprivate func awsName() throws(TerraformError) -> String {
    let arn = values["arn"].scalar ?? ""
    return arn.hasPrefix("arn:") ? arn : try known("name")
  }

  /// The text of a required attribute.
  ///
  /// - Throws: `TerraformError.notKnownYet` if the plan does not know it.
  fileprivate func known(_ name: String) throws(TerraformError) -> String {
    if let text = values[name].scalar { return text }
    guard unknown[name].isUnknown else {
      throw .unusable(
        detail: "\(address) has no \(name)",
        advice: "give the complete output of 'terraform show -json'")
    }
    throw .notKnownYet(address: address, attributes: [name])
  }
}
