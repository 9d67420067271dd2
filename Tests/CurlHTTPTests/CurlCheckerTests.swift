import CSystem
import CurlHTTP
import DemoFleet
import GateCore
import GateEngine
import HostileReplies
import TestSupport
import Testing

@Suite(.serialized) struct CurlCheckerTests {
  // MARK: - Giving up

  @Test func ofACheckThatWasGivenUpNothingIsReported() async throws {
    try await DemoFleet.serving([.always(.silence), .healthy()]) { fleet in
      var probing = try Probing(.sample(timeout: .seconds(1)), fleet)
      probing.start(0)
      while fleet.instances[0].observed.requests == 0, probing.checker.now < .seconds(60) {
        probing.wait(.milliseconds(5))
      }
      probing.checker.cancel(InstanceKey(0))
      probing.start(1)
      probing.wait(.milliseconds(1300))
      #expect(probing.happenings.map { Outcome($0.event) } == [.success(200)])
    }
  }

  @Test func aCheckCanBeGivenUpBeforeItBegan() async throws {
    try await DemoFleet.serving([.healthy(), .healthy()]) { fleet in
      var probing = try Probing(.sample(), fleet)
      probing.start(0)
      probing.checker.cancel(InstanceKey(0))
      probing.start(1)
      probing.wait(forTotal: 1)
      probing.wait(.milliseconds(50))
      #expect(probing.happenings.count == 1)
      #expect(fleet.instances.map(\.observed.connections) == [0, 1])
    }
  }

