import GateCore
internal import GateText

/// What to do with a value that the load balancer would refuse.
enum Strictness {
  /// The value is used, with a warning.
  case lenient
  case strict
}

extension SettingsReader {
  /// Finds the values of this health check that the load balancer would refuse.
  mutating func compare(
    _ check: HealthCheck, _ request: RequestSettings, _ tls: TLSSettings,
    withLoadBalancerIn strictness: Strictness
  ) {
    guard areSound(.semantics) else { return }
    // A replacement for an invalid value must not be reported.
    var doubtful = unsound
    if !areSound(.interval, .timeout) { doubtful.formUnion([.interval, .timeout]) }
    if !areSound(.target) { doubtful.insert(.matcher) }
    let refusals = check.refusals(blamingForTimeout: isGiven(.timeout) ? .timeout : .interval)
    for refusal in refusals + check.refusals(of: request, tls) where !doubtful.contains(refusal.key)
    {
      switch strictness {
      case .lenient: warn(refusal.sentence)
      // The port may be that of URLs, and no target given.
      case .strict where refusal.limit == .onePort && inForce.origin(of: .target) == .flag(.target):
        add([SettingProblem(.refused(refusal))])
      case .strict: report(.refused(refusal), on: refusal.key)
      }
    }
  }
}

extension HealthCheck {
  /// The values that the load balancer's own API would refuse.
  ///
  /// Sources: botocore's models `elb/2012-06-01` and `elbv2/2015-12-01`; for the timeout and the
  /// interval, "Health check interval must be greater than the timeout.", which target groups also
  /// report, for defaults and given values alike.
  func refusals(blamingForTimeout key: SettingKey) -> [Refusal] {
    targetRefusals + timeRefusals(blamingForTimeout: key) + thresholdRefusals + matcherRefusals
  }

  /// The parts of the request that the load balancer does not support.
  ///
  /// Only an Application Load Balancer speaks HTTP/2 with its targets; only a Network Load Balancer
  /// sends PROXY headers, and it offers no TLS 1.3.
  func refusals(of request: RequestSettings, _ tls: TLSSettings) -> [Refusal] {
    var refusals: [Refusal] = []
    if request.protocolVersion == .http2, semantics != .alb {
      refusals.append(refusal(.protocolVersion, "http2", .only("http1"), whenLeftOut: "http1"))
    }
    if let header = request.proxyProtocol, semantics != .nlb {
      refusals.append(refusal(.proxyProtocol, header.rawValue, .unsupported))
    }
    if let newest = semantics.newestTLS, let max = tls.max, max > newest {
      refusals.append(
        refusal(
          .tlsMax, max.rawValue, .only("\(newest.rawValue) or older"),
          whenLeftOut: newest.rawValue))
    }
    return refusals
  }

  private var defaults: SemanticDefaults { semantics.defaults(for: target) }
  private var ranges: SemanticRanges { semantics.ranges(for: target) }

  private func refusal(
    _ key: SettingKey, _ value: String, _ limit: Refusal.Limit, whenLeftOut: String? = nil
  ) -> Refusal {
    Refusal(key: key, value: value, semantics: semantics, limit: limit, whenLeftOut: whenLeftOut)
  }

  private var targetRefusals: [Refusal] {
    var refusals: [Refusal] = []
    if !ranges.protocols.contains(target.scheme) {
      let list = enumeration(ranges.protocols.map(\.rawValue), "or")
      refusals.append(refusal(.target, "\(target)", .only(list)))
    }
    if semantics == .classic, target.port == .trafficPort {
      refusals.append(refusal(.target, "\(target)", .onePort))
    }
    return refusals
  }

  private func timeRefusals(blamingForTimeout key: SettingKey) -> [Refusal] {
    var refusals: [Refusal] = []
    let times = [
      (SettingKey.interval, interval, ranges.interval, defaults.interval),
      (SettingKey.timeout, timeout, ranges.timeout, defaults.timeout),
    ]
    for (key, time, range, standard) in times {
      if !range.contains(time) {
        let limits = "\(range.lowerBound.inWords) to \(range.upperBound.inWords)"
        refusals.append(
          refusal(key, time.inWords, .range(limits), whenLeftOut: standard.inWords))
      } else if time.inMicroseconds % 1_000_000 != 0 {
        refusals.append(
          refusal(key, time.inWords, .only("whole seconds"), whenLeftOut: standard.inWords))
      }
    }
    if timeout >= interval {
      let isTimeout = key == .timeout
      refusals.append(
        isTimeout
          ? refusal(
            .timeout, timeout.inWords, .relation("less than the interval (\(interval.inWords))"))
          : refusal(
            .interval, interval.inWords, .relation("more than the timeout (\(timeout.inWords))"))
      )
    }
    return refusals
  }

  private var thresholdRefusals: [Refusal] {
    let range = ranges.thresholds
    let thresholds = [
      (SettingKey.healthyThreshold, healthyThreshold, defaults.healthyThreshold),
      (SettingKey.unhealthyThreshold, unhealthyThreshold, defaults.unhealthyThreshold),
    ]
    return thresholds.filter { !range.contains($0.1) }.map { key, threshold, standard in
      refusal(
        key, "\(threshold)", .range("\(range.lowerBound) to \(range.upperBound)"),
        whenLeftOut: "\(standard)")
    }
  }

  private var matcherRefusals: [Refusal] {
    // An unsupported protocol has no matcher, and gRPC allows all codes.
    guard target.scheme.hasPath, !target.scheme.isGRPC else { return [] }
    let codes = ranges.statusCodes
    let isInside = matcher.ranges.allSatisfy {
      codes.contains($0.lowerBound) && codes.contains($0.upperBound)
    }
    guard !isInside else { return [] }
    let limit: Refusal.Limit =
      codes.count == 1
      ? .only("\(codes.lowerBound)") : .range("\(codes.lowerBound) to \(codes.upperBound)")
    return [refusal(.matcher, "\(matcher)", limit, whenLeftOut: "\(defaults.matcher)")]
  }
}
