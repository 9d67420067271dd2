import GateCore
import Testing

@testable import GateRecords

@Suite struct LoadBalancerRulesTests {
  static let rows: [Row<String>] = [
    Row("unhealthy_threshold: 1", "unhealthy_threshold is 1, but semantics classic takes 2 to 10"),
    Row("healthy_threshold: 11", "healthy_threshold is 11, but semantics classic takes 2 to 10"),
    Row("interval: 301", "interval is 5m1s, but semantics classic takes 5s to 5m"),
    Row("interval: 4\ntimeout: 2", "interval is 4s, but semantics classic takes 5s to 5m"),
    Row("interval: 7.5", "interval is 7.5s, but semantics classic takes whole seconds"),
    Row("timeout: 1", "timeout is 1s, but semantics classic takes 2s to 1m"),
    Row("timeout: 61\ninterval: 90", "timeout is 1m1s, but semantics classic takes 2s to 1m"),
    Row(
      "semantics: alb\ntimeout: 121\ninterval: 130",
      "timeout is 2m1s, but semantics alb takes 2s to 2m"),
    Row(
      "interval: 10\ntimeout: 10",
      "timeout is 10s, but semantics classic takes less than the interval, 10s"),
    Row("interval: 5", "interval is 5s, but semantics classic takes more than the timeout, 5s"),
    Row(
      "semantics: nlb\ninterval: 6",
      "interval is 6s, but semantics nlb takes more than the timeout, 6s"),
    Row("matcher: 200-299", "matcher is 200-299, but semantics classic takes 200 alone"),
    Row(
      "semantics: alb\nmatcher: 200,500",
      "matcher is 200,500, but semantics alb takes codes from 200 to 499"),
    Row(
      "semantics: nlb\nmatcher: 199-399",
      "matcher is 199-399, but semantics nlb takes codes from 200 to 599"),
    Row(
      "target: GRPC:80",
      "target is GRPC:80/AWS.ALB/healthcheck, but semantics classic takes "
        + "HTTP, HTTPS, TCP or SSL"),
    Row(
      "target: TCP:80\nsemantics: alb",
      "target is TCP:80, but semantics alb takes HTTP, HTTPS, GRPC or GRPCS"),
    Row(
      "target: SSL:80\nsemantics: nlb",
      "target is SSL:80, but semantics nlb takes HTTP, HTTPS or TCP"),
    Row(
      "target: HTTP:traffic-port/\ninstances: 10.0.1.5:80",
      "target is HTTP:traffic-port/, but semantics classic takes a port's number"),
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
