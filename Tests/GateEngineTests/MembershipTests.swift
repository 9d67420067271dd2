import GateCore
import GateEngine
import TestSupport
import Testing

@Suite struct MembershipTests {
  private var gate = Gate(
    check: HealthCheck(
      target: HealthCheckTarget(scheme: .http, port: .number(80), path: "/"), semantics: .alb,
      interval: .seconds(5), timeout: .seconds(2), healthyThreshold: 2, initialThreshold: 1,
      unhealthyThreshold: 2, matcher: [200...200]),
    policy: GatePolicy(
      maxReplaced: .number(9), deadline: .seconds(60), expected: 2, membership: .changing))
  private var membership = Membership(expected: nil)

  init() {
    fold([.instanceAdded(Self.instance("a")), .instanceAdded(Self.instance("b"))])
  }

  private static func instance(_ id: String) -> Instance {
    Instance(id: id, address: "10.0.0.1", port: 80)
  }

  private static func listing(
    _ ids: String..., awaited: Set<String> = [], leaving: Set<String> = [], expected: Int? = nil
  ) -> FeedUpdate {
    .listed(
      GroupListing(
        instances: ids.map { instance($0) }, awaited: awaited, leaving: leaving,
        expected: expected))
  }

  private mutating func fold(_ events: [GateEvent]) {
    var effects: [GateEffect] = []
    for event in events {
      gate.handle(event, at: .start, effects: &effects)
    }
  }

  private mutating func events(of update: FeedUpdate) -> [GateEvent] {
    let events = membership.events(of: update, in: gate)
    fold(events)
    return events
  }

  @Test mutating func aListingOfWhoIsThereIsNoNews() {
    #expect(events(of: Self.listing("a", "b")).isEmpty)
  }

  @Test mutating func whoIsNewJoins() {
    #expect(events(of: Self.listing("a", "b", "c")) == [.instanceAdded(Self.instance("c"))])
    #expect(events(of: Self.listing("a", "b", "c")).isEmpty)
  }

  @Test mutating func whoIsMissingOnceIsNotGone() {
    #expect(events(of: Self.listing("a")).isEmpty)
    #expect(events(of: Self.listing("a", "b")).isEmpty)
    #expect(events(of: Self.listing("a")).isEmpty)
    #expect(events(of: Self.listing("a")) == [.instanceRemoved(InstanceKey(1))])
  }

  @Test mutating func whoIsSaidToLeaveIsGoneAtOnce() {
    let update = Self.listing("a", leaving: ["b"])
    #expect(events(of: update) == [.instanceRemoved(InstanceKey(1))])
    #expect(events(of: update).isEmpty)
  }

  @Test mutating func whoIsAwaitedAgainStaysIn() {
    for _ in 1...3 {
      #expect(events(of: Self.listing("a", awaited: ["b"])).isEmpty)
    }
  }

