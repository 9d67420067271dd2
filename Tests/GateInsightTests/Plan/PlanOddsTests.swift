import TestSupport
import Testing

@testable import GateCore
@testable import GateInsight

/// The plan against the real gate, over every result of every check in every order.
@Suite struct PlanOddsTests {
  @Test(arguments: (1...60).map { UInt64($0) * 7919 })
  func theOddsAreThoseOfTheRealGate(seed: UInt64) throws {
    let settings = PlannedSettings(seed: seed)
    let plan = try Plan(check: settings.check, policy: settings.policy)
    let course = plan.odds(settings.failures).course
    let gate = GateDistribution(settings.check, settings.policy) { settings.rate(at: $0) }
    #expect(course.runs == nil, "drawn: \(settings)")
    let times = Set(gate.promotions.keys).union(gate.rollbacks.keys)
      .union(course.steps.map(\.at.microseconds))
    for time in times.sorted() {
      let step = course.steps.first { $0.at.microseconds == time }
      #expect(
        isNear(step?.promote ?? 0, gate.promotions[time] ?? 0)
          && isNear(step?.rollback ?? 0, gate.rollbacks[time] ?? 0),
        "at \(time): \(step as Any), not \(gate.promotions[time] ?? 0) and \(gate.rollbacks[time] ?? 0): \(settings)"
      )
    }
    #expect((course.expectedSeconds - gate.expectedSeconds).magnitude < 1e-6, "\(settings)")
  }

  private func isNear(_ left: Double, _ right: Double) -> Bool { (left - right).magnitude < 1e-10 }
}

/// The bounds against the real gate, which takes every result of every check in every order.
@Suite struct PlanBoundsTests {
  @Test(arguments: (1...60).map { UInt64($0) * 104_729 })
  func theRealGateDecidesAtTheBoundsAndNeverOutsideThem(seed: UInt64) throws {
    let settings = PlannedSettings(seed: seed)
    let bounds = try Plan(check: settings.check, policy: settings.policy).bounds
    let gate = GateDistribution(settings.check, settings.policy) { _ in 0.5 }
    func seconds(_ duration: Duration) -> Int64? { duration.inMicroseconds }
    #expect(gate.promotions.keys.min() == seconds(bounds.earliestPromotion), "\(settings)")
    #expect(gate.promotions.keys.max() == seconds(bounds.latestPromotion), "\(settings)")
    #expect(gate.rollbacks.keys.min() == seconds(bounds.earliestRollback), "\(settings)")
    #expect(gate.rollbacks.keys.max() == seconds(bounds.latestRollback), "\(settings)")
  }

  /// Of a larger group a smaller one is looked at, and of a long soak a part: nothing is missed.
  @Test(arguments: [1, 2, 3, 4], [(4, 0), (4, 1), (4, 20), (5, 0), (2, 130), (3, 110)])
  func whatIsLookedAtTellsTheWhole(unhealthy: Int, size: (instances: Int, soak: Int)) throws {
    for initial in [1, 2] {
      let check = HealthCheck.sample(.classic, healthy: 2, initial: initial, unhealthy: unhealthy)
      let policy = GatePolicy(
        soak: .seconds(size.soak), deadline: .seconds(size.soak + 55), expected: size.instances)
      let bounds = try Plan(check: check, policy: policy).bounds
      let rule = GroupRule(
        chain: try #require(InstanceChain(check)), slots: PlanSlots(check: check, policy: policy),
        wanted: size.instances, allowed: 0)
      var whole = ExactGroup(rule: rule, count: size.instances, work: .max)
      let steps = try whole.possibleCourse().steps
      func latest(_ chance: (VerdictDistribution.Step) -> Double) -> Int64? {
        steps.last { chance($0) > 0 }?.at.microseconds
      }
      #expect(latest(\.promote) == bounds.latestPromotion.inMicroseconds, "\(check) \(policy)")
      #expect(latest(\.rollback) == bounds.latestRollback.inMicroseconds, "\(check) \(policy)")
    }
  }
}

/// What a plan says of an instance that dies for good, against the real gate.
@Suite struct PlanDeathTests {
  @Test(arguments: (1...100).map { UInt64($0) * 15_485_863 })
  func aDeathIsUnseenExactlyAfterTheLastCheck(seed: UInt64) throws {
    var settings = PlannedSettings(seed: seed)
    (settings.policy.minHealthy, settings.policy.maxUnhealthy) = (.percentage(100), .number(0))
    let bounds = try Plan(check: settings.check, policy: settings.policy).bounds
    func verdict(dyingAt death: GateInstant) -> Verdict? {
      var run = VirtualRun(check: settings.check, policy: settings.policy)
      run.join((0..<settings.policy.expected).map { "i-\($0)" })
      var now = GateInstant.start
      while run.verdict == nil {
        for index in 0..<settings.policy.expected {
          run.end(InstanceKey(index), index == 0 && now >= death ? .failure : .success)
        }
        now = now + settings.check.interval
      }
      return run.verdict
    }
    let last = GateInstant.start + bounds.lastCheckBeforePromotion
    let unseen = verdict(dyingAt: last + .microseconds(1))
    #expect(unseen?.decision == .promote && unseen?.at == .start + bounds.earliestPromotion)
    #expect(verdict(dyingAt: last)?.decision == .rollback, "\(settings)")
  }

  @Test(arguments: (1...100).map { UInt64($0) * 32_452_843 })
  func noPromotionCountsAnInstanceThatHasBeenDeadForLonger(seed: UInt64) throws {
    let settings = PlannedSettings(seed: seed, instances: 1...4, rounds: [30, 24, 20, 16])
    let plan = try Plan(check: settings.check, policy: settings.policy)
    let longest = plan.bounds.longestUnseen
    var random = SplitMix64(seed: seed)
    for _ in 0..<100 {
      var run = VirtualRun(check: settings.check, policy: settings.policy)
      run.join((0..<settings.policy.expected).map { "i-\($0)" })
      let death = GateInstant.start + .seconds(Int.random(in: 0...300, using: &random))
      var now = GateInstant.start
      while run.verdict == nil {
        for index in (0..<settings.policy.expected).shuffled(using: &random) {
          let isDead = index == 0 && now >= death
          run.end(InstanceKey(index), isDead || random.chance(0.3) ? .failure : .success)
        }
        now = now + settings.check.interval
      }
      guard let verdict = run.verdict, verdict.decision == .promote,
        run.gate.isCounted(run.gate[InstanceKey(0)])
      else { continue }
      #expect(verdict.at.since(death) <= longest, "\(settings)")
    }
  }
}
