import GateCore

extension SettingsReader {
  /// Where the instances come from: exactly one of the settings that name them.
  mutating func source(
    on target: HealthCheckTarget, _ need: Settings.InstancesNeed
  ) -> InstanceSource {
    let specs = instanceSpecs()
    let file = text(of: .instancesFile)
    switch (isGiven(.instances), isGiven(.instancesFile)) {
    case (true, true):
      let places = [SettingKey.instances, .instancesFile].compactMap(inForce.origin)
      reject(
        .instances, "instances and instances_file are both given",
        hint: "keep one of them: \(places.map(\.description).joined(separator: " or "))")
    case (false, false):
      guard need == .required else { return .instances([]) }
      report(.missing(.instances, example: "10.0.1.5,10.0.1.6"), on: .instances)
      distrust(.instances)
    case (true, false), (false, true): break
    }
    if let file { return .file(file) }
    if areSound(.instances, .target) {
      // Twice the same place, or none: the sooner it is said, the better.
      do throws(SettingsError) {
        _ = try InstanceSpec.instances(specs, on: target.port)
      } catch {
        add(error.problems)
        distrust(.instances)
      }
    }
    return .instances(specs)
  }

  private mutating func instanceSpecs() -> [InstanceSpec] {
    // Each item apart, so that each has its own place in a message.
    let items = (inForce.values[.instances] ?? []).flatMap(\.items)
    replace(.instances, by: items)
    var specs: [InstanceSpec] = []
    var mistakes: [SettingProblem] = []
    for item in items where mistakes.count < SettingsError.mostOfOneKind {
      do throws(GrammarError) {
        var spec = try InstanceSpec(parsing: item.text)
        spec.origin = item.origin
        specs.append(spec)
      } catch {
        mistakes.append(
          SettingProblem(.unreadable(.instances, error.description), at: item.origin))
        distrust(.instances)
      }
    }
    add(mistakes)
    return specs
  }

  /// What the group must show; the check gives the default of the deadline.
  mutating func group(under check: HealthCheck) -> GroupSettings {
    let minHealthy = count(.minHealthy, else: .percentage(100))
    let maxUnhealthy = count(.maxUnhealthy, else: .number(0))
    let maxReplaced = count(.maxReplaced, else: .number(0))
    let gracePeriod = duration(.gracePeriod, else: .zero)
    let soak = duration(.soak, else: .zero)
    let deadline = duration(
      .deadline, else: GatePolicy.defaultDeadline(for: check, gracePeriod: gracePeriod, soak: soak))
    return GroupSettings(
      minHealthy: minHealthy, maxUnhealthy: maxUnhealthy, maxReplaced: maxReplaced,
      gracePeriod: gracePeriod, soak: soak, deadline: deadline,
      expected: number(.expected, in: 1...1_000_000))
  }

  private mutating func count(_ key: SettingKey, else standard: InstanceCount) -> InstanceCount {
    settled(
      value(of: key, InstanceCount.init(parsing:)), as: key, else: standard, \.description)
  }
}

extension SettingText {
  /// The parts between commas and line ends.
  fileprivate var items: [SettingText] {
    guard !text.isEmpty else { return [self] }
    return text.trimmed.split(omittingEmptySubsequences: false) { $0 == "," || $0.isNewline }
      .map { SettingText($0.trimmed, at: origin) }
  }
}
