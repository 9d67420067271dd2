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
  private var membership = Membership()

  init() {
    fold([.instanceAdded(Self.instance("a")), .instanceAdded(Self.instance("b"))])
  }

  private static func instance(_ id: String) -> Instance { .placed(id) }

  private static func listing(
    _ ids: String..., awaited: Set<String> = [], leaving: Set<String> = [], expected: Int? = nil
  ) -> FeedAnswer {
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

  private mutating func events(of answer: FeedAnswer) -> [GateEvent] {
    let events = membership.events(of: answer, from: .start, in: gate)
    fold(events)
    return events
  }

  /// What closes a listing that is of all who are there.
  private static func closed(
    expected: Int = 2, missing: Int..., doubled: [String] = []
  ) -> GateEvent {
    .listed(
      FinishedListing(
        started: .start,
        .succeeded(
          expected: expected, missing: missing.map { InstanceKey($0) }, doubled: doubled)))
  }

  @Test mutating func aListingOfWhoIsThereSaysOnlyThatItWasMade() {
    #expect(events(of: Self.listing("a", "b")) == [Self.closed()])
  }

  @Test mutating func whoIsNewJoins() {
    #expect(
      events(of: Self.listing("a", "b", "c"))
        == [.instanceAdded(Self.instance("c")), Self.closed()])
    #expect(events(of: Self.listing("a", "b", "c")) == [Self.closed()])
  }

  @Test mutating func whoIsMissingOnceIsNotGone() {
    #expect(events(of: Self.listing("a")) == [Self.closed(missing: 1)])
    #expect(events(of: Self.listing("a", "b")) == [Self.closed()])
    #expect(events(of: Self.listing("a")) == [Self.closed(missing: 1)])
    #expect(events(of: Self.listing("a")) == [.instanceRemoved(InstanceKey(1)), Self.closed()])
  }

  @Test mutating func whoIsSaidToLeaveIsGoneAtOnce() {
    let answer = Self.listing("a", leaving: ["b"])
    #expect(events(of: answer) == [.instanceRemoved(InstanceKey(1)), Self.closed()])
    #expect(events(of: answer) == [Self.closed()])
  }

  @Test mutating func whoIsAwaitedAgainStaysInAndDoesNotSpeakForAPromotion() {
    for _ in 1...3 {
      #expect(events(of: Self.listing("a", awaited: ["b"])) == [Self.closed(missing: 1)])
    }
  }

  @Test(arguments: [true, false]) mutating func whoDiesOnItsWayWasReplaced(inFirstListing: Bool) {
    func answer(_ launching: [String], leaving: Set<String> = []) -> FeedAnswer {
      .listed(
        GroupListing(
          instances: ["a", "b"].map { Self.instance($0) },
          launching: launching.map { Self.instance($0) }, leaving: leaving))
    }
    if !inFirstListing { #expect(events(of: Self.listing("a", "b")) == [Self.closed()]) }
    #expect(events(of: answer(["c", "d"])) == [Self.closed()])
    let lost = [GateEvent.instanceAdded(Self.instance("c")), .instanceRemoved(InstanceKey(2))]
    #expect(events(of: answer(["d"], leaving: ["c"])) == lost + [Self.closed()])
    #expect(events(of: answer([], leaving: ["c"])) == [Self.closed()])
    #expect(
      events(of: answer([], leaving: ["c"]))
        == [
          .instanceAdded(Self.instance("d")), .instanceRemoved(InstanceKey(3)), Self.closed(),
        ])
    #expect(events(of: answer([])) == [Self.closed()])
    #expect(gate.replaced == 2)
  }

  @Test mutating func whoWasOnItsWayAndJoinsIsNotLost() {
    let answer = FeedAnswer.listed(
      GroupListing(
        instances: ["a", "b"].map { Self.instance($0) }, launching: [Self.instance("c")]))
    #expect(events(of: answer) == [Self.closed()])
    #expect(
      events(of: Self.listing("a", "b", "c"))
        == [.instanceAdded(Self.instance("c")), Self.closed()])
    #expect(events(of: Self.listing("a", "b")) == [Self.closed(missing: 2)])
    #expect(
      events(of: Self.listing("a", "b")) == [.instanceRemoved(InstanceKey(2)), Self.closed()])
  }

  @Test mutating func whoComesBackIsANewInstance() {
    _ = events(of: Self.listing("a", leaving: ["b"]))
    #expect(
      events(of: Self.listing("a", "b")) == [.instanceAdded(Self.instance("b")), Self.closed()])
    #expect(gate.key(of: "b") == InstanceKey(2))
  }

  @Test mutating func whoIsListedTwiceJoinsOnce() {
    #expect(
      events(of: Self.listing("a", "b", "c", "c", "a"))
        == [.instanceAdded(Self.instance("c")), Self.closed()])
  }

  @Test mutating func whoIsAtAnotherPlaceWasReplaced() {
    var moved = Self.instance("b")
    moved.address = "10.0.0.2"
    let answer = FeedAnswer.listed(GroupListing(instances: [Self.instance("a"), moved]))
    #expect(
      events(of: answer)
        == [.instanceRemoved(InstanceKey(1)), .instanceAdded(moved), Self.closed()])
    #expect(events(of: answer) == [Self.closed()])
    #expect(gate.replaced == 1)
  }

  // MARK: - Each place counts once

  @Test mutating func aNewNameAtAKnownPlaceIsAReplacementAtOnce() {
    var renamed = Self.instance("b")
    renamed.id = "b:80"
    let answer = FeedAnswer.listed(GroupListing(instances: [Self.instance("a"), renamed]))
    #expect(
      events(of: answer)
        == [.instanceRemoved(InstanceKey(1)), .instanceAdded(renamed), Self.closed()])
    #expect(gate.replaced == 1 && gate.present == 2)
  }

  @Test mutating func ofTwoNamesAtOnePlaceTheKnownOneCounts() {
    var other = Self.instance("b")
    other.id = "alias"
    let answer = FeedAnswer.listed(
      GroupListing(instances: [Self.instance("a"), other, Self.instance("b")]))
    #expect(events(of: answer) == [Self.closed(doubled: ["alias"])])
    #expect(gate.doubledNames == ["alias"])
  }

  @Test mutating func ofTwoNewNamesAtOnePlaceTheFirstCounts() {
    var other = Self.instance("c")
    other.id = "alias"
    let answer = FeedAnswer.listed(
      GroupListing(instances: ["a", "b", "c"].map { Self.instance($0) } + [other]))
    #expect(
      events(of: answer)
        == [.instanceAdded(Self.instance("c")), Self.closed(doubled: ["alias"])])
  }

  @Test mutating func oneAddressWrittenInTwoWaysIsOnePlace() {
    var (short, long) = (Self.instance("c"), Self.instance("d"))
    (short.address, long.address) = ("2001:db8::1", "2001:DB8:0:0:0:0:0:1")
    let answer = FeedAnswer.listed(
      GroupListing(instances: ["a", "b"].map { Self.instance($0) } + [short, long]))
    #expect(events(of: answer) == [.instanceAdded(short), Self.closed(doubled: ["d"])])
  }

  // MARK: - How many are wanted

  @Test mutating func anotherNumberThatTheSourceWantsHolds() {
    #expect(events(of: Self.listing("a", "b", expected: 3)) == [Self.closed(expected: 3)])
    #expect(gate.expected == 3)
    #expect(events(of: Self.listing("a", "b")) == [Self.closed(expected: 3)])
  }

  @Test mutating func theNumberOfTheUserIsNotOverridden() {
    membership = Membership(expected: 2)
    #expect(events(of: Self.listing("a", "b", expected: 3)) == [Self.closed()])
  }

  @Test mutating func allLeaveAGroupThatIsGoneOrWantsNone() {
    let answer = FeedAnswer.listed(
      GroupListing(instances: [Self.instance("a")], isEmpty: true))
    #expect(
      events(of: answer)
        == [
          .instanceRemoved(InstanceKey(0)), .instanceRemoved(InstanceKey(1)),
          .listed(FinishedListing(started: .start, .empty(expected: 2))),
        ])
    #expect(gate.present == 0 && gate.replaced == 2)
  }

  @Test mutating func aFixedListIsNoListingThatCouldGrowOld() {
    membership = Membership(of: .member, .fixed)
    #expect(
      events(of: Self.listing("a", "b", "c")) == [.instanceAdded(Self.instance("c"))])
  }

  // MARK: - What could not be had

  @Test mutating func aSourceThatFailsIsAListingThatFailed() {
    let fault = GateFault(detail: "no answer")
    #expect(
      events(of: .sourceFailed(fault)) == [
        .listed(FinishedListing(started: .start, .failed(fault)))
      ])
    #expect(gate.losses.listings.count == 1 && gate.losses.lastFault == fault)
  }

  @Test mutating func onlyAViewThatChangedIsTold() {
    let view = LoadBalancerView(state: .healthy)
    let answered = GateEvent.loadBalancerAsked(FinishedView(started: .start))
    #expect(
      events(of: .viewed(["a": view])) == [.loadBalancerSaw(InstanceKey(0), view), answered])
    #expect(events(of: .viewed(["a": view])) == [answered])
    let fault = GateFault(detail: "no answer")
    #expect(
      events(of: .viewFailed(fault))
        == [.loadBalancerAsked(FinishedView(started: .start, fault: fault))])
    #expect(events(of: .viewed(["a": view])) == [answered])
  }

  @Test mutating func whomTheLoadBalancerKnowsNoMoreIsNotInServiceWithIt() {
    _ = events(of: .viewed(["a": LoadBalancerView(state: .healthy)]))
    _ = events(of: .viewed([:]))
    #expect(gate[InstanceKey(0)].view?.state == .initial)
  }
}

