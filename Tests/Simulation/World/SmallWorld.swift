import GateCore
import TestSupport

/// A world of a few instances in which an interval lasts a few microseconds.
///
/// So every moment can be looked at, and a history is short enough to be gone through again and
/// again.
struct SmallWorld {
  let check: HealthCheck
  let policy: GatePolicy
  var random: SplitMix64
  var run: VirtualRun

  /// How this world treats its checks.
  private let failureRate: Double
  /// How often the old group fails: as the new one does, or in its own way.
  private let baselineFailureRate: Double
  private let lossRate: Double
  private let silenceRate: Double
  private let slowness: Double
  private let wakesUp: Bool

  private struct Planned {
    var at: Int64
    var action: Action
  }

  private enum Action {
    case end(InstanceKey, from: Int64)
    case event(GateEvent)
    case removeAny
    case addAgain
    case list
    case view
    case askLoadBalancer
  }

  private var planned: [Planned] = []
  private var places = 0
  /// When the runner that goes on began: it asks for itself.
  private var runnerBegan: Int64 = 0

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    check = Self.check(&random)
    policy = Self.policy(&random, interval: check.interval)
    failureRate = random.pick([0, 0.05, 0.3, 0.6, 0.95])
    baselineFailureRate = random.chance(0.5) ? failureRate : random.pick([0, 0.3, 0.95])
    lossRate = random.pick([0, 0, 0, 0.1, 0.5, 1])
    silenceRate = random.pick([0, 0, 0, 0.05, 0.3])
    slowness = random.pick([0, 0, 0.3, 1])
    wakesUp = random.chance(0.5)
    run = VirtualRun(check: check, policy: policy)
    self.random = random
    planMembers()
    planListings()
    planViews()
    planOthers()
    planDisturbances()
    plan(policy.deadline.inMicroseconds + 2, .event(.wokeUp))
    // The old group is asked for so long after the deadline at most.
    let failures = check.interval.inMicroseconds * Int64(check.unhealthyThreshold)
    plan(
      policy.deadline.inMicroseconds + failures + check.timeout.inMicroseconds + 4,
      .event(.wokeUp))
  }

  static func check(_ random: inout SplitMix64) -> HealthCheck {
    let checks = Int.random(in: 1...6, using: &random)
    let healthy = Int.random(in: 1...3, using: &random)
    return .sample(
      random.pick(Semantics.allCases),
      every: .microseconds(Int.random(in: 1...6, using: &random)),
      timeout: .microseconds(Int.random(in: 1...8, using: &random)),
      healthy: healthy,
      // A new instance wants no more than one that recovers: else failing would be a short cut.
      initial: Int.random(in: 1...healthy, using: &random),
      unhealthy: Int.random(in: 1...4, using: &random),
      window: random.chance(0.3)
        ? UnhealthyWindow(failures: Int.random(in: 1...checks, using: &random), of: checks) : nil)
  }

  static func policy(_ random: inout SplitMix64, interval: Duration) -> GatePolicy {
    let soaks = random.pick([0, 0, 0, 1, 2, 5])
    return GatePolicy(
      minHealthy: random.pick([
        .percentage(100), .percentage(100), .percentage(50), .percentage(34), .number(0),
        .number(1), .number(2),
      ]),
      maxUnhealthy: random.pick([
        .number(0), .number(0), .number(1), .percentage(50), .percentage(100),
      ]),
      maxReplaced: random.pick([.number(0), .number(1), .percentage(100)]),
      gracePeriod: random.pick([.zero, .zero, interval, interval * 3]),
      soak: soaks == 0 ? .zero : .microseconds(Int.random(in: 1...(6 * soaks), using: &random)),
      deadline: .microseconds(Int.random(in: 0...50, using: &random)),
      expected: Int.random(in: 1...3, using: &random),
      membership: random.pick([.fixed, .changing]),
      loadBalancer: random.pick([.none, .none, .none, .confirms, .decides]),
      polling: random.chance(0.2)
        ? nil
        : GatePolicy.Polling(
          refresh: .microseconds(Int.random(in: 1...8, using: &random)),
          timeout: .microseconds(Int.random(in: 0...4, using: &random))))
  }

  /// Goes on to the next event; returns it when it was in time to be considered.
  ///
  /// As in the engine, an answer of a source is closed at the moment at which it came.
  mutating func step() -> VirtualRun.TimedEvent? {
    if let open = run.events.last, open.event.isPartOfAnswer {
      send(.wokeUp, at: open.at)
      return run.events.last
    }
    guard let index = planned.indices.min(by: { planned[$0].at < planned[$1].at }) else {
      return nil
    }
    let next = planned.remove(at: index)
    let now = GateInstant(microseconds: next.at)
    let event: GateEvent =
      switch next.action {
      case .end(let key, let started):
        ending(of: key, from: GateInstant(microseconds: started), at: now)
      case .event(let event): event
      case .removeAny: .instanceRemoved(InstanceKey(Int.random(in: 0...4, using: &random)))
      case .addAgain: .instanceAdded(instance(random.pick(["a", "b", "new"])))
      case .list: .listed(listing(at: now))
      case .view:
        .loadBalancerSaw(
          InstanceKey(Int.random(in: 0...3, using: &random)),
          LoadBalancerView(state: random.pick([.initial, .healthy, .healthy, .unhealthy])))
      case .askLoadBalancer:
        .loadBalancerAsked(
          FinishedView(
            started: began(before: now),
            fault: random.chance(lossRate) ? GateFault(detail: "no view") : nil))
      }
    send(event, at: now)
    return run.events.last
  }
}

