import CSystem
import DemoFleet
import GateCore
import GateEngine
import HostileReplies
import Testing

@testable import CurlHTTP

/// What a check leaves behind beside its report, and checks by several plans.
@Suite(.serialized) struct CheckTraceTests {
  /// It takes the request, and no more comes.
  private static let silence = Reply([.awaitRequest], then: .hold)

  private static func trace(
    _ plan: RequestTemplate, _ instance: Instance
  ) throws -> (outcome: Outcome, trace: CheckTrace) {
    var probing = try Probing(plan, [instance])
    var traces: [CheckTrace] = []
    probing.checker.onEnd = { _, trace in traces.append(trace) }
    let outcome = try #require(probing.checkAll().first)
    #expect(traces.count == 1, "a check is told of once")
    return (outcome, try #require(traces.first))
  }

  @Test func thePhasesOfAnAnswerFollowOneAnother() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      let (outcome, trace) = try Self.trace(.sample(), instance)
      #expect(outcome.isSuccess)
      let connect = try #require(trace.phases.connect)
      let first = try #require(trace.phases.firstByte)
      #expect(0 < connect && connect <= first && first <= trace.phases.total)
      #expect(trace.phases.nameLookup == nil, "an address is not looked up")
      #expect(trace.phases.tls == nil)
      #expect(trace.connectedTo == instance.address)
    }
  }

  @Test func aNameIsLookedUp() async throws {
    try await DemoFleet.serving(.healthy) { _, instance in
      var named = instance
      named.address = "localhost"
      // Whether or not the instance is at that address of the host's: looked up it is.
      let trace = try Self.trace(.sample(), named).trace
      #expect(trace.phases.nameLookup != nil)
    }
  }

  @Test func whatWasNotReachedHasNoTime() throws {
    let closed = Instance(id: "closed", address: "127.0.0.1", port: 1)
    let (outcome, trace) = try Self.trace(.sample(), closed)
    #expect(outcome.kind == .connectionRefused)
    #expect(trace.phases.connect == nil)
    #expect(trace.phases.firstByte == nil)
    #expect(trace.connectedTo == nil)
  }

  @Test func aTimeOutLastedAsLongAsItsTimeOut() async throws {
    try await DemoFleet.serving(Self.silence) { _, instance in
      let (outcome, trace) = try Self.trace(.sample(timeout: .milliseconds(300)), instance)
      #expect(outcome.kind == .timeoutResponse)
      #expect(trace.phases.connect != nil)
      #expect(trace.phases.firstByte == nil)
      #expect(trace.phases.total >= 300_000)
    }
  }

  /// A plan's time-out, matcher and path are those of its own instances.
  @Test func severalPlansShareALoop() async throws {
    try await DemoFleet.serving([.always(.healthy), .always(Self.silence)]) { fleet in
      let instances = fleet.instances.map { Instance($0) }
      let quick = RequestTemplate.sample(timeout: .milliseconds(200))
      let picky = RequestTemplate.sample(matcher: try Matcher(parsing: "201", bounds: 100...999))
      let tcp = RequestTemplate.sample(.alb, .tcp)
      let checker = try CurlChecker(
        [tcp, quick, picky], byOneAlone: true, signals: -1)
      for (index, plan, instance) in [(0, 2, 0), (1, 1, 1), (2, 0, 1)] {
        checker.start(InstanceKey(index, check: plan), instances[instance])
      }
      var happenings: [CheckerEvent] = []
      let end = checker.now + .seconds(20)
      while happenings.count < 3, checker.now < end {
        checker.wait(until: end, into: &happenings)
      }
      var outcomes: [Int: Outcome] = [:]
      for happening in happenings {
        guard case .checked(let key, _) = happening.event else { continue }
        outcomes[key.index] = Outcome(happening.event)
      }
      #expect(outcomes[0]?.kind == .statusMismatch)
      #expect(outcomes[1]?.kind == .timeoutResponse)
      #expect(outcomes[2]?.isSuccess == true)
    }
  }

  /// Before anything is sent there is nothing that the instance could be late with.
  @Test func aNameThatIsStillLookedUpAtTheTimeOutIsNoFaultOfTheInstance() throws {
    let runner = try TransferRunner()
    let transfer = try runner.make(.sample())
    transfer.stage = .lookingUp
    guard
      case .fault(let detail, .nameServer) = runner.timedOut(
        transfer, after: .seconds(5), CheckWay())
    else {
      Issue.record("it is held against the instance")
      return
    }
    #expect(detail == "the name server: no answer within 5s")
  }
}
