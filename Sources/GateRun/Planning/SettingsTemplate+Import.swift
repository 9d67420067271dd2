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
    guard given.problems.isEmpty else { throw SettingsError(given.problems) }
    let layers = try SettingsLayers(given, importing: asked)
    for warning in layers.warnings {
      Output.complain("healthgate: warning: \(warning.printable)")
    }
    let template = SettingsTemplate(layers.settings)
    try template.check(imports: layers.checkImports)
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
