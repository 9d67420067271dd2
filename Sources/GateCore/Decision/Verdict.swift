/// The gate's final verdict on the group: decision, reason and time.
package struct Verdict: Hashable, Sendable {
  package var decision: Decision
  package var reason: VerdictReason
  /// When the decision became certain.
  package var at: GateInstant
  /// What stopped the gate before it could judge; nil if nothing did.
  package var interruption: Interruption?
}

package enum Decision: String, Hashable, Sendable, CaseIterable {
  case promote
  case rollback
  case inconclusive
}

package struct VerdictReason: Hashable, Sendable {
  package var code: ReasonCode
  package var message: String

  package init(_ code: ReasonCode, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// Why the verdict is what it is; the raw value is `reason.code`.
package enum ReasonCode: String, Hashable, Sendable, CaseIterable {
  case groupHealthy = "group_healthy"
  case tooManyUnhealthy = "too_many_unhealthy"
  case deadlineExceeded = "deadline_exceeded"
  case cannotBecomeHealthyInTime = "cannot_become_healthy_in_time"
  case tooManyReplaced = "too_many_replaced"
  case wrongInstances = "wrong_instances"
  case wrongVersion = "wrong_version"
  case loadBalancerDisagrees = "load_balancer_disagrees"
  case worseThanBaseline = "worse_than_baseline"
  case guardFailed = "guard_failed"
  case stepFailed = "step_failed"
  case sharedCause = "shared_cause"
  case tooFewSamples = "too_few_samples"
  case notApproved = "not_approved"
  case gateFault = "gate_fault"
  case noInstances = "no_instances"
  case interrupted
  /// The run ended before its first check, or has not ended yet.
  case notChecked = "not_checked"
}

/// What ended the run before a decision: a signal, or the end of the information in a journal.
package enum Interruption: String, Hashable, Sendable, CaseIterable {
  case hangUp = "SIGHUP"
  case interrupt = "SIGINT"
  case terminate = "SIGTERM"
  /// A journal that ends before its run was decided: the run was killed.
  case journalEnd = "end of journal"
  /// In a replay under other settings, a step would have continued at another time than recorded.
  case otherSteps = "other steps"
}
