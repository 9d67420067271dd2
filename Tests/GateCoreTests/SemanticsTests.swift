import GateCore
import TestSupport
import Testing

@Suite struct SemanticsTests {
  struct Row: CustomTestStringConvertible, Sendable {
    var testDescription: String { "\(semantics) \(target)" }
    var semantics: Semantics
    var target: String
    var timeout: Int
    var healthy: Int
    var matcher: Matcher
  }

  static let rows: [Row] = [
    Row(semantics: .classic, target: "HTTP:80/", timeout: 5, healthy: 10, matcher: [200...200]),
    Row(semantics: .classic, target: "TCP:80", timeout: 5, healthy: 10, matcher: [200...200]),
    Row(semantics: .alb, target: "HTTP:80/", timeout: 5, healthy: 5, matcher: [200...200]),
    Row(semantics: .alb, target: "GRPC:80", timeout: 5, healthy: 5, matcher: [12...12]),
    Row(semantics: .alb, target: "GRPC:80/a.B/C", timeout: 5, healthy: 5, matcher: [0...0]),
    Row(semantics: .nlb, target: "TCP:80", timeout: 10, healthy: 5, matcher: [200...399]),
    Row(semantics: .nlb, target: "HTTP:80/", timeout: 6, healthy: 5, matcher: [200...399]),
    Row(semantics: .nlb, target: "HTTPS:80/", timeout: 10, healthy: 5, matcher: [200...399]),
  ]

  @Test(arguments: rows) func theDefaultsAreTheLoadBalancers(row: Row) throws {
    let defaults = row.semantics.defaults(for: try HealthCheckTarget(parsing: row.target))
    #expect(
      defaults
        == SemanticDefaults.with(
          timeout: row.timeout, healthy: row.healthy, matcher: row.matcher, of: defaults))
    #expect(defaults.interval == .seconds(30))
    #expect(defaults.unhealthyThreshold == 2)
  }

  @Test func theRangesAreThoseOfTheAPI() throws {
    let http = try HealthCheckTarget(parsing: "HTTP:80/")
    let grpc = try HealthCheckTarget(parsing: "GRPC:80")
    for semantics in Semantics.allCases {
      let ranges = semantics.ranges(for: http)
      #expect(ranges.interval == .seconds(5)...(.seconds(300)))
      #expect(ranges.thresholds == 2...10)
      #expect(ranges.timeout.lowerBound == .seconds(2))
    }
    #expect(Semantics.classic.ranges(for: http).timeout.upperBound == .seconds(60))
    #expect(Semantics.alb.ranges(for: http).timeout.upperBound == .seconds(120))
    #expect(Semantics.classic.ranges(for: http).statusCodes == 200...200)
    #expect(Semantics.alb.ranges(for: http).statusCodes == 200...499)
    #expect(Semantics.alb.ranges(for: grpc).statusCodes == 0...99)
    #expect(Semantics.nlb.ranges(for: http).statusCodes == 200...599)
    #expect(!Semantics.alb.ranges(for: http).protocols.contains(.tcp))
    #expect(!Semantics.classic.ranges(for: http).protocols.contains(.grpc))
  }

  @Test func theDefaultsAreWithinTheRanges() throws {
    for text in ["HTTP:80/", "HTTPS:443/", "TCP:5432", "SSL:443", "GRPC:1"] {
      let target = try HealthCheckTarget(parsing: text)
      for semantics in Semantics.allCases {
        let (defaults, ranges) = (semantics.defaults(for: target), semantics.ranges(for: target))
        guard ranges.protocols.contains(target.scheme) else { continue }
        #expect(ranges.interval.contains(defaults.interval))
        #expect(ranges.timeout.contains(defaults.timeout))
        #expect(defaults.timeout < defaults.interval)
        #expect(ranges.thresholds.contains(defaults.healthyThreshold))
        #expect(ranges.thresholds.contains(defaults.unhealthyThreshold))
        #expect(
          defaults.matcher.ranges.allSatisfy {
            ranges.statusCodes.contains($0.lowerBound) && ranges.statusCodes.contains($0.upperBound)
          })
      }
    }
  }

  @Test func onlyClassicMakesANewTargetWaitForTheHealthyThreshold() {
    #expect(Semantics.classic.initialThreshold(healthyThreshold: 7) == 7)
    #expect(Semantics.alb.initialThreshold(healthyThreshold: 7) == 1)
    #expect(Semantics.nlb.initialThreshold(healthyThreshold: 7) == 1)
  }

  @Test func theDefaultDeadlineHasRoomForGraceBothThresholdsTwiceAndTheSoak() {
    let deadline = GatePolicy.defaultDeadline(
      for: [.sample(.classic, every: .seconds(15), healthy: 2, unhealthy: 10)],
      gracePeriod: .seconds(60), soak: .seconds(30))
    #expect(deadline == .seconds(60 + 2 * 15 * 12 + 30))
  }
}

extension SemanticDefaults {
  fileprivate static func with(
    timeout: Int, healthy: Int, matcher: Matcher, of other: SemanticDefaults
  ) -> SemanticDefaults {
    var defaults = other
    defaults.timeout = .seconds(timeout)
    defaults.healthyThreshold = healthy
    defaults.matcher = matcher
    return defaults
  }
}
