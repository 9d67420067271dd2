internal import GateCore

extension Schemas {
  /// The schema of `replay --compare --format json`.
  package static let comparison = Schema.object([
    "schema_version": .ref("schema_version"),
    "runs": .array(
      .object([
        "journal": .string,
        "run_id": .string(format: "uuid"),
        "expected": .words("promote", "rollback").orNull,
        "decision": .ref("decision"),
        "reason_code": .ref("reason/properties/code"),
        "elapsed_seconds": .number(from: 0),
      ]), atLeast: 1),
    "settings": .array(
      .object([
        "changes": .map(.string),
        "results": .array(.ref("result")),
        "counts": .map(
          .ref("count"), required: ["promote", "rollback", "inconclusive", "unknown"]),
        "false_promote": .ref("rate"),
        "false_rollback": .ref("rate"),
      ]), atLeast: 1),
  ]).document(
    "comparison of settings",
    definitions: shared + [
      "result": .object([
        "journal": .string,
        "decision": .words(Decision.allCases).orNull,
        "reason_code": .words(ReasonCode.allCases).orNull,
        "elapsed_seconds": .number(from: 0).orNull,
        "unknown": .string.orNull,
      ]).when(
        "unknown", .null,
        then: ["decision?": .string, "reason_code?": .string, "elapsed_seconds?": .number],
        else: ["decision?": .null]),
      "rate": .object([
        "count": .ref("count"),
        "of": .integer(from: 1),
        "rate": .number(from: 0, to: 1),
      ]).orNull,
    ])
}
