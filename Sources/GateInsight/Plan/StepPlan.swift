package import GateCore

/// What a step of a canary means for the users who are sent to the new group.
package struct StepPlan: Hashable, Sendable {
  package let name: String
  package let weight: Int?
  /// The earliest begin, from the start of the run; commands and approvals take additional time.
  package let begins: Duration
  package let ends: Duration
  /// The time for which all traffic would cause as many requests as the steps have, up to this
  /// one's end.
  ///
  /// It is the sum of weight times duration; nil if a weight is unknown.
  package let exposure: Duration?
  /// The longest time until instances that fail every check end the step.
  package let seenByChecks: Duration
  /// The same for the fastest guard that is not advisory; nil if there is none.
  package let seenByGuards: Duration?
  /// The exposure until the failure is detected, like `exposure`; nil if the weight is unknown.
  package let exposureUntilSeen: Duration?

  /// The plans of a policy's steps, in their order.
  package static func all(_ checks: [HealthCheck], _ policy: GatePolicy) -> [StepPlan] {
    var begins = checks.earliestPromotion(under: policy)
    for step in policy.steps { begins = begins - step.shortest }
    var exposure: Duration? = .zero
    // Of several health checks, the fastest detects it.
    let seenByChecks =
      checks.map { $0.interval * $0.unhealthyThreshold + $0.timeout }.min() ?? .zero
    return policy.steps.map { step in
      defer { begins = begins + step.shortest }
      let own = step.weight.map { step.shortest.scaled(by: $0) }
      exposure = exposure.flatMap { before in own.map { before + $0 } }
      let seenByGuards = step.guards.filter { !$0.isAdvisory }.map { measure in
        let asked = checks[0].asked(as: measure)
        return measure.settling + asked.interval * asked.unhealthyThreshold
      }.min()
      let seen = seenByGuards ?? seenByChecks
      return StepPlan(
        name: step.name, weight: step.weight, begins: begins, ends: begins + step.shortest,
        exposure: exposure, seenByChecks: seenByChecks, seenByGuards: seenByGuards,
        exposureUntilSeen: step.weight.map { min(seen, step.shortest).scaled(by: $0) })
    }
  }
}

extension Duration {
  fileprivate func scaled(by percent: Int) -> Duration {
    .microseconds(inMicroseconds * Int64(percent) / 100)
  }
}
