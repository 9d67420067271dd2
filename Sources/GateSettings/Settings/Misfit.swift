package import GateCore
internal import GateText

/// Why a setting does not apply to the target, the source of instances or who checks, and what to
/// do.
struct Misfit {
  var reason: String
  var hint: String?
}

extension SettingsReader {
  /// Rejects each setting that does not apply, by the rules of the table.
  ///
  /// A setting for the gate's own checks that was imported is no error if the load balancer checks.
  /// A default that does not apply is removed, and not printed. The target is nil if it is not
  /// known.
  mutating func refuseMisfits(
    with target: HealthCheckTarget?, _ source: InstanceSource, probeFrom: ProbeOrigin
  ) {
    for key in SettingKey.allCases where inForce.values[key] != nil {
      let setting = key.setting
      guard areSound(key), let misfit = misfit(of: key, with: target, source, probeFrom)
      else { continue }
      if isAsked(key) {
        reject(key, "\(key.rawValue) is given\(misfit.reason)", hint: misfit.hint)
      } else if !isGiven(key), setting.kind != .toggle {
        replace(key, by: [])
      }
    }
  }

  /// Removes imported settings that do not apply to the target's protocol, with a warning.
  mutating func leaveOutImports(for target: HealthCheckTarget) {
    for key in SettingKey.allCases where isImported(key) {
      guard let texts = inForce.values[key], let misfit = key.misfit(texts, with: target) else {
        continue
      }
      let place = texts.first?.origin.description ?? ""
      warn(
        "\(key.rawValue) \(texts.map(\.text).joined(separator: ", ")) of \(place) is left out: "
          + misfit.reason)
      replace(key, by: [])
    }
  }

  private func isImported(_ key: SettingKey) -> Bool {
    if case .imported? = inForce.origin(of: key) { true } else { false }
  }

  private func misfit(
    of key: SettingKey, with target: HealthCheckTarget?, _ source: InstanceSource,
    _ probeFrom: ProbeOrigin
  ) -> Misfit? {
    let setting = key.setting
    if let target, let misfit = key.misfit(inForce.values[key] ?? [], with: target) {
      return Misfit(reason: ", but \(misfit.reason)", hint: misfit.hint)
    }
    if probeFrom == .loadBalancer, !isImported(key), key.isOfChecks {
      return Misfit(
        reason: ", but with probe_from load-balancer no checks are sent",
        hint: "leave one of them out")
    }
    guard setting.part != .release || source.origin == .aws else {
      return Misfit(
        reason: ", but \(source.key.rawValue) does not support it",
        hint: "it applies to asg, elb, target_group and terraform")
    }
    if let rival = setting.rivals.first(where: isAsked) {
      return Misfit(
        reason: ", but cannot be combined with \(rival.rawValue)", hint: "leave one of them out")
    }
    return missing(setting.companions)
  }

  private func missing(_ companions: Setting.Companions) -> Misfit? {
    let wanted: [SettingKey]
    switch companions {
    case .all(let keys): wanted = Array(keys.filter { !isAsked($0) }.prefix(1))
    case .any(let keys): wanted = keys.contains(where: isAsked) ? [] : keys
    }
    guard areSound(wanted), let first = wanted.first else { return nil }
    return Misfit(
      reason: " without \(enumeration(wanted.map(\.rawValue), "or"))",
      hint: first.setting.kind == .toggle
        ? "add \(first.flag), or leave it out"
        : "such as \(first.given(as: first.setting.example ?? first.setting.metavar))")
  }
}

extension SettingKey {
  /// The notation of a value: a flag, or an entry of the file if it can only be given there.
  fileprivate func given(as value: String) -> String {
    isEverywhere ? "\(flag) \(value)" : "\(rawValue): \(value)"
  }

  /// Whether it concerns the checks that the gate makes itself.
  package var isOfChecks: Bool {
    // The other settings of a check and its rhythm also apply to guards.
    isOfRequest || setting.part == .baseline
      || [.matcher, .healthChecks, .spreadChecks].contains(self)
  }

  /// The checks to which these values apply.
  func protocols(for texts: [SettingText]) -> Setting.Protocols {
    guard self == .versionFrom, let text = texts.last?.text, !text.hasPrefix("header:") else {
      return setting.protocols
    }
    return .bodies
  }

  /// Whether these values apply to a target.
  package func fits(_ texts: [SettingText], _ target: HealthCheckTarget) -> Bool {
    misfit(texts, with: target) == nil
  }

  /// Why these values do not apply to a target; nil if they do.
  func misfit(
    _ texts: [SettingText], with target: HealthCheckTarget
  ) -> Misfit? {
    let scheme = target.scheme
    let protocols = protocols(for: texts)
    guard protocols.contains(scheme) else {
      return protocols.misfit(with: target)
    }
    if self == .grpcService, target.path != HealthCheckTarget.standardGRPCPath {
      return Misfit(
        reason: "\(target) does not call grpc.health.v1, the only request that names a service",
        hint: "check \(scheme.rawValue):PORT\(HealthCheckTarget.standardGRPCPath)")
    }
    guard self == .protocolVersion, let text = texts.last?.text.lowercased() else { return nil }
    switch (text == ProtocolVersion.grpc.rawValue, scheme.isGRPC) {
    case (true, false):
      let name = scheme.isTLS ? "GRPCS" : "GRPC"
      return Misfit(
        reason: "grpc is not the protocol of \(target)",
        hint: "name it in target: \(name):PORT/PATH")
    case (false, true):
      return Misfit(
        reason: "\(target) is always grpc", hint: "leave it out, or check HTTP or HTTPS")
    case (true, true), (false, false): return nil
    }
  }
}

extension Setting.Protocols {
  fileprivate func misfit(with target: HealthCheckTarget) -> Misfit {
    guard self != .tls else {
      return Misfit(
        reason: "\(target) has no TLS", hint: "leave it out, or check HTTPS, SSL or GRPCS")
    }
    guard self != .grpc else {
      return Misfit(
        reason: "\(target) is not a gRPC call", hint: "leave it out, or check GRPC or GRPCS")
    }
    guard target.scheme.hasPath else {
      return Misfit(
        reason: "a \(target.scheme.rawValue) check sends no request and gets no response",
        hint: "leave it out, or check HTTP or HTTPS")
    }
    return Misfit(
      reason: self == .methods
        ? "gRPC always sends POST" : "the body of a gRPC response is not text",
      hint: "leave it out")
  }
}
