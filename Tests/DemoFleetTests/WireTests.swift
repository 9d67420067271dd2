import DemoFleet
import HostileReplies
import Testing

@Suite struct WireTests {
  @Test func aHangAcceptsAndSaysNothing() async throws {
    try await DemoFleet.serving(.hang) { instance in
      let answer = instance.client.exchange(within: .milliseconds(200))
      #expect(answer.end == .timedOut)
      #expect(answer.bytes.isEmpty)
      #expect(instance.observed.connections == 1)
    }
  }

  @Test func aResetComesAtOnceOrAfterTheRequest() async throws {
    let atOnce = try await DemoFleet.serving(.resetAtOnce) { $0.client.exchange(nil) }
    #expect(atOnce.end == .reset)
    #expect(atOnce.bytes.isEmpty)
    let instanceWaits = try await DemoFleet.serving(.resetAfterRequest) {
      ($0.client.exchange(nil, within: .milliseconds(100)).end, $0.client.exchange().end)
    }
    #expect(instanceWaits == (.timedOut, .reset))
  }

  @Test func aCloseWithoutAByteIsOrderly() async throws {
    let answer = try await DemoFleet.serving(.closeWithoutByte) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(answer.bytes.isEmpty)
  }

  @Test func garbageIsNoHTTP() async throws {
    let answer = try await DemoFleet.serving(.garbage) { $0.client.exchange() }
    #expect(answer.text == "220 mail ESMTP\r\n")
    #expect(answer.end == .closed)
  }

  @Test func aTrickleComesAByteAtATime() async throws {
    let pace = Duration.milliseconds(20)
    let (answer, elapsed) = try await DemoFleet.serving(.trickle(every: pace)) { instance in
      var answer = ("", [UInt8](), RawClient.End.timedOut)
      let elapsed = ContinuousClock().measure { answer = instance.client.exchange(atMost: 8) }
      return (answer, elapsed)
    }
    #expect(answer.0 == "HTTP/1.1")
    #expect(elapsed >= pace * 7)
  }

  @Test func aHeaderWithoutEndHasNone() async throws {
    let answer = try await DemoFleet.serving(.endlessHeader) {
      $0.client.exchange(atMost: 4 << 20)
    }
    #expect(answer.end == .enough)
    #expect(answer.text.hasPrefix("HTTP/1.1 200 OK\r\nServer: nginx\r\nX-Filler: aaa"))
    #expect(!answer.text.contains("\r\n\r\n"))
  }

  @Test func aHugeHeaderIsOneLineOfTwoMebibytes() async throws {
    let answer = try await DemoFleet.serving(.hugeHeader()) { $0.client.exchange() }
    #expect(answer.end == .closed)
    let lines = answer.bytes.split(separator: 10)
    #expect(lines.map(\.count).max() == "X-Huge: \r".utf8.count + 2 << 20)
    #expect(answer.text.hasSuffix("\r\n\r\nok"))
  }

  @Test func aTruncatedBodyEndsBeforeItsLength() async throws {
    let answer = try await DemoFleet.serving(.truncatedBody) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(answer.text.contains("Content-Length: 1000\r\n"))
    #expect(answer.text.hasSuffix("\r\n\r\n0123456789"))
  }

  @Test func anEndlessBodyGoesOnAsFastAsItIsRead() async throws {
    let answer = try await DemoFleet.serving(.endlessBody()) {
      $0.client.exchange(atMost: 8 << 20)
    }
    #expect(answer.end == .enough)
    #expect(answer.text.contains("Transfer-Encoding: chunked\r\n"))
  }

  @Test func anEndlessBodyCanBeSlow() async throws {
    let pace = Duration.milliseconds(10)
    try await DemoFleet.serving(.endlessBody(every: pace)) { instance in
      var text = ""
      let elapsed = ContinuousClock().measure { text = instance.client.exchange(atMost: 200).text }
      let chunks = text.ranges(of: "8\r\naaaaaaaa\r\n").count
      #expect(chunks >= 5)
      #expect(elapsed >= pace * (chunks - 1))
    }
  }

  @Test func aBodyMayEndWithTheConnection() async throws {
    let answer = try await DemoFleet.serving(.closeDelimitedBody) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(answer.text.hasSuffix("Connection: close\r\n\r\nok"))
    #expect(!answer.text.contains("Content-Length"))
  }

  @Test func aBodyMayBeChunked() async throws {
    let answer = try await DemoFleet.serving(.chunkedBody) { $0.client.exchange() }
    #expect(answer.text.hasSuffix("\r\n\r\n2\r\nok\r\n0\r\n\r\n"))
  }

  @Test(arguments: [0, 1, 65_536, 1_000_000])
  func aLargeBodyHasItsLength(_ count: Int) async throws {
    let answer = try await DemoFleet.serving(.largeBody(bytes: count)) { $0.client.exchange() }
    #expect(answer.end == .closed)
    #expect(answer.text.contains("Content-Length: \(count)\r\n"))
    let head = try #require(answer.text.firstRange(of: "\r\n\r\n")).upperBound
    #expect(answer.text[head...].utf8.count == count)
  }

  @Test func anInterimAnswerComesFirst() async throws {
    let text = try await DemoFleet.serving(.continueFirst) { $0.client.exchange().text }
    #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
  }

  @Test func aSlowAnswerKeepsItsPeerWaiting() async throws {
    let delay = Duration.milliseconds(150)
    try await DemoFleet.serving(.response(.healthy(), after: delay)) { instance in
      #expect(instance.client.exchange(within: .milliseconds(50)).end == .timedOut)
      let elapsed = ContinuousClock().measure { _ = instance.client.exchange() }
      #expect(elapsed >= delay)
    }
  }
}
