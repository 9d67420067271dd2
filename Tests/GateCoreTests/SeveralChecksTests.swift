import GateCore
import TestSupport
import Testing

/// Groups that are checked by several health checks at once: an instance is as its worst check says.
@Suite struct SeveralChecksTests {
  private static func check(
    _ name: String, every seconds: Int = 10, healthy: Int = 2, initial: Int = 2, unhealthy: Int = 2
  ) -> HealthCheck {
    var check = HealthCheck.sample(
      every: .seconds(seconds), healthy: healthy, initial: initial, unhealthy: unhealthy)
    check.name = name
    return check
  }

  private static func run(
    _ checks: [HealthCheck] = [check("api"), check("admin")], soak: Int = 0, deadline: Int = 100,
    expected: Int = 1
  ) -> VirtualRun {
    VirtualRun(
      checks: checks,
      policy: GatePolicy(
        soak: .seconds(soak), deadline: .seconds(deadline), expected: expected))
  }

  private static let (api, admin) = (InstanceKey(0), InstanceKey(0, check: 1))

  @Test func eachHealthCheckHasItsOwnSchedule() {
    var run = Self.run([Self.check("api"), Self.check("admin", every: 3)])
    run.join(["a"])
    #expect(run.wanted(Self.api) == .start && run.wanted(Self.admin) == .start)
    run.end(Self.api, .success)
    run.end(Self.admin, .success)
    #expect(run.wanted(Self.api) == .seconds(10) && run.wanted(Self.admin) == .seconds(3))
    #expect(run.violations == [])
  }

  @Test func anInstanceIsHealthyWhenAllItsChecksSaySo() {
    var run = Self.run()
    let key = run.join(["a"])
    run.end(Self.api, .success)
    run.end(Self.admin, .success, at: .seconds(1))
    run.end(Self.api, .success)
    #expect(run.gate.state(of: key) == .initial && run.verdict == nil)
    run.end(Self.admin, .success, at: .seconds(12))
    #expect(run.gate[key].history.transitions.map(\.to) == [.healthy])
    #expect(run.verdict?.decision == .promote && run.verdict?.at == .seconds(12))
    #expect(run.gate[key].checks == 4 && run.gate.healthy == 1)
    #expect(run.violations == [])
  }

