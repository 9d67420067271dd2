import GateCore

/// Rules for settings that are valid on their own, but contradict each other.
extension SettingsReader {
  mutating func compare(_ request: RequestSettings, with target: HealthCheckTarget) {
    guard areSound(.target) else { return }
    if request.method == "HEAD" {
      for key in SettingKey.allCases where isAsked(key) && areSound(key) {
        guard key.protocols(for: inForce.values[key] ?? []) == .bodies else { continue }
        reject(
          key, "\(key.rawValue) is given, but a response to HEAD has no body", hint: "use GET")
      }
    }
    if request.protocolVersion != .http1, target.scheme.hasPath { compareFields(of: request) }
  }

  /// Rejects header fields about the connection in HTTP/2 (RFC 9113, section 8.2.2).
  private mutating func compareFields(of request: RequestSettings) {
    let names = ["connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"]
    for field in request.headers {
      let name = field.name.lowercased()
      guard names.contains(name) || name == "te" && field.value.lowercased() != "trailers" else {
        continue
      }
      reject(
        .header,
        "header gives \(field.name), which cannot be sent over HTTP/2: "
          + "protocol_version is \(request.protocolVersion.rawValue)",
        hint: "leave it out")
    }
  }

  mutating func compare(
    _ group: GroupSettings, with checks: [HealthCheck], _ source: InstanceSource
  ) {
    if let slowest = checks.max(by: { $0.timeToRise < $1.timeToRise }) {
      compareDeadline(of: group, with: slowest)
    }
    for check in checks { compareThresholds(of: check, group) }
    if case .instances(let specs) = source, isGiven(.instances),
      areSound(.instances, .expected, .minHealthy)
    {
      add(group.problems(forListOf: specs.count, from: .instances, inForce))
    }
    if group.minHealthy == .number(0) || group.minHealthy == .percentage(0) {
      warn("min_healthy is \(group.minHealthy), but at least one healthy instance is needed")
    }
  }

  /// Warns about a soak that is too short to detect a failure.
  mutating func compareSoak(
    of group: GroupSettings, with checks: [HealthCheck], _ following: FollowingSettings
  ) {
    // The load balancer's view depends on its own checks, whose settings are not known here.
    guard areSound(.soak, .interval, .timeout, .unhealthyThreshold, .semantics, .probeFrom),
      following.probeFrom == .here
    else { return }
    for check in checks {
      guard let warning = check.warning(ofSoak: group.soak) else { continue }
      warn(check.name.isEmpty ? warning : "\(check.name): \(warning)")
    }
  }

  /// Rejects thresholds under which an instance that fails and recovers would become healthy
  /// sooner.
  private mutating func compareThresholds(of check: HealthCheck, _ group: GroupSettings) {
    guard check.initialThreshold > check.healthyThreshold,
      isGiven(.initialThreshold) || !check.name.isEmpty,
      areSound(.initialThreshold, .healthyThreshold, .maxUnhealthy),
      group.maxUnhealthy != .number(0), group.maxUnhealthy != .percentage(0)
    else { return }
    reject(
      .initialThreshold,
      "initial_threshold is \(check.initialThreshold), but healthy_threshold is only "
        + "\(check.healthyThreshold): with max_unhealthy \(group.maxUnhealthy) an instance could fail "
        + "and recover with fewer successes than a new one needs",
      hint: "set healthy_threshold to at least initial_threshold")
  }

  private mutating func compareDeadline(of group: GroupSettings, with check: HealthCheck) {
    guard areSound(.deadline, .soak, .interval, .initialThreshold, .healthyThreshold, .semantics)
    else { return }
    let deadline = group.deadline
    let canary = group.steps.reduce(Duration.zero) { $0 + $1.shortest }
    let earliest = check.timeToRise + group.soak + canary
    if deadline == .zero || earliest > deadline {
      let isDefault = isGiven(.deadline) ? "" : " by default"
      reject(
        .deadline,
        "deadline is \(deadline.inWords)\(isDefault), but nothing can be promoted before "
          + "\(earliest.inWords): \(check.initialThreshold) checks \(check.interval.inWords) apart "
          + "and a soak of \(group.soak.inWords)"
          + (canary > .zero ? ", and \(canary.inWords) for the steps" : ""),
        hint: "give a deadline of more than \(earliest.inWords)")
    } else if group.gracePeriod >= deadline, areSound(.gracePeriod) {
      warn(
        "grace_period is \(group.gracePeriod.inWords) and deadline \(deadline.inWords), "
          + "so no failure can count before the deadline passes")
    }
  }
}

extension HealthCheck {
  /// The warning about a soak that is set but too short for its purpose; nil if it needs none.
  ///
  /// After an instance dies, its next check begins up to an interval later and takes up to a
  /// timeout. The check that makes the instance unhealthy ends `unhealthy_threshold` intervals and
  /// a timeout later.
  package func warning(ofSoak soak: Duration) -> String? {
    guard soak > .zero else { return nil }
    let check = interval + timeout
    let death = interval * unhealthyThreshold + timeout
    guard soak < death else { return nil }
    let given = "soak is \(soak.inWords), shorter than "
    return soak < check
      ? given + "interval + timeout, \(check.inWords): the promotion rests on no further check"
      : given + "unhealthy_threshold x interval + timeout, \(death.inWords): an instance that dies "
        + "during the soak delays the promotion, but is not yet unhealthy when the soak ends"
  }
}
