internal import GateCore
package import GateRecords
package import GateSettings
internal import GateText

extension RunHeader {
  /// The run's settings with the changes; nil when there are none.
  ///
  /// - Throws: `SettingsError` when they cannot be.
  package func settings(
    changedBy changes: [(SettingKey, [String])], _ journal: String
  ) throws(SettingsError) -> Settings? {
    guard !changes.isEmpty else { return nil }
    var settings = try self.settings(of: check, changedBy: changes, journal)
    // What is changed is changed for each of several health checks.
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

  /// The settings for others to be laid over them: those that were chosen, as the journal tells.
  ///
  /// What was chosen by nobody follows from the changed ones, as it would have.
  private func texts(of check: HealthCheck, _ journal: String) -> [(SettingKey, [String])] {
    let chosen = Dictionary(settings.map { ($0.name, $0.value) }) { first, _ in first }
    // Of several health checks each has its own, whoever chose them.
    let ofCheck = check.name.isEmpty ? [] : Set(HealthCheck.recorded.map(\.key))
    let pinned = inForce(check)
      .filter { chosen[$0.0.rawValue] != nil || ofCheck.contains($0.0) }.map { ($0.0, [$0.1]) }
    let baseline = chosen[SettingKey.baseline.rawValue].map { [(SettingKey.baseline, [$0])] }
    return pinned + (baseline ?? []) + [
      (.target, [check.target.description]), (.semantics, [check.semantics.rawValue]),
      (.instancesFile, [journal]), (.expected, ["\(policy.expected)"]),
    ]
  }

  /// What the verdict follows from beside the target and the group.
  private func inForce(_ check: HealthCheck) -> [(SettingKey, String)] {
    let comparison = policy.comparison.map { [(.compare, "true")] + $0.recordedTexts } ?? []
    return (check.recordedTexts + policy.recordedTexts + comparison).compactMap { key, text in
      guard let text, key != .target, key != .semantics else { return nil }
      return (key, text)
    } + [(.advisory, String(isAdvisory))]
  }

  /// The header under changed settings; the verdict names the changes.
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
