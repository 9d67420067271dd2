package import GateCore
package import GateInsight
internal import GateRecords
internal import GateSettings
internal import GateText

/// A plan in the words and the order of its schema.
package struct PlanDocument: Sendable {
  package var plan: Plan
  /// The run's policy; the plan itself covers the time before the first step.
  package var policy: GatePolicy
  let bounds: PlanBounds
  package var isAdvisory: Bool
  /// The time in which checks certainly fail, from the start.
  package var bootTime: Duration
  package var outage: Outage?
  package var odds: [PlanOdds]
  /// The odds at evenly spaced failure rates from 0 to 1, for the plot.
  package var curve: [PlanOdds]
  /// The limits for which thresholds were searched; empty if they were not.
  package var limits: [ThresholdSearch.Limit]
  /// The result of the search; nil if nothing meets the limits.
  package var proposal: ThresholdSearch.Proposal?
  /// The steps of a canary; the rest of the plan covers the time before the first one.
  package var steps: [StepPlan]
  /// Assumed values of settings that were not given; one sentence each.
  package var standIns: [String]
  /// Other limits of the plan; one sentence each.
  package var notes: [String]
  package var warnings: [String]

  package struct Outage: Hashable, Sendable {
    package var length: Duration
    /// When the outage begins, from the start; nil for any moment before the deadline.
    package var after: Duration?

    package init(length: Duration, after: Duration?) {
      self.length = length
      self.after = after
    }
  }

  package init(
    plan: Plan, policy: GatePolicy, isAdvisory: Bool, bootTime: Duration, outage: Outage?,
    odds: [PlanOdds],
    curve: [PlanOdds], limits: [ThresholdSearch.Limit], proposal: ThresholdSearch.Proposal?,
    steps: [StepPlan], standIns: [String], notes: [String], warnings: [String]
  ) {
    self.plan = plan
    self.policy = policy
    bounds = plan.bounds
    self.isAdvisory = isAdvisory
    self.bootTime = bootTime
    self.outage = outage
    self.odds = odds
    self.curve = curve
    self.limits = limits
    self.proposal = proposal
    self.steps = steps
    self.standIns = standIns
    self.notes = notes
    self.warnings = warnings
  }

  /// The document, indented, with a line feed at its end.
  package var json: [UInt8] {
    JSONWriter.document { writer in
      writer.field("schema_version", RunHeader.schemaVersion)
      plan.checks.map { RunHeader.Check($0, request: []) }.write(to: &writer)
      policy.write(to: &writer, isAdvisory: isAdvisory)
      writer.field("expected", plan.group.count)
      writeBounds(to: &writer)
      writeFailures(to: &writer)
      writer.array("steps", steps) { write($1, to: &$0) }
      writer.array("odds", odds) { write($1, to: &$0) }
      writeProof(to: &writer)
      writeProposal(to: &writer)
      writer.array("assumptions", assumptions + standIns)
      writer.array("warnings", warnings)
    }
  }

  private func writeBounds(to writer: inout JSONWriter) {
    writer.object("bounds") { writer in
      writer.field("promote_earliest_seconds", bounds.earliestPromotion)
      writer.field("promote_latest_seconds", bounds.latestPromotion)
      writer.field("rollback_earliest_seconds", bounds.earliestRollback)
      writer.field("rollback_latest_seconds", bounds.latestRollback)
      writer.field("death_unseen_after_seconds", bounds.lastCheckBeforePromotion)
      writer.field("death_unseen_longest_seconds", bounds.longestUnseen)
    }
  }

  private func writeFailures(to writer: inout JSONWriter) {
    writer.object("failures") { writer in
      writer.field("boot_time_seconds", bootTime)
      guard let outage else { return writer.null("outage") }
      writer.object("outage") { writer in
        writer.field("length_seconds", outage.length)
        writer.field("after_seconds", seconds: outage.after?.inMicroseconds)
      }
    }
  }

  private func write(_ step: StepPlan, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", step.name)
      writer.field("weight", step.weight)
      writer.field("begins_earliest_seconds", step.begins)
      writer.field("ends_earliest_seconds", step.ends)
      writer.field("exposure_seconds", seconds: step.exposure?.inMicroseconds)
      writer.field("checks_detect_seconds", step.seenByChecks)
      writer.field("guards_detect_seconds", seconds: step.seenByGuards?.inMicroseconds)
      writer.field(
        "exposure_until_detected_seconds", seconds: step.exposureUntilSeen?.inMicroseconds)
    }
  }

  private func write(_ odds: PlanOdds, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("failure_rate", odds.rate)
      writer.object("instance") { writer in
        writer.field("healthy", odds.instance.healthy.asPlanned)
        writer.field("unhealthy", odds.instance.unhealthy.asPlanned)
        writer.field("undecided", odds.instance.undecided.asPlanned)
      }
      writer.object("group") { writer in
        writer.field("promote", odds.course.promote.asPlanned)
        writer.field("rollback", odds.course.rollback.asPlanned)
        writer.field("standard_error", odds.course.standardError.asPlanned)
      }
      writer.field("method", odds.method.rawValue)
      writer.field(
        "expected_seconds", (odds.course.expectedSeconds * 1_000_000).rounded() / 1_000_000)
    }
  }

  private func writeProof(to writer: inout JSONWriter) {
    let proof = plan.proof
    writer.object("no_failure_proves") { writer in
      writer.field("confidence", 0.95)
      writer.field("checks", proof.checks)
      writer.field("excluded_failure_rate", proof.excludedRate.asPlanned)
      writer.field("excluded_group_failure_rate", proof.excludedGroupRate.asPlanned)
      writer.array("wanted", proof.wanted) { writer, wanted in
        writer.object { writer in
          writer.field("failure_rate", wanted.rate)
          writer.field("checks", wanted.checks)
          writer.field("soak_seconds", wanted.soak)
        }
      }
    }
  }

  private func writeProposal(to writer: inout JSONWriter) {
    guard let proposal else { return writer.null("proposal") }
    writer.object("proposal") { writer in
      writer.field("healthy_threshold", proposal.check.healthyThreshold)
      writer.field("initial_threshold", proposal.check.initialThreshold)
      writer.field("unhealthy_threshold", proposal.check.unhealthyThreshold)
      writer.field("soak_seconds", proposal.policy.soak)
      writer.field("deadline_seconds", proposal.policy.deadline)
      writer.field("promote_earliest_seconds", proposal.earliestPromotion)
      writer.array("holds", Array(zip(limits, proposal.errors))) { writer, held in
        let (limit, error) = held
        writer.object { writer in
          writer.field("error", limit.kind.rawValue)
          writer.field("failure_rate", limit.failureRate)
          writer.field("at_most", limit.most)
          writer.field("probability", error.asPlanned)
        }
      }
    }
  }
}

extension JSONWriter {
  fileprivate mutating func field(_ name: StaticString, _ duration: Duration) {
    field(name, seconds: duration.inMicroseconds)
  }
}