  @Test func oneCheckThatFailsMakesItUnhealthyAndIsNamed() {
    var run = Self.run(soak: 60)
    run.join(["a"])
    for _ in 1...2 {
      run.end(Self.api, .success)
      run.end(Self.admin, .failure)
    }
    #expect(run.verdict?.decision == .rollback)
    #expect(
      run.verdict?.reason.message
        == "1 of 1 instance unhealthy (admin: HTTP 503), 0 allowed: a")
    let record = run.gate.records[0]
    #expect(record.parts.map(\.health.state) == [.healthy, .unhealthy])
    #expect(
      record.reason(under: run.gate.check(of: record)).description.hasPrefix("admin: "))
    #expect(run.violations == [])
  }

  @Test func eachHealthCheckMayMissOnceInARowAndNoneTwice() {
    // At 40 s, when the soak is over, both have missed their latest check: each has to pass one.
    var run = Self.run(soak: 35)
    run.join(["a"])
    for second in [0.0, 10, 20, 30] {
      run.end(Self.api, second == 30 ? .failure : .success, at: .seconds(second))
      run.end(Self.admin, second == 30 ? .failure : .success, at: .seconds(second))
    }
    run.end(Self.api, .success, at: .seconds(40))
    run.send(.wokeUp, at: .seconds(45))
    #expect(run.gate.healthy == 1 && run.verdict == nil, "admin has failed its latest check")
    run.end(Self.admin, .success, at: .seconds(46))
    #expect(run.verdict?.decision == .promote && run.verdict?.at == .seconds(46))
    #expect(run.violations == [])
  }

  @Test func missesOfTwoHealthChecksAreNotTwoInARow() {
    // All else holds from 25 s on, but for the second instance, which waits for a pass.
    var run = Self.run(soak: 25, expected: 2)
    run.join(["a", "b"])
    let other = InstanceKey(1)
    for second in [0.0, 10, 20] {
      for key in [Self.api, Self.admin, other, InstanceKey(1, check: 1)] {
        run.end(key, key == other && second == 20 ? .failure : .success, at: .seconds(second))
      }
    }
    run.send(.wokeUp, at: .seconds(35))
    #expect(run.verdict == nil)
    run.end(Self.api, .failure, at: .seconds(35.1))
    run.end(Self.admin, .failure, at: .seconds(35.2))
    run.end(other, .success, at: .seconds(35.3))
    #expect(run.verdict?.decision == .promote && run.verdict?.at == .seconds(35.3))
  }

  @Test func theSlowestDecidesWhatCanStillBe() {
    // Two successes of the slow one are 40 s apart: after a failure at 80 there is no time for them.
    let checks = [Self.check("api"), Self.check("batch", every: 40, unhealthy: 5)]
    var run = Self.run(checks, deadline: 120)
    run.join(["a"])
    for second in stride(from: 0.0, through: 80, by: 10) {
      #expect(run.verdict == nil)
      run.end(Self.api, .success, at: .seconds(second))
      if Int(second).isMultiple(of: 40) { run.end(Self.admin, .failure, at: .seconds(second)) }
    }
    #expect(run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.verdict?.at == .seconds(80))
  }

  @Test func theSoakIsAfterTheLastOfThem() {
    // Two successes of the second from 60 s on are the last before a soak of 30 s can begin at 70 s.
    var run = Self.run([Self.check("api"), Self.check("admin", unhealthy: 9)], soak: 30)
    run.join(["a"])
    for second in stride(from: 0.0, through: 60, by: 10) {
      #expect(run.verdict == nil)
      run.end(Self.api, .success, at: .seconds(second))
      run.end(Self.admin, .failure, at: .seconds(second))
    }
    #expect(run.verdict?.reason.code == .cannotBecomeHealthyInTime)
    #expect(run.verdict?.at == .seconds(60))
  }

  @Test func oneThatIsStillToJoinHasTheTimeOfTheSlowest() {
    var run = Self.run([Self.check("api"), Self.check("batch", every: 40)], expected: 2)
    run.join(["a"])
    for second in stride(from: 0.0, through: 60, by: 10) {
      run.end(Self.api, .success, at: .seconds(second))
      if Int(second).isMultiple(of: 40) { run.end(Self.admin, .success, at: .seconds(second)) }
    }
    #expect(run.verdict == nil)
    run.send(.wokeUp, at: .seconds(65))
    #expect(run.verdict?.decision == .rollback)
  }

  @Test func aMissThatNothingCanMakeGoodIsNoObstacleByItself() {
    // The slow one has missed once, and is not asked again in time; the quick one can still pass.
    let checks = [Self.check("api"), Self.check("batch", every: 60, healthy: 1, initial: 1)]
    var run = Self.run(checks, soak: 65, deadline: 115)
    run.join(["a"])
    run.end(Self.admin, .success, at: .start)
    for second in stride(from: 0.0, through: 60, by: 10) {
      run.end(Self.api, .success, at: .seconds(second))
    }
    run.end(Self.admin, .success, at: .seconds(60))
    #expect(run.verdict == nil)
    run.end(Self.api, .success, at: .seconds(70))
    run.send(.wokeUp, at: .seconds(75))
    #expect(run.verdict?.decision == .promote)
  }

  @Test func theOldGroupSharesACauseThatAnyOfItsChecksShows() {
    var run = Self.run()
    run.join(["a"])
    run.join(["old"], as: .baseline)
    let old = InstanceKey(1, check: 1)
    run.end(InstanceKey(1), .success)
    for _ in 1...2 {
      run.end(old, .failure)
      run.end(Self.admin, .failure)
    }
    #expect(run.verdict?.reason.code == .sharedCause)
    #expect(run.violations == [])
  }

  @Test func anOldGroupThatPassesThemAllIsWell() {
    var run = Self.run()
    run.join(["a"])
    run.join(["old"], as: .baseline)
    run.end(InstanceKey(1), .success)
    run.end(InstanceKey(1, check: 1), .success)
    for _ in 1...2 { run.end(Self.admin, .failure) }
    #expect(run.verdict == nil)
    run.end(InstanceKey(1), .success, at: .seconds(11))
    #expect(run.verdict == nil, "admin of the old one is not asked yet")
    run.end(InstanceKey(1, check: 1), .success, at: .seconds(12))
    #expect(run.verdict?.reason.code == .tooManyUnhealthy)
  }

  @Test func lostChecksAreNotedUnderTheirHealthCheck() {
    var run = Self.run()
    let key = run.join(["a"])
    run.end(Self.api, .success)
    run.end(Self.admin, .lost)
    run.end(Self.admin, .success, at: .seconds(10))
    #expect(run.gate[key].parts.map(\.lostChecks) == [0, 1] && run.gate[key].lostChecks == 1)
    run.end(Self.api, .success, at: .seconds(10))
    #expect(run.verdict == nil)
    run.end(Self.admin, .success)
    #expect(run.verdict?.decision == .promote)
  }

  @Test func eachCheckMustPassAgainAfterAResumption() {
    var run = Self.run(soak: 30)
    run.join(["a"])
    for second in [0.0, 10, 20] {
      run.end(Self.api, .success, at: .seconds(second))
      run.end(Self.admin, .success, at: .seconds(second))
    }
    run.send(.resumed(after: .seconds(100)), at: .seconds(120))
    #expect(run.wanted(Self.api) == .seconds(120) && run.wanted(Self.admin) == .seconds(120))
    for second in stride(from: 120.0, through: 170, by: 10) {
      #expect(run.verdict == nil)
      run.end(Self.api, .success, at: .seconds(second))
      #expect(run.gate.records[0].health.mustShowAgain == (second < 150))
      run.end(Self.admin, second == 120 ? .failure : .success, at: .seconds(second))
    }
    run.send(.wokeUp, at: .seconds(170))
    #expect(run.verdict?.decision == .promote && run.verdict?.at == .seconds(170))
  }

  @Test func itsPortsAreInTheOrderOfTheChecks() {
    let ports = CheckPorts([.number(80), .trafficPort, .number(9000)])
    #expect(ports.ports(own: 8080) == [80, 8080, 9000] && ports.ports(own: nil) == nil)
    #expect(CheckPorts(.number(80)).ports(written: 8080) == [8080])
    #expect(ports.ports(written: 8080) == [80, 8080, 9000])
    let instance = Instance(id: "a", address: "10.0.0.1", ports: [80, 8080])
    #expect(instance.checked(by: 1).port == 8080 && instance.checked(by: 0).port == 80)
  }
}
