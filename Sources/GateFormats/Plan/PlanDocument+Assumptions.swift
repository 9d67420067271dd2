internal import GateCore
internal import GateInsight

extension PlanDocument {
  /// What the odds are built on, and how exact they are: a sentence each.
  package var assumptions: [String] {
    [
      "checks fail independently, each instance with the same probability",
      "all instances are there from the start and stay; the checks of a round are made at one "
        + "moment, end in any order, each as probable as any other, and answers take no time",
      "no check is lost to a fault of the gate's own",
    ] + failureAssumptions + [exactness] + notes
  }

  private var failureAssumptions: [String] {
    var sentences: [String] = []
    if bootTime > .zero {
      sentences.append("every check fails that is made in the first \(bootTime.inWords)")
    }
    guard let outage else { return sentences }
    let begin =
      outage.after.map { "after \($0.inWords)" }
      ?? "at any moment before the deadline, each as probable as any other"
    sentences.append(
      "every check fails during an outage of \(outage.length.inWords) that begins \(begin)")
    return sentences
  }

  private var exactness: String {
    switch plan.method {
    case .binomial:
      return "the odds are exact but for rounding (twelve decimals): any unhealthy instance is a "
        + "rollback, so that the group's are binomial sums of one instance's"
    case .occupancy:
      let most = (odds + curve).map(\.course.unresolved).max() ?? 0
      let method = "a Markov chain over how many instances are in which state"
      guard most.asPlanned > 0 else {
        return "the odds are exact but for rounding (twelve decimals): they are those of \(method)"
      }
      return "the odds are those of \(method), of which the least probable are left out: each "
        + "probability of the group is too low by at most what is unresolved, and expected times "
        + "are of the rest"
    }
  }
}

extension PlanDocument {
  /// The plot alone, as an SVG document.
  package var svg: String {
    let (check, policy) = (plan.check, plan.policy)
    return PlanPlot(curve.map(\.course.promote)).svg(
      title: "Probability of promotion, \(counted(plan.group.count, "instance"))",
      caption: "\(check.words); \(plan.group.wanted) healthy for \(policy.soak.inWords) by "
        + "\(policy.deadline.inWords), at most \(plan.group.allowed) unhealthy")
  }
}
