package import GateCore

/// The event loop: passes events to the gate and performs the gate's effects.
///
/// It decides nothing and does no network I/O: the port checks and waits, the gate decides, and the
/// observers are notified. It is a struct, so that the observers can read the gate at each event
/// without a copy.
package struct GateEngine<Port: Checker> {
  package private(set) var gate: Gate
  private let port: Port
  private let observers: [any GateObserver]
  /// The group and, if there is one, the baseline.
  private var groups: [FollowedGroup]
  private var due = DueQueue()
  private let commander: (any StepCommander)?
  /// The command that a step needs next, with its time; nil if there is none.
  private var dueCommand: (command: StepCommand, at: GateInstant)?
  private var wakeUp: GateInstant?
  private var effects: [GateEffect] = []
  private var happenings: [CheckerEvent] = []

  /// The checks that are begun before the port is asked for events.
  ///
  /// With more, the first check of a burst would wait for the last one to begin. That would count
  /// as latency, and exceed short timeouts.
  private let startsPerTurn = 16

  /// Creates an engine.
  ///
  /// A feed reports instances that join and leave the group or the old group. `expected` is the
  /// number that the user gave; nil if none was given.
  package init(
    _ gate: Gate, port: Port, observers: [any GateObserver], feed: (any MembershipFeed)? = nil,
    baselineFeed: (any MembershipFeed)? = nil, expected: Int? = nil,
    commander: (any StepCommander)? = nil
  ) {
    self.gate = gate
    self.port = port
    self.observers = observers
    self.commander = commander
    groups = [
      FollowedGroup(
        feed: feed,
        membership: Membership(of: .member, gate.policy.membership, expected: expected)),
      FollowedGroup(
        feed: baselineFeed,
        membership: Membership(of: .baseline, baselineFeed == nil ? .fixed : .changing)),
    ]
  }

  /// Checks these groups and guards until the verdict is certain.
  package mutating func run(
    _ listings: [InstanceRole: GroupListing], guards: [Instance] = []
  ) -> Verdict {
    run(listings, guards: guards) { (_, _) throws(Never) in }
  }

  /// Checks these groups and guards until the verdict is certain, or `note` throws.
  ///
  /// `note` is called with each event that the gate has handled.
  package mutating func run<Stop: Error>(
    _ listings: [InstanceRole: GroupListing], guards: [Instance],
    noting note: (GateEvent, Gate) throws(Stop) -> Void
  ) throws(Stop) -> Verdict {
    join(listings, guards, at: .start)
    return try turns(noting: note)
  }

  /// Continues with the gate of a resumed run until the verdict is certain.
  ///
  /// The port's time continues from the recorded run's, including the gap. The listings are the
  /// current ones; guards join unless they are already present.
  package mutating func goOn(
    with listings: [InstanceRole: GroupListing], guards: [Instance]
  ) -> Verdict {
    let now = port.now
    fold(.resumed(after: now.since(gate.clock)), at: now)
    join(listings, guards, at: now)
    return turns { (_, _) throws(Never) in }
  }

  private mutating func join(
    _ listings: [InstanceRole: GroupListing], _ guards: [Instance], at now: GateInstant
  ) {
    for index in groups.indices {
      guard let listing = listings[groups[index].membership.role] else { continue }
      take(FeedUpdate(.listed(listing)), of: index, at: now)
    }
    for guarding in guards where !gate.isAsked(guarding) {
      fold(.instanceAdded(guarding), at: now)
    }
    // If no instance joined, the gate has not yet requested its first wake-up.
    if gate.records.isEmpty { fold(.wokeUp, at: now) }
  }

  private mutating func turns<Stop: Error>(
    noting note: (GateEvent, Gate) throws(Stop) -> Void
  ) throws(Stop) -> Verdict {
    while true {
      if let verdict = gate.verdict { return verdict }
      startDueChecks()
      startDueCommand()
      port.wait(until: nextMoment, into: &happenings)
      for index in happenings.indices {
        let (event, at) = (happenings[index].event, happenings[index].at)
        guard isOfPresent(event) else { continue }
        fold(event, at: at)
        try note(event, gate)
      }
      happenings.removeAll(keepingCapacity: true)
      let now = port.now
      takeUpdates(at: now)
      if let wakeUp, wakeUp <= now { fold(.wokeUp, at: now) }
      endTurn(at: now)
    }
  }

  /// Whether a result belongs to a present guard.
  ///
  /// The check of a guard cannot be cancelled when its step ends. Its result must not be recorded
  /// for the next step's guard of the same name.
  private func isOfPresent(_ event: GateEvent) -> Bool {
    event.endedCheck.map { gate.isPresent($0.key) } ?? true
  }

  private mutating func takeUpdates(at now: GateInstant) {
    for index in 0..<groups.count {
      guard let feed = groups[index].feed else { continue }
      for update in feed.takeUpdates() { take(update, of: index, at: now) }
    }
  }

  private mutating func take(_ update: FeedUpdate, of index: Int, at now: GateInstant) {
    let started = max(now - update.age, .start)
    for event in groups[index].membership.events(of: update.answer, from: started, in: gate) {
      fold(event, at: now)
    }
  }

  private mutating func startDueChecks() {
    for _ in 0..<startsPerTurn where port.hasRoom {
      guard let key = due.removeFirst(dueBy: port.now) else { return }
      guard gate.isPresent(key) else { continue }
      port.start(key, gate.instance(key))
    }
  }

  private mutating func startDueCommand() {
    guard let (command, at) = dueCommand, at <= port.now else { return }
    dueCommand = nil
    guard let commander else {
      let end = StepCommandEnd(command, .unknown("there is nothing to run it"))
      return fold(.stepCommandEnded(end), at: port.now)
    }
    commander.start(command, in: gate)
  }

  /// The next time at which the engine has something to do.
  private var nextMoment: GateInstant {
    var moment = observerMoment
    if port.hasRoom, let first = due.first { moment = min(moment, first) }
    if let wakeUp { moment = min(moment, wakeUp) }
    if let dueCommand { moment = min(moment, dueCommand.at) }
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
    var following: [GateEvent] = []
    for effect in effects {
      switch effect {
      case .startCheck(let key, let at): due.insert(key, due: at)
      case .wakeUp(let at): wakeUp = at
      case .runCommand(let command, let at): dueCommand = (command, at)
      case .beginStep(let step): following.append(.stepBegan(step))
      case .watch(let step): following += guards(of: step)
      case .stateChanged, .stepMoved, .conclude: break
      }
    }
    if case .instanceRemoved(let key) = event { port.cancel(key) }
    // An event that came too late was not folded in, and must not precede the verdict in the
    // journal.
    let seen = isFolded ? event : .wokeUp
    guard isFolded || !effects.isEmpty else { return }
    for observer in observers {
      observer.observe(seen, effects[...], at: instant, in: gate)
    }
    for event in following where gate.verdict == nil { fold(event, at: instant) }
  }

  private func guards(of step: Int) -> [GateEvent] {
    gate.rollout.steps[step].guards.map { .instanceAdded(.guarding($0.name, step: step)) }
  }
}

/// A group with its feed and its membership.
private struct FollowedGroup {
  var feed: (any MembershipFeed)?
  var membership: Membership
}