  @Test mutating func whoDiesOnItsWayWasReplaced() {
    func update(_ launching: [String], leaving: Set<String> = []) -> FeedUpdate {
      .listed(
        GroupListing(
          instances: ["a", "b"].map { Self.instance($0) },
          launching: launching.map { Self.instance($0) }, leaving: leaving))
    }
    #expect(events(of: update(["c", "d"])).isEmpty)
    let lost = [GateEvent.instanceAdded(Self.instance("c")), .instanceRemoved(InstanceKey(2))]
    #expect(events(of: update(["d"], leaving: ["c"])) == lost)
    #expect(events(of: update([], leaving: ["c"])).isEmpty)
    #expect(
      events(of: update([], leaving: ["c"]))
        == [.instanceAdded(Self.instance("d")), .instanceRemoved(InstanceKey(3))])
    #expect(events(of: update([])).isEmpty)
    #expect(gate.replaced == 2)
  }

  @Test mutating func whoWasOnItsWayAndJoinsIsNotLost() {
    let update = FeedUpdate.listed(
      GroupListing(
        instances: ["a", "b"].map { Self.instance($0) }, launching: [Self.instance("c")]))
    #expect(events(of: update).isEmpty)
    #expect(events(of: Self.listing("a", "b", "c")) == [.instanceAdded(Self.instance("c"))])
    #expect(events(of: Self.listing("a", "b")).isEmpty)
    #expect(events(of: Self.listing("a", "b")) == [.instanceRemoved(InstanceKey(2))])
  }

  @Test mutating func whoComesBackIsANewInstance() {
    _ = events(of: Self.listing("a", leaving: ["b"]))
    #expect(events(of: Self.listing("a", "b")) == [.instanceAdded(Self.instance("b"))])
    #expect(gate.key(of: "b") == InstanceKey(2))
  }

  @Test mutating func whoIsListedTwiceJoinsOnce() {
    #expect(
      events(of: Self.listing("a", "b", "c", "c", "a")) == [.instanceAdded(Self.instance("c"))])
  }

  @Test mutating func whoIsAtAnotherPlaceWasReplaced() {
    var moved = Self.instance("b")
    moved.address = "10.0.0.2"
    let update = FeedUpdate.listed(GroupListing(instances: [Self.instance("a"), moved]))
    #expect(events(of: update) == [.instanceRemoved(InstanceKey(1)), .instanceAdded(moved)])
    #expect(events(of: update).isEmpty)
    #expect(gate.replaced == 1)
  }

  @Test mutating func anotherNumberThatTheSourceWantsIsNews() {
    #expect(
      events(of: Self.listing("a", "b", expected: 3)) == [.groupListed(expected: 3)])
    #expect(events(of: Self.listing("a", "b", expected: 3)).isEmpty)
    #expect(gate.expected == 3)
  }

  @Test mutating func theNumberOfTheUserIsNotOverridden() {
    membership = Membership(expected: 2)
    #expect(events(of: Self.listing("a", "b", expected: 3)).isEmpty)
  }

  @Test mutating func aSourceThatFailedSaysWhenItIsBack() {
    let fault = GateFault(detail: "no answer")
    #expect(events(of: .sourceFailed(fault)) == [.gateFault(fault)])
    #expect(events(of: Self.listing("a", "b")) == [.groupListed(expected: 2)])
    #expect(events(of: Self.listing("a", "b")).isEmpty)
  }

  @Test mutating func onlyAViewThatChangedIsNews() {
    let view = LoadBalancerView(state: .healthy)
    let seen = GateEvent.loadBalancerSaw(InstanceKey(0), view)
    #expect(events(of: .viewed(["a": view])) == [seen])
    #expect(events(of: .viewed(["a": view])).isEmpty)
    let fault = GateFault(detail: "no answer")
    #expect(events(of: .viewFailed(fault)) == [.loadBalancerUnseen(fault)])
    #expect(events(of: .viewed(["a": view])) == [seen])
  }
}

/// The old group, followed beside the new one.
@Suite struct BaselineMembershipTests {
  private static func listing(_ ids: String...) -> GroupListing {
    GroupListing(instances: ids.map { Instance(id: $0, address: "10.0.0.1", port: 80) })
  }

  @Test func itsMembersBearTheirRoleAndCountForNothingElse() {
    var gate = Gate(
      check: .sample(), policy: GatePolicy(deadline: .seconds(60), expected: 1))
    var effects: [GateEffect] = []
    gate.handle(.instanceAdded(.sample("a")), at: .start, effects: &effects)
    var membership = Membership(of: .baseline, expected: nil)
    var first = Self.listing("a", "b")
    first.expected = 9
    first.launching = [Instance.sample("c")]
    let joined = membership.events(of: .listed(first), in: gate)
    #expect(
      joined == [
        .instanceAdded(.sample("a", .baseline)), .instanceAdded(.sample("b", .baseline)),
      ])
    for event in joined { gate.handle(event, at: .start, effects: &effects) }
    // Gone twice is gone; the new group's own `a` stays, and nobody mourns `c`.
    #expect(membership.events(of: .listed(Self.listing("b")), in: gate).isEmpty)
    #expect(
      membership.events(of: .listed(Self.listing("b")), in: gate)
        == [.instanceRemoved(InstanceKey(1))])
    let fault = GateFault(detail: "throttled")
    #expect(membership.events(of: .sourceFailed(fault), in: gate) == [.baselineUnlisted(fault)])
    #expect(gate.expected == 1)
  }
}
