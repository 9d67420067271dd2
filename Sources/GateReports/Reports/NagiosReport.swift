internal import GateCore
package import GateRecords
internal import GateSettings
internal import GateText

/// The verdict as the output of a monitoring plugin.
///
/// It has a line with performance data; then the causes, the parts besides the instances, the
/// deployment and the warnings. Source: Monitoring Plugins Development Guidelines, "Plugin Output"
/// and "Performance data".
package struct NagiosReport {
  private let document: VerdictDocument

  package init(_ document: VerdictDocument) {
    self.document = document
  }

  /// The first word of the output.
  enum Status: String {
    case ok = "OK"
    case warning = "WARNING"
    case critical = "CRITICAL"
    case unknown = "UNKNOWN"
  }

  /// The status: a rollback under `advisory`, and a promotion with a failed output, are warnings.
  var status: Status {
    switch document.verdict.decision {
    case .promote: document.warnings.isEmpty ? .ok : .warning
    case .rollback: document.header.isAdvisory ? .warning : .critical
    case .inconclusive: .unknown
    }
  }

  package var text: String {
    // A bar begins the performance data.
    let words = document.words.replacing("|", with: "/").cut(to: 500)
    let undelivered = document.warnings.first.map {
      " (\($0.printable.replacing("|", with: "/").cut(to: 200)))"
    }
    return "\(status.rawValue) - \(words)\(undelivered ?? "") | "
      + performance.joined(separator: " ") + "\n" + longText
  }

  /// The largest number of parts and of warnings: plugins may print only a few KiB.
  private static let warnings = 10

  private var longText: String {
    let told = document.reportedParts.worstFirst.prefix(Self.warnings).map {
      "\($0.title): \($0.state)\($0.words.isEmpty ? "" : ": \($0.words)")"
    }
    let causes = document.diagnoses.prefix(2).map { "\($0.confidence.rawValue): \($0.likelyCause)" }
    let lines = (causes + told + document.deploymentLines).map {
      "\($0.printable.replacing("|", with: "/").cut(to: 300))\n"
    }
    return lines.joined() + warningLines
  }

  private var warningLines: String {
    document.allWarnings.prefix(Self.warnings).map {
      "warning: \($0.printable.replacing("|", with: "/").cut(to: 300))\n"
    }.joined()
  }

  /// Each item has a label, a value with unit, a warning and critical range, minimum and maximum.
  private var performance: [String] {
    let (gate, policy) = (document.gate, document.gate.policy)
    let present = gate.records(.member) { $0.removed == nil }
    let wanted = max(policy.minHealthy.roundedUp(of: gate.expected), 1)
    let borne = policy.maxUnhealthy.roundedDown(of: gate.expected)
    let replaceable = policy.maxReplaced.roundedDown(of: gate.expected)
    var data = [
      "healthy=\(gate.healthy);;\(wanted):;0;\(gate.total)",
      "unhealthy=\(gate.unhealthy);;\(borne);0;\(gate.total)",
      "initial=\(gate.initial);;;0;\(gate.total)",
      "replaced=\(gate.replaced);;\(replaceable);0;",
      "checks=\(gate.records(.member).reduce(0) { $0 + $1.checks });;;0;",
      "failures=\(gate.records(.member).reduce(0) { $0 + $1.failures });;;0;",
      "forgiven=\(gate.records(.member).forgivenFailures);;;0;",
      "elapsed=\(document.verdict.at.since(.start).thousandthsOfSeconds)s;;"
        + "\(gate.deadline.since(.start).thousandthsOfSeconds);0;",
    ]
    let guards = gate.guardKeys.map { gate[$0] }.filter { gate.hasSay($0) }
    if !guards.isEmpty {
      let failed = guards.count { $0.health.state == .unhealthy }
      data.append("guards_failed=\(failed);;0;0;\(guards.count)")
    }
    if document.header.baseline != nil {
      data.append("baseline_unhealthy=\(gate.unhealthy(.baseline));;;0;")
    }
    // The latency of the slowest instance.
    if let slowest = present.compactMap({ $0.history.latency.percentile(95) }).max() {
      let timeout = (gate.checks.map(\.timeout).max() ?? .zero).thousandthsOfSeconds
      data.append(
        "latency_p95=\(slowest.secondsFromMicroseconds)s;;\(timeout);0;")
    }
    return data
  }
}

extension Int64 {
  /// Microseconds as seconds with all decimals: `0.002`, `1.5`.
  var secondsFromMicroseconds: String {
    var digits = String(self % 1_000_000 + 1_000_000).dropFirst()
    while digits.last == "0" { digits.removeLast() }
    return digits.isEmpty ? "\(self / 1_000_000)" : "\(self / 1_000_000).\(digits)"
  }
}
