import GateCore
import TestSupport

/// A canary to be played, and what is true in its world; all of it follows from the seed.
struct CanaryWorld {
  let seed: UInt64
  let check: HealthCheck
  let policy: GatePolicy
  let instances: Int
  /// From which weight on the instances fail, and how often; nil: they never do for the traffic.
  let failsFrom: Int?
  /// From which weight on the guards fail; nil: never.
  let guardsFailFrom: Int?
  /// How much of what is asked comes to nothing, in percent.
  let sporadic: Int
  let lost: Int
  /// Until when the guards have too little to go by; in seconds.
  let quietUntil: Int
  /// And from when on they have again: the traffic dries up; nil: it never does.
  let quietFrom: Int?
  /// Whether commands may fail, hang or do nothing, in percent each.
  let badCommands: Int
  /// When the runner is killed, and for how long nobody looks; in seconds.
  let kills: [(at: Int, gap: Int)]
  let interruption: Int?

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func upTo(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
    func one<Value>(_ values: [Value]) -> Value { values[upTo(values.count - 1)] }
    self.seed = seed
    instances = 1 + upTo(3)
    check = .sample(one([.alb, .classic]), healthy: 2, initial: 1 + upTo(1), unhealthy: 2)
    var weight = 0
    let steps = (0...upTo(3)).map { index in
      weight = min(100, weight + upTo(40))
      let guards = (0..<one([0, 1, 1, 2])).map { number in
        GuardMeasure(
          "guard \(number)", interval: one([nil, .seconds(5), .seconds(15)]),
          lag: .seconds(one([0, 0, 7, 20])), window: .seconds(one([0, 10, 30])),
          isAdvisory: upTo(6) == 0)
      }
      return CanaryStep(
        name: "step \(index)", weight: weight, soak: .seconds(30 + upTo(50)),
        approval: upTo(3) == 0 ? .seconds(50 + upTo(500)) : nil, isConfirmed: upTo(1) == 0,
        commandTimeout: .seconds(60), guards: guards,
        deadline: upTo(8) == 0 ? .seconds(300) : nil)
    }
    let soak = Duration.seconds(one([0, 0, 25]))
    let usual = GatePolicy.defaultDeadline(
      for: [check], gracePeriod: .zero, soak: soak, steps: steps)
    policy = GatePolicy(
      minHealthy: one([.percentage(100), .percentage(50)]), maxUnhealthy: .number(one([0, 0, 1])),
      soak: soak, deadline: one([usual, usual, usual * 6 / 10]), expected: instances,
      steps: steps)
    failsFrom = one([nil, nil, 1 + upTo(100)])
    guardsFailFrom = one([nil, nil, nil, 1 + upTo(100)])
    sporadic = one([0, 0, 3, 15])
    lost = one([0, 0, 0, 3, 20])
    quietUntil = one([0, 0, 0, 60, 400, 100_000])
    badCommands = one([0, 0, 0, 5])
    kills = (0..<one([0, 0, 0, 1, 2])).map { _ in (upTo(600), one([3, 9, 60, 900])) }
      .sorted { $0.at < $1.at }
    interruption = upTo(15) == 0 ? upTo(400) : nil
    quietFrom = upTo(3) == 0 ? upTo(400) : nil
  }

  /// The dice for one question: the same whoever asks, and whenever.
  private func dice(_ number: Int, _ what: Int) -> SplitMix64 {
    var mixed = SplitMix64(seed: seed &+ UInt64(number) &* 1_000_003 &+ UInt64(what) &* 7919)
    _ = mixed.next()
    return mixed
  }

  /// The weight that is really in effect: what the last command set that did what it was asked.
  static func weight(of run: CanaryRun, in world: CanaryWorld) -> Int {
    var weight = 0
    for timed in run.run.events {
      guard case .stepCommandEnded(let end) = timed.event, end.command.kind == .shift,
        end.answer == .yes, !world.isLie(end.command)
      else { continue }
      weight = world.policy.steps[end.command.step].weight ?? 0
    }
    return weight
  }

  /// Whether a command says that it has done what it has not.
  func isLie(_ command: StepCommand) -> Bool {
    var dice = dice(command.step * 100 + command.attempt, 11)
    return Int.random(in: 0..<100, using: &dice) < badCommands
  }

  func mark(of instance: Instance, at start: GateInstant, weight: Int) -> Mark {
    let second = Int(start.microseconds / 1_000_000)
    var dice = dice(
      second, instance.id.utf8.reduce(instance.role == .guard ? 97 : 31) { $0 &* 31 &+ Int($1) })
    let roll = Int.random(in: 0..<100, using: &dice)
    guard roll >= lost else { return .lost }
    if instance.role == .guard {
      if second < quietUntil || second >= quietFrom ?? .max { return .waits }
      return guardsFailFrom.map { weight >= $0 } ?? false ? .failure : .success
    }
    if failsFrom.map({ weight >= $0 }) ?? false { return .failure }
    return roll < lost + sporadic ? .failure : .success
  }

  func ending(of command: StepCommand) -> CanaryRun.Ending? {
    var dice = dice(command.step * 1000 + command.attempt, Self.number(of: command.kind))
    let roll = Int.random(in: 0..<100, using: &dice)
    let takes = Duration.seconds(Int.random(in: 0...12, using: &dice))
    switch roll {
    case ..<badCommands: return CanaryRun.Ending(.exited(1), takes: takes)
    case ..<(2 * badCommands): return nil
    case ..<60 where command.kind != .shift: return CanaryRun.Ending(.exited(75), takes: takes)
    default: return CanaryRun.Ending(.exited(0), takes: takes)
    }
  }

  private static func number(of kind: StepCommand.Kind) -> Int {
    switch kind {
    case .approve: 1
    case .shift: 2
    case .confirm: 3
    }
  }
}

extension CanaryWorld {
  /// Plays it to its end.
  func play() -> CanaryRun {
    var first = VirtualRun(check: check, policy: policy)
    first.join((0..<instances).map { "i-\($0)" })
    var run = CanaryRun(first)
    run.command = { command, _ in ending(of: command) }
    var stops = kills.map { (at: GateInstant.seconds(Double($0.at)), gap: Optional($0.gap)) }
    if let interruption { stops.append((.seconds(Double(interruption)), nil)) }
    for stop in stops.sorted(by: { $0.at < $1.at }) where run.run.verdict == nil {
      guard stop.at > run.run.gate.clock else { continue }
      play(&run, until: stop.at)
      guard run.run.verdict == nil else { break }
      guard let gap = stop.gap else {
        run.run.send(.interrupted(.terminate), at: stop.at)
        break
      }
      let last = run.run.gate.clock
      let now = max(stop.at, last) + .seconds(gap)
      run.run.send(.resumed(after: now.since(last)), at: now)
    }
    play(&run, until: .seconds(1_000_000))
    return run
  }

  private func play(_ run: inout CanaryRun, until limit: GateInstant) {
    // What is true changes with each command; so it is looked up once an event.
    var (known, weight) = (-1, 0)
    let box = Box(run)
    run.answer = { instance, start, _ in mark(of: instance, at: start, weight: box.weight) }
    run.played = { run in
      guard run.run.events.count != known else { return }
      known = run.run.events.count
      weight = Self.weight(of: run, in: self)
      box.weight = weight
    }
    run.play(until: limit)
  }

  private final class Box {
    var weight: Int
    init(_ run: CanaryRun) { weight = 0 }
  }
}
