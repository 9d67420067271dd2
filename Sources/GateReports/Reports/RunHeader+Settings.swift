internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

extension RunHeader {
  /// The settings on which the verdict depends, in the notation of the settings; secrets are
  /// masked.
  var settingsInForce: [(name: String, value: String)] {
    func shown(_ texts: [(key: SettingKey, text: String?)]) -> [(name: String, value: String)] {
      texts.compactMap { key, text in text.map { (key.rawValue, $0) } }
    }
    var settings: [(name: String, value: String)] = []
    for own in checks {
      let rows =
        shown(own.check.recordedTexts)
        + own.request.map { ($0.name, $0.values.joined(separator: ", ")) }
      settings += rows.map { (own.check.name.isEmpty ? $0 : "\(own.check.name): \($0)", $1) }
    }
    settings.append((SettingKey.expected.rawValue, "\(policy.expected)"))
    settings += shown(policy.recordedTexts)
    settings.append((SettingKey.advisory.rawValue, String(isAdvisory)))
    settings.append((group.source, group.name ?? "a list of \(policy.expected)"))
    settings += deployment.labels.map { ("label \($0.name)", $0.value) }
    // All other chosen settings, with their names in the table of settings.
    let told = Set(settings.map(\.name) + ["label"])
    settings += self.settings.filter { setting in
      // Several health checks each list their own settings.
      !told.contains(setting.name)
        && (check.name.isEmpty
          || SettingKey(rawValue: setting.name)?.setting.section != .healthCheck)
    }.map { ($0.name, $0.value) }
    return settings
  }
}
