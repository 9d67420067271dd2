internal import GateInsight

extension Schemas {
  package static let plan = Schema.object([
    "schema_version": .ref("schema_version"),
    "health_check": .ref("health_check"),
    "health_checks?": .ref("health_checks"),
    "policy": .ref("policy"),
    "expected": .integer(from: 1),
    "bounds": .map(
      .ref("seconds"),
      required: [
        "promote_earliest_seconds", "promote_latest_seconds", "rollback_earliest_seconds",
        "rollback_latest_seconds", "death_unseen_after_seconds", "death_unseen_longest_seconds",
      ]),
    "failures": .object([
      "boot_time_seconds": .ref("seconds"),
      "outage": .object([
        "length_seconds": .ref("seconds"),
        "after_seconds": .number(from: 0).orNull,
      ]).orNull,
    ]),
    "steps": .array(
      .object([
        "name": .string,
        "weight": .integer(from: 0, to: 100).orNull,
        "begins_earliest_seconds": .number(from: 0),
        "ends_earliest_seconds": .number(from: 0),
        "exposure_seconds": .number(from: 0).orNull,
        "checks_detect_seconds": .number(from: 0),
        "guards_detect_seconds": .number(from: 0).orNull,
        "exposure_until_detected_seconds": .number(from: 0).orNull,
      ])),
    "odds": .array(
      .object([
        "failure_rate": .ref("probability"),
        "instance": .map(.ref("probability"), required: ["healthy", "unhealthy", "undecided"]),
        "group": .map(.ref("probability"), required: ["promote", "rollback", "standard_error"]),
        "method": .words(Plan.Method.allCases),
        "expected_seconds": .ref("seconds"),
      ]), atLeast: 1),
    "no_failure_proves": .object([
      "confidence": .ref("probability"),
      "checks": .integer(from: 1),
      "excluded_failure_rate": .ref("probability"),
      "excluded_group_failure_rate": .ref("probability"),
      "wanted": .array(
        .object([
          "failure_rate": .ref("probability"),
          "checks": .integer(from: 1),
          "soak_seconds": .ref("seconds"),
        ])),
    ]),
    "proposal": .object([
      "healthy_threshold": .integer(from: 1),
      "initial_threshold": .integer(from: 1),
      "unhealthy_threshold": .integer(from: 1),
      "soak_seconds": .ref("seconds"),
      "deadline_seconds": .ref("seconds"),
      "promote_earliest_seconds": .ref("seconds"),
      "holds": .array(
        .object([
          "error": .words(ThresholdSearch.Kind.allCases),
          "failure_rate": .ref("probability"),
          "at_most": .ref("probability"),
          "probability": .ref("probability"),
        ])),
    ]).orNull,
    "assumptions": .array(.string, atLeast: 1),
    "warnings": .array(.string),
  ]).document(
    "plan",
    definitions: shared + [
      "probability": .number(from: 0, to: 1),
      "seconds": .number(from: 0),
    ])
}
