import DemoFleet
import HostileReplies
import Testing

@Suite struct ResponseTests {
  @Test func aHealthyAnswerIsThatOfTheRealStack() async throws {
    let answer = try await DemoFleet.serving(.healthy) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(
      answer.text == """
        HTTP/1.1 200 OK\r
        Server: nginx\r
        Content-Type: application/json\r
        X-App-Version: v42\r
        Cache-Control: no-store\r
        Content-Length: 31\r
        Connection: close\r
        \r
        {"status":"ok","version":"v42"}
        """)
  }

  struct Row: CustomTestStringConvertible, Sendable {
    var reply: Reply
    var status: String
    var contains: String

    init(_ reply: Reply, _ status: String, _ contains: String) {
      (self.reply, self.status, self.contains) = (reply, status, contains)
    }

    init(_ response: Reply.Response, _ status: String, _ contains: String) {
      self.init(.response(response), status, contains)
    }

    var testDescription: String { status }
  }

  @Test(arguments: [
    Row(.badGateway, "502 Bad Gateway", "<hr><center>nginx</center>"),
    Row(.failing("migrations"), "503 Service Unavailable", #""failed":["migrations"]"#),
    Row(.healthy(version: "v41"), "200 OK", "X-App-Version: v41\r\n"),
    Row(.staticPage, "200 OK", "<title>Welcome to nginx!</title>"),
    Row(.staticPage, "200 OK", "Content-Length: 615\r\n"),
    Row(.answer(.redirectToTLS), "301 Moved Permanently", "Location: https://{address}/health\r\n"),
    Row(.answer(.redirectToSlash), "301 Moved Permanently", "Location: /health/\r\n"),
    Row(.answer(.ifHostIsNamed(.healthy())), "400 Bad Request", "Bad Request (400)"),
    Row(.status(999), "999 ", "Content-Length: 0\r\n"),
  ])
  func aNamedAnswerIsSent(_ row: Row) async throws {
    try await DemoFleet.serving(row.reply) { instance in
      let answer = instance.client.exchange()
      #expect(answer.text.hasPrefix("HTTP/1.1 \(row.status)\r\n"))
      #expect(answer.text.contains(row.contains.replacing("{address}", with: instance.address)))
      #expect(answer.end == .closed)
    }
  }

  @Test(arguments: ["shop.example", "SHOP.example:8080", "localhost"])
  func aNamedHostIsAllowed(_ host: String) async throws {
    let text = try await DemoFleet.serving(.answer(.ifHostIsNamed(.healthy()))) {
      $0.client.exchange("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").text
    }
    #expect(text.hasPrefix("HTTP/1.1 200 OK"))
  }

  @Test(arguments: ["127.0.10.1", "127.0.10.1:8080", "[::1]:80", ""])
  func aHostThatIsAnAddressIsNot(_ host: String) async throws {
    let text = try await DemoFleet.serving(.answer(.ifHostIsNamed(.healthy()))) {
      $0.client.exchange("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").text
    }
    #expect(text.hasPrefix("HTTP/1.1 400 Bad Request"))
  }

  @Test func redirectsLeaveOutThePortAndKeepTheQuery() async throws {
    let request = "GET /health?deep=1 HTTP/1.1\r\nHost: 10.0.0.5:8080\r\n\r\n"
    let toTLS = try await DemoFleet.serving(.answer(.redirectToTLS)) {
      $0.client.exchange(request).text
    }
    #expect(toTLS.contains("Location: https://10.0.0.5/health?deep=1\r\n"))
    let toSlash = try await DemoFleet.serving(.answer(.redirectToSlash)) {
      $0.client.exchange(request).text
    }
    #expect(toSlash.contains("Location: /health/?deep=1\r\n"))
  }

  @Test func aHeadRequestGetsNoBody() async throws {
    let text = try await DemoFleet.serving(.healthy) {
      $0.client.exchange("HEAD /health HTTP/1.1\r\nHost: a\r\n\r\n").text
    }
    #expect(text.hasSuffix("Content-Length: 31\r\nConnection: close\r\n\r\n"))
  }

  @Test func whatIsNoRequestGetsA400() async throws {
    let text = try await DemoFleet.serving(.healthy) {
      $0.client.exchange("\u{16}\u{3}\u{1} a TLS greeting\r\n\r\n").text
    }
    #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
  }
}
