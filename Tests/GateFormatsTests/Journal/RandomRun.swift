import GateCore
import GateRecords
import GateSettings
import GateText
import TestSupport

/// A random run, recorded: odd times, odd texts, instances that come and go, faults, signals.
struct RandomRun {
  private(set) var run: RecordedRun
  private var random: SplitMix64
  private var planned: [Planned] = []
  private var plannedStarts: [InstanceKey: GateInstant] = [:]
  /// When nobody looks, and for how long.
  private var holdUp: (at: Int64, length: Int64)?

  private struct Planned {
    var at: Int64
    var action: Action
  }

  private enum Action {
    case end(InstanceKey, from: GateInstant)
    case event(GateEvent)
    case remove(InstanceKey)
    case list(InstanceRole)
    case view
  }

  /// Plays a whole run.
  static func recorded(seed: UInt64) -> RecordedRun {
    var world = RandomRun(seed: seed)
    while world.run.gate.verdict == nil, world.step() {}
    // What comes after the verdict is in no journal.
    let late = world.run.checker.verdict.map { $0.at + .seconds(1) } ?? .start
    world.run.send(.wokeUp, at: max(late, GateInstant(microseconds: world.now)))
    return world.run
  }

  private var now: Int64 = 0

  private init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let header = Self.header(&random)
    run = RecordedRun(header)
    self.random = random
    for index in 0..<header.policy.expected {
      let joins = header.policy.membership == .changing ? self.random.next() % 3_000_000 : 0
      plan(Int64(joins), .event(.instanceAdded(instance("i-\(index)"))))
    }
    if header.policy.membership == .changing {
      plan(Int64(self.random.next() % 9_000_000), .remove(InstanceKey(0)))
    }
    planOthers(header)
    if header.policy.membership == .changing { planListings(of: .member) }
    if header.policy.loadBalancer != .none { planViews() }
    if self.random.chance(0.1) {
      let signal = self.random.pick([Interruption.interrupt, .terminate, .hangUp])
      plan(Int64(self.random.next() % 9_000_000), .event(.interrupted(signal)))
    }
    if self.random.chance(0.3) {
      holdUp = (
        Int64(self.random.next() % 9_000_000), Int64.random(in: 1...4_000_000, using: &self.random)
      )
    }
    plan(header.policy.deadline.inMicroseconds + 2, .event(.wokeUp))
  }

  private static func header(_ random: inout SplitMix64) -> RunHeader {
    let check = HealthCheck.sample(
      random.pick(Semantics.allCases),
      every: .microseconds(Int.random(in: 400_000...1_600_000, using: &random)),
      timeout: .microseconds(Int.random(in: 1...500_000, using: &random)),
      healthy: Int.random(in: 1...4, using: &random),
      unhealthy: Int.random(in: 1...4, using: &random),
      window: random.chance(0.3) ? UnhealthyWindow(failures: 3, of: 10) : nil)
    let policy = GatePolicy(
      minHealthy: random.pick([.percentage(100), .percentage(50), .number(1)]),
      maxUnhealthy: random.pick([.number(0), .number(1), .percentage(100)]),
      maxReplaced: random.pick([.number(0), .percentage(100)]),
      gracePeriod: random.pick([.zero, .microseconds(1_234_567)]),
      soak: random.pick([.zero, .microseconds(2_000_001)]), deadline: .microseconds(9_876_543),
      expected: Int.random(in: 1...5, using: &random),
      membership: random.pick([.fixed, .changing]),
      loadBalancer: random.pick([.none, .none, .confirms, .decides]),
      polling: random.pick([
        nil, .init(refresh: .microseconds(1_000_003), timeout: .milliseconds(500)),
        .init(refresh: .milliseconds(100), timeout: .seconds(60)),
      ]),
      comparison: random.chance(0.2)
        ? ComparisonPolicy(
          confidence: Confidence(hundredths: random.pick([9000, 9950, 9999])),
          maxLatencyIncrease: random.pick([.percentage(20), .duration(.microseconds(1500))]),
          minSamples: Int.random(in: 2...8, using: &random)) : nil)
    var header = RunHeader.sample(
      check, policy, advisory: random.chance(0.5),
      request: random.pick([
        [], [.init("host", ["a\"b"]), .init("header", ["A=***", "B=***"])],
      ]),
      name: random.pick([nil, "a group\nin two lines"]),
      settings: random.pick([
        [],
        [
          .init(name: "soak", value: "5m", origin: "a \"file\".yaml:7", layer: .file),
          .init(name: "header", value: "A: ***\nB: ***", origin: "--header", layer: .flag),
          .init(name: "interval", value: "15s", origin: "elb:web", layer: .imported),
          .init(name: "asg", value: "web", origin: "HEALTHGATE_ASG", layer: .variable),
        ],
      ]),
      warnings: random.pick([[], ["one", "two: \"2\""]]))
    header.baseline = random.pick([nil, nil, .init(source: "asg", name: "blue")])
    if policy.loadBalancer != .decides, random.chance(0.3) {
      header.checks = several(check, &random)
    }
    return header
  }

  /// Some like this one, each with a name and an interval of its own.
  private static func several(
    _ check: HealthCheck, _ random: inout SplitMix64
  ) -> [RunHeader.Check] {
    (0..<random.pick([1, 2, 3])).map { number in
      var own = check
      own.name = random.pick(["api", "\u{1F6D2} shop", "a \"b\""]) + " \(number)"
      own.interval = random.pick([check.interval, check.interval * 2, .milliseconds(700)])
      own.unhealthyThreshold = Int.random(in: 1...4, using: &random)
      own.target.port = .number(80 + number)
      return RunHeader.Check(own, request: random.pick([[], [.init("host", ["shop"])]]))
    }
  }

  /// The old group, some of which may bear the names of new ones, and guards.
  private mutating func planOthers(_ header: RunHeader) {
    for index in 0..<(header.baseline == nil ? 0 : random.pick([0, 1, 3])) {
      var old = instance("i-\(index)")
      old.role = .baseline
      plan(Int64(random.next() % 2_000_000), .event(.instanceAdded(old)))
    }
    for number in 0..<random.pick([0, 0, 1, 2]) {
      plan(0, .event(.instanceAdded(.guarding("exec:\(number) \(text())"))))
    }
    if header.baseline != nil { planListings(of: .baseline) }
  }

  /// Plans when the source of a group answers.
  private mutating func planListings(of role: InstanceRole) {
    for second in 0..<9 where random.chance(0.7) {
      plan(Int64(second) * 1_000_000 + Int64(random.next() % 1_000_000), .list(role))
    }
  }

  /// Plans when the load balancers answer.
  private mutating func planViews() {
    for second in 0..<9 {
      plan(Int64(second) * 1_000_000 + Int64(random.next() % 1_000_000), .view)
    }
  }

  private mutating func step() -> Bool {
    guard let index = planned.indices.min(by: { planned[$0].at < planned[$1].at }) else {
      return false
    }
    if let holdUp, planned[index].at >= holdUp.at {
      comeBack(from: holdUp)
      return true
    }
    let next = planned.remove(at: index)
    now = next.at
    let instant = GateInstant(microseconds: now)
    switch next.action {
    case .event(let event): send(event, at: instant)
    case .list(let role): list(role, at: instant)
    case .view: view(at: instant)
    case .remove(let key):
      guard isPresent(key) else { return true }
      send(.instanceRemoved(key), at: instant)
      if random.chance(0.5) {
        let gone = run.gate[key].instance
        var again = gone.role == .guard ? .guarding(gone.id) : instance(gone.id)
        again.role = gone.role
        send(.instanceAdded(again), at: instant)
      }
    case .end(let key, let started):
      guard isPresent(key) else { return true }
      send(ending(of: key, from: started, at: instant), at: instant)
    }
    return true
  }

  /// All that was due meanwhile is seen at the end, in the order in which it was due.
  private mutating func comeBack(from holdUp: (at: Int64, length: Int64)) {
    self.holdUp = nil
    planned.sort { $0.at < $1.at }
    for index in planned.indices {
      planned[index].at = max(planned[index].at, holdUp.at + holdUp.length)
    }
  }

  private func isPresent(_ key: InstanceKey) -> Bool {
    run.gate.records.indices.contains(key.index) && run.gate[key].removed == nil
  }

  private func present(_ role: InstanceRole) -> [InstanceKey] {
    run.gate.records.indices.map(InstanceKey.init).filter {
      isPresent($0) && run.gate.instance($0).role == role
    }
  }

  /// When a question was asked that is answered now.
  private mutating func asked(before now: GateInstant) -> GateInstant {
    GateInstant(
      microseconds: max(now.microseconds - Int64.random(in: 0...400_000, using: &random), 0))
  }

  /// A listing that succeeds, fails, or finds the group gone.
  private mutating func list(_ role: InstanceRole, at now: GateInstant) {
    let started = asked(before: now)
    let present = present(role)
    let result: FinishedListing.Result
    switch random.next() % 20 {
    case 0 where role == .baseline || random.chance(0.3):
      for key in present { send(.instanceRemoved(key), at: now) }
      result = .empty(expected: random.chance(0.5) ? 0 : run.gate.expected)
    case 1, 2: result = .failed(GateFault(detail: text(), cause: cause()))
    default:
      let expected =
        random.chance(0.1) ? Int.random(in: 0...6, using: &random) : run.gate.expected
      result = .succeeded(
        expected: expected, missing: present.filter { _ in random.chance(0.05) },
        doubled: random.chance(0.1) ? ["b", text()] : [])
    }
    send(.listed(FinishedListing(of: role, started: started, result)), at: now)
  }

  /// What the load balancers say of some, and that they were asked of all.
  private mutating func view(at now: GateInstant) {
    let started = asked(before: now)
    guard !random.chance(0.1) else {
      let fault = GateFault(detail: text(), cause: cause())
      return send(.loadBalancerAsked(FinishedView(started: started, fault: fault)), at: now)
    }
    for key in present(.member) where random.chance(0.6) {
      let view = LoadBalancerView(
        state: random.pick([.initial, .healthy, .healthy, .healthy, .unhealthy]),
        reasonCode: random.pick([nil, "Target.Timeout"]), description: random.pick([nil, text()]))
      send(.loadBalancerSaw(key, view), at: now)
    }
    send(.loadBalancerAsked(FinishedView(started: started)), at: now)
  }

  private mutating func send(_ event: GateEvent, at instant: GateInstant) {
    let wakeUp = run.checker.wakeUp
    run.send(event, at: instant)
    for (key, wanted) in run.checker.wantedInOrder where plannedStarts[key] != wanted {
      plannedStarts[key] = wanted
      let started = wanted + .microseconds(Int.random(in: 0...3000, using: &random))
      let timeout = run.header.checks[key.check].check.timeout.inMicroseconds
      let latency = Int64.random(in: 0...timeout, using: &random)
      plan(started.microseconds + latency, .end(key, from: started))
    }
    if let moment = run.checker.wakeUp, moment != wakeUp, random.chance(0.7) {
      let late = random.pick([0, 0, 1, 1500])
      plan(moment.microseconds + Int64(late), .event(.wokeUp))
    }
  }

  private mutating func ending(
    of key: InstanceKey, from started: GateInstant, at now: GateInstant
  ) -> GateEvent {
    if random.chance(0.05) {
      let fault = GateFault(
        detail: text(), started: random.chance(0.8) ? started : nil, cause: cause())
      return .checkLost(key, fault)
    }
    let isFailure = random.chance(0.25)
    return .checked(
      key,
      CheckReport(
        started: started,
        result: isFailure ? .failure(random.pick(FailureKind.allCases)) : .success,
        status: random.pick([nil, 200, 503]),
        latencyMicroseconds: Int64.random(in: 0...(now.microseconds + 1), using: &random),
        detail: isFailure ? text() : nil,
        cause: isFailure ? random.pick([nil] + FailureCause.allCases) : nil,
        version: random.pick([nil, "42", text()]),
        evidence: isFailure && random.chance(0.5) ? evidence() : nil))
  }

  private mutating func cause() -> GateFault.Cause? {
    random.pick([nil] + GateFault.Cause.allCases)
  }

  private mutating func evidence() -> Evidence {
    Evidence(
      server: random.pick([nil, "nginx"]), location: random.pick([nil, text()]),
      contentType: random.pick([nil, "text/html"]), excerpt: random.pick([nil, text()]))
  }

  private mutating func instance(_ id: String) -> Instance {
    let ports = run.header.checks.map { _ in Int.random(in: 1...65_535, using: &random) }
    return Instance(
      id: id, address: random.pick(["10.0.0.1", "2001:db8::5", "web.example"]), ports: ports,
      zone: random.pick([nil, "eu-west-1a"]))
  }

  private mutating func text() -> String {
    random.pick([
      "", "connection refused", "a \"quote\" and a \\", "two\nlines\r\n\tand a tab", "NUL \0",
      "héalth ✓ 👩‍🚀 \u{2028}", "{\"seq\":0,\"t\":0}",
    ])
  }

  private mutating func plan(_ moment: Int64, _ action: Action) {
    planned.append(Planned(at: moment, action: action))
  }
}
