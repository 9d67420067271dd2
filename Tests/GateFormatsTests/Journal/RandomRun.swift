import GateCore
import GateFormats
import TestSupport

/// A random run, recorded: odd times, odd texts, instances that come and go, faults, signals.
struct RandomRun {
  private(set) var run: RecordedRun
  private var random: SplitMix64
  private var planned: [Planned] = []
  private var plannedStarts: [GateInstant?] = []

  private struct Planned {
    var at: Int64
    var action: Action
  }

  private enum Action {
    case end(InstanceKey, from: GateInstant)
    case event(GateEvent)
    case remove(InstanceKey)
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
    if header.policy.loadBalancer != .none {
      planViews()
    }
    if self.random.chance(0.1) {
      let signal = self.random.pick([Interruption.interrupt, .terminate, .hangUp])
      plan(Int64(self.random.next() % 9_000_000), .event(.interrupted(signal)))
    }
    if self.random.chance(0.2) {
      let fault = GateFault(detail: text(), started: nil)
      plan(Int64(self.random.next() % 9_000_000), .event(.gateFault(fault)))
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
    return header
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
    if random.chance(0.1) {
      let fault = GateFault(detail: text())
      plan(Int64(random.next() % 9_000_000), .event(.baselineUnlisted(fault)))
    }
  }

  /// Plans what the load balancer says, and what the source of instances wants.
  private mutating func planViews() {
    for _ in 0..<20 {
      let moment = Int64(random.next() % 9_000_000)
      let key = InstanceKey(Int(random.next() % 5))
      let view = LoadBalancerView(
        state: random.pick([.initial, .healthy, .healthy, .unhealthy]),
        reasonCode: random.pick([nil, "Target.Timeout"]), description: random.pick([nil, text()]))
      plan(moment, .event(.loadBalancerSaw(key, view)))
    }
    if random.chance(0.3) {
      let fault = GateFault(detail: text())
      plan(Int64(random.next() % 9_000_000), .event(.loadBalancerUnseen(fault)))
    }
    if random.chance(0.3) {
      let expected = Int.random(in: 1...6, using: &random)
      plan(Int64(random.next() % 9_000_000), .event(.groupListed(expected: expected)))
    }
  }

  private mutating func step() -> Bool {
    guard let index = planned.indices.min(by: { planned[$0].at < planned[$1].at }) else {
      return false
    }
    let next = planned.remove(at: index)
    now = next.at
    let instant = GateInstant(microseconds: now)
    switch next.action {
    case .event(.loadBalancerSaw(let key, _))
    where !isPresent(key) || run.gate[key].instance.role != .member:
      break
    case .event(let event): send(event, at: instant)
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

  private func isPresent(_ key: InstanceKey) -> Bool {
    run.gate.records.indices.contains(key.index) && run.gate[key].removed == nil
  }

  private mutating func send(_ event: GateEvent, at instant: GateInstant) {
    let wakeUp = run.checker.wakeUp
    run.send(event, at: instant)
    for (index, wanted) in run.checker.wanted.enumerated() {
      if index >= plannedStarts.count { plannedStarts.append(nil) }
      guard let wanted, plannedStarts[index] != wanted else { continue }
      plannedStarts[index] = wanted
      let started = wanted + .microseconds(Int.random(in: 0...3000, using: &random))
      let timeout = run.header.check.timeout.inMicroseconds
      let latency = Int64.random(in: 0...timeout, using: &random)
      plan(started.microseconds + latency, .end(InstanceKey(index), from: started))
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
      let fault = GateFault(detail: text(), started: random.chance(0.8) ? started : nil)
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
        detail: isFailure ? text() : nil, version: random.pick([nil, "42", text()]),
        evidence: isFailure && random.chance(0.5) ? evidence() : nil))
  }

  private mutating func evidence() -> Evidence {
    Evidence(
      server: random.pick([nil, "nginx"]), location: random.pick([nil, text()]),
      contentType: random.pick([nil, "text/html"]), excerpt: random.pick([nil, text()]))
  }

  private mutating func instance(_ id: String) -> Instance {
    Instance(
      id: id, address: random.pick(["10.0.0.1", "2001:db8::5", "web.example"]),
      port: Int.random(in: 1...65_535, using: &random), zone: random.pick([nil, "eu-west-1a"]))
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