  @Test func givingUpWhatIsNotUnderWayIsNothing() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      var probing = try Probing(.sample(), [instance])
      probing.checker.cancel(InstanceKey(0))
      probing.checker.cancel(InstanceKey(99))
      #expect(probing.checkAll() == [.success(200)])
      probing.checker.cancel(InstanceKey(0))
      #expect(probing.checkAll() == [.success(200)])
    }
  }

  @Test func aTimeoutOfACheckThatWasGivenUpDoesNotEndALaterOne() async throws {
    try await DemoFleet.serving([.always(.silence)]) { fleet in
      var probing = try Probing(.sample(timeout: .milliseconds(500)), fleet)
      probing.start(0)
      probing.wait(.milliseconds(300))
      probing.checker.cancel(InstanceKey(0))
      // It takes the place of the first.
      let again = probing.checker.now
      probing.start(0)
      probing.wait(forTotal: 1)
      #expect(Outcome(probing.happenings.first?.event).kind == .timeoutResponse)
      #expect(probing.happenings[0].at >= again + .milliseconds(500))
    }
  }

  // MARK: - Waiting

  @Test func aWaitEndsAtItsLimit() throws {
    var probing = try Probing(.sample(), [])
    let start = probing.checker.now
    probing.wait(.milliseconds(100))
    #expect(probing.happenings.isEmpty)
    #expect(probing.checker.now >= start + .milliseconds(100))
  }

  @Test func anotherThreadCanEndAWait() throws {
    let probing = try Probing(.sample(), [])
    var event = hg_event()
    try #require(hg_event_open(&event) == 0)
    defer { hg_event_close(event) }
    try probing.checker.wake(on: event)
    var happenings: [CheckerEvent] = []
    for _ in 0..<3 {
      hg_event_set(event)
      hg_event_set(event)
      probing.checker.wait(until: probing.checker.now + .seconds(60), into: &happenings)
      // It was heard, and is not heard again.
      let start = probing.checker.now
      probing.checker.wait(until: start + .milliseconds(20), into: &happenings)
      #expect(probing.checker.now >= start + .milliseconds(20))
    }
    #expect(probing.checker.now < .seconds(30))
    #expect(happenings.isEmpty)
  }

  @Test func aWaitThatIsOverLooksAndDoesNotWait() async throws {
    try await DemoFleet.serving(.silence) { _, instance in
      let probing = try Probing(.sample(), [instance])
      var happenings: [CheckerEvent] = []
      probing.start(0)
      let start = probing.checker.now
      for _ in 0..<10 { probing.checker.wait(until: .start, into: &happenings) }
      #expect(happenings.isEmpty)
      #expect(probing.checker.now < start + .seconds(60))
    }
  }

  /// A machine has so many instances' checks at once, and each is told apart from the others.
  @Test func twoHundredChecksAtOnceAreEachTheirOwn() async throws {
    let behaviours: [InstanceBehaviour] = (0..<200).map { index in
      switch index % 4 {
      case 0: .healthy()
      case 1: .always(.status(500 + index))
      case 2: .neverStarts
      default: .always(.response(.healthy(), after: .milliseconds(index)))
      }
    }
    try await DemoFleet.serving(behaviours, network: 20) { fleet in
      var probing = try Probing(.sample(timeout: .seconds(30)), fleet)
      for _ in 0..<3 {
        for (index, outcome) in probing.checkAll().enumerated() {
          switch index % 4 {
          case 1:
            let status = 500 + index
            #expect(
              outcome == .failure(.statusMismatch, status, "HTTP \(status), not 200"), "\(index)")
          case 2:
            #expect(outcome == .failure(.connectionRefused, nil, "connection refused"), "\(index)")
          default: #expect(outcome == .success(200), "\(index)")
          }
        }
      }
    }
  }

  @Test(arguments: [HealthCheckTarget.Scheme.http, .tcp])
  func checksLeaveNoDescriptorsBehind(scheme: HealthCheckTarget.Scheme) async {
    // In a process of its own, where nobody else opens any.
    await #expect(processExitsWith: .success) {
      for scheme in [HealthCheckTarget.Scheme.http, .tcp] {
        try await DemoFleet.serving([.healthy(), .always(.resetAtOnce), .neverStarts]) { fleet in
          var probing = try Probing(.sample(.classic, scheme), fleet)
          for _ in 0..<5 { _ = probing.checkAll() }
          probing.wait(.milliseconds(50))
          let before = openDescriptors()
          for _ in 0..<40 { _ = probing.checkAll() }
          // The fleet's ends of the connections close a little later.
          let deadline = probing.checker.now + .seconds(60)
          // Counted once a look: one that the fleet has yet to accept would be there at the next.
          var open = openDescriptors()
          while open > before, probing.checker.now < deadline {
            probing.wait(.milliseconds(10))
            open = openDescriptors()
          }
          #expect(open <= before)
        }
      }
    }
  }

  // MARK: - The limits of the machine

  @Test func withoutDescriptorsAChecksIsLostAndNeverFailed() async {
    await #expect(processExitsWith: .success) {
      try await DemoFleet.serving([.healthy(), .healthy()]) { fleet in
        limitDescriptors(to: openDescriptors() + 40)
        var probing = try Probing(.sample(), fleet)
        #expect(probing.checkAll() == [.success(200), .success(200)])
        let taken = takeAllDescriptors()
        let outcomes = probing.checkAll()
        giveBack(taken)
        #expect(taken.count > 10)
        #expect(
          outcomes
            == [.fault("no socket: Too many open files"), .fault("no socket: Too many open files")])
        #expect(probing.checkAll() == [.success(200), .success(200)])
      }
    }
  }

  @Test func aGateWithoutDescriptorsIsInconclusive() async {
    await #expect(processExitsWith: .success) {
      try await DemoFleet.serving([.healthy(), .healthy()]) { fleet in
        limitDescriptors(to: openDescriptors() + 40)
        var plan = RequestTemplate.sample()
        plan.check.interval = .milliseconds(100)
        let checker = try CurlChecker([plan], signals: -1)
        let gate = Gate(
          check: plan.check, policy: GatePolicy(deadline: .seconds(1), expected: 2))
        var engine = GateEngine(gate, port: checker, observers: [])
        let taken = takeAllDescriptors()
        let verdict = engine.run(
          [.member: GroupListing(instances: fleet.instances.map(Instance.init))])
        giveBack(taken)
        #expect(verdict.decision == .inconclusive)
        #expect(verdict.reason.code == .gateFault)
        #expect(engine.gate.records.allSatisfy { $0.failures == 0 && $0.lostChecks > 0 })
      }
    }
  }

  @Test func thereIsRoomForSoManyChecksAsThereAreDescriptors() async {
    await #expect(processExitsWith: .success) {
      try await DemoFleet.serving([.always(.hang)]) { fleet in
        limitDescriptors(to: 128)
        var probing = try Probing(.sample(), fleet)
        let instance = probing.instances[0]
        var count = 0
        while probing.checker.hasRoom, count < 1000 {
          probing.checker.start(InstanceKey(count), instance)
          count += 1
        }
        #expect(count == 64, "half is left for the rest of the program")
        probing.checker.cancel(InstanceKey(7))
        #expect(probing.checker.hasRoom)
        probing.checker.start(InstanceKey(count), instance)
        #expect(!probing.checker.hasRoom)
        probing.wait(.milliseconds(10))
      }
    }
  }

  /// What an instance sends is not kept: neither as it came nor unpacked.
  @Test func memoryIsBoundedWhateverComes() async {
    await #expect(processExitsWith: .success) {
      let worst: [Reply] = [
        .compressedBomb, .hugeHeader(), .endlessHeader, .endlessBody(),
        .largeBody(bytes: 15 << 20),
      ]
      try await DemoFleet.serving(worst.map { .always($0) }) { fleet in
        var probing = try Probing(.sample(timeout: .seconds(30)), fleet)
        for _ in 0..<2 { _ = probing.checkAll() }
        let before = residentMebibytes()
        for _ in 0..<6 {
          #expect(
            probing.checkAll().map(\.isSuccess) == [true, false, false, false, true])
        }
        // Kept, they would be 250 MiB; unpacked, 400 more.
        #expect(residentMebibytes() - before < 40)
      }
    }
  }

  /// So many checks that a full set of descriptors is ready in each turn.
  @Test func aChecksPlaceIsUsedAgain() async throws {
    try await DemoFleet.serving([.healthy()]) { fleet in
      var probing = try Probing(.sample(), fleet)
      var outcomes: Set<Outcome> = []
      for _ in 0..<300 { outcomes.formUnion(probing.checkAll()) }
      #expect(outcomes == [.success(200)])
    }
  }
}
