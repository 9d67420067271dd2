package import GateCore

/// What a step of a canary means for those who are sent to the new group.
package struct StepPlan: Hashable, Sendable {
  package let name: String
  package let weight: Int?
  /// From the start of the run, at the earliest: commands and approvals take their time beside it.
  package let begins: Duration
  package let ends: Duration
  /// How long all users would have had to be there for as many requests as the step sends, up to
  /// its end: the weight of each step by how long it lasts; nil where a weight is not said.
  package let exposure: Duration?
  /// How long it takes at most until instances that fail every check end the step.
  package let seenByChecks: Duration
  /// The same for the guard that is the quickest to see what it measures fail; nil without guards
  /// that have a say.
  package let seenByGuards: Duration?
  /// What is sent to the new group until then, as `exposure` is counted.
  package let exposureUntilSeen: Duration?

  /// Those of a policy, in their order.
  package static func all(_ checks: [HealthCheck], _ policy: GatePolicy) -> [StepPlan] {
    var begins = checks.earliestPromotion(under: policy)
    for step in policy.steps { begins = begins - step.shortest }
    var exposure: Duration? = .zero
    return policy.steps.map { step in
      let ends = begins + step.shortest
      let own = step.weight.map { step.shortest.scaled(by: $0) }
      exposure = exposure.flatMap { before in own.map { before + $0 } }
      let plan = StepPlan(step, checks, begins: begins, ends: ends, exposure: exposure)
      begins = ends
      return plan
    }
  }

  private init(
    _ step: CanaryStep, _ checks: [HealthCheck], begins: Duration, ends: Duration,
    exposure: Duration?
  ) {
    name = step.name
    weight = step.weight
    self.begins = begins
    self.ends = ends
    self.exposure = exposure
    // Whichever of several checks is the first to see it.
    seenByChecks =
      checks.map { $0.interval * $0.unhealthyThreshold + $0.timeout }.min() ?? .zero
    seenByGuards = step.guards.filter { !$0.isAdvisory }.map { measure in
      let asked = checks[0].asked(as: measure)
      return measure.settling + asked.interval * asked.unhealthyThreshold
    }.min()
    let seen = seenByGuards ?? seenByChecks
    exposureUntilSeen = step.weight.map { min(seen, step.shortest).scaled(by: $0) }
  }
}

extension Duration {
  fileprivate func scaled(by percent: Int) -> Duration {
    .microseconds(inMicroseconds * Int64(percent) / 100)
  }
}
