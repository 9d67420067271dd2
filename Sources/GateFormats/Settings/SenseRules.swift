import GateCore

/// Settings that are well written each, but of which nothing sensible can be made together.
extension SettingsReader {
  mutating func compare(
    _ request: RequestSettings, _ expectations: Expectations, with target: HealthCheckTarget
  ) {
    compareVersion()
    guard areSound(.target) else { return }
    let scheme = target.scheme.rawValue
    if !target.scheme.hasPath {
      refuse(
        [
          .matcher, .host, .header, .userAgent, .method, .expectBody, .expectHeader, .expectJSON,
          .expectVersion, .versionFrom,
        ], "a \(scheme) check sends no request and gets no answer",
        hint: "leave it out, or check HTTP or HTTPS")
    } else if target.scheme.isGRPC {
      refuse([.method], "gRPC sends POST and nothing else", hint: "leave it out")
      refuse(bodyReaders(expectations), "the body of a gRPC answer is not text", hint: nil)
    } else if request.method == "HEAD" {
      refuse(bodyReaders(expectations), "an answer to HEAD has no body", hint: "use GET")
    }
  }

  mutating func compare(_ tls: TLSSettings, with target: HealthCheckTarget) {
    if areSound(.target), !target.scheme.isTLS {
      let keys: [SettingKey] = [.caFile, .clientCert, .clientKey, .serverName]
      refuse(
        (tls.isVerified ? [.verifyTLS] : []) + keys, "\(target) has no TLS",
        hint: "leave it out, or check HTTPS, SSL or GRPCS")
      return
    }
    if isGiven(.caFile), !tls.isVerified, areSound(.verifyTLS) {
      reject(
        .caFile, "ca_file is given, but verify_tls is off, so nothing would be checked against it",
        hint: "add \(SettingKey.verifyTLS.flag), or leave it out")
    }
    if isGiven(.clientKey), !isGiven(.clientCert) {
      reject(.clientKey, "client_key is given without client_cert")
    }
  }

  mutating func compare(_ group: GroupSettings, with check: HealthCheck, _ source: InstanceSource) {
    compareDeadline(of: group, with: check)
    compareThresholds(of: check, group)
    if case .instances(let specs) = source, isGiven(.instances),
      areSound(.instances, .expected, .minHealthy)
    {
      add(group.problems(forListOf: specs.count, from: .instances, inForce))
    }
    if group.minHealthy == .number(0) || group.minHealthy == .percentage(0) {
      warn("min_healthy is \(group.minHealthy), but at least one healthy instance is needed")
    }
  }

  /// Failing and recovering must not be the quicker way to be healthy.
  private mutating func compareThresholds(of check: HealthCheck, _ group: GroupSettings) {
    guard check.initialThreshold > check.healthyThreshold, isGiven(.initialThreshold),
      areSound(.initialThreshold, .healthyThreshold, .maxUnhealthy),
      group.maxUnhealthy != .number(0), group.maxUnhealthy != .percentage(0)
    else { return }
    reject(
      .initialThreshold,
      "initial_threshold is \(check.initialThreshold), but healthy_threshold "
        + "\(check.healthyThreshold), and max_unhealthy \(group.maxUnhealthy) lets an instance fail "
        + "and recover with fewer successes",
      hint: "make healthy_threshold at least as high")
  }

  private mutating func compareDeadline(of group: GroupSettings, with check: HealthCheck) {
    guard areSound(.deadline, .soak, .interval, .initialThreshold, .healthyThreshold, .semantics)
    else { return }
    let deadline = group.deadline
    let earliest = check.interval * (check.initialThreshold - 1) + group.soak
    if deadline == .zero || earliest > deadline {
      let isDefault = isGiven(.deadline) ? "" : " by default"
      reject(
        .deadline,
        "deadline is \(deadline.inWords)\(isDefault), but nothing can be promoted before "
          + "\(earliest.inWords): \(check.initialThreshold) checks \(check.interval.inWords) apart "
          + "and a soak of \(group.soak.inWords)",
        hint: "give a deadline of more than \(earliest.inWords)")
    } else if group.gracePeriod >= deadline, areSound(.gracePeriod) {
      warn(
        "grace_period is \(group.gracePeriod.inWords) and deadline \(deadline.inWords), "
          + "so no failure can count before the deadline passes")
    }
  }

  private mutating func compareVersion() {
    if isGiven(.expectVersion), !isGiven(.versionFrom) {
      reject(
        .expectVersion, "expect_version is given without version_from",
        hint: "such as \(SettingKey.versionFrom.flag) header:X-Version")
    }
    if isGiven(.versionFrom), !isGiven(.expectVersion) {
      reject(
        .versionFrom, "version_from is given without expect_version",
        hint: "such as \(SettingKey.expectVersion.flag) 1.4.2")
    }
  }

  /// The given settings that look into a body.
  private func bodyReaders(_ expectations: Expectations) -> [SettingKey] {
    switch expectations.version?.source {
    case .json, .body: [.expectBody, .expectJSON, .versionFrom]
    case .header, nil: [.expectBody, .expectJSON]
    }
  }

  private mutating func refuse(_ keys: [SettingKey], _ reason: String, hint: String?) {
    for key in keys where isGiven(key) {
      reject(key, "\(key.rawValue) is given, but \(reason)", hint: hint)
    }
  }
}
