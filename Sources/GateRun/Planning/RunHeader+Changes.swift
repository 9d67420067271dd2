internal import GateCore
package import GateRecords
package import GateSettings

extension RunHeader {
  /// The run's settings with changes; nil if there are none.
  ///
  /// - Throws: `SettingsError` if they are invalid.
  package func settings(
    changedBy changes: [(SettingKey, [String])], _ journal: String
  ) throws(SettingsError) -> Settings? {
    guard !changes.isEmpty else { return nil }
    var settings = try self.settings(of: check, changedBy: changes, journal)
    // A changed setting is changed in each of several health checks.
    for check in checks.map(\.check).dropFirst() {
      let others = try self.settings(of: check, changedBy: changes, journal)
      settings.checks += others.checks
      settings.group.policy.deadline = max(settings.group.deadline, others.group.deadline)
    }
    return settings
  }

  private func settings(
    of check: HealthCheck, changedBy changes: [(SettingKey, [String])], _ journal: String
  ) throws(SettingsError) -> Settings {
    let layers = [
      RawSettings(flags: changes), RawSettings(imported: texts(of: check, journal), from: journal),
    ]
    var settings = try Settings(resolving: RawSettings(merging: layers))
    settings.checks[0].check.name = check.name
    return settings
  }

  /// The journal's chosen settings, as a base for the changes.
  ///
  /// Other settings follow from the changed ones, as they would have in the run.
  private func texts(of check: HealthCheck, _ journal: String) -> [(SettingKey, [String])] {
    let chosen = Dictionary(settings.map { ($0.name, $0.value) }) { first, _ in first }
    // Several health checks each have their own settings, whoever chose them.
    let ofCheck = check.name.isEmpty ? [] : Set(HealthCheck.recorded.map(\.key))
    let pinned = inForce(check)
      .filter { chosen[$0.0.rawValue] != nil || ofCheck.contains($0.0) }.map { ($0.0, [$0.1]) }
    let baseline = chosen[SettingKey.baseline.rawValue].map { [(SettingKey.baseline, [$0])] }
    return pinned + (baseline ?? []) + [
      (.target, [check.target.description]), (.semantics, [check.semantics.rawValue]),
      (.instancesFile, [journal]), (.expected, ["\(policy.expected)"]),
    ]
  }

  /// The settings on which the verdict depends, besides the target and the group.
  private func inForce(_ check: HealthCheck) -> [(SettingKey, String)] {
    let comparison = policy.comparison.map { [(.compare, "true")] + $0.recordedTexts } ?? []
    return (check.recordedTexts + policy.recordedTexts + comparison).compactMap { key, text in
      guard let text, key != .target, key != .semantics else { return nil }
      return (key, text)
    } + [(.advisory, String(isAdvisory))]
  }

  /// The header under changed settings, in which the verdict names the changes.
  ///
  /// - Throws: `SettingsError` if they are invalid.
  package func changed(
    by settings: Settings, _ changes: [(SettingKey, [String])]
  ) -> RunHeader {
    var header = self
    header.checks = zip(checks, settings.checks).map { Check($1.check, request: $0.request) }
    header.policy = settings.group.policy(
      expecting: settings.group.expected ?? policy.expected, policy.membership,
      loadBalancer: policy.loadBalancer)
    header.policy.polling = policy.polling
    header.policy.comparison = policy.comparison
    (header.policy.guards, header.policy.steps) = (policy.guards, policy.steps)
    header.isAdvisory = settings.isAdvisory
    for (key, _) in changes {
      let texts = settings.inForce.values[key] ?? []
      if let chosen = ChosenSetting(key, texts) { header.choose(chosen) }
    }
    let list = changes.map { "\($0.0.rawValue) \($0.1.joined(separator: ", "))" }
    header.warnings.append(
      "replayed with other settings than the run's: \(list.joined(separator: ", "))")
    return header
  }
}