extension SmallWorld {
  /// The runner dies, and another goes on after the gap: what was under way is lost, and what
  /// happened meanwhile is heard of later.
  mutating func resume(after gap: Int64) -> VirtualRun.TimedEvent? {
    let now = (run.events.last?.at.microseconds ?? 0) + gap
    runnerBegan = now
    planned.removeAll { if case .end = $0.action { true } else { false } }
    for index in planned.indices { planned[index].at = max(planned[index].at, now) }
    send(.resumed(after: .microseconds(gap)), at: GateInstant(microseconds: now))
    let failures = check.interval.inMicroseconds * Int64(check.unhealthyThreshold)
    let end = max(run.gate.deadline.microseconds + 2, now)
    plan(end, .event(.wokeUp))
    plan(end + failures + check.timeout.inMicroseconds + gap + 2, .event(.wokeUp))
    return run.events.last
  }

  private mutating func send(_ event: GateEvent, at now: GateInstant) {
    let wanted =
      if case .resumed = event { [InstanceKey: GateInstant]() } else { run.checker.wanted }
    let wakeUp = run.checker.wakeUp
    run.send(event, at: now)
    guard run.verdict == nil else { return }
    for (key, start) in run.checker.wantedInOrder where wanted[key] != start {
      planEnd(of: key, from: start.microseconds)
    }
    if wakesUp, let moment = run.checker.wakeUp, moment != wakeUp {
      plan(moment.microseconds, .event(.wokeUp))
    }
  }

  private mutating func planEnd(of key: InstanceKey, from wanted: Int64) {
    guard !random.chance(silenceRate) else { return }
    let late = random.chance(0.1) ? Int64.random(in: 0...3, using: &random) : 0
    let started = wanted + late
    let latency =
      random.chance(slowness)
      ? Int64.random(in: 0...check.timeout.inMicroseconds, using: &random) : 0
    plan(started + latency, .end(key, from: started))
  }

  private mutating func ending(
    of key: InstanceKey, from started: GateInstant, at now: GateInstant
  ) -> GateEvent {
    if random.chance(lossRate) {
      return .checkLost(
        key, GateFault(detail: "lost", started: random.chance(0.8) ? started : nil))
    }
    let isOld =
      run.gate.records.indices.contains(key.index)
      && run.gate[key].instance.role == .baseline
    let result: CheckResult =
      random.chance(isOld ? baselineFailureRate : failureRate)
      ? .failure(random.pick([.statusMismatch, .wrongVersion, .timeoutResponse])) : .success
    return .checked(key, .sample(result, from: started, to: now))
  }

  private mutating func plan(_ moment: Int64, _ action: Action) {
    planned.append(Planned(at: moment, action: action))
  }

