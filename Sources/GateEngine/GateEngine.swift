package import GateCore

/// The loop: what happened goes into the gate, what the gate wants is done.
///
/// It decides nothing and knows no network: the port checks and waits, the gate judges, the
/// observers are told. A struct, so that the gate is lent to the observers at each event and not
/// copied: nobody else can reach it meanwhile.
package struct GateEngine<Port: CheckPort> {
  package private(set) var gate: Gate
  private let port: Port
  private let observers: [any GateObserver]
  private var feeds: [(feed: any MembershipFeed, membership: Membership)]
  private var due = DueQueue()
  private var wakeUp: GateInstant?
  private var effects: [GateEffect] = []
  private var happenings: [Happening] = []

  /// Checks begun before the port is asked what has happened: more, and the first of a burst
  /// would wait for the last, which tells as latency and trips short time-outs.
  private let startsPerTurn = 16

  /// A feed tells who joins and leaves, of the group and of the old one; `expected` is the user's
  /// own number, if there is one.
  package init(
    _ gate: Gate, port: Port, observers: [any GateObserver], feed: (any MembershipFeed)? = nil,
    baselineFeed: (any MembershipFeed)? = nil, expected: Int? = nil
  ) {
    self.gate = gate
    self.port = port
    self.observers = observers
    let membership = Membership(expected: expected, isFailing: gate.isSourceFailing)
    feeds =
      (feed.map { [($0, membership)] } ?? [])
      + (baselineFeed.map { [($0, Membership(of: .baseline, expected: nil))] } ?? [])
  }

  /// Checks these instances until the verdict is certain.
  package mutating func run(_ instances: [Instance]) -> Verdict {
    for instance in instances {
      fold(.instanceAdded(instance), at: .start)
    }
    // Without instances nothing has asked the gate yet when it wants to be woken.
    if instances.isEmpty { fold(.wokeUp, at: .start) }
    return turns()
  }

  /// Goes on with a gate that has folded what another runner saw, until the verdict is certain.
  ///
  /// The port's time goes on from there, the gap included. `groups` are those that are there now,
  /// by their roles; the guards join unless they are there.
  package mutating func goOn(
    with groups: [InstanceRole: GroupListing], guards: [Instance]
  ) -> Verdict {
    let now = port.now
    fold(.resumed(after: now.since(gate.clock)), at: now)
    for (role, listing) in groups.sorted(by: { $0.key.rawValue > $1.key.rawValue }) {
      if let index = feeds.firstIndex(where: { $0.membership.role == role }) {
        take(.listed(listing), from: index, at: now)
      } else {
        var membership = Membership(of: role, expected: nil)
        for event in membership.events(of: .listed(listing), in: gate) { fold(event, at: now) }
      }
    }
    for guarding in guards where gate.key(of: guarding.id, .guard) == nil {
      fold(.instanceAdded(guarding), at: now)
    }
    return turns()
  }

  private mutating func turns() -> Verdict {
    while true {
      if let verdict = gate.verdict { return verdict }
      startDueChecks()
      port.wait(until: nextMoment, into: &happenings)
      for happening in happenings {
        fold(happening.event, at: happening.at)
      }
      happenings.removeAll(keepingCapacity: true)
      let now = port.now
      takeUpdates(at: now)
      if let wakeUp, wakeUp <= now { fold(.wokeUp, at: now) }
      endTurn(at: now)
    }
  }

  private mutating func takeUpdates(at now: GateInstant) {
    for index in feeds.indices {
      for update in feeds[index].feed.takeUpdates() { take(update, from: index, at: now) }
    }
  }

  private mutating func take(_ update: FeedUpdate, from index: Int, at now: GateInstant) {
    for event in feeds[index].membership.events(of: update, in: gate) { fold(event, at: now) }
  }

  private mutating func startDueChecks() {
    for _ in 0..<startsPerTurn where port.hasRoom {
      guard let key = due.removeFirst(dueBy: port.now) else { return }
      guard gate.isPresent(key) else { continue }
      port.start(key, gate.instance(key))
    }
  }

  /// Until when there is nothing to do but wait.
  private var nextMoment: GateInstant {
    var moment = observerMoment
    if port.hasRoom, let first = due.first { moment = min(moment, first) }
    if let wakeUp { moment = min(moment, wakeUp) }
    return moment
  }

  private var observerMoment = GateInstant.start

  private mutating func endTurn(at now: GateInstant) {
    observerMoment = now + .seconds(3600)
    for observer in observers {
      guard let moment = observer.turnEnded(at: now, in: gate) else { continue }
      observerMoment = min(observerMoment, moment)
    }
  }

  private mutating func fold(_ event: GateEvent, at instant: GateInstant) {
    effects.removeAll(keepingCapacity: true)
    let isFolded = gate.handle(event, at: instant, effects: &effects)
    for effect in effects {
      switch effect {
      case .startCheck(let key, let at): due.insert(key, due: at)
      case .wakeUp(let at): wakeUp = at
      case .stateChanged, .conclude: break
      }
    }
    if case .instanceRemoved(let key) = event { port.cancel(key) }
    // What came too late was not folded in: the journal must not have it before the verdict.
    let seen = isFolded ? event : .wokeUp
    guard isFolded || !effects.isEmpty else { return }
    for observer in observers {
      observer.observe(seen, effects[...], at: instant, in: gate)
    }
  }
}
