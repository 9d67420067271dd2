internal import GateCore
internal import GateInsight
internal import GateSettings
internal import GateText

extension Schemas {
  /// Of what `probe --format json` prints.
  package static let probe = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate probe",
      "type": "object",
      "required": [
        "schema_version", "healthgate_version", "started_at", "exit_code", "summary", "checks",
        "warnings"
      ],
      "properties": {
        "schema_version": { "$ref": "#/$defs/schema_version" },
        "healthgate_version": { "type": "string" },
        "started_at": { "$ref": "#/$defs/time" },
        "exit_code": { "type": "integer", "minimum": 0, "maximum": 255 },
        "summary": {
          "type": "object",
          "required": ["checks", "succeeded", "failed", "lost"],
          "properties": {
            "checks": { "$ref": "#/$defs/count" },
            "succeeded": { "$ref": "#/$defs/count" },
            "failed": { "$ref": "#/$defs/count" },
            "lost": { "$ref": "#/$defs/count" }
          }
        },
        "checks": { "type": "array", "items": { "$ref": "#/$defs/check" } },
        "warnings": { "type": "array", "items": { "type": "string" } }
      },
      "$defs": {
    \(sharedDefinitions),
        "check": {
          "type": "object",
          "required": [
            "id", "address", "port", "zone", "mismatch", "target", "semantics", "timeout_seconds",
            "matcher", "request", "ok", "kind", "status", "detail", "version", "latency_ms",
            "connected_to", "timings_ms", "diagnosis"
          ],
          "properties": {
            "id": { "type": "string" },
            "address": { "type": "string" },
            "port": { "$ref": "#/$defs/port" },
            "zone": { "type": ["string", "null"] },
            "mismatch": { "type": ["string", "null"] },
            "target": { "type": "string" },
            "semantics": { "enum": [\(list(Semantics.allCases))] },
            "timeout_seconds": { "type": "number", "exclusiveMinimum": 0 },
            "matcher": { "type": ["string", "null"] },
            "request": { "type": "object", "additionalProperties": { "type": "string" } },
            "ok": { "type": "boolean" },
            "kind": { "enum": [\(kinds), "gate_fault", null] },
            "status": { "type": ["integer", "null"] },
            "detail": { "type": ["string", "null"] },
            "version": { "type": ["string", "null"] },
            "latency_ms": { "type": ["number", "null"], "minimum": 0 },
            "evidence": { "$ref": "#/$defs/evidence" },
            "connected_to": { "type": ["string", "null"] },
            "timings_ms": {
              "type": ["object", "null"],
              "required": ["name_lookup", "connect", "tls", "first_byte", "total"],
              "properties": {
                "name_lookup": { "$ref": "#/$defs/milliseconds" },
                "connect": { "$ref": "#/$defs/milliseconds" },
                "tls": { "$ref": "#/$defs/milliseconds" },
                "first_byte": { "$ref": "#/$defs/milliseconds" },
                "total": { "type": "number", "minimum": 0 }
              }
            },
            "diagnosis": {
              "type": ["object", "null"],
              "required": [
                "code", "summary", "likely_cause", "advice", "evidence", "confidence"
              ],
              "properties": {
                "code": { "enum": [\(list(DiagnosisCode.allCases))] },
                "summary": { "type": "string" },
                "likely_cause": { "type": "string" },
                "advice": { "type": "string" },
                "evidence": { "type": ["string", "null"] },
                "confidence": { "enum": [\(list(Diagnosis.Confidence.allCases))] }
              }
            }
          },
          "if": { "properties": { "ok": { "const": true } } },
          "then": { "properties": { "kind": { "const": null }, "diagnosis": { "type": "null" } } },
          "else": { "properties": { "kind": { "type": "string" }, "diagnosis": { "type": "object" } } }
        },
        "milliseconds": { "type": ["number", "null"], "minimum": 0 }
      }
    }
    """
}
