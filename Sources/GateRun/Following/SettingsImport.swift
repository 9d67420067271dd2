package import GateSettings
internal import InstanceSources

/// Settings of the health check, taken from a load balancer or from Terraform.
package struct SettingsImport {
  package var layer: RawSettings
  /// The group that a Terraform document defines; nil without one.
  var group: TerraformGroup?
  var trafficPort: Int?
  /// What could not be imported, one sentence each.
  package var warnings: [String] = []

  /// Imports what the settings request; nil if they request nothing.
  ///
  /// - Throws: `CommandFailure` if it cannot be imported.
  package init?(_ settings: RawSettings) throws {
    let given = Set(settings.values.keys.map(\.rawValue))
    let from = settings.values[.importFrom]?.last.flatMap {
      try? ImportSource(parsing: $0.text)
    }
    let file = settings.values[.terraform]?.last?.text
    let address = settings.values[.terraformResource]?.last?.text
    // Standard input can be read only once.
    let document = try file.map(Self.document)
    // The group comes before the health check, because the first question is which group it is.
    group = try document?.group(at: address)
    switch (from, document) {
    case (.loadBalancer(let name), _):
      let health = try Self.healthCheck(of: name, by: settings.values[.deadline]?.last?.text)
      layer = Self.layer(health, from: settings.values[.importFrom]?.last?.text ?? "")
      trafficPort = health.trafficPort
      warnings = health.warnings
    case (.terraform(let path, let address), _):
      let found = try (path == file ? document ?? Self.document(path) : Self.document(path))
        .healthCheck(at: address, given: given)
      layer = Self.layer(found.imported, from: "\(path)#\(found.address)")
      trafficPort = found.imported.trafficPort
    case (nil, _?) where Self.isWhole(given):
      // Only the group itself is used from there.
      layer = RawSettings()
    case (nil, let document?):
      let found = try document.healthCheck(at: address, given: given)
      layer = Self.layer(found.imported, from: "\(document.path)#\(found.address)")
      trafficPort = found.imported.trafficPort
    case (nil, nil): return nil
    }
  }

  /// The imports of the items of `health_checks`, in their order; nil for an item without an
  /// import.
  ///
  /// - Throws: `CommandFailure` if one cannot be imported.
  static func ofChecks(_ settings: RawSettings) throws -> [SettingsImport?] {
    try (settings.values[.healthChecks] ?? []).enumerated().map { index, text in
      // An invalid item is reported when the settings are parsed.
      guard let entry = try? CheckEntry(text, number: index + 1),
        let source = entry.given.values[.importFrom]
      else { return nil }
      var asked = RawSettings(values: entry.given.values)
      asked.values[.deadline] = settings.values[.deadline]
      var found = try SettingsImport(asked)
      // With `traffic-port`, each target of the group itself has its own port.
      if source.last?.text == settings.values[.targetGroup]?.last.map({ "target-group:\($0.text)" })
      {
        found?.trafficPort = nil
      }
      let warnings = (found?.warnings ?? []).map { "\(entry.name): \($0)" }
      found?.warnings = warnings
      return found
    }
  }

  /// Whether all settings of a health check are given elsewhere.
  private static func isWhole(_ given: Set<String>) -> Bool {
    let wanted: Set = ["target", "interval", "timeout", "healthy_threshold", "unhealthy_threshold"]
    return wanted.isSubset(of: given)
  }

  /// Imports a health check; the time limit is the deadline, as far as that is known yet.
  private static func healthCheck(
    of name: LoadBalancerName, by deadline: String?
  ) throws(CommandFailure) -> ImportedHealthCheck {
    let deadline = deadline.flatMap { try? Duration(parsing: $0) } ?? AWSClient.longestPatience
    let client = AWSClient(
      SettingsLoader.aws,
      patience: max(min(deadline, AWSClient.longestPatience), .milliseconds(1)))
    do throws(SourceError) {
      return switch name {
      case .classic(let name): try ClassicLoadBalancer(name, client: client).healthCheck()
      case .targetGroup(let name): try TargetGroup(name, client: client).healthCheck()
      }
    } catch {
      throw CommandFailure(error, of: .importFrom)
    }
  }

  private static func layer(_ health: ImportedHealthCheck, from source: String) -> RawSettings {
    RawSettings(
      imported: health.settings.compactMap { setting in
        SettingKey(rawValue: setting.name).map { ($0, [setting.value]) }
      }, from: source)
  }

  /// The group of a Terraform source; nil for any other source.
  ///
  /// - Throws: `CommandFailure` if it cannot be read.
  static func group(of source: InstanceSource) throws -> TerraformGroup? {
    guard case .terraform(let path, let address) = source else { return nil }
    return try document(path).group(at: address)
  }

  private static func document(_ path: String) throws -> TerraformDocument {
    let kind = InputFile.Kind(name: "Terraform's JSON", largest: TerraformDocument.largestFile)
    let bytes = try InputFile.required(path, as: kind)
    return try TerraformDocument(parsing: bytes, path: path == "-" ? "standard input" : path)
  }
}
