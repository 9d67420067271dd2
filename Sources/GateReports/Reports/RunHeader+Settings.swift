internal import GateCore
internal import GateRecords
internal import GateSettings
internal import GateText

extension RunHeader {
  /// The settings that the verdict follows from, in the words of the settings; secrets are masked.
  var settingsInForce: [(name: String, value: String)] {
    var settings: [(name: String, value: String)] = [
      ("target", check.target.description), ("semantics", check.semantics.rawValue),
      ("interval", check.interval.inWords), ("timeout", check.timeout.inWords),
      ("healthy_threshold", "\(check.healthyThreshold)"),
      ("initial_threshold", "\(check.initialThreshold)"),
      ("unhealthy_threshold", "\(check.unhealthyThreshold)"),
    ]
    if let window = check.unhealthyWindow { settings.append(("unhealthy_window", "\(window)")) }
    settings.append(("matcher", check.matcher.description))
    settings += request.map { ($0.name, $0.values.joined(separator: ", ")) }
    settings += [
      ("expected", "\(policy.expected)"), ("min_healthy", "\(policy.minHealthy)"),
      ("max_unhealthy", "\(policy.maxUnhealthy)"), ("max_replaced", "\(policy.maxReplaced)"),
      ("grace_period", policy.gracePeriod.inWords), ("soak", policy.soak.inWords),
      ("deadline", policy.deadline.inWords), ("advisory", String(isAdvisory)),
    ]
    settings.append((group.source, group.name ?? "a list of \(policy.expected)"))
    settings += deployment.labels.map { ("label \($0.name)", $0.value) }
    // Whatever else was set, by whatever name the table of settings has for it.
    let told = Set(settings.map(\.name) + ["label"])
    settings += self.settings.filter { !told.contains($0.name) }.map { ($0.name, $0.value) }
    return settings
  }
}
