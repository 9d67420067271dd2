internal import GateInsight

extension Schemas {
  /// The schema of `lint --format json`.
  package static let lint = Schema.object([
    "schema_version": .ref("schema_version"),
    "healthgate_version": .string,
    "started_at": .ref("time"),
    "exit_code": .integer(from: 0, to: 255),
    "dry_run": .boolean,
    "summary": .object([
      "errors": .ref("count"),
      "warnings": .ref("count"),
      "notes": .ref("count"),
      "instances": .ref("count"),
      "requests_sent": .ref("count"),
    ]),
    "findings": .array(
      .object([
        "rule": .string(examples: LintRule.all.map(\.id)),
        "severity": .words(LintRule.Severity.allCases),
        "target": .string,
        "summary": .string,
        "why": .string,
        "advice": .string,
        "evidence": .array(
          .object([
            "instance": .string,
            "seen": .string,
          ]), atLeast: 1),
      ])),
    "targets": .array(
      .object([
        "target": .string,
        "instances": .array(.string),
        "requests_sent": .ref("count"),
        "requests": .array(
          .object([
            "purpose": .words(LintRequest.Purpose.allCases),
            "method": .words("GET", "HEAD", "POST").orNull,
            "path": .string.orNull,
            "headers": .map(.string),
            "why": .string,
          ]), atMost: LintRequests.limit),
        "not_asked": .array(
          .object([
            "instance": .string,
            "detail": .string,
          ])),
      ])),
    "ignored": .array(.string),
    "warnings": .array(.string),
  ]).document(
    "lint", definitions: shared)
}
