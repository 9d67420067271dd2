import DemoFleet
import HostileReplies
import Testing

@Suite struct DemoFleetTests {
  @Test func instancesHaveAnAddressEachAndShareThePort() async throws {
    try await DemoFleet.serving([.healthy(), .neverStarts, .blackhole], network: 77) { fleet in
      #expect(fleet.instances.map(\.id) == ["web-1", "web-2", "web-3"])
      #expect(fleet.instances.map(\.address) == ["127.0.77.1", "127.0.77.2", "127.0.77.3"])
      #expect(fleet.instances.allSatisfy { $0.port == fleet.port })
      #expect(
        fleet.instanceList
          == "web-1=127.0.77.1:\(fleet.port),web-2=127.0.77.2:\(fleet.port)"
          + ",web-3=127.0.77.3:\(fleet.port)")
    }
  }

  @Test func theHeadOfARequestIsKeptAsItCame() async throws {
    let head = "GET /health HTTP/1.1\r\nhost: 127.0.10.1\r\nUser-Agent: X\r\n\r\n"
    try await DemoFleet.serving([.healthy()]) { fleet in
      let instance = fleet.instances[0]
      _ = instance.client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
      _ = instance.client.exchange(head + "and more")
      #expect(String(decoding: instance.observed.lastHead, as: UTF8.self) == head)
      #expect(instance.observed.connections == 2)
      #expect(instance.observed.requests == 2)
    }
  }

  @Test func whatIsNoRequestIsKeptAndNotCounted() async throws {
    try await DemoFleet.serving([.healthy()]) { fleet in
      let instance = fleet.instances[0]
      _ = instance.client.exchange("\u{16}\u{3}\u{1}")
      #expect(instance.observed.lastHead == [0x16, 3, 1])
      #expect(instance.observed.requests == 0)
    }
  }

  @Test func aThousandInstancesAnswer() async throws {
    raiseDescriptorLimit()
    let behaviours = (0..<1000).map { $0 % 10 == 9 ? InstanceBehaviour.neverStarts : .healthy() }
    try await DemoFleet.serving(behaviours, network: 100) { fleet in
      #expect(Set(fleet.instances.map(\.address)).count == 1000)
      let ends = fleet.instances.map { $0.client.exchange().end }
      #expect(ends.count { $0 == .closed } == 900)
      #expect(ends.count { $0 == .refused } == 100)
      #expect(fleet.instances.map(\.observed.requests).reduce(0, +) == 900)
    }
  }

  @Test func stopFreesThePortAndEndsConnections() async throws {
    let behaviours: [InstanceBehaviour] = [.healthy(), .always(.hang), .neverStarts, .blackhole]
    let first = try DemoFleet.start(behaviours, network: 78)
    let hanging = first.instances[1]
    async let end = hanging.client.end()
    #expect(try await eventually { hanging.observed.connections == 1 })
    #expect(first.instances[0].client.exchange().end == .closed)
    first.stop()
    #expect(await end == .reset)
    for instance in first.instances { #expect(instance.client.exchange().end == .refused) }

    let second = try DemoFleet.start([.healthy()], network: 78, port: first.port)
    #expect(second.instances[0].client.exchange().end == .closed)
    second.stop()
  }

  @Test func aPortThatIsTakenIsAnError() async throws {
    try await DemoFleet.serving([.healthy()], network: 79) { fleet in
      let error = #expect(throws: LoopbackError.self) {
        _ = try DemoFleet.start([.healthy()], network: 79, port: fleet.port)
      }
      let words = try #require(error).description
      #expect(words == "cannot bind 127.0.79.1:\(fleet.port): Address already in use")
    }
  }
}
