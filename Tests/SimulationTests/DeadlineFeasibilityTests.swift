import GateCore
import TestSupport
import Testing

@testable import Simulation

/// The verdict comes with the first event or moment after which no continuation could change it,
/// and no earlier, shown by going through all of them.
@Suite struct DeadlineFeasibilityTests {
  struct Family: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var instances: Int
    var answers: Continuations.Answers
    var interval: Int
    var timeout = 1
    var thresholds = 1...3
    var window: UnhealthyWindow?
    /// In ticks.
    var soaks: [Int]
    var deadlines: [Int]
    var needs: [(least: InstanceCount, most: InstanceCount)] = [(.percentage(100), .number(0))]
    /// Beside the group: of the old group, or guards.
    var others: [InstanceRole] = []
  }

  static let families: [Family] = [
    Family(
      testDescription: "one instance, instant answers", instances: 1, answers: .instant,
      interval: 2, soaks: [0, 2, 3, 6], deadlines: Array(0...17)),
    Family(
      testDescription: "one instance that may be unhealthy for a while", instances: 1,
      answers: .instant, interval: 2, soaks: [0, 2, 5], deadlines: [3, 6, 8, 12],
      needs: [(.number(1), .number(1))]),
    Family(
      testDescription: "one instance, window", instances: 1, answers: .instant, interval: 1,
      window: UnhealthyWindow(failures: 2, of: 4), soaks: [0, 2, 3], deadlines: [4, 7, 9],
      needs: [(.number(1), .number(0)), (.number(1), .number(1))]),
    Family(
      testDescription: "two instances, instant answers", instances: 2, answers: .instant,
      interval: 2, soaks: [0, 2], deadlines: [2, 4, 6, 7, 8],
      needs: [
        (.percentage(100), .number(0)), (.percentage(100), .number(1)), (.number(1), .number(1)),
        (.percentage(50), .percentage(100)),
      ]),
    Family(
      testDescription: "three instances, instant answers", instances: 3, answers: .instant,
      interval: 3, thresholds: 1...2, soaks: [0, 3], deadlines: [3, 6, 7, 9],
      needs: [
        (.percentage(100), .number(0)), (.percentage(67), .number(1)), (.number(2), .number(1)),
      ]),
    Family(
      testDescription: "one instance, slow answers", instances: 1, answers: .slow, interval: 3,
      timeout: 2, soaks: [0, 2, 3], deadlines: Array(2...10)),
    Family(
      testDescription: "one instance that may be unhealthy, slow answers", instances: 1,
      answers: .slow, interval: 3, timeout: 2, thresholds: 1...2, soaks: [0, 4],
      deadlines: [4, 7, 8], needs: [(.number(1), .number(1))]),
    Family(
      testDescription: "one instance, answers that outlast the interval", instances: 1,
      answers: .slow, interval: 2, timeout: 3, soaks: [0, 2], deadlines: Array(2...6)),
    Family(
      testDescription: "two instances, slow answers", instances: 2, answers: .slow, interval: 2,
      timeout: 1, thresholds: 1...2, soaks: [0, 1], deadlines: [2, 3, 4],
      needs: [(.percentage(100), .number(0)), (.number(1), .number(1))]),
    Family(
      testDescription: "one instance and an old one, instant answers", instances: 1,
      answers: .instant, interval: 2, soaks: [0, 2, 3], deadlines: [2, 4, 5, 7, 8],
      needs: [(.percentage(100), .number(0)), (.number(1), .number(1))], others: [.baseline]),
    Family(
      testDescription: "one instance and an old one, window", instances: 1, answers: .instant,
      interval: 1, timeout: 2, window: UnhealthyWindow(failures: 2, of: 4), soaks: [0, 2],
      deadlines: [3, 5], others: [.baseline]),
    Family(
      testDescription: "one instance and two old ones, instant answers", instances: 1,
      answers: .instant, interval: 2, thresholds: 1...2, soaks: [0, 2], deadlines: [2, 4, 5],
      needs: [
        (.percentage(100), .number(0)), (.percentage(50), .percentage(50)),
        (.number(1), .number(1)),
      ], others: [.baseline, .baseline]),
    Family(
      testDescription: "one instance and an old one, slow answers", instances: 1, answers: .slow,
      interval: 2, timeout: 1, thresholds: 1...2, soaks: [0, 1], deadlines: [2, 3],
      needs: [(.percentage(100), .number(0)), (.number(1), .number(1))], others: [.baseline]),
    Family(
      testDescription: "one instance and a guard, instant answers", instances: 1,
      answers: .instant, interval: 2, soaks: [0, 2, 3], deadlines: [2, 4, 6, 7, 8],
      needs: [(.percentage(100), .number(0)), (.number(1), .number(1))], others: [.guard]),
    Family(
      testDescription: "one instance and a guard, slow answers", instances: 1, answers: .slow,
      interval: 2, timeout: 1, thresholds: 1...2, soaks: [0, 1], deadlines: [2, 3, 4],
      others: [.guard]),
  ]

  #if DEBUG
    static let share = 10
  #else
    static let share = 1
  #endif

  @Test(arguments: families)
  func theVerdictComesWhenNoContinuationCanChangeIt(family: Family) {
    var undecided = 0
    var trials: Continuations.Outcomes = []
    for (number, (check, policy)) in Self.settings(of: family).enumerated()
    where number % Self.share == 0 {
      var tree = Continuations(
        check: check, policy: policy, answers: family.answers, others: family.others)
      if tree.explore() == [.promote, .rollback] { undecided += 1 }
      if let mistake = tree.mistake {
        Issue.record("\(family.testDescription): \(mistake)")
        return
      }
      trials.formUnion(tree.trials)
    }
    if family.others.contains(.baseline) {
      #expect(trials == [.rollback, .shared], "no trial of this family had two outcomes")
    }
    #expect(undecided > 0, "no tree of this family had two outcomes")
  }

  private static func settings(of family: Family) -> [(HealthCheck, GatePolicy)] {
    var all: [(HealthCheck, GatePolicy)] = []
    for healthy in family.thresholds {
      // A new instance wants no more than one that recovers: else failing would be a short cut.
      for initial in family.thresholds.lowerBound...healthy {
        for unhealthy in family.thresholds {
          let check = HealthCheck.sample(
            every: .microseconds(family.interval), timeout: .microseconds(family.timeout),
            healthy: healthy, initial: initial, unhealthy: unhealthy, window: family.window)
          // What is hopeless from the start is decided before anybody else has joined; the
          // settings refuse it.
          all += policies(of: family).filter { policy in
            family.others.isEmpty
              || check.interval * (check.initialThreshold - 1) + policy.soak <= policy.deadline
          }.map { (check, $0) }
        }
      }
    }
    return all
  }

  private static func policies(of family: Family) -> [GatePolicy] {
    family.soaks.flatMap { soak in
      family.deadlines.flatMap { deadline in
        family.needs.map { need in
          GatePolicy(
            minHealthy: need.least, maxUnhealthy: need.most, soak: .microseconds(soak),
            deadline: .microseconds(deadline), expected: family.instances)
        }
      }
    }
  }
}
