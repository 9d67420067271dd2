internal import GateCore

extension Schemas {
  /// The schema of `probe --format json`.
  package static let probe = Schema.object([
    "schema_version": .ref("schema_version"),
    "healthgate_version": .string,
    "started_at": .ref("time"),
    "exit_code": .integer(from: 0, to: 255),
    "summary": .object([
      "checks": .ref("count"),
      "succeeded": .ref("count"),
      "failed": .ref("count"),
      "lost": .ref("count"),
    ]),
    "checks": .array(.ref("check")),
    "warnings": .array(.string),
  ]).document(
    "probe",
    definitions: shared + [
      "check": .object([
        "id": .string,
        "address": .string,
        "port": .ref("port"),
        "zone": .string.orNull,
        "mismatch": .string.orNull,
        "target": .string,
        "semantics": .words(Semantics.allCases),
        "timeout_seconds": .number(above: 0),
        "matcher": .string.orNull,
        "request": .map(.string),
        "ok": .boolean,
        "kind": .words(FailureKind.allCases, "gate_fault").orNull,
        "status": .integer.orNull,
        "detail": .string.orNull,
        "version": .string.orNull,
        "latency_ms": .number(from: 0).orNull,
        "evidence?": .ref("evidence"),
        "connected_to": .string.orNull,
        "timings_ms": .object([
          "name_lookup": .ref("milliseconds"),
          "connect": .ref("milliseconds"),
          "tls": .ref("milliseconds"),
          "first_byte": .ref("milliseconds"),
          "total": .number(from: 0),
        ]).orNull,
        "diagnosis": .object(diagnosis).orNull,
      ]).when(
        "ok", .bool(true), then: ["kind?": .null, "diagnosis?": .null],
        else: ["kind?": .string, "diagnosis?": .anyObject]),
      "milliseconds": .number(from: 0).orNull,
    ])
}
