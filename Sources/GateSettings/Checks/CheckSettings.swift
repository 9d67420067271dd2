package import GateCore

/// The settings of one health check: target, request, and expectations of a success.
package struct CheckSettings: Hashable, Sendable {
  package var check: HealthCheck
  package var request: RequestSettings
  package var tls: TLSSettings
  /// The URL of a proxy: `http://`, `https://`, `socks5://` or `socks5h://`; nil for none.
  package var proxy: String?
  /// `HOST1:PORT1:HOST2:PORT2`, in curl's notation.
  package var connectTo: [String]
  package var expectations: Expectations
  /// The port for `traffic-port` in the imported health check; nil if it has none.
  package var trafficPort: Int?
  /// The effective settings from which it was made.
  package var inForce = RawSettings()
}

extension Settings {
  /// The first of the health checks.
  package var check: HealthCheck { checks[0].check }

  package var request: RequestSettings { checks[0].request }
  package var tls: TLSSettings { checks[0].tls }
  package var proxy: String? { checks[0].proxy }
  package var expectations: Expectations { checks[0].expectations }

  /// The ports at which each instance is checked.
  package var ports: CheckPorts { checks.ports }
}

extension [CheckSettings] {
  /// The ports at which these health checks check each instance.
  var ports: CheckPorts {
    CheckPorts(
      map { settings in
        guard settings.check.target.port == .trafficPort, let port = settings.trafficPort else {
          return settings.check.target.port
        }
        return .number(port)
      })
  }
}

/// The source from which one of several health checks was imported.
package struct CheckImport: Sendable {
  package var layer: RawSettings
  package var trafficPort: Int?

  package init(layer: RawSettings, trafficPort: Int? = nil) {
    self.layer = layer
    self.trafficPort = trafficPort
  }
}

extension SettingsReader {
  /// Reads a health check from the settings in force.
  mutating func checkSettings() -> CheckSettings {
    let check = healthCheck()
    return CheckSettings(
      check: check, request: request(for: check.target), tls: tls(under: check),
      proxy: value(of: .proxy, checkedProxy), connectTo: values(of: .connectTo, checkedConnectTo),
      expectations: expectations())
  }

  /// Reads the health checks: the one of the run's own settings, or several with names.
  ///
  /// `usual` is the run's own in both cases: guards use its interval and thresholds.
  mutating func checks(
    _ strictness: Strictness, _ imports: [CheckImport?], probeFrom: ProbeOrigin
  ) -> (checks: [CheckSettings], usual: HealthCheck) {
    guard inForce.values[.healthChecks] != nil else {
      var settings = checkSettings()
      settings.inForce = inForce
      return ([settings], settings.check)
    }
    // The settings that each of the health checks takes over.
    let usual = RawSettings(values: inForce.values.filter { $0.key.isOfNamedCheck })
    var entries: [CheckEntry] = []
    for (index, text) in (inForce.values[.healthChecks] ?? []).enumerated() {
      do throws(SettingsError) {
        var entry = try CheckEntry(text, number: index + 1)
        entry.imported = imports.indices.contains(index) ? imports[index] : nil
        entries.append(entry)
      } catch {
        add(error.problems)
        distrust(.healthChecks)
      }
    }
    judgeNames(of: entries)
    var checks: [CheckSettings] = []
    for entry in entries {
      checks.append(settings(of: entry, over: usual, strictness, probeFrom: probeFrom))
    }
    let own = validated(usual, beside: entries)
    // Something must replace a check that could not be read.
    return (checks.isEmpty ? [own] : checks, own.check)
  }

  private mutating func settings(
    of entry: CheckEntry, over usual: RawSettings, _ strictness: Strictness,
    probeFrom: ProbeOrigin
  ) -> CheckSettings {
    var reader = SettingsReader(entry.values(over: usual))
    var settings = reader.checkSettings()
    reader.compare(settings.check, settings.request, settings.tls, withLoadBalancerIn: strictness)
    reader.refuseMisfits(
      with: reader.areSound(.target) ? settings.check.target : nil, .instances([]),
      probeFrom: probeFrom)
    reader.compare(settings.request, with: settings.check.target)
    for var problem in reader.ownProblems {
      // An error in a value of the run is reported once, for the run.
      let isOwn = problem.key.map { entry.gives($0) } ?? true
      if isOwn { problem.check = entry.name }
      if !problems.contains(problem) { add([problem]) }
    }
    for warning in reader.warnings { warn("\(entry.name): \(warning)") }
    if !reader.problems.isEmpty { distrust(.healthChecks) }
    settings.check.name = entry.name
    settings.trafficPort = entry.imported?.trafficPort
    settings.inForce = reader.inForce
    return settings
  }

  /// Checks that each of the run's own values is valid, and applies to at least one of the checks.
  private mutating func validated(
    _ usual: RawSettings, beside entries: [CheckEntry]
  ) -> CheckSettings {
    var reader = SettingsReader(usual)
    if usual.values[.target] == nil {
      reader.replace(.target, by: [SettingText("HTTP:80/", at: .default(.gate))])
    }
    let settings = reader.checkSettings()
    for problem in reader.problems where !problems.contains(problem) {
      if case .unreadable = problem.fact { add([problem]) }
    }
    for (key, texts) in usual.values.sorted(by: { $0.key.order < $1.key.order })
    where isAsked(key) && reader.areSound(key) {
      let misfits = entries.map { $0.misfit(of: key, texts, over: usual) }
      guard let misfit = misfits.first ?? nil, !misfits.contains(where: { $0 == nil }) else {
        continue
      }
      reject(
        key,
        "\(key.rawValue) is given, but \(misfit.reason): it applies to no health check",
        hint: misfit.hint)
    }
    return settings
  }

  private mutating func judgeNames(of entries: [CheckEntry]) {
    for (index, entry) in entries.enumerated()
    where entries[..<index].contains(where: { $0.name == entry.name }) {
      reject(
        .healthChecks, "two health checks are named \(entry.name.shown)", hint: "rename one")
    }
  }

}

extension GuardMeasure {
  /// Sets values of the run where the item has none of its own and the first health check differs.
  mutating func complete(from usual: HealthCheck, beside first: HealthCheck) {
    let (asked, other) = (usual.asked(as: self), first.asked(as: self))
    guard
      asked.interval != other.interval || asked.timeout != other.timeout
        || asked.healthyThreshold != other.healthyThreshold
        || asked.unhealthyThreshold != other.unhealthyThreshold
    else { return }
    (interval, timeout) = (asked.interval, asked.timeout)
    (healthyThreshold, unhealthyThreshold) = (asked.healthyThreshold, asked.unhealthyThreshold)
  }
}

extension SettingKey {
  /// Whether each of several health checks can have its own value.
  package var isOfNamedCheck: Bool {
    setting.section == .healthCheck && self != .strict && self != .healthChecks
  }

  /// Its position in help and documentation.
  fileprivate var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
