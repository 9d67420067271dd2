import GateCore
import GateEngine
import TestSupport
import Testing

@testable import Simulation

/// Groups that are known by name, in seconds.
@Suite struct ChangingAdversaryTests {
  /// What a source lists at a moment, in seconds since the start.
  typealias Source = @Sendable (Int) -> FeedAnswer

  struct Adversary: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var policy: GatePolicy
    var atFirst: [String]
    var source: Source
    /// The instances that answer, each from which second of the run on; others fail.
    var isWell: @Sendable (String, Double) -> Bool = { _, _ in true }
    var decision: Decision
    var code: ReasonCode
    var says = ""
  }

  /// Each at a place of its own.
  static func instance(_ id: String) -> Instance {
    Instance(id: id, address: "\(id).example", port: 80)
  }

  static func listed(
    _ ids: [String], launching: [String] = [], leaving: Set<String> = [], expected: Int? = nil
  ) -> FeedAnswer {
    .listed(
      GroupListing(
        instances: ids.map(instance), launching: launching.map(instance),
        leaving: leaving, expected: expected, isEmpty: expected == 0))
  }

  static func policy(
    _ expected: Int, replaced: InstanceCount = .number(0), soak: Int = 0, deadline: Int = 600
  ) -> GatePolicy {
    GatePolicy(
      maxReplaced: replaced, soak: .seconds(soak), deadline: .seconds(deadline),
      expected: expected, membership: .changing)
  }

  static let fault = FeedAnswer.sourceFailed(GateFault(detail: "the API is throttled"))

  static let adversaries: [Adversary] = [
    Adversary(
      testDescription: "kills and replaces its instances for ever",
      policy: policy(2), atFirst: ["a-0", "b-0"],
      source: { second in listed(["a-\(second / 60)", "b-\(second / 60)"]) },
      isWell: { _, _ in false }, decision: .rollback, code: .tooManyUnhealthy),
    Adversary(
      testDescription: "kills and replaces them before they can fail",
      policy: policy(2), atFirst: ["a-0", "b-0"],
      source: { second in listed(["a-\(second / 10)", "b-\(second / 10)"]) },
      isWell: { _, _ in false }, decision: .rollback, code: .tooManyReplaced, says: "0 allowed"),
    Adversary(
      testDescription: "kills and replaces them for ever, and some of that is allowed",
      policy: policy(2, replaced: .number(5), soak: 120), atFirst: ["a-0", "b-0"],
      source: { second in listed(["a-\(second / 40)", "b-\(second / 40)"]) },
      decision: .rollback, code: .tooManyReplaced, says: "left the group, 5 allowed"),
    Adversary(
      testDescription: "kills and replaces them for ever, and any number is allowed",
      policy: policy(2, replaced: .number(1000), soak: 120), atFirst: ["a-0", "b-0"],
      source: { second in listed(["a-\(second / 40)", "b-\(second / 40)"]) },
      decision: .rollback, code: .cannotBecomeHealthyInTime, says: "left the group"),
    Adversary(
      testDescription: "launches instances for ever that die on their way",
      policy: policy(2), atFirst: [],
      source: { second in listed([], launching: ["a-\(second / 30)"]) },
      decision: .rollback, code: .tooManyReplaced, says: "a-0"),
    Adversary(
      testDescription: "is empty for ever", policy: policy(2), atFirst: [],
      source: { _ in listed([]) }, decision: .inconclusive, code: .noInstances),
    Adversary(
      testDescription: "wants no instance", policy: policy(1), atFirst: [],
      source: { _ in listed([], expected: 0) }, decision: .inconclusive, code: .noInstances),
    Adversary(
      testDescription: "is empty, and then its source fails for ever",
      policy: policy(2), atFirst: [], source: { $0 < 60 ? listed([]) : fault },
      decision: .inconclusive, code: .gateFault, says: "throttled"),
    Adversary(
      testDescription: "is whole, and its source fails for ever",
      policy: policy(2, soak: 120), atFirst: ["a", "b"], source: { _ in fault },
      decision: .inconclusive, code: .gateFault, says: "throttled"),
    Adversary(
      testDescription: "is whole, and its source fails for a while",
      policy: policy(2, soak: 120), atFirst: ["a", "b"],
      source: { $0 < 200 ? fault : listed(["a", "b"]) },
      decision: .promote, code: .groupHealthy),
    Adversary(
      testDescription: "is gone", policy: policy(2, soak: 120), atFirst: ["a", "b"],
      source: { listed($0 < 60 ? ["a", "b"] : [], expected: $0 < 60 ? 2 : 0) },
      decision: .rollback, code: .tooManyReplaced, says: "left the group"),
    Adversary(
      testDescription: "has an instance renamed, which is a replacement",
      policy: policy(1, soak: 120), atFirst: ["a"],
      source: { second in
        .listed(
          GroupListing(instances: [
            Instance(id: second < 60 ? "a" : "b", address: "a.example", port: 80)
          ]))
      },
      decision: .rollback, code: .tooManyReplaced, says: "1 instance left"),
    Adversary(
      testDescription: "lacks one, and its source fails for ever",
      policy: policy(2), atFirst: ["a"], source: { _ in fault },
      decision: .rollback, code: .cannotBecomeHealthyInTime, says: "1 present"),
    Adversary(
      testDescription: "lacks one, and its source fails for a while",
      policy: policy(2), atFirst: ["a"],
      source: { $0 < 200 ? fault : listed(["a", "b"]) },
      decision: .promote, code: .groupHealthy),
    Adversary(
      testDescription: "is listed as empty every other time",
      policy: policy(2, soak: 120), atFirst: ["a", "b"],
      source: { second in listed(second / 10 % 2 == 0 ? ["a", "b"] : []) },
      decision: .promote, code: .groupHealthy),
    Adversary(
      testDescription: "is listed as empty for a while",
      policy: policy(2, soak: 120), atFirst: ["a", "b"],
      source: { listed((30..<60).contains($0) ? [] : ["a", "b"]) },
      decision: .rollback, code: .tooManyReplaced),
    Adversary(
      testDescription: "has its one instance listed as often as two",
      policy: policy(2), atFirst: ["a"], source: { _ in listed(["a", "a"]) },
      decision: .rollback, code: .cannotBecomeHealthyInTime, says: "1 present"),
    Adversary(
      testDescription: "has an instance that joins late",
      policy: policy(2), atFirst: ["a"], source: { listed($0 < 300 ? ["a"] : ["a", "late"]) },
      decision: .promote, code: .groupHealthy),
    Adversary(
      testDescription: "has an instance that joins too late",
      policy: policy(2, soak: 120), atFirst: ["a"],
      source: { listed($0 < 500 ? ["a"] : ["a", "late"]) },
      decision: .rollback, code: .cannotBecomeHealthyInTime),
    Adversary(
      testDescription: "has a late instance that fails",
      policy: policy(2), atFirst: ["a"], source: { listed($0 < 300 ? ["a"] : ["a", "late"]) },
      isWell: { id, _ in id == "a" }, decision: .rollback, code: .tooManyUnhealthy, says: "late"),
    Adversary(
      testDescription: "is wanted larger during the soak, and the newcomer fails",
      policy: policy(1, soak: 120), atFirst: ["a"],
      source: { $0 < 60 ? listed(["a"], expected: 1) : listed(["a", "b"], expected: 2) },
      isWell: { id, _ in id == "a" }, decision: .rollback, code: .tooManyUnhealthy),
    Adversary(
      testDescription: "is wanted larger during the soak, and nobody comes",
      policy: policy(1, soak: 120), atFirst: ["a"],
      source: { listed(["a"], expected: $0 < 60 ? 1 : 2) },
      decision: .rollback, code: .cannotBecomeHealthyInTime, says: "1 of 2"),
    Adversary(
      testDescription: "replaces a bad instance by a good one, which is allowed",
      policy: policy(2, replaced: .number(1)), atFirst: ["a", "bad"],
      source: { listed($0 < 10 ? ["a", "bad"] : ["a", "good"], leaving: $0 < 10 ? [] : ["bad"]) },
      isWell: { id, _ in id != "bad" }, decision: .promote, code: .groupHealthy),
  ]

  @Test(arguments: adversaries) func aNamedGroupGetsItsVerdict(adversary: Adversary) {
    let updates = stride(from: 10, through: 700, by: 10).map { second in
      World.Update(at: Int64(second) * World.second) { adversary.source(second) }
    }
    let fleet = VirtualFleet(moments: updates.map(\.at)) { _, instance, now in
      let isWell = adversary.isWell(instance.id, Double(now) / 1_000_000)
      return (isWell ? .success : .failure, 2000)
    }
    let check = HealthCheck.sample(.classic, every: .seconds(10), healthy: 3, unhealthy: 5)
    let watch = RunWatch(check, adversary.policy)
    var engine = GateEngine(
      Gate(check: check, policy: adversary.policy), port: fleet, observers: [watch],
      feed: VirtualSource(updates, of: fleet))
    let first = GroupListing(instances: adversary.atFirst.map(Self.instance))
    let verdict = engine.run([.member: first])
    #expect(verdict.decision == adversary.decision, "\(verdict)")
    #expect(verdict.reason.code == adversary.code, "\(verdict)")
    #expect(adversary.says.isEmpty || verdict.reason.message.contains(adversary.says), "\(verdict)")
    #expect(watch.violations + fleet.violations == [])
  }
}
