import GateCore
internal import GateText

/// Rules for settings that are valid each, but make no sense together.
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

  /// What concerns the connection has no place in HTTP/2 (RFC 9113, section 8.2.2).
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

  /// Warns of a soak that is too short to show anything.
  mutating func compareSoak(
    of group: GroupSettings, with checks: [HealthCheck], _ following: FollowingSettings
  ) {
    // What the load balancer sees it sees by its own checks.
    guard areSound(.soak, .interval, .timeout, .unhealthyThreshold, .semantics, .probeFrom),
      following.probeFrom == .here
    else { return }
    for check in checks {
      guard let warning = check.warning(ofSoak: group.soak) else { continue }
      warn(check.name.isEmpty ? warning : "\(check.name): \(warning)")
    }
  }

  /// Failing and recovering must not be the quicker way to be healthy.
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
  /// What a soak misses that is set but shorter than what it has to see takes; nil when there is
  /// none, or it is long enough.
  ///
  /// The first check after a death begins up to an interval later and is over a timeout after that;
  /// the last that makes the instance unhealthy ends so many intervals, and a timeout, later.
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
