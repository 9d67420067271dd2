/// The load balancer type to emulate: its defaults, ranges, first transition and reason codes.
package enum Semantics: String, Hashable, Sendable, CaseIterable {
  /// Classic Load Balancer, API version 2012-06-01.
  case classic
  /// Application Load Balancer target group, API version 2015-12-01.
  case alb
  /// Network Load Balancer target group, API version 2015-12-01.
  case nlb
}

/// The load balancer's defaults.
package struct SemanticDefaults: Hashable, Sendable {
  package var interval: Duration
  package var timeout: Duration
  package var healthyThreshold: Int
  package var unhealthyThreshold: Int
  package var matcher: Matcher
}

/// The ranges that the load balancer accepts; other values work here too, with a warning.
package struct SemanticRanges: Hashable, Sendable {
  package var interval: ClosedRange<Duration>
  package var timeout: ClosedRange<Duration>
  package var thresholds: ClosedRange<Int>
  package var statusCodes: ClosedRange<Int>
  package var protocols: [HealthCheckTarget.Scheme]
}

extension Semantics {
  /// The defaults of a health check with this target.
  ///
  /// Sources: CLB guide, "Configure health checks"; ALB guide, "Health check settings"; elbv2
  /// `CreateTargetGroup` (2015-12-01). A Classic check passes only with status 200, which cannot be
  /// changed.
  package func defaults(for target: HealthCheckTarget) -> SemanticDefaults {
    let timeout: Duration =
      switch (self, target.scheme) {
      case (.classic, _), (.alb, _): .seconds(5)
      case (.nlb, .http): .seconds(6)
      case (.nlb, _): .seconds(10)
      }
    let matcher: Matcher =
      if target.scheme.isGRPC {
        // ALB's default is a method that no server implements; 12 is UNIMPLEMENTED. A user's own
        // method is expected to succeed.
        target.path == HealthCheckTarget.albGRPCPath ? [12...12] : [0...0]
      } else {
        self == .nlb ? [200...399] : [200...200]
      }
    return SemanticDefaults(
      interval: .seconds(30),
      timeout: timeout,
      healthyThreshold: self == .classic ? 10 : 5,
      unhealthyThreshold: 2,
      matcher: matcher)
  }

  /// The ranges that the load balancer's API enforces.
  ///
  /// Source: botocore's models `elb/2012-06-01` and `elbv2/2015-12-01`.
  package func ranges(for target: HealthCheckTarget) -> SemanticRanges {
    let statusCodes: ClosedRange<Int> =
      switch self {
      case .classic: 200...200
      case .alb: target.scheme.isGRPC ? 0...99 : 200...499
      case .nlb: 200...599
      }
    let protocols: [HealthCheckTarget.Scheme] =
      switch self {
      case .classic: [.http, .https, .tcp, .ssl]
      case .alb: [.http, .https, .grpc, .grpcs]
      case .nlb: [.http, .https, .tcp]
      }
    return SemanticRanges(
      interval: .seconds(5)...(.seconds(300)),
      timeout: .seconds(2)...(.seconds(self == .classic ? 60 : 120)),
      thresholds: 2...10,
      statusCodes: statusCodes,
      protocols: protocols)
  }

  /// The newest version of TLS that the load balancer offers to its targets; nil for the newest
  /// available.
  ///
  /// Source: NLB guide, "Health checks for Network Load Balancer target groups": a target that
  /// accepts only TLS 1.3 fails its health checks.
  package var newestTLS: TLSVersion? {
    switch self {
    case .nlb: .v1_2
    case .classic, .alb: nil
    }
  }

  /// The number of consecutive successes that make a new target healthy.
  ///
  /// It is one for target groups (ALB guide and NLB troubleshooting page). For classic, AWS's pages
  /// disagree between one and the healthy threshold; the stricter one is the default.
  package func initialThreshold(healthyThreshold: Int) -> Int {
    self == .classic ? healthyThreshold : 1
  }
}
