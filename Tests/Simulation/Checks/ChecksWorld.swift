import GateCore
import TestSupport

/// A group under several health checks to be played, and what is true in its world; all of it
/// follows from the seed.
struct ChecksWorld {
  let seed: UInt64
  let checks: [HealthCheck]
  let policy: GatePolicy
  let instances: Int
  /// Whether there is an old group, of one instance.
  let hasOld: Bool
  /// How each instance fares under each check; the old one's come last.
  private let fates: [[Fate]]
  /// How many checks of a hundred fail, or come to nothing, beside that.
  private let sporadic: Int
  private let lost: Int
  /// When nobody looks, and for how long; in seconds.
  let kill: (at: Int, gap: Int)?

  /// In seconds.
  private enum Fate {
    case well
    case boots(until: Int)
    case dies(at: Int)
    case fails(oneIn: Int)
  }

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func upTo(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
    func one<Value>(_ values: [Value]) -> Value { values[upTo(values.count - 1)] }
    self.seed = seed
    instances = 1 + upTo(2)
    hasOld = upTo(3) == 0
    checks = (0..<one([2, 2, 3])).map { number in
      var check = HealthCheck.sample(
        one([.alb, .classic]), every: .seconds(one([2, 3, 5, 5, 10])), timeout: .seconds(1),
        healthy: 1 + upTo(2), initial: 1 + upTo(2), unhealthy: 1 + upTo(2),
        window: upTo(5) == 0 ? UnhealthyWindow(failures: 2, of: 5) : nil)
      check.name = "check \(number)"
      return check
    }
    let soak = Duration.seconds(one([0, 0, 15, 30]))
    let grace = Duration.seconds(one([0, 0, 12]))
    let usual = GatePolicy.defaultDeadline(for: checks, gracePeriod: grace, soak: soak)
    let least = checks.map { $0.timeToRise + $0.timeout }.max() ?? .zero
    policy = GatePolicy(
      minHealthy: one([.percentage(100), .percentage(100), .percentage(50)]),
      maxUnhealthy: .number(one([0, 0, 0, 1])), gracePeriod: grace, soak: soak,
      deadline: one([usual, usual, max(usual * 6 / 10, least + soak)]),
      expected: instances + one([0, 0, 0, 0, 1]))
    let count = checks.count
    fates = (0..<(instances + (hasOld ? 1 : 0))).map { _ in
      (0..<count).map { _ in
        one([
          .well, .well, .well, .well, .boots(until: upTo(60)), .dies(at: upTo(90)),
          .fails(oneIn: 2 + upTo(8)),
        ])
      }
    }
    sporadic = one([0, 0, 2, 10])
    lost = one([0, 0, 0, 4])
    kill = upTo(5) == 0 ? (upTo(60), one([1, 4, 30])) : nil
  }

  /// What comes of a check that starts then, and how long it takes.
  func end(of key: InstanceKey, from start: GateInstant) -> (mark: Mark, takes: Duration) {
    var mixed = SplitMix64(
      seed: seed &+ UInt64(start.microseconds) &* 1_000_003
        &+ UInt64(key.index * 16 + key.check) &* 7919)
    _ = mixed.next()
    let roll = Int.random(in: 0..<100, using: &mixed)
    let takes = Duration.milliseconds(Int.random(in: 0...900, using: &mixed))
    guard roll >= lost else { return (.lost, takes) }
    guard roll >= lost + sporadic else { return (.failure, takes) }
    let second = Int(start.microseconds / 1_000_000)
    let isWell =
      switch fates[key.index][key.check] {
      case .well: true
      case .boots(let until): second >= until
      case .dies(let moment): second < moment
      case .fails(let oneIn): Int.random(in: 0..<oneIn, using: &mixed) > 0
      }
    return (isWell ? .success : .failure, takes)
  }

  /// Plays it to its end, on an engine that is never late.
  func play() -> VirtualRun {
    var run = VirtualRun(checks: checks, policy: policy)
    run.join((0..<instances).map { "i-\($0)" })
    if hasOld { run.join(["old"], as: .baseline) }
    if let kill {
      let moment = GateInstant.seconds(Double(kill.at))
      play(&run, until: moment)
      if run.verdict == nil {
        let now = max(moment, run.gate.clock) + .seconds(kill.gap)
        run.send(.resumed(after: now.since(run.gate.clock)), at: now)
      }
    }
    play(&run, until: .seconds(1_000_000))
    return run
  }

  private func play(_ run: inout VirtualRun, until limit: GateInstant) {
    while run.verdict == nil {
      let ends = run.checker.wantedInOrder.map { key, start in
        (key: key, start: start, at: start + end(of: key, from: start).takes)
      }
      guard let next = ends.min(by: { $0.at < $1.at }) else { return }
      let moment = run.checker.wakeUp.map { min($0, next.at) } ?? next.at
      guard moment < limit else { return }
      if let wakeUp = run.checker.wakeUp, wakeUp <= next.at, wakeUp > run.gate.clock {
        run.send(.wokeUp, at: wakeUp)
        continue
      }
      run.end(next.key, end(of: next.key, from: next.start).mark, at: next.at)
    }
  }
}
