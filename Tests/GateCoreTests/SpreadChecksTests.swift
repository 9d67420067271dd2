import GateCore
import TestSupport
import Testing

/// Checks that are spread over the interval: once, ahead, and of what is healthy alone.
@Suite struct SpreadChecksTests {
  private static let second: Int64 = 1_000_000

  private static func run(
    _ check: HealthCheck, soak: Int = 0, deadline: Int = 1000, of count: Int = 8,
    least: InstanceCount = .percentage(100), most: InstanceCount = .number(0)
  ) -> VirtualRun {
    VirtualRun(
      check: check,
      policy: GatePolicy(
        minHealthy: least, maxUnhealthy: most, soak: .seconds(soak), deadline: .seconds(deadline),
        expected: count))
  }

  /// When the checks of each of a group begin, by a soak of so many seconds of passing checks.
  private static func starts(
    _ check: HealthCheck, soak: Int, of count: Int, scenario: String = "+*"
  ) -> (run: VirtualRun, starts: [[GateInstant]]) {
    var run = run(check, soak: soak, of: count)
    run.play(Array(repeating: scenario, count: count))
    var starts = Array(repeating: [GateInstant](), count: count)
    for timed in run.events {
      guard case .checked(let key, let report) = timed.event else { continue }
      starts[key.index].append(report.started)
    }
    return (run, starts)
  }

