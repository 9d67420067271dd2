package import GateSettings
internal import GateText

extension SettingsTemplate {
  /// What `init` writes: these settings, and what they import.
  ///
  /// - Throws: `CommandFailure` for what cannot be, or cannot be asked.
  package static func importing(_ given: RawSettings) throws -> SettingsTemplate {
    var asked = given
    if asked.values[.importFrom] == nil, let source = asked.loadBalancer {
      asked.values[.importFrom] = [source]
    }
    guard given.problems.isEmpty else { throw CommandFailure(SettingsError(given.problems)) }
    let imported = try SettingsImport(asked)
    for warning in imported?.warnings ?? [] {
      Output.complain("healthgate: warning: \(warning.printable)")
    }
    let template = SettingsTemplate(
      RawSettings(merging: [given] + (imported.map { [$0.layer] } ?? [])))
    do throws(SettingsError) {
      try template.check()
    } catch {
      throw CommandFailure(error)
    }
    return template
  }
}

extension RawSettings {
  /// The load balancer whose instances are the group: it says how it checks them, too.
  fileprivate var loadBalancer: SettingText? {
    for (key, form) in [(SettingKey.elb, "elb"), (.targetGroup, "target-group")] {
      if let text = values[key]?.last {
        return SettingText("\(form):\(text.text)", at: text.origin)
      }
    }
    return nil
  }
}
