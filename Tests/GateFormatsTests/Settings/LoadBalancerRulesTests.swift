import GateCore
import Testing

@testable import GateRecords

@Suite struct LoadBalancerRulesTests {
  static let rows: [Row<String>] = [
    Row(
      "unhealthy_threshold: 1",
      "unhealthy_threshold 1 is outside a Classic Load Balancer's range (2 to 10)"),
    Row(
      "healthy_threshold: 11",
      "healthy_threshold 11 is outside a Classic Load Balancer's range (2 to 10)"),
    Row("interval: 301", "interval 5m1s is outside a Classic Load Balancer's range (5s to 5m)"),
    Row(
      "interval: 4\ntimeout: 2", "interval 4s is outside a Classic Load Balancer's range (5s to 5m)"
    ),
    Row(
      "interval: 7.5",
      "interval 7.5s is not accepted by a Classic Load Balancer, only whole seconds"),
    Row("timeout: 1", "timeout 1s is outside a Classic Load Balancer's range (2s to 1m)"),
    Row(
      "timeout: 61\ninterval: 90",
      "timeout 1m1s is outside a Classic Load Balancer's range (2s to 1m)"),
    Row(
      "semantics: alb\ntimeout: 121\ninterval: 130",
      "timeout 2m1s is outside an Application Load Balancer's range (2s to 2m)"),
    Row(
      "interval: 10\ntimeout: 10",
      "timeout 10s is not less than the interval (10s), as a Classic Load Balancer requires"),
    Row(
      "interval: 5",
      "interval 5s is not more than the timeout (5s), as a Classic Load Balancer requires"),
    Row(
      "semantics: nlb\ninterval: 6",
      "interval 6s is not more than the timeout (6s), as a Network Load Balancer requires"),
    Row("matcher: 200-299", "matcher 200-299 is not accepted by a Classic Load Balancer, only 200"),
    Row(
      "semantics: alb\nmatcher: 200,500",
      "matcher 200,500 is outside an Application Load Balancer's range (200 to 499)"),
    Row(
      "semantics: nlb\nmatcher: 199-399",
      "matcher 199-399 is outside a Network Load Balancer's range (200 to 599)"),
    Row(
      "target: GRPC:80",
      "target GRPC:80/AWS.ALB/healthcheck is not accepted by a Classic Load Balancer, only HTTP, HTTPS, TCP or SSL"
    ),
    Row(
      "target: TCP:80\nsemantics: alb",
      "target TCP:80 is not accepted by an Application Load Balancer, only HTTP, HTTPS, GRPC or GRPCS"
    ),
    Row(
      "target: SSL:80\nsemantics: nlb",
      "target SSL:80 is not accepted by a Network Load Balancer, only HTTP, HTTPS or TCP"),
    Row(
      "target: HTTP:traffic-port/\ninstances: 10.0.1.5:80",
      "each instance is checked on its own port (traffic-port), but a Classic Load Balancer checks all of them on the same port"
    ),
  ]

  private func whole(_ yaml: String) -> String {
    let lines = leastSettings.split(separator: "\n").filter { line in
      !yaml.contains(line.prefix { $0 != ":" } + ":")
    }
    return (lines + [Substring(yaml)]).joined(separator: "\n")
  }

  @Test(arguments: rows)
  func whatTheLoadBalancerWouldRefuseWorksWithAWarning(_ row: Row<String>) throws {
    #expect(try settings(whole(row.input)).warnings == [row.output])
  }

  @Test(arguments: rows)
  func whatTheLoadBalancerWouldRefuseIsRefusedWhenStrict(_ row: Row<String>) {
    #expect(complaints(whole(row.input) + "\nstrict: true") == [row.output])
  }

  @Test(arguments: [
    "", "interval: 5\ntimeout: 2", "interval: 300\ntimeout: 60", "healthy_threshold: 2",
    "semantics: alb\nmatcher: 200-499", "semantics: nlb\nmatcher: 200-599",
    "semantics: nlb\ninterval: 300\ntimeout: 120", "matcher: 200,200", "initial_threshold: 1",
    "target: GRPC:80/a.B/C\nsemantics: alb\nmatcher: 0-99", "target: TCP:80\nsemantics: nlb",
    "target: HTTP:traffic-port/\nsemantics: alb\ninstances: 10.0.1.5:80", "unhealthy_window: 3/10",
  ])
  func whatTheLoadBalancerTakesIsTaken(_ yaml: String) throws {
    #expect(try settings(whole(yaml) + "\nstrict: true").warnings == [])
  }
}
