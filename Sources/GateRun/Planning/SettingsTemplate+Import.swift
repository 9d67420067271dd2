package import GateSettings
internal import GateText

extension SettingsTemplate {
  /// The output of `init`: the given settings, and those that they import.
  ///
  /// - Throws: `CommandFailure` for invalid settings, or a source that cannot be queried.
  package static func importing(_ given: RawSettings) throws -> SettingsTemplate {
    let given = given.withChecksOfImports
    var asked = given
    if asked.values[.importFrom] == nil, let source = asked.loadBalancer {
      asked.values[.importFrom] = [source]
    }
    guard given.problems.isEmpty else { throw CommandFailure(SettingsError(given.problems)) }
    let imported = try SettingsImport(asked)
    let checks = try SettingsImport.ofChecks(asked)
    for warning in ([imported] + checks).flatMap({ $0?.warnings ?? [] }) {
      Output.complain("healthgate: warning: \(warning.printable)")
    }
    let template = SettingsTemplate(
      RawSettings(merging: [given] + (imported.map { [$0.layer] } ?? [])))
    do throws(SettingsError) {
      try template.check(
        imports: checks.map { $0.map { CheckImport(layer: $0.layer, trafficPort: $0.trafficPort) } }
      )
    } catch {
      throw CommandFailure(error)
    }
    return template
  }
}

extension RawSettings {
  /// The load balancer whose instances are the group; nil if the group has another source.
  ///
  /// Its health check can be imported too.
  fileprivate var loadBalancer: SettingText? {
    for (key, form) in [(SettingKey.elb, "elb"), (.targetGroup, "target-group")] {
      if let text = values[key]?.last {
        return SettingText("\(form):\(text.text)", at: text.origin)
      }
    }
    return nil
  }
}
