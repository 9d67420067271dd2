internal import GateCore
internal import GateSettings
internal import GateText

extension Schemas {
  /// Of what `replay --compare --format json` prints.
  package static let comparison = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate comparison of settings",
      "type": "object",
      "required": ["schema_version", "runs", "settings"],
      "properties": {
        "schema_version": { "$ref": "#/$defs/schema_version" },
        "runs": {
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "required": [
              "journal", "run_id", "expected", "decision", "reason_code", "elapsed_seconds"
            ],
            "properties": {
              "journal": { "type": "string" },
              "run_id": { "type": "string", "format": "uuid" },
              "expected": { "enum": ["promote", "rollback", null] },
              "decision": { "$ref": "#/$defs/decision" },
              "reason_code": { "$ref": "#/$defs/reason/properties/code" },
              "elapsed_seconds": { "type": "number", "minimum": 0 }
            }
          }
        },
        "settings": {
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "required": ["changes", "results", "counts", "false_promote", "false_rollback"],
            "properties": {
              "changes": { "type": "object", "additionalProperties": { "type": "string" } },
              "results": { "type": "array", "items": { "$ref": "#/$defs/result" } },
              "counts": {
                "type": "object",
                "required": ["promote", "rollback", "inconclusive", "unknown"],
                "additionalProperties": { "$ref": "#/$defs/count" }
              },
              "false_promote": { "$ref": "#/$defs/rate" },
              "false_rollback": { "$ref": "#/$defs/rate" }
            }
          }
        }
      },
      "$defs": {
    \(sharedDefinitions),
        "result": {
          "type": "object",
          "required": ["journal", "decision", "reason_code", "elapsed_seconds", "unknown"],
          "properties": {
            "journal": { "type": "string" },
            "decision": { "enum": [\(list(Decision.allCases)), null] },
            "reason_code": { "enum": [\(list(ReasonCode.allCases)), null] },
            "elapsed_seconds": { "type": ["number", "null"], "minimum": 0 },
            "unknown": { "type": ["string", "null"] }
          },
          "if": { "properties": { "unknown": { "const": null } } },
          "then": {
            "properties": {
              "decision": { "type": "string" },
              "reason_code": { "type": "string" },
              "elapsed_seconds": { "type": "number" }
            }
          },
          "else": { "properties": { "decision": { "const": null } } }
        },
        "rate": {
          "type": ["object", "null"],
          "required": ["count", "of", "rate"],
          "properties": {
            "count": { "$ref": "#/$defs/count" },
            "of": { "type": "integer", "minimum": 1 },
            "rate": { "type": "number", "minimum": 0, "maximum": 1 }
          }
        }
      }
    }
    """
}
