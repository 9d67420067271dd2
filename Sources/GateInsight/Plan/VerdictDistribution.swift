package import GateCore

/// The probability of each verdict, and when it comes.
package struct VerdictDistribution: Hashable, Sendable {
  package struct Step: Hashable, Sendable {
    package var at: GateInstant
    package var promote: Double
    package var rollback: Double
  }

  /// The moments at which verdicts come, earliest first.
  package private(set) var steps: [Step] = []
  /// The number of simulated runs; nil if the odds are exact except for rounding.
  package private(set) var runs: Int?
  private var variance = 0.0

  package var promote: Double { steps.reduce(0) { $0 + $1.promote } }
  package var rollback: Double { steps.reduce(0) { $0 + $1.rollback } }

  /// The standard error of the probabilities; 0 if they are exact.
  package var standardError: Double { variance.squareRoot() }

  /// The mean time of the verdict, in seconds.
  package var expectedSeconds: Double {
    let known = promote + rollback
    guard known > 0 else { return 0 }
    let sum = steps.reduce(0) { sum, step in
      sum + (step.promote + step.rollback) * Double(step.at.microseconds)
    }
    return sum / known / 1_000_000
  }

  /// Adds the verdicts of one moment; because of rounding, a probability may be slightly below 0.
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

  /// Records the number of simulated runs.
  ///
  /// If all runs had the same verdict, the error is that of one more run of each kind: it is never
  /// 0.
  mutating func noteDraws(_ count: Int) {
    runs = count
    let chance = (promote * Double(count) + 1) / Double(count + 2)
    variance = chance * (1 - chance) / Double(count)
  }

  /// Adds another distribution, weighted with its probability.
  mutating func add(_ other: VerdictDistribution, weighted weight: Double) {
    for step in other.steps {
      add(
        at: step.at.microseconds, promote: weight * step.promote,
        rollback: weight * step.rollback)
    }
    variance += weight * weight * other.variance
    if let drawn = other.runs { runs = (runs ?? 0) + drawn }
  }
}
