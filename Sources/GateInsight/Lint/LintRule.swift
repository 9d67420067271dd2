internal import GateCore

/// A lint rule: one way in which a health check cannot be trusted, how it is detected, and advice.
package struct LintRule: Sendable {
  /// The ID by which the rule is listed and ignored, such as `catch-all`.
  package var id: String
  package var severity: Severity
  /// What it finds, as a sentence without its subject's number: `a path that cannot exist …`.
  package var finds: String
  /// Why the finding matters.
  package var why: String
  package var advice: String
  /// More specific rules, which replace the finding of this one for the same instance.
  var yieldsTo: Set<String> = []
  let look: @Sendable ([LintSubject]) -> [Sighting]

  /// The severity of a rule, the worst first.
  package enum Severity: String, Hashable, Sendable, CaseIterable {
    /// The health check can pass with a broken application behind it, or fail with a good one.
    case error
    /// It works now, but will mislead somebody or break at some time.
    case warning
    /// Worth knowing.
    case note
  }

  /// A rule that examines each instance alone.
  static func ofEach(
    _ severity: Severity, _ id: String, finds: String, why: String, advice: String,
    yieldsTo others: Set<String> = [], when look: @escaping @Sendable (LintSubject) -> String?
  ) -> LintRule {
    LintRule(
      id: id, severity: severity, finds: finds, why: why, advice: advice, yieldsTo: others
    ) { group in
      group.compactMap { member in
        look(member).map { Sighting(instance: member.instance.id, seen: $0.cleaned(to: 400)) }
      }
    }
  }
}

/// One instance that violates a rule, with the evidence.
package struct Sighting: Hashable, Sendable {
  package var instance: String
  /// What was seen, on one line: shortened, sanitized, and without secrets in URLs.
  package var seen: String
  /// Advice that replaces the rule's own if the response allows a better one.
  package var advice: String?

  package init(instance: String, seen: String, advice: String? = nil) {
    self.instance = instance
    self.seen = SecretMask().masked(seen)
    self.advice = advice
  }
}

/// The finding of one rule.
package struct LintFinding: Sendable {
  package var rule: LintRule
  /// The target's notation, such as `HTTP:80/health`.
  package var target: String
  /// One sighting per instance; at least one.
  package var sightings: [Sighting]

  /// The advice for the finding.
  package var advice: String { sightings.first?.advice ?? rule.advice }
}

extension LintRule {
  /// All rules; those that show whether the application responds at all come first.
  package static let all: [LintRule] = {
    let parts: [[LintRule]] = [
      passing, origin, request, content, differences, leaks, form, grpc,
    ]
    return parts.flatMap { $0 }
  }()

  /// The findings in instances with the same requests, the worst first.
  package static func findings(
    in group: [LintSubject], of target: String, ignoring ignored: Set<String> = []
  ) -> [LintFinding] {
    var sightings: [String: [Sighting]] = [:]
    for rule in all { sightings[rule.id] = rule.look(group) }
    let found = all.filter { !ignored.contains($0.id) }.compactMap { rule -> LintFinding? in
      let told = Set(rule.yieldsTo.flatMap { sightings[$0] ?? [] }.map(\.instance))
      let own = (sightings[rule.id] ?? []).filter { !told.contains($0.instance) }
      return own.isEmpty ? nil : LintFinding(rule: rule, target: target, sightings: own)
    }
    return Severity.allCases.flatMap { severity in found.filter { $0.rule.severity == severity } }
  }
}
