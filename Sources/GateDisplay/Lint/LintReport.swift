internal import GateCore
internal import GateInsight
internal import GateSettings
package import GateText

/// What `lint` found, for people: the worst first, each with what was seen and what to do.
package struct LintReport {
  private let document: LintDocument
  private var page: TextPage

  /// Names, and sightings that differ, told of one finding; the JSON document has all.
  private static let names = 10
  private static let sightings = 3

  package init(_ document: LintDocument, style: TextStyle) {
    self.document = document
    page = TextPage(style)
    if document.isDryRun { writePlans() } else { writeFindings() }
  }

  package var text: String { page.text }

  private mutating func writeFindings() {
    for (number, finding) in document.findings.enumerated() {
      if number > 0 { page.blankLine() }
      page.entry(
        "\(finding.rule.severity.rawValue): \(finding.rule.id):", finding.rule.severity.tone,
        finding.rule.finds)
      let names = finding.sightings.map(\.instance.printable)
      page.fact("\(finding.target.printable) on \(list(names, first: Self.names))")
      for sighting in finding.sightings.prefix(Self.sightings) {
        let whose = finding.sightings.count == 1 ? "" : " of \(sighting.instance.printable)"
        page.fact("seen\(whose): \(sighting.seen.printable)")
      }
      page.fact("why: \(finding.rule.why)")
      page.fact("advice: \(finding.advice.printable)")
    }
  }

  private mutating func writePlans() {
    for (number, target) in document.targets.enumerated() {
      if number > 0 { page.blankLine() }
      let names = target.instances.map(\.name)
      page.entry(
        "\(target.name.printable):", .strong,
        "\(counted(target.inquiries.count, "request")) to each of "
          + "\(counted(names.count, "instance")): \(list(names, first: Self.names))")
      for (place, inquiry) in target.inquiries.enumerated() {
        page.fact("\(place + 1). \(inquiry.words.printable)")
        page.fact("   \(inquiry.why)")
      }
    }
  }

  /// How many there are of which severity, in one line.
  package var summary: String {
    let instances = document.targets.reduce(0) { $0 + $1.instances.count }
    let asked =
      "\(counted(document.requestsSent, "request")) to \(counted(instances, "instance"))"
    let found = [
      counted(document.count(.error), "error"), counted(document.count(.warning), "warning"),
      counted(document.count(.note), "note"),
    ]
    return "\(asked): "
      + (document.findings.isEmpty ? "nothing found" : found.joined(separator: ", "))
  }

  /// A line a rule: its id, its severity, what it finds.
  package static var rules: String {
    let width = LintRule.all.map(\.id.count).max() ?? 0
    return LintRule.all.map { rule in
      "\(rule.id.padded(to: width))  \(rule.severity.rawValue.padded(to: 7))  \(rule.finds)\n"
    }.joined()
  }
}

extension LintRule.Severity {
  fileprivate var tone: Tone {
    switch self {
    case .error: .bad
    case .warning: .waiting
    case .note: .faint
    }
  }
}
