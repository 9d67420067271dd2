internal import GateCore
internal import GateInsight
internal import GateRecords
internal import GateSettings
package import GateText

/// The plan for people: the rules, the bounds, the odds as a table and a plot, and what they rest on.
package struct PlanReport {
  private let document: PlanDocument
  private let letters: DisplayLine.Letters
  private var page: TextPage

  package init(_ document: PlanDocument, style: TextStyle, letters: DisplayLine.Letters) {
    self.document = document
    self.letters = letters
    page = TextPage(style)
    writeSettings()
    writeSearch()
    writeBounds()
    writeSteps()
    writeOdds()
    writePlot()
    writeProof()
    writeAssumptions()
  }

  package var text: String { page.text }

  private mutating func writeSettings() {
    let (policy, group) = (document.policy, document.plan.group)
    // First of all: the numbers below are of what nobody gave.
    for standIn in document.standIns { page.entry("note:", .waiting, standIn.printable) }
    page.entry("rules:", .plain, document.plan.checks.rulesWords)
    let soak = policy.soak > .zero ? " for \(policy.soak.inWords)" : ""
    let grace =
      policy.gracePeriod > .zero
      ? ", failures of the first \(policy.gracePeriod.inWords) forgiven" : ""
    page.entry(
      "group:", .plain,
      "\(group.wanted) of \(counted(group.count, "instance")) healthy\(soak) by "
        + "\(policy.deadline.inWords), at most \(group.allowed) unhealthy\(grace)")
    for warning in document.warnings { page.entry("warning:", .waiting, warning.printable) }
  }

  private mutating func writeSearch() {
    guard !document.limits.isEmpty else { return }
    page.blankLine()
    guard let proposal = document.proposal else {
      page.entry(
        "no proposal:", .bad,
        "no thresholds that semantics \(document.plan.check.semantics.rawValue) accepts, with a soak "
          + "of up to \(ThresholdSearch.longestSoak) intervals, meet the limits")
      return
    }
    let (check, policy) = (proposal.check, proposal.policy)
    page.entry(
      "proposal:", .good,
      "--healthy-threshold \(check.healthyThreshold) --unhealthy-threshold "
        + "\(check.unhealthyThreshold) --soak \(policy.soak.inWords) promotes after "
        + "\(proposal.earliestPromotion.inWords) at the earliest; the plan is for these settings")
    for (limit, error) in zip(document.limits, proposal.errors) {
      let what =
        switch limit.kind {
        case .falsePromote: "promoted"
        case .falseRollback: "rolled back"
        }
      page.fact(
        "\(RateText(error).rounded) \(what) at a failure rate of "
          + "\(RateText(limit.failureRate).words), \(RateText(limit.most).words) allowed")
    }
  }

  private mutating func writeBounds() {
    let bounds = document.bounds
    page.blankLine()
    row(["", "earliest", "latest"], .strong)
    row(["promote", bounds.earliestPromotion.inWords, bounds.latestPromotion.inWords])
    row(["rollback", bounds.earliestRollback.inWords, bounds.latestRollback.inWords])
    page.fact(
      "An instance that dies for good after \(bounds.lastCheckBeforePromotion.inWords) has failed no "
        + "check by the earliest promotion; no promotion counts one that has been dead for more than "
        + "\(bounds.longestUnseen.inWords), if no check was lost.")
  }

  private mutating func writeSteps() {
    guard !document.steps.isEmpty else { return }
    let widths = [18, 8, 10, 10, 12, 12, 12]
    page.blankLine()
    line(
      ["step", "weight", "begins", "ends", "exposure", "checks", "guards"], widths: widths, .strong)
    for step in document.steps {
      line(
        [
          step.name.printable.cut(to: 17), step.weight.map { "\($0)%" } ?? "", step.begins.inWords,
          step.ends.inWords, step.exposure?.inWords ?? "", step.seenByChecks.inWords,
          step.seenByGuards?.inWords ?? "none",
        ], widths: widths, .plain)
    }
    page.fact(
      "When each step begins and ends at the earliest, not counting the time of its commands. "
        + "Exposure: how long all traffic would have to go to the new group for as many requests as it "
        + "gets by the end of the step. Checks, guards: the longest time until something that fails "
        + "from the shift on ends the step.")
    for step in document.steps where step.seenByGuards == nil {
      page.fact(
        "\(step.name.printable) has no guard: failures that only users meet go unnoticed in it")
    }
  }

  private mutating func row(_ cells: [String], _ tone: Tone = .plain) {
    line(cells, widths: [10, 12, 12], tone)
  }

  private mutating func line(_ cells: [String], widths: [Int], _ tone: Tone) {
    var text = ""
    for (cell, width) in zip(cells, widths) {
      text += text.isEmpty ? cell.padded(to: width) : cell.rightAligned(in: width)
    }
    page.line(text, tone)
  }

  // MARK: - Odds

  private static let widths = [9, 11, 11, 11, 12, 12, 12]

  private mutating func writeOdds() {
    let group = document.plan.group.count
    page.blankLine()
    line(
      ["failure", "one inst.", "one inst.", "one inst.", "group of \(group)", "", "expected"],
      widths: Self.widths, .strong)
    line(
      ["rate", "healthy", "unhealthy", "undecided", "promote", "rollback", "time"],
      widths: Self.widths, .strong)
    for odds in document.odds {
      let (instance, course) = (odds.instance, odds.course)
      line(
        [
          RateText(odds.rate).words, RateText(instance.healthy).rounded,
          RateText(instance.unhealthy).rounded, RateText(instance.undecided).rounded,
          RateText(course.promote).rounded, RateText(course.rollback).rounded,
          expectedWords(course),
        ],
        widths: Self.widths, .plain)
      guard odds.method == .simulation else { continue }
      page.fact(
        "simulated, with a standard error of \(RateText(course.standardError).rounded): see the "
          + "assumptions")
    }
    page.fact(
      "An instance counts as what it becomes first, by the deadline; the time is that of the verdict."
    )
  }

  private func expectedWords(_ course: VerdictDistribution) -> String {
    GateInstant(microseconds: Int64(course.expectedSeconds * 1_000_000)).preciseWords
  }

  private mutating func writePlot() {
    guard !document.curve.isEmpty else { return }
    page.blankLine()
    page.line("promoted, by the failure rate of each check", .strong)
    for line in PlanPlot(document.curve.map(\.course.promote)).lines(letters) {
      page.line(line, .plain)
    }
  }

  // MARK: - Around it

  private mutating func writeProof() {
    let proof = document.plan.proof
    page.blankLine()
    page.entry(
      "a clean run shows:", .strong,
      "a promotion without a failed check has seen at least "
        + "\(counted(proof.checks, "check")) of each instance, which excludes, at 95 %, failure "
        + "rates above \(RateText(proof.excludedRate).rounded)"
        + (document.plan.group.count > 1
          ? "; of all instances together, if they share one rate, above "
            + "\(RateText(proof.excludedGroupRate).rounded)" : ""))
    for wanted in proof.wanted {
      page.fact(
        "above \(RateText(wanted.rate).words): \(wanted.checks) checks of an instance, "
          + (wanted.soak > .zero ? "a soak of \(wanted.soak.inWords)" : "without a soak"))
    }
  }

  private mutating func writeAssumptions() {
    page.blankLine()
    page.line("assumptions", .strong)
    for assumption in document.assumptions { page.fact("- \(assumption.printable)") }
  }
}