  private mutating func planMembers() {
    for index in 0..<policy.expected {
      let joins: Int64 =
        policy.membership == .changing && random.chance(0.3)
        ? Int64.random(in: 0...30, using: &random) : 0
      if policy.membership == .fixed || random.chance(0.9) {
        plan(joins, .event(.instanceAdded(instance(["a", "b", "c"][index]))))
      }
    }
    guard policy.membership == .changing else { return }
    while random.chance(0.3) { plan(Int64.random(in: 0...40, using: &random), .removeAny) }
    while random.chance(0.3) { plan(Int64.random(in: 0...40, using: &random), .addAgain) }
  }

  /// Each at a place of its own.
  private mutating func instance(_ id: String, _ role: InstanceRole = .member) -> Instance {
    var instance = Instance.sample(id, role)
    places += 1
    instance.address = "10.0.0.\(places)"
    return instance
  }

  /// The first when the run begins, and then as often as they should be, more or less.
  private mutating func planListings() {
    guard policy.membership == .changing else { return }
    plan(
      0,
      .event(
        .listed(
          FinishedListing(
            started: .start,
            .succeeded(
              expected: policy.expected, missing: [])))))
    planRepeatedly(.list)
  }

  private mutating func planViews() {
    guard policy.loadBalancer != .none else { return }
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      plan(Int64.random(in: 0...40, using: &random), .view)
    }
    plan(Int64.random(in: 0...3, using: &random), .askLoadBalancer)
    planRepeatedly(.askLoadBalancer)
  }

  private mutating func planRepeatedly(_ action: Action) {
    let refresh = policy.polling?.refresh.inMicroseconds ?? 5
    var moment: Int64 = 0
    while moment < 60 {
      moment += refresh + (random.chance(0.2) ? Int64.random(in: 0...12, using: &random) : 0)
      plan(moment, action)
    }
  }

  private mutating func listing(at now: GateInstant) -> FinishedListing {
    let started = began(before: now)
    let fault = GateFault(detail: "no name server")
    if random.chance(lossRate) { return FinishedListing(started: started, .failed(fault)) }
    let present = run.gate.records.indices.filter {
      run.gate.records[$0].removed == nil && run.gate.records[$0].instance.role == .member
    }
    if present.isEmpty, random.chance(0.1) {
      let expected = random.chance(0.5) ? 0 : run.gate.expected
      return FinishedListing(started: started, .empty(expected: expected))
    }
    let missing = random.chance(0.2) ? present.filter { _ in random.chance(0.4) } : []
    let wanted =
      random.chance(0.05) ? Int.random(in: 0...3, using: &random) : run.gate.expected
    return FinishedListing(
      started: started,
      .succeeded(expected: wanted, missing: missing.map { InstanceKey($0) }))
  }

  private mutating func began(before now: GateInstant) -> GateInstant {
    let took = random.chance(0.3) ? Int64.random(in: 0...4, using: &random) : 0
    return GateInstant(microseconds: max(runnerBegan, now.microseconds - took))
  }

  /// The old group and the guards, each in a part of the worlds.
  private mutating func planOthers() {
    let baseline = random.pick([0, 0, 1, 2, 3])
    for index in 0..<baseline {
      let joins: Int64 = random.chance(0.2) ? Int64.random(in: 0...30, using: &random) : 0
      plan(joins, .event(.instanceAdded(instance(["a", "b", "old"][index], .baseline))))
    }
    for index in 0..<random.pick([0, 0, 0, 1, 2]) {
      plan(0, .event(.instanceAdded(.sample("guard \(index)", .guard))))
    }
    guard baseline > 0 else { return }
    while random.chance(0.2) { plan(Int64.random(in: 0...40, using: &random), .removeAny) }
    if random.chance(0.1) {
      plan(
        Int64.random(in: 0...40, using: &random),
        .event(
          .listed(
            FinishedListing(
              of: .baseline, started: .start, .failed(GateFault(detail: "throttled"))))))
    }
  }

  private mutating func planDisturbances() {
    if random.chance(0.05) {
      plan(Int64.random(in: 0...40, using: &random), .event(.interrupted(.terminate)))
    }
    if random.chance(0.1) {
      plan(Int64.random(in: 0...40, using: &random), .end(InstanceKey(20), from: 0))
    }
    while random.chance(0.2) {
      plan(Int64.random(in: 0...40, using: &random), .event(.wokeUp))
    }
  }
}
