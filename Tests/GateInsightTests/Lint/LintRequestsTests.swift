internal import GateCore
@testable internal import GateInsight
internal import TestSupport
internal import Testing

/// What lint asks: few, harmless and known beforehand.
@Suite struct LintRequestsTests {
  static let targets: [String] = [
    "HTTP:80/health", "HTTP:80/", "HTTP:80/a/b/?c=d", "HTTPS:443/health", "TCP:5432", "SSL:443",
    "GRPC:50051", "GRPC:50051/grpc.health.v1.Health/Check", "GRPCS:443/shop.Cart/Ping",
  ]

  static let requests = [
    RequestFacts(), RequestFacts(host: "shop.example"), RequestFacts(method: "HEAD"),
    RequestFacts(ownFields: ["x-forwarded-proto", "user-agent"]),
  ]

  private func plan(
    _ target: String, _ request: RequestFacts = RequestFacts()
  ) throws -> [LintRequest] {
    var check = HealthCheck.sample()
    check.target = try HealthCheckTarget(parsing: target)
    return LintRequests(check, request: request, nonce: "n0nce").inquiries
  }

  @Test(arguments: targets, requests)
  func itIsShortAndHarmless(_ target: String, _ request: RequestFacts) throws {
    let inquiries = try plan(target, request)
    #expect(!inquiries.isEmpty && inquiries.count <= LintRequests.limit)
    let scheme = try HealthCheckTarget(parsing: target).scheme
    for inquiry in inquiries {
      switch inquiry.method {
      case .get, .head: #expect(scheme == .http || scheme == .https)
      case .call: #expect(scheme.isGRPC)
      case .connect: #expect(!scheme.hasPath)
      }
      #expect(inquiry.path.hasPrefix("/") == scheme.hasPath)
      #expect(!inquiry.why.isEmpty)
    }
  }

  @Test func theCheckComesFirst() throws {
    for target in Self.targets { #expect(try plan(target).first?.purpose == .check) }
  }

  @Test func aPathBelowKeepsTheCheckedOneAndDropsItsQuery() throws {
    let below = try plan("HTTP:80/a/b/?c=d").first { $0.purpose == .missingBelow }
    #expect(below?.path == "/a/b/lint-no-such-path-n0nce")
    #expect(try !plan("HTTP:80/").contains { $0.purpose == .missingBelow })
  }

  @Test func aQueryIsAddedToOneThatIsThere() throws {
    let queries = try plan("HTTP:80/a?c=d").filter { $0.purpose == .query }.map(\.path)
    #expect(queries == ["/a?c=d&lint=n0ncea", "/a?c=d&lint=n0nceb"])
  }

  @Test func theLoadBalancersOwnRequestIsAskedOnlyWhereItIsAnother() throws {
    #expect(try !plan("HTTP:80/health").contains { $0.purpose == .asLoadBalancer })
    let own = try plan("HTTP:80/health", RequestFacts(host: "shop.example"))
    #expect(own.contains { $0.purpose == .asLoadBalancer })
  }

  @Test func whatSaysThatItCameByHTTPSIsNotAskedAgainWithIt() throws {
    let request = RequestFacts(ownFields: ["x-forwarded-proto"])
    #expect(try !plan("HTTP:80/health", request).contains { $0.purpose == .forwarded })
    #expect(try !plan("HTTPS:443/health").contains { $0.purpose == .forwarded })
  }

  @Test func aHEADCheckAsksNothingByGET() throws {
    let inquiries = try plan("HTTP:80/health", RequestFacts(method: "HEAD"))
    let others = inquiries.filter { $0.method != .head }
    #expect(others.map(\.purpose) == [.asLoadBalancer])
  }
}
