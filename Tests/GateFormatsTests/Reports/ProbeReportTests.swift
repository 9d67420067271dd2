import GateCore
import GateDisplay
import GateRecords
import GateReports
import GateSettings
import GateText
import TestSupport
import Testing

@Suite struct ProbeReportTests {
  private static func check(_ target: HealthCheckTarget, _ semantics: Semantics) -> HealthCheck {
    HealthCheck(
      target: target, semantics: semantics, interval: .seconds(30), timeout: .seconds(5),
      healthyThreshold: 2, initialThreshold: 2, unhealthyThreshold: 2,
      matcher: semantics.defaults(for: target).matcher)
  }

  private static func refusal() -> ProbeEnd {
    .checked(
      CheckReport(
        started: .start, result: .failure(.connectionRefused), latencyMicroseconds: 420,
        detail: "connection refused"))
  }

  private static var document: ProbeDocument {
    let http = check(
      HealthCheckTarget(scheme: .http, port: .number(80), path: "/health"), .classic)
    let tls = check(HealthCheckTarget(scheme: .https, port: .number(443), path: "/"), .alb)
    let request = [RunHeader.RequestSetting("header", ["Authorization: ***"])]
    func checked(
      _ id: String, _ end: ProbeEnd, phases: CheckPhases? = nil, port: Int = 80
    ) -> ProbedCheck {
      ProbedCheck(
        of: Instance(id: id, address: "10.0.1.5", port: port, zone: "eu-west-1a"), .ofGroup, http,
        request, end, phases: phases, connectedTo: phases?.connect == nil ? nil : "10.0.1.5")
    }
    let disallowed = CheckReport(
      started: .start, result: .failure(.statusMismatch), status: 400, latencyMicroseconds: 12_345,
      detail: "HTTP 400, not 200",
      evidence: Evidence(
        server: "nginx/1.26.0", contentType: "text/html",
        excerpt: "<h1>Bad Request (400)</h1>", author: "Django"))
    let byURL = ProbedCheck(
      of: Instance(id: "https://web.example/", address: "web.example", port: 443), .byURL, tls, [],
      .checked(
        CheckReport(started: .start, result: .success, status: 200, latencyMicroseconds: 40_000)),
      phases: CheckPhases(
        nameLookup: 1500, connect: 2500, tls: 30_000, firstByte: 39_000, total: 40_000),
      connectedTo: "192.0.2.7")
    return ProbeDocument(
      healthgateVersion: "0.1.0", startedAt: Timestamp(milliseconds: 1_777_975_200_000),
      exitCode: 1,
      checks: [
        checked(
          "web-1",
          .checked(
            CheckReport(
              started: .start, result: .success, status: 200, latencyMicroseconds: 1900,
              version: "v42")),
          phases: CheckPhases(connect: 400, firstByte: 1850, total: 1900)),
        checked(
          "web-2", .checked(disallowed),
          phases: CheckPhases(connect: 400, firstByte: 12_300, total: 12_345)),
        checked("web-3", refusal(), phases: CheckPhases(total: 420)),
        checked("web-4", refusal(), phases: CheckPhases(total: 430), port: 8080),
        checked(
          "web-5", .lost(GateFault(detail: "no socket: Too many open files", cause: .noDescriptor))),
        byURL,
      ],
      warnings: ["timeout 1s is outside a Classic Load Balancer's range (2s to 1m)"])
  }

  @Test func theTextHasATableAndThenWhatIsProbablyWrong() throws {
    try expectGolden(ProbeReport(Self.document, style: .plain).text, "probe.txt")
  }

  @Test func theDocumentHasAllOfIt() throws {
    try expectGolden(String(decoding: Self.document.json, as: UTF8.self), "probe.json")
  }

  @Test func whatFailedAlikeIsToldOnce() {
    var document = Self.document
    document.checks = (1...1000).map { number in
      ProbedCheck(
        of: Instance(id: "web-\(number)", address: "10.0.1.5", port: 80), .ofGroup,
        document.checks[0].check, [], Self.refusal(), phases: nil, connectedTo: nil)
    }
    let text = ProbeReport(document, style: .plain).text
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(words.contains("web-10 and 990 more: the instance refused"))
    #expect(text.split(separator: "advice:").count == 2)
    #expect(text.split(separator: "\n").count < 1020)
  }

  @Test func withoutAnyCheckItSaysSo() {
    var document = Self.document
    document.checks = []
    document.warnings = []
    #expect(ProbeReport(document, style: .plain).text == "0 checks: there are no instances\n")
  }
}
