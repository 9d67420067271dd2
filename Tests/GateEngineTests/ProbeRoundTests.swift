import GateCore
import GateEngine
import Testing

@Suite struct ProbeRoundTests {
  private static func instances(_ count: Int) -> [Instance] {
    (0..<count).map { Instance(id: "web-\($0)", address: "192.0.2.1", port: 1024 + $0) }
  }

  @Test func eachInstanceIsCheckedOnceAndHasItsOwnEnd() {
    let port = ScriptedPort { key, _ in
      switch key.index {
      case 1: .failure(.timeoutConnect, after: .seconds(5))
      case 2: .lost
      default: .success()
      }
    }
    let ends = ProbeRound(on: port).run(Self.instances(4))
    #expect(port.starts.map(\.key.index) == [0, 1, 2, 3])
    let kinds = ends.map { end -> String in
      switch end {
      case .checked(let report): "\(report.result)"
      case .lost: "lost"
      }
    }
    #expect(
      kinds == ["success", "failure(GateCore.FailureKind.timeoutConnect)", "lost", "success"])
  }

  @Test func manyRunAtTheSameTimeAsFarAsThereIsRoom() {
    let port = ScriptedPort { _, _ in .success(after: .seconds(1)) }
    port.room = 40
    #expect(ProbeRound(on: port).run(Self.instances(100)).count == 100)
    #expect(port.mostUnderWay == 40)
    #expect(port.now < .start + .seconds(4))
  }

  @Test func aBurstIsBegunInPartsSoThatTheFirstDoesNotWaitForTheLast() {
    let port = ScriptedPort { _, _ in .success(after: .seconds(1)) }
    _ = ProbeRound(on: port).run(Self.instances(40))
    #expect(port.startsPerWait.max() == 16)
  }

  @Test func withoutInstancesNothingIsWaitedFor() {
    let port = ScriptedPort()
    #expect(ProbeRound(on: port).run([]).isEmpty)
    #expect(port.limits.isEmpty)
  }
}