/// The old group, followed beside the new one.
@Suite struct BaselineMembershipTests {
  private static func listing(_ ids: String...) -> GroupListing {
    GroupListing(instances: ids.map { .placed($0) })
  }

  @Test func itsMembersBearTheirRoleAndCountForNothingElse() {
    var gate = Gate(
      check: .sample(), policy: GatePolicy(deadline: .seconds(60), expected: 1))
    var effects: [GateEffect] = []
    gate.handle(.instanceAdded(.placed("a")), at: .start, effects: &effects)
    var membership = Membership(of: .baseline)
    func told(_ answer: FeedAnswer) -> [GateEvent] {
      let events = membership.events(of: answer, from: .start, in: gate)
      for event in events { gate.handle(event, at: .start, effects: &effects) }
      return events.filter { if case .listed = $0 { false } else { true } }
    }
    var first = Self.listing("a", "b")
    first.expected = 9
    first.launching = [.placed("c")]
    #expect(
      told(.listed(first)) == [
        .instanceAdded(.placed("a", .baseline)), .instanceAdded(.placed("b", .baseline)),
      ])
    // Gone twice is gone; the new group's own `a` stays, and `c` is missed by nobody.
    #expect(told(.listed(Self.listing("b"))).isEmpty)
    #expect(told(.listed(Self.listing("b"))) == [.instanceRemoved(InstanceKey(1))])
    #expect(told(.sourceFailed(GateFault(detail: "throttled"))).isEmpty)
    #expect(gate.expected == 1 && gate.losses.listings.count == 1 && gate.listing == nil)
  }
}
