package import GateCore

extension HealthCheck {
  /// A check of `/health` with short numbers; the initial threshold is that of the semantics.
  package static func sample(
    _ semantics: Semantics = .alb, every interval: Duration = .seconds(10),
    timeout: Duration = .seconds(2), healthy: Int = 2, initial: Int? = nil, unhealthy: Int = 2,
    window: UnhealthyWindow? = nil, spread: Bool = false
  ) -> HealthCheck {
    HealthCheck(
      target: HealthCheckTarget(scheme: .http, port: .number(80), path: "/health"),
      semantics: semantics, interval: interval, timeout: timeout, healthyThreshold: healthy,
      initialThreshold: initial ?? semantics.initialThreshold(healthyThreshold: healthy),
      unhealthyThreshold: unhealthy, unhealthyWindow: window, matcher: [200...200],
      spreadChecks: spread)
  }
}

extension Instance {
  package static func sample(_ id: String, _ role: InstanceRole = .member) -> Instance {
    Instance(id: id, address: "10.0.0.1", port: 80, role: role)
  }
}

extension CheckReport {
  /// What a checker would report of a check that ended like this.
  package static func sample(
    _ result: CheckResult, from started: GateInstant, to ended: GateInstant
  ) -> CheckReport {
    let latency = ended.microseconds - started.microseconds
    return switch result {
    case .success:
      CheckReport(started: started, result: result, status: 200, latencyMicroseconds: latency)
    case .failure(.statusMismatch):
      CheckReport(
        started: started, result: result, status: 503, latencyMicroseconds: latency,
        detail: "503 is not among 200")
    case .failure(.wrongVersion):
      CheckReport(
        started: started, result: result, status: 200, latencyMicroseconds: latency,
        detail: "version 1 is not 2", version: "1")
    case .failure(let kind):
      CheckReport(
        started: started, result: result, latencyMicroseconds: latency, detail: kind.rawValue)
    }
  }
}

extension GateInstant {
  package static func seconds(_ seconds: Double) -> GateInstant {
    GateInstant(microseconds: Int64((seconds * 1_000_000).rounded()))
  }
}
