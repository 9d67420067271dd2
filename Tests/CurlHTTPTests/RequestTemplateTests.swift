import GateCore
import Testing

@testable import CurlHTTP

@Suite struct RequestTemplateTests {
  // MARK: - Header fields

  struct Lines: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var semantics: Semantics
    var scheme = HealthCheckTarget.Scheme.http
    var headers: [Answer.Field] = []
    var host: String?
    var isJudged = false
    var lines: [String]
  }

  static let lines: [Lines] = [
    Lines(testDescription: "classic", semantics: .classic, lines: ["Connection: keep-alive"]),
    Lines(
      testDescription: "alb", semantics: .alb,
      lines: ["Connection: close", "Accept-Encoding: gzip, compressed", "Accept:"]),
    Lines(
      testDescription: "alb, when the body must be read", semantics: .alb, isJudged: true,
      lines: ["Connection: close", "Accept:"]),
    Lines(testDescription: "nlb", semantics: .nlb, lines: ["Connection: close", "Accept:"]),
    Lines(
      testDescription: "gRPC", semantics: .alb, scheme: .grpc,
      lines: ["Content-Type: application/grpc", "TE: trailers", "Accept:"]),
    Lines(
      testDescription: "a host", semantics: .classic, host: "example.com",
      lines: ["Connection: keep-alive", "Host: example.com"]),
    Lines(
      testDescription: "fields of the user's own", semantics: .classic,
      headers: [.init("X-A", "1"), .init("X-A", "2")],
      lines: ["Connection: keep-alive", "X-A: 1", "X-A: 2"]),
    Lines(
      testDescription: "in place of the load balancer's", semantics: .alb,
      headers: [.init("connection", "upgrade"), .init("ACCEPT-ENCODING", "br")],
      lines: ["connection: upgrade", "ACCEPT-ENCODING: br", "Accept:"]),
    Lines(
      testDescription: "an Accept of the user's own", semantics: .nlb,
      headers: [.init("Accept", "text/html")],
      lines: ["Connection: close", "Accept: text/html"]),
    Lines(
      testDescription: "a field without a value", semantics: .classic,
      headers: [.init("X-Empty", "")], lines: ["Connection: keep-alive", "X-Empty;"]),
  ]

  @Test(arguments: lines) func theHeaderIsTheLoadBalancersAndTheUsers(row: Lines) {
    var plan = RequestTemplate.sample(row.semantics, row.scheme)
    plan.headers = row.headers
    if row.isJudged { plan.judge = PleasedJudge() }
    #expect(plan.headerLines(host: row.host) == row.lines)
  }

  private struct PleasedJudge: AnswerJudge {
    let bodyBytesWanted = 1

    func judge(_ answer: Answer) -> AnswerJudgement { AnswerJudgement() }
  }

  @Test func theAgentIsTheLoadBalancersUnlessTheUserNamesOne() {
    #expect(RequestTemplate.sample(.classic).agent == "ELB-HealthChecker/1.0")
    #expect(RequestTemplate.sample(.alb).agent == "ELB-HealthChecker/2.0")
    #expect(RequestTemplate.sample(.nlb).agent == "ELB-HealthChecker/2.0")
    var plan = RequestTemplate.sample(.classic)
    plan.userAgent = "gate"
    #expect(plan.agent == "gate")
  }

  // MARK: - Where it goes

  struct Place: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var address = "10.0.0.5"
    var port = 443
    var scheme = HealthCheckTarget.Scheme.https
    var serverName: String?
    var host: String?
    var connectTo: [String] = []
    var url: String
    var hostOverride: String?
    var mappings: [String] = []
  }

  static let places: [Place] = [
    Place(
      testDescription: "plain", port: 8080, scheme: .http,
      url: "http://10.0.0.5:8080/health"),
    Place(
      testDescription: "a name", address: "web-1.example", port: 80, scheme: .http,
      url: "http://web-1.example:80/health"),
    Place(
      testDescription: "IPv6", address: "2001:db8::5", port: 80, scheme: .http,
      url: "http://[2001:db8::5]:80/health"),
    Place(
      testDescription: "IPv6 with a zone", address: "fe80::1%eth0", port: 80, scheme: .http,
      url: "http://[fe80::1%25eth0]:80/health"),
    Place(testDescription: "TLS to an address", url: "https://10.0.0.5:443/health"),
    Place(testDescription: "TCP", port: 5432, scheme: .tcp, url: "http://10.0.0.5:5432"),
    Place(testDescription: "SSL", scheme: .ssl, url: "https://10.0.0.5:443"),
    Place(
      testDescription: "a host of the user's own", scheme: .http, host: "example.com",
      url: "http://10.0.0.5:443/health", hostOverride: "example.com"),
    Place(
      testDescription: "a server name has no part in plain HTTP", scheme: .http,
      serverName: "example.com", url: "http://10.0.0.5:443/health"),
    Place(
      testDescription: "a server name on the default port", serverName: "example.com",
      url: "https://example.com:443/health", hostOverride: "10.0.0.5",
      mappings: ["example.com:443:10.0.0.5:443"]),
    Place(
      testDescription: "a server name on another port", port: 8443, serverName: "example.com",
      url: "https://example.com:8443/health", hostOverride: "10.0.0.5:8443",
      mappings: ["example.com:8443:10.0.0.5:8443"]),
    Place(
      testDescription: "a server name and IPv6", address: "2001:db8::5", port: 8443,
      serverName: "example.com", url: "https://example.com:8443/health",
      hostOverride: "[2001:db8::5]:8443",
      mappings: ["example.com:8443:[2001:db8::5]:8443"]),
    Place(
      testDescription: "a server name and a host", serverName: "example.com", host: "other.example",
      url: "https://example.com:443/health", hostOverride: "other.example",
      mappings: ["example.com:443:10.0.0.5:443"]),
    Place(
      testDescription: "mappings of the user's own", connectTo: ["10.0.0.5:443:bastion:1443"],
      url: "https://10.0.0.5:443/health", mappings: ["10.0.0.5:443:bastion:1443"]),
    Place(
      testDescription: "a server name and a mapping of the instance", serverName: "example.com",
      connectTo: ["10.0.0.4:443:bastion:1", "10.0.0.5:443:bastion:2", "::bastion:3"],
      url: "https://example.com:443/health", hostOverride: "10.0.0.5",
      mappings: ["example.com:443:bastion:2"]),
    Place(
      testDescription: "a server name and a mapping of its port", serverName: "example.com",
      connectTo: [":443:bastion:1443"], url: "https://example.com:443/health",
      hostOverride: "10.0.0.5", mappings: ["example.com:443:bastion:1443"]),
    Place(
      testDescription: "a server name and a mapping of its host", serverName: "example.com",
      connectTo: ["10.0.0.5::bastion:1443"], url: "https://example.com:443/health",
      hostOverride: "10.0.0.5", mappings: ["example.com:443:bastion:1443"]),
    Place(
      testDescription: "a server name and a mapping of everything", serverName: "example.com",
      connectTo: ["::bastion:"], url: "https://example.com:443/health",
      hostOverride: "10.0.0.5", mappings: ["example.com:443:bastion:"]),
    Place(
      testDescription: "a server name and a mapping to another port of the same instance",
      serverName: "example.com", connectTo: ["10.0.0.5:443::8443"],
      url: "https://example.com:443/health", hostOverride: "10.0.0.5",
      mappings: ["example.com:443:10.0.0.5:8443"]),
  ]

  @Test(arguments: places) func aCheckGoesToItsInstanceUnderTheNameThatIsAskedFor(row: Place) {
    var plan = RequestTemplate.sample(.alb, row.scheme)
    plan.serverName = row.serverName
    plan.host = row.host
    plan.connectTo = row.connectTo
    let instance = Instance(id: "web-1", address: row.address, port: row.port)
    #expect(plan.url(of: instance) == row.url)
    #expect(plan.hostOverride(for: instance) == row.hostOverride)
    #expect(plan.connectMappings(for: instance) == row.mappings)
  }
}
