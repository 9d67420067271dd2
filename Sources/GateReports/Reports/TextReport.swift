internal import GateCore
package import GateRecords
internal import GateSettings
package import GateText

/// The verdict for people: the reason first, then its causes, then the rest.
///
/// Instances with the same failure are grouped, so that a thousand of them stay readable. Only
/// names and repetitions are left out, and the JSON document has those.
package struct TextReport {
  private let document: VerdictDocument
  private var page: TextPage

  /// Where the decision and its reason are printed.
  package enum Headline: Hashable, Sendable {
    case first
    case last
  }

  package static let pageWidth = TextPage.width

  package init(
    _ document: VerdictDocument, style: TextStyle, headline: Headline = .first,
    width: Int = Self.pageWidth
  ) {
    self.document = document
    page = TextPage(style, width: width)
    if headline == .first { writeDecision() }
    writeAdvisory()
    let groups = failureGroups
    writeCauses(groups.filter { $0.likeness.trouble != .none })
    writeDiagnoses()
    writeWaiting(groups.filter { $0.likeness.trouble == .none })
    writeGroup()
    writeWarnings()
    writeRun()
    if headline == .last {
      page.blankLine()
      page.entry("\(verdict.decision.rawValue):", verdict.decision.tone, document.message)
    }
  }

  package var text: String { page.text }

  private var gate: Gate { document.gate }
  private var header: RunHeader { document.header }
  private var verdict: Verdict { document.verdict }

  /// The largest number of names for a set of instances.
  private static let names = 10
  /// The largest number of diagnoses; the JSON document has all.
  private static let diagnoses = 2
  /// The largest number of different details for a group of instances.
  private static let details = 5

  private mutating func writeDecision() {
    page.headline("\(verdict.decision.rawValue):", verdict.decision.tone, document.message)
  }

  private mutating func writeAdvisory() {
    guard header.isAdvisory else { return }
    page.fact("advisory: decided and reported, but the exit status is \(document.exitCode)")
  }

  // MARK: - Causes

  private var failureGroups: [FailureGroup] {
    let members = gate.records(.member)
    let gone = members.filter { $0.removed != nil }
    let unhealthy = members.filter { $0.removed == nil && $0.health.state == .unhealthy }
    let initial = members.filter { $0.removed == nil && $0.health.state == .initial }
    let others =
      verdict.reason.code == .tooManyReplaced
      ? gone + unhealthy + initial : unhealthy + initial + gone
    return FailureGroup.groups(of: others)
  }

  private mutating func writeCauses(_ groups: [FailureGroup]) {
    for group in groups {
      page.blankLine()
      write(group)
    }
    if !groups.isEmpty { page.blankLine() }
    writeDenied()
  }

  /// Instances that are not healthy yet, but no reason for the verdict; after the causes.
  private mutating func writeWaiting(_ groups: [FailureGroup]) {
    if !groups.isEmpty, !page.text.hasSuffix("\n\n") { page.blankLine() }
    for group in groups {
      write(group)
      page.blankLine()
    }
  }

  /// Instances that are healthy here, but a reason for the verdict all the same.
  private mutating func writeDenied() {
    let denied = document.reportedInstances.filter(\.isDenied)
    guard !denied.isEmpty else { return }
    page.entry(
      "\(counted(denied.count, "instance")) healthy here, and not counted:", .bad,
      list(denied.map(\.name), first: Self.names))
    if let first = denied.first { page.fact(first.words) }
    if let view = denied.first?.record.view { page.fact("the load balancer says: \(view.words)") }
    page.blankLine()
  }

  /// The most likely diagnoses, with advice.
  private mutating func writeDiagnoses() {
    let told = document.diagnoses.prefix(Self.diagnoses)
    for diagnosis in told {
      // The instances of the diagnosis, unless they are all that failed.
      let about =
        told.count > 1 && !diagnosis.instances.isEmpty
        ? " (\(list(diagnosis.instances.map(\.printable), first: 3)))" : ""
      page.fact("\(diagnosis.confidence.rawValue)\(about): \(diagnosis.likelyCause.printable)")
      page.fact("advice: \(diagnosis.advice.printable)")
    }
    if !told.isEmpty { page.blankLine() }
  }

  private mutating func write(_ group: FailureGroup) {
    let details = group.details
    page.entry(
      "\(counted(group.members.count, "instance")) \(group.likeness.words):", group.likeness.tone,
      group.words)
    if details.count == 1 {
      page.fact(list(group.names, first: Self.names))
    } else {
      for (words, members) in details.prefix(Self.details) {
        let names = list(members.map(\.instance.name), first: 3)
        page.fact("\(names): \(words)")
      }
      let rest = details.dropFirst(Self.details)
      if !rest.isEmpty {
        let instances = rest.reduce(0) { $0 + $1.members.count }
        page.fact("\(counted(instances, "more instance")), with details of their own")
      }
    }
    write(facts: group)
    writeEvidence(of: group)
  }

  private mutating func write(facts group: FailureGroup) {
    let counts = group.countWords(under: gate, gate.policy.loadBalancer)
    if !counts.isEmpty { page.fact(counts) }
    // For instances that were not checked here, the load balancer's words are above.
    guard group.members.contains(where: { $0.checks > 0 || $0.view == nil }) else { return }
    let reasons = Set(group.members.map { $0.reason(under: gate.check(of: $0)) })
    if !group.likeness.isGone, reasons.count == 1, let reason = reasons.first {
      page.fact(
        "reason code \(reason.code ?? "none"): \(reason.description)")
    }
  }

  private mutating func writeEvidence(of group: FailureGroup) {
    let evident = group.members.first { $0.history.lastFailure?.report.evidence != nil }
    guard let member = evident, let evidence = member.history.lastFailure?.report.evidence else {
      return
    }
    let parts = [
      evidence.server, evidence.contentType, evidence.location.map { "location \($0)" },
    ].compactMap { $0?.printable }
    let answer =
      group.members.count == 1 ? "the response" : "the response of \(member.instance.name)"
    let about = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    page.fact("\(answer)\(about): \(evidence.excerpt?.printable ?? "no body")")
  }

  // MARK: - The group

  private mutating func writeGroup() {
    let healthy = gate.records(.member) {
      $0.removed == nil && $0.health.state == .healthy
    }
    if !healthy.isEmpty {
      page.entry(
        "healthy:", .good,
        "\(counted(healthy.count, "instance")): "
          + list(healthy.map(\.instance.name), first: Self.names))
    }
    writeVersions()
    writeBaseline()
    writeComparison()
    writeStepsAndGuards()
    writeChecks()
  }

  private mutating func writeBaseline() {
    guard document.header.baseline != nil else { return }
    let present = gate.records(.baseline) { $0.removed == nil }
    let failing = present.filter { $0.health.state == .unhealthy }
    page.entry(
      "baseline:", failing.isEmpty ? .plain : .bad,
      "\(counted(present.count, "instance")): \(gate.healthy(.baseline)) healthy, "
        + "\(failing.count) unhealthy, \(gate.initial(.baseline)) initial")
    for group in FailureGroup.groups(of: failing) {
      page.fact("\(list(group.names, first: Self.names)): \(group.words)")
    }
  }

  private mutating func writeComparison() {
    guard let comparison = gate.comparison else { return }
    page.entry("compared:", comparison.isWorse ? .bad : .plain, comparison.words)
  }

  private mutating func writeStepsAndGuards() {
    for part in document.reportedParts where [.step, .undo, .ofGuard].contains(part.kind) {
      page.entry("\(part.title):", part.outcome.tone, part.state)
      if !part.words.isEmpty { page.fact(part.words) }
    }
  }

  private mutating func writeVersions() {
    var carriers: [String: [String]] = [:]
    for record in gate.records(.member) {
      for version in record.history.versions {
        carriers[version, default: []].append(record.instance.name)
      }
    }
    for (version, names) in carriers.sorted(by: { $0.key < $1.key }) {
      page.entry(
        "version \(version.printable):", .plain,
        "\(counted(names.count, "instance")): \(list(names, first: Self.names))")
    }
  }

  private mutating func writeChecks() {
    let members = gate.records(.member)
    let checks = members.reduce(0) { $0 + $1.checks }
    let failures = members.reduce(0) { $0 + $1.failures }
    guard checks + gate.losses.checks.count > 0 || gate.policy.loadBalancer != .decides else {
      page.entry("checks:", .plain, "none from here: the load balancer's view decided")
      return
    }
    let failed = failures == 0 ? "none failed" : "\(failures) failed"
    let least = members.compactMap(\.history.latency.least).min()
    let greatest = members.compactMap(\.history.latency.greatest).max()
    var words = "\(checks) in all, \(failed)"
    let forgiven = members.forgivenFailures
    if forgiven > 0 {
      words += Gate.words(forgiven, of: failures)
      words += " (in the grace period of \(gate.policy.gracePeriod.inWords))"
    }
    if let least, let greatest {
      let (shortest, longest) = (latencyWords(least), latencyWords(greatest))
      words += "; responses took \(shortest)" + (longest == shortest ? "" : " to \(longest)")
    }
    page.entry("checks:", .plain, words)
  }

  private mutating func writeWarnings() {
    for warning in document.allWarnings {
      page.entry("warning:", .waiting, warning.printable)
    }
  }

  // MARK: - The run

  /// The settings that were imported, with their source.
  private mutating func writeImports() {
    let imported = header.settings.filter { $0.layer == .imported }
    for origin in Set(imported.map(\.origin)).sorted() {
      let words = imported.filter { $0.origin == origin }.map { "\($0.name) \($0.value)" }
      page.entry(
        "settings:", .plain,
        "\(words.joined(separator: ", ").printable) (from \(origin.printable))")
    }
  }

  private mutating func writeRun() {
    if let hook = document.hook {
      page.entry(
        "\(hook.name):", hook.isSuccess ? .good : .bad, hook.failureWords?.printable ?? "done")
    }
    if let after = document.after {
      page.entry(
        "after:", after.decision.tone,
        "the baseline, gated once more: \(after.decision.rawValue), \(after.message.printable)")
    }
    for line in document.deploymentLines {
      let parts = line.split(separator: " ", maxSplits: 1)
      page.entry(String(parts[0]), .plain, String(parts.last ?? ""))
    }
    page.entry("rules:", .plain, gate.rulesWords)
    writeImports()
    page.entry(
      "decided:", .plain,
      "after \(verdict.at.preciseWords) of \(gate.deadlineWords), at "
        + header.startedAt.at(verdict.at))
    if let words = gate.resumptionWords { page.entry("resumed:", .waiting, words) }
    guard let journal = document.journal, let path = journal.path ?? header.journalPath else {
      return
    }
    page.entry("journal:", .plain, "\(path.printable) (\(counted(journal.events, "event")))")
  }
}
