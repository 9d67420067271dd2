internal import GateCore
internal import GateSettings
internal import GateText

extension TerraformResource {
  /// Attributes of a health check, which are settings of the same names.
  private static let numbers = ["interval", "timeout", "healthy_threshold", "unhealthy_threshold"]

  /// The health check of an `aws_elb`.
  ///
  /// - Throws: `TerraformError`
  func classicHealthCheck(
    given: Set<String>
  ) throws(TerraformError) -> ImportedHealthCheck {
    let names = ["target"] + Self.numbers
    try requireKnown(names.filter { !given.contains($0) })
    let check = checkBlock
    var settings = [ImportedHealthCheck.Setting("semantics", Semantics.classic.rawValue)]
    for name in names where !given.contains(name) {
      // The semantics have defaults for values that the state lacks, but not for a target.
      guard let text = check[name].scalar else {
        guard name == "target" else { continue }
        throw .unusable(
          detail: "\(address) has no health check in this file",
          advice: "give the target yourself, or import it from the load balancer: elb:NAME")
      }
      settings.append(.init(name, name == "target" ? try checkedTarget(text) : text))
    }
    return ImportedHealthCheck(settings: settings)
  }

  /// The health check of an `aws_lb_target_group`.
  ///
  /// - Throws: `TerraformError`
  func targetGroupHealthCheck(
    given: Set<String>
  ) throws(TerraformError) -> ImportedHealthCheck {
    guard !isOfLambdas else { throw lambdas }
    let names = Self.numbers + ["matcher"]
    let ofTarget = given.contains("target") ? [] : ["protocol", "port", "path"]
    // A TCP check has neither of them: the provider may leave them unknown forever.
    let inconsistent: Set<String> =
      checkBlock["protocol"].scalar == "TCP" ? ["path", "matcher"] : []
    try requireKnown(
      (ofTarget + names).filter { !given.contains($0) && !inconsistent.contains($0) })
    do throws(SourceError) {
      var imported = try targetGroupDescription.importedHealthCheck()
      imported.settings.removeAll { given.contains($0.name) }
      return imported
    } catch {
      throw .unusable(detail: error.message, advice: error.hint)
    }
  }

  /// The description that the API would give.
  private var targetGroupDescription: TargetGroupDescription {
    let check = checkBlock
    let transport = values["protocol"].scalar
    let isOfApplication = transport == "HTTP" || transport == "HTTPS"
    return TargetGroupDescription(
      arn: values["arn"].scalar ?? "", name: address, transport: transport,
      // An unknown version is one that was not set: HTTP1.
      protocolVersion: values["protocol_version"].scalar,
      port: values["port"].scalar.flatMap { Int($0) },
      targetType: values["target_type"].scalar ?? "instance",
      addressType: values["ip_address_type"].scalar,
      sendsProxyProtocol: values["proxy_protocol_v2"] == .bool(true),
      check: TargetGroupDescription.Check(
        isEnabled: check["enabled"] != .bool(false),
        transport: check["protocol"].scalar ?? (isOfApplication ? "HTTP" : "TCP"),
        port: check["port"].scalar, path: check["path"].scalar,
        numbers: Self.numbers.compactMap { name in check[name].scalar.map { .init(name, $0) } },
        matcher: check["matcher"].scalar))
  }

  private var checkBlock: JSONValue { values["health_check"].elements.first ?? .null }

  /// Checks that these attributes are known.
  ///
  /// - Throws: `TerraformError.notKnownYet` with those that are known only after the plan is
  ///   applied.
  private func requireKnown(_ names: [String]) throws(TerraformError) {
    let block = unknown["health_check"]
    let missing =
      block.isUnknown ? names : names.filter { block.elements.first?[$0].isUnknown == true }
    guard !missing.isEmpty else { return }
    let attributes = block.isUnknown ? ["health_check"] : missing.map { "health_check.\($0)" }
    throw .notKnownYet(address: address, attributes: attributes)
  }

  /// Checks a target in the load balancer's notation, of which Terraform itself checks little.
  private func checkedTarget(_ text: String) throws(TerraformError) -> String {
    do {
      return try HealthCheckTarget(parsing: text).description
    } catch {
      throw .unusable(
        detail: "the health check of \(address) cannot be used: \(shownLine(error.description))",
        advice: "correct it in the configuration, or give the target yourself")
    }
  }
}