  @Test func untilAnInstanceIsHealthyItIsCheckedAsWithoutIt() {
    let check = HealthCheck.sample(.classic, healthy: 3, spread: true)
    let (run, starts) = Self.starts(check, soak: 60, of: 8)
    for own in starts { #expect(own.prefix(3) == [.start, .seconds(10), .seconds(20)]) }
    #expect(run.gate.healthySince == .seconds(20))
    #expect(run.violations == [])
  }

  @Test func oneIntervalIsShorterAndAllOthersAreWhole() {
    let check = HealthCheck.sample(.classic, healthy: 3, spread: true)
    for own in Self.starts(check, soak: 60, of: 8).starts {
      let gaps = zip(own.dropFirst(), own).map { $0.since($1) }
      #expect(gaps.prefix(2) == [.seconds(10), .seconds(10)])
      #expect(gaps[2] > .zero && gaps[2] <= .seconds(10))
      #expect(gaps.dropFirst(3).allSatisfy { $0 == .seconds(10) })
    }
  }

  @Test(arguments: [3, 10, 100, 1000, 4096]) func theChecksLieEvenlyHoweverManyThereAre(count: Int)
  {
    let (_, starts) = Self.starts(.sample(.alb, spread: true), soak: 25, of: count)
    let places = starts.compactMap { own in own.last.map { $0.microseconds % (10 * Self.second) } }
      .sorted()
    let around = places + [places[0] + 10 * Self.second]
    let gaps = zip(around.dropFirst(), around).map { $0 - $1 }
    let even = 10 * Self.second / Int64(count)
    #expect(places.count == count)
    #expect(gaps.allSatisfy { $0 <= 2 * even + 1 })
  }

  @Test func whatFailsKeepsItsSlots() {
    var run = Self.run(.sample(.alb, spread: true), deadline: 200, of: 4, most: .number(4))
    let first = run.join(["a", "b", "c", "d"])
    for index in 0..<4 { run.end(InstanceKey(first.index + index), .failure) }
    for index in 0..<4 { #expect(run.wanted(InstanceKey(index)) == .seconds(10)) }
    for index in 0..<4 { run.end(InstanceKey(index), .failure) }
    for index in 0..<4 { #expect(run.wanted(InstanceKey(index)) == .seconds(20)) }
    // Back from unhealthy it needs two in a row, in its own slots.
    run.end(InstanceKey(1), .success)
    #expect(run.wanted(InstanceKey(1)) == .seconds(30))
    run.end(InstanceKey(1), .success)
    let wanted = run.wanted(InstanceKey(1))
    #expect(wanted.map { $0 > .seconds(30) && $0 < .seconds(40) } == true)
    #expect(run.violations == [])
  }

  /// A place that has passed when the answer is there would make the next check later.
  @Test func noCheckIsLaterThanItWouldHaveBeen() {
    let (spread, without) = (HealthCheck.sample(spread: true), HealthCheck.sample())
    for seed in UInt64(1)...200 {
      var random = SplitMix64(seed: seed)
      var runs = [spread, without].map { Self.run($0, soak: 1000, deadline: 5000, of: 3) }
      for index in runs.indices { runs[index].join(["a", "b", "c"]) }
      let latency = Duration.milliseconds(Int.random(in: 0...1999, using: &random))
      for key in [0, 1, 2].map(InstanceKey.init) {
        for index in runs.indices {
          runs[index].end(key, .success, at: runs[index].wanted(key).map { $0 + latency })
        }
        let (moved, regular) = (runs[0].wanted(key), runs[1].wanted(key))
        #expect(moved.flatMap { moved in regular.map { moved <= $0 } } == true, "seed \(seed)")
        #expect(moved.map { $0 >= .start + latency } == true, "seed \(seed)")
      }
    }
  }

  /// Random groups whose instances come up one after the other: the promotion is where it was.
  @Test(arguments: UInt64(1)...100) func theFirstVerdictIsTheSame(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let boots = (0..<5).map { _ in Int.random(in: 0...6, using: &random) }
    let scenarios = boots.map { String(repeating: "-", count: $0) + "+*" }
    let (soak, semantics) = (random.pick([0, 7, 30, 65]), random.pick([Semantics.classic, .alb]))
    let verdicts = [false, true].map { isSpread -> Verdict? in
      let check = HealthCheck.sample(semantics, healthy: 3, spread: isSpread)
      var run = Self.run(check, soak: soak, deadline: 300, of: 5, most: .number(5))
      run.play(scenarios)
      #expect(run.violations == [], "seed \(seed)")
      return run.verdict
    }
    // In words it says how many checks there were.
    #expect(verdicts[0]?.decision == .promote && verdicts[1]?.decision == .promote, "seed \(seed)")
    #expect(verdicts[0]?.at == verdicts[1]?.at, "seed \(seed)")
  }

  @Test func ofSeveralHealthChecksEachHasItsOwnPlace() {
    let (one, two) = (HealthCheck.sample(.alb, spread: true), HealthCheck.sample(.alb))
    var run = VirtualRun(
      checks: [one, two, one],
      policy: GatePolicy(soak: .seconds(50), deadline: .seconds(500), expected: 1))
    run.join(["a"])
    let keys = (0..<3).map { InstanceKey(0, check: $0) }
    for key in keys { run.end(key, .success) }
    let wanted = keys.map { run.wanted($0) }
    #expect(wanted[1] == .seconds(10), "it is not spread")
    #expect(wanted[0] == .seconds(10), "the first place is the beginning of the interval")
    #expect(wanted[2].map { $0 > .start && $0 < .seconds(10) } == true)
    #expect(run.violations == [])
  }

  @Test func aGuardKeepsItsSlots() {
    var run = Self.run(.sample(.alb, spread: true), soak: 100, of: 1)
    run.join(["a"])
    let guarding = run.join(["guard-0"], as: .guard)
    for _ in 0..<3 { run.end(guarding, .success) }
    #expect(run.wanted(guarding) == .seconds(30))
  }

  /// Nobody knows after a long gap who is healthy: all are checked at once, and moved again.
  @Test func aRunThatGoesOnAfterALongGapSpreadsAnew() {
    var run = Self.run(.sample(.alb, healthy: 2, spread: true), soak: 100, of: 3)
    run.join(["a", "b", "c"])
    for index in 0..<3 { run.end(InstanceKey(index), .success) }
    let places = (0..<3).map { run.wanted(InstanceKey($0)) }
    run.send(.resumed(after: .seconds(70)), at: .seconds(70))
    for index in 0..<3 { #expect(run.wanted(InstanceKey(index)) == .seconds(70)) }
    for _ in 0..<2 { for index in 0..<3 { run.end(InstanceKey(index), .success) } }
    for (index, place) in places.enumerated() {
      let wanted = run.wanted(InstanceKey(index))
      #expect(
        wanted.map { $0.microseconds % (10 * Self.second) }
          == place.map { $0.microseconds % (10 * Self.second) })
      #expect(wanted.map { $0 > .seconds(80) && $0 <= .seconds(90) } == true)
    }
    #expect(run.gate.losses.isEmpty && run.violations == [])
  }

  @Test func aReplayDecidesTheSame() {
    let (run, _) = Self.starts(.sample(.alb, spread: true), soak: 65, of: 7)
    #expect(run.verdict?.decision == .promote && run.replayed().verdict == run.verdict)
  }

  /// Under other thresholds an instance would have been healthy later, and moved later: its checks
  /// stay as they were made, and each of them counts.
  @Test func underOtherThresholdsEachCheckThatWasMadeCounts() {
    let (run, _) = Self.starts(.sample(.alb, spread: true), soak: 65, of: 7)
    var other = Gate(
      check: .sample(.classic, healthy: 4, spread: true),
      policy: GatePolicy(soak: .seconds(20), deadline: .seconds(300), expected: 7))
    var ignored: [GateEffect] = []
    for timed in run.events { other.handle(timed.event, at: timed.at, effects: &ignored) }
    #expect(other.losses.isEmpty)
    #expect(other.verdict?.decision == .promote)
    #expect(other.records.allSatisfy { $0.health.consecutiveSuccesses == $0.successes })
  }
}
