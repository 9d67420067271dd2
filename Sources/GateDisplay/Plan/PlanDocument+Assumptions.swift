internal import GateCore
internal import GateInsight
internal import GateSettings
internal import GateText

extension PlanDocument {
  /// The assumptions behind the odds, and how exact they are; one sentence each.
  package var assumptions: [String] {
    [
      plan.checks.count == 1
        ? "checks fail independently, each instance with the same probability"
        : "checks fail independently, each instance under each health check with the same "
          + "probability: an instance is as its worst check says, so each additional check is "
          + "another way to fail",
      "all instances are there from the start and stay; the checks of a round are made at the same "
        + "moment, end in any order with equal probability, and responses take no time",
      "no check is lost to a gate fault",
    ] + spreading + failureAssumptions + exactness + notes
  }

  private var spreading: [String] {
    plan.checks.contains(where: \.spreadChecks)
      ? [
        "the odds are those of checks that are not spread: spread_checks makes up to one more check of "
          + "an instance while it is healthy, and makes its checks up to an interval earlier"
      ] : []
  }

  private var failureAssumptions: [String] {
    var sentences: [String] = []
    if bootTime > .zero {
      sentences.append("every check that is made in the first \(bootTime.inWords) fails")
    }
    guard let outage else { return sentences }
    let begin =
      outage.after.map { "after \($0.inWords)" }
      ?? "at any moment before the deadline, with equal probability"
    sentences.append(
      "every check fails during an outage of \(outage.length.inWords) that begins \(begin)")
    return sentences
  }

  private var whyDrawn: String {
    plan.checks.count == 1
      ? "there are too many such counts" : "several health checks have no common rounds"
  }

  private var exactness: [String] {
    let all = odds + curve
    let drawn = all.filter { $0.method == .simulation }
    var sentences: [String] = []
    if drawn.count < all.count {
      sentences.append(
        "the odds of the group are exact except for rounding (twelve decimals)"
          + (drawn.isEmpty ? "" : " where they are not simulated")
          + ": they are those of a Markov chain over the number of instances in each state")
    }
    if let runs = drawn.compactMap(\.course.runs).min(),
      let error = drawn.map(\.course.standardError).max()
    {
      let rates = odds.filter { $0.method == .simulation }.map { RateText($0.rate).words }
      let some =
        rates.isEmpty
        ? "some odds of the plot" : "the odds of the group at \(rates.joined(separator: ", "))"
      let which = drawn.count == all.count ? "the odds of the group" : some
      sentences.append(
        "\(which) are simulated, as \(whyDrawn): at least \(runs) runs of each, from "
          + "a fixed seed, with a standard error of at most \(RateText(error).rounded)")
    }
    if proposal?.isIncomplete == true {
      sentences.append(
        "thresholds whose odds would have to be simulated are not proposed, so others might promote "
          + "earlier")
    }
    return sentences
  }
}

extension PlanDocument {
  /// The plot alone, as an SVG document.
  package var svg: String {
    let policy = plan.policy
    return PlanPlot(curve.map(\.course.promote)).svg(
      title: "Probability of promotion, \(counted(plan.group.count, "instance"))",
      caption:
        "\(plan.checks.rulesWords); \(plan.group.wanted) healthy for \(policy.soak.inWords) by "
        + "\(policy.deadline.inWords), at most \(plan.group.allowed) unhealthy")
  }
}
