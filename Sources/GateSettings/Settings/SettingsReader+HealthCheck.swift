import GateCore
internal import GateText

extension SettingsReader {
  /// Reads the health check, with the load balancer's defaults for settings that are not given.
  mutating func healthCheck() -> HealthCheck {
    let semantics = choice(.semantics, else: Semantics.classic)
    let target = target()
    if areSound(.target) { leaveOutImports(for: target) }
    let defaults = semantics.defaults(for: target)
    let owner = SettingOrigin.DefaultSource.semantics(semantics)
    let interval = checkTime(.interval, else: defaults.interval, of: owner)
    let timeout = checkTime(.timeout, else: defaults.timeout, of: owner)
    let healthy = threshold(.healthyThreshold, else: defaults.healthyThreshold, of: owner)
    let initial = threshold(
      .initialThreshold, else: semantics.initialThreshold(healthyThreshold: healthy), of: owner)
    let unhealthy = threshold(.unhealthyThreshold, else: defaults.unhealthyThreshold, of: owner)
    return HealthCheck(
      target: target, semantics: semantics, interval: interval, timeout: timeout,
      healthyThreshold: healthy, initialThreshold: initial, unhealthyThreshold: unhealthy,
      unhealthyWindow: value(of: .unhealthyWindow, UnhealthyWindow.init(parsing:)),
      matcher: matcher(for: target, else: defaults.matcher, of: owner),
      spreadChecks: toggle(.spreadChecks))
  }

  private mutating func target() -> HealthCheckTarget {
    // Without a valid target, a replacement is used so that the other settings can be read.
    let standIn = HealthCheckTarget(scheme: .http, port: .number(80), path: "/")
    guard isGiven(.target) else {
      report(.missing(.target, example: "HTTP:80/health"), on: .target)
      distrust(.target)
      return standIn
    }
    let target = value(of: .target, HealthCheckTarget.init(parsing:))
    return settled(target, as: .target, else: standIn, \.written)
  }

  private mutating func matcher(
    for target: HealthCheckTarget, else standard: Matcher, of owner: SettingOrigin.DefaultSource
  ) -> Matcher {
    let bounds =
      if !areSound(.target) { 0...999 } else { target.scheme.isGRPC ? 0...99 : 100...999 }
    let matcher = value(of: .matcher) { text throws(GrammarError) in
      try Matcher(parsing: text, bounds: bounds)
    }
    // A TCP or TLS check has no status to match.
    guard target.scheme.hasPath || matcher != nil else { return standard }
    return settled(matcher, as: .matcher, else: standard, of: owner, \.description)
  }

  private mutating func checkTime(
    _ key: SettingKey, else standard: Duration, of owner: SettingOrigin.DefaultSource
  ) -> Duration {
    let time = duration(key, else: standard, of: owner)
    guard time >= .milliseconds(1) else {
      reject(key, "\(key.rawValue) is \(time.inWords), but must be at least 1ms")
      return standard
    }
    return time
  }

  mutating func duration(
    _ key: SettingKey, else standard: Duration, of owner: SettingOrigin.DefaultSource = .gate
  ) -> Duration {
    settled(
      value(of: key, Duration.init(parsing:)), as: key, else: standard, of: owner, \.inWords)
  }

  private mutating func threshold(
    _ key: SettingKey, else standard: Int, of owner: SettingOrigin.DefaultSource
  ) -> Int {
    settled(number(key, in: 1...10_000), as: key, else: standard, of: owner, \.description)
  }

  /// Reads a whole number within bounds; nil if it is not given or invalid.
  mutating func number(_ key: SettingKey, in bounds: ClosedRange<Int>) -> Int? {
    value(of: key) { text throws(GrammarError) in
      try Int(parsing: text, in: bounds)
    }
  }
}
