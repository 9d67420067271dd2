import DemoFleet
import HostileReplies
import Testing

@Suite struct InstanceBehaviourTests {
  @Test func repliesRepeatAfterThoseThatComeOnce() {
    let replies = Replies([.hang, .garbage], repeating: [.healthy, .resetAtOnce])
    #expect(
      (0..<6).map { replies[$0] } == [
        .hang, .garbage, .healthy, .resetAtOnce, .healthy, .resetAtOnce,
      ])
  }

  @Test func anInstanceRefusesBeforeItsBootAndThenMeetsItsStages() async throws {
    let behaviour = InstanceBehaviour.slowBoot(listensAfter: .seconds(1), healthyAfter: .seconds(2))
    try await DemoFleet.serving([behaviour], time: .standsStill) { fleet in
      let client = fleet.instances[0].client
      #expect(client.exchange().end == .refused)
      try fleet.advance(to: .milliseconds(999))
      #expect(client.exchange().end == .refused)
      try fleet.advance(to: .seconds(1))
      #expect(client.exchange().text.hasPrefix("HTTP/1.1 502 Bad Gateway\r\n"))
      try fleet.advance(to: .seconds(2))
      #expect(client.exchange().text.hasPrefix("HTTP/1.1 200 OK\r\n"))
    }
  }

  @Test func timePassesByItself() async throws {
    let behaviour = InstanceBehaviour.slowBoot(
      listensAfter: .milliseconds(50), healthyAfter: .milliseconds(100))
    try await DemoFleet.serving([behaviour]) { fleet in
      let isHealthy = try await eventually {
        fleet.instances[0].client.exchange().text.hasPrefix("HTTP/1.1 200 OK\r\n")
      }
      #expect(isHealthy)
      #expect(fleet.instances[0].observed.fault == nil)
    }
  }

  @Test func whatNeverStartsRefuses() async throws {
    try await DemoFleet.serving([.neverStarts]) { fleet in
      #expect(fleet.instances[0].client.exchange().end == .refused)
      #expect(fleet.instances[0].observed.connections == 0)
    }
  }

  @Test func aBlackholeDoesNotAnswerTheAttempt() async throws {
    try await DemoFleet.serving([.blackhole]) { fleet in
      for _ in 0..<3 {
        let answer = fleet.instances[0].client.exchange(within: .milliseconds(150))
        #expect(answer.end == .connectTimedOut)
      }
    }
  }

  @Test func deathResetsWhatIsConnectedAndThenRefuses() async throws {
    let behaviour = InstanceBehaviour([
      .init(from: .zero, .accept(Replies(repeating: [.hang]))), .init(from: .seconds(1), .refuse),
    ])
    try await DemoFleet.serving([behaviour], time: .standsStill) { fleet in
      let instance = fleet.instances[0]
      async let end = instance.client.end()
      #expect(try await eventually { instance.observed.connections == 1 })
      try fleet.advance(to: .seconds(1))
      #expect(await end == .reset)
      #expect(instance.client.exchange().end == .refused)
    }
  }

  @Test func whatDiedCanComeBackOnItsPort() async throws {
    let healthy = InstanceBehaviour.Stance.accept(Replies(repeating: [.healthy]))
    let behaviour = InstanceBehaviour([
      .init(from: .zero, healthy), .init(from: .seconds(1), .refuse),
      .init(from: .seconds(2), .drop), .init(from: .seconds(3), healthy),
    ])
    try await DemoFleet.serving([behaviour], time: .standsStill) { fleet in
      let client = fleet.instances[0].client
      #expect(client.exchange().end == .closed)
      try fleet.advance(to: .seconds(1))
      #expect(client.exchange().end == .refused)
      try fleet.advance(to: .seconds(2))
      #expect(client.exchange(within: .milliseconds(100)).end == .connectTimedOut)
      try fleet.advance(to: .seconds(3))
      #expect(client.exchange().end == .closed)
    }
  }

  @Test func checksAreCountedFromTheStartOfTheirPhase() async throws {
    let replies = Replies([.healthy], repeating: [.garbage])
    let behaviour = InstanceBehaviour([
      .init(from: .zero, .accept(replies)), .init(from: .seconds(1), .accept(replies)),
    ])
    try await DemoFleet.serving([behaviour], time: .standsStill) { fleet in
      let client = fleet.instances[0].client
      let before = (1...2).map { _ in client.exchange().text.prefix(4) }
      try fleet.advance(to: .seconds(1))
      #expect(before == ["HTTP", "220 "])
      #expect(client.exchange().text.prefix(4) == "HTTP")
    }
  }

  @Test func everyThirdCheckFails() async throws {
    try await DemoFleet.serving([.flapping(everyNth: 3)]) { fleet in
      let statuses = (1...7).map { _ in fleet.instances[0].client.exchange().text.dropFirst(9) }
      #expect(statuses.map { $0.prefix(3) } == ["200", "200", "503", "200", "200", "503", "200"])
    }
  }

  @Test func aPatternIsFollowedAndItsLastLetterStays() async throws {
    try await DemoFleet.serving([.pattern("PFEBTRCGP")]) { fleet in
      let seen = (1...11).map { check in
        let timeout = Duration.milliseconds(check == 5 ? 100 : 60_000)
        let answer = fleet.instances[0].client.exchange(within: timeout)
        return "\(answer.text.prefix { !$0.isNewline }) \(answer.end)"
      }
      #expect(
        seen == [
          "HTTP/1.1 200 OK closed", "HTTP/1.1 503 Service Unavailable closed",
          "HTTP/1.1 500  closed", "HTTP/1.1 502 Bad Gateway closed",
          " timedOut", " reset", " closed", "220 mail ESMTP closed", "HTTP/1.1 200 OK closed",
          "HTTP/1.1 200 OK closed", "HTTP/1.1 200 OK closed",
        ])
    }
  }
}
