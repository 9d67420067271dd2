internal import GateCore
package import GateDisplay
internal import GateInsight
internal import GateRecords
package import GateSettings
internal import GateText

/// The work of `lint`: the requests to each instance, and the rules for the responses.
package struct LintJob {
  package let format: DocumentFormat
  let ignored: [String]
  let groups: [LintGroup]

  /// Reads the arguments and the settings, and lists the instances of the sources.
  ///
  /// - Throws: `CommandFailure`; then no request was sent.
  package init(
    _ arguments: [String], config: String?, ignoring ignored: [String],
    _ flags: [(SettingKey, [String])]
  ) throws {
    let known = Set(LintRule.all.map(\.id))
    if let unknown = ignored.first(where: { !known.contains($0) }) {
      throw CommandFailure(
        .usage,
        "there is no rule \(unknown.shown)\n  hint: 'healthgate lint --rules' lists them")
    }
    self.ignored = ignored
    let targets = try ProbeTarget.read(arguments)
    let settings = try ProbeSettings(config: config, flags)
    format = try settings.format()
    let nonce = Self.nonce
    groups = try settings.lanes(for: targets).map { try LintGroup($0, nonce: nonce) }
    guard groups.contains(where: { !$0.instances.isEmpty }) else {
      throw CommandFailure(.sourceUnavailable, "there is no instance to check")
    }
  }

  /// Random letters and digits.
  private static var nonce: String {
    String(UInt64.random(in: 1 << 60 ... .max), radix: 36).cleaned(to: 12)
  }

  /// The requests that would be sent; nothing is sent.
  package var dryRun: LintDocument { document(of: groups.map(\.linted), []) }

  /// Sends the requests, and examines the responses.
  package func carriedOut() -> LintDocument {
    var targets: [LintedTarget] = []
    var findings: [LintFinding] = []
    let ids = Set(ignored)
    for group in groups {
      let examined = group.asked()
      targets.append(group.linted.told(by: examined))
      findings += LintRule.findings(in: examined, of: group.name, ignoring: ids)
    }
    var document = document(of: targets, findings)
    document.isDryRun = false
    let status: ExitStatus =
      if document.count(.error) > 0 {
        .rollback
      } else if targets.contains(where: { !$0.faults.isEmpty }) {
        .sourceUnavailable
      } else { .promote }
    document.exitCode = status.code
    return document
  }

  private func document(of targets: [LintedTarget], _ findings: [LintFinding]) -> LintDocument {
    let warnings = groups.flatMap(\.settings.warnings).withoutRepetitions
    let worstFirst = LintRule.Severity.allCases.flatMap { severity in
      findings.filter { $0.rule.severity == severity }
    }
    return LintDocument(
      healthgateVersion: Program.version, startedAt: .now, isDryRun: true, targets: targets,
      findings: worstFirst, ignored: ignored, warnings: warnings)
  }
}

extension LintedTarget {
  /// A copy with the number of requests, and the instances that could not be asked.
  fileprivate func told(by examined: [LintSubject]) -> LintedTarget {
    var target = self
    for member in examined {
      let sent = member.exchanges.filter {
        if case .fault = $0.end { return false }
        return true
      }
      target.requestsSent += sent.count
      if sent.isEmpty, case .fault(let detail) = member.exchanges.first?.end {
        target.faults.append((member.instance.id, detail.cleaned(to: 300)))
      }
    }
    return target
  }
}
