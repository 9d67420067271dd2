package import GateCore

/// How probable which verdict is, and when it comes.
package struct VerdictCourse: Hashable, Sendable {
  package struct Step: Hashable, Sendable {
    package var at: GateInstant
    package var promote: Double
    package var rollback: Double
  }

  /// In the order of their times.
  package private(set) var steps: [Step] = []
  /// The probability of what was left out of the calculation; 0 when it is exact.
  package private(set) var unresolved = 0.0

  package init() {}

  package var promote: Double { steps.reduce(0) { $0 + $1.promote } }
  package var rollback: Double { steps.reduce(0) { $0 + $1.rollback } }

  /// The mean time of the verdict in seconds, of what is not unresolved.
  package var expectedSeconds: Double {
    let known = promote + rollback
    guard known > 0 else { return 0 }
    let sum = steps.reduce(0) { sum, step in
      sum + (step.promote + step.rollback) * Double(step.at.microseconds)
    }
    return sum / known / 1_000_000
  }

  /// Adds what is decided at one moment; rounding may leave a little less than nothing.
  mutating func add(at microseconds: Int64, promote: Double = 0, rollback: Double = 0) {
    let (promote, rollback) = (max(promote, 0), max(rollback, 0))
    guard promote + rollback > 0 else { return }
    let moment = GateInstant(microseconds: microseconds)
    if let index = steps.lastIndex(where: { $0.at <= moment }), steps[index].at == moment {
      steps[index].promote += promote
      steps[index].rollback += rollback
    } else {
      let index = (steps.lastIndex { $0.at < moment } ?? -1) + 1
      steps.insert(Step(at: moment, promote: promote, rollback: rollback), at: index)
    }
  }

  mutating func leaveOut(_ probability: Double) { unresolved += max(probability, 0) }

  /// Adds another course that comes about with a probability.
  mutating func add(_ other: VerdictCourse, weighted weight: Double) {
    for step in other.steps {
      add(
        at: step.at.microseconds, promote: weight * step.promote,
        rollback: weight * step.rollback)
    }
    unresolved += weight * other.unresolved
  }
}
