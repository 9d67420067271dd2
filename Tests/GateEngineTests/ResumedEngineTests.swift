import GateCore
import GateEngine
import TestSupport
import Testing

/// The loop that goes on with what another runner saw.
@Suite struct ResumedEngineTests {
  /// Two instances that passed one check of two each, at the start.
  private static func before() -> Gate {
    var run = VirtualRun(
      check: .sample(.classic),
      policy: GatePolicy(
        maxReplaced: .number(1), deadline: .seconds(100), expected: 2, membership: .changing))
    for id in ["a", "b"] { run.send(.instanceAdded(.placed(id)), at: .start) }
    run.end(InstanceKey(0), .success)
    run.end(InstanceKey(1), .success)
    return run.gate
  }

  private final class Witness: GateObserver {
    var events: [GateEvent] = []

    func observe(
      _ event: GateEvent, _ effects: ArraySlice<GateEffect>, at instant: GateInstant, in gate: Gate
    ) {
      events.append(event)
    }

    func turnEnded(at instant: GateInstant, in gate: Gate) -> GateInstant? { nil }
  }

  @Test func theGapIsTheFirstThatIsFoldedAndAllAreCheckedAtOnce() {
    let (port, witness) = (ScriptedPort(at: .seconds(30)), Witness())
    var engine = GateEngine(Self.before(), port: port, observers: [witness])
    let group = GroupListing(instances: [.placed("a"), .placed("b")])
    let verdict = engine.goOn(with: [.member: group], guards: [])
    #expect(witness.events.first == .resumed(after: .seconds(30)))
    #expect(port.starts.prefix(2).map(\.at) == [.seconds(30), .seconds(30)])
    #expect(verdict.decision == .promote)
    #expect(verdict.at == .seconds(40.002), "two successes since")
  }

  @Test func aShortGapIsMadeUpForByTheLateCheck() {
    let port = ScriptedPort(at: .seconds(9))
    var engine = GateEngine(Self.before(), port: port, observers: [])
    let group = GroupListing(instances: [.placed("a"), .placed("b")])
    let verdict = engine.goOn(with: [.member: group], guards: [])
    #expect(port.starts.map(\.at) == [.seconds(10), .seconds(10)])
    #expect(verdict.at == .seconds(10.002))
  }

  @Test func whoLeftMeanwhileLeavesAndWhoCameJoins() {
    let (port, witness) = (ScriptedPort(at: .seconds(30)), Witness())
    var engine = GateEngine(Self.before(), port: port, observers: [witness])
    let group = GroupListing(
      instances: [.placed("a"), .placed("c")], leaving: ["b"])
    let verdict = engine.goOn(
      with: [.member: group, .baseline: GroupListing(instances: [.placed("old")])],
      guards: [.guarding("query")])
    #expect(
      witness.events.prefix(6) == [
        .resumed(after: .seconds(30)), .instanceRemoved(InstanceKey(1)),
        .instanceAdded(.placed("c")),
        .listed(FinishedListing(started: .seconds(30), .succeeded(expected: 2))),
        .instanceAdded(.placed("old", .baseline)),
        .instanceAdded(.guarding("query")),
      ])
    #expect(!port.starts.contains { $0.key == InstanceKey(1) }, "nobody asks who left")
    #expect(verdict.decision == .promote)
    #expect(engine.gate.replaced == 1)
  }
}
