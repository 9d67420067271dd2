internal import GateInsight
internal import GateSettings
internal import GateText

extension Schemas {
  package static let plan = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate plan",
      "type": "object",
      "required": [
        "schema_version", "health_check", "policy", "expected", "bounds", "failures", "steps", "odds",
        "no_failure_proves", "proposal", "assumptions", "warnings"
      ],
      "properties": {
        "schema_version": { "$ref": "#/$defs/schema_version" },
        "health_check": { "$ref": "#/$defs/health_check" },
        "health_checks": { "$ref": "#/$defs/health_checks" },
        "policy": { "$ref": "#/$defs/policy" },
        "expected": { "type": "integer", "minimum": 1 },
        "bounds": {
          "type": "object",
          "required": [
            "promote_earliest_seconds", "promote_latest_seconds", "rollback_earliest_seconds",
            "rollback_latest_seconds", "death_unseen_after_seconds",
            "death_unseen_longest_seconds"
          ],
          "additionalProperties": { "$ref": "#/$defs/seconds" }
        },
        "failures": {
          "type": "object",
          "required": ["boot_time_seconds", "outage"],
          "properties": {
            "boot_time_seconds": { "$ref": "#/$defs/seconds" },
            "outage": {
              "type": ["object", "null"],
              "required": ["length_seconds", "after_seconds"],
              "properties": {
                "length_seconds": { "$ref": "#/$defs/seconds" },
                "after_seconds": { "type": ["number", "null"], "minimum": 0 }
              }
            }
          }
        },
        "steps": {
          "type": "array",
          "items": {
            "type": "object",
            "required": [
              "name", "weight", "begins_earliest_seconds", "ends_earliest_seconds",
              "exposure_seconds", "checks_detect_seconds", "guards_detect_seconds",
              "exposure_until_detected_seconds"
            ],
            "properties": {
              "name": { "type": "string" },
              "weight": { "type": ["integer", "null"], "minimum": 0, "maximum": 100 },
              "begins_earliest_seconds": { "type": "number", "minimum": 0 },
              "ends_earliest_seconds": { "type": "number", "minimum": 0 },
              "exposure_seconds": { "type": ["number", "null"], "minimum": 0 },
              "checks_detect_seconds": { "type": "number", "minimum": 0 },
              "guards_detect_seconds": { "type": ["number", "null"], "minimum": 0 },
              "exposure_until_detected_seconds": { "type": ["number", "null"], "minimum": 0 }
            }
          }
        },
        "odds": {
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "object",
            "required": ["failure_rate", "instance", "group", "method", "expected_seconds"],
            "properties": {
              "failure_rate": { "$ref": "#/$defs/probability" },
              "instance": {
                "type": "object",
                "required": ["healthy", "unhealthy", "undecided"],
                "additionalProperties": { "$ref": "#/$defs/probability" }
              },
              "group": {
                "type": "object",
                "required": ["promote", "rollback", "standard_error"],
                "additionalProperties": { "$ref": "#/$defs/probability" }
              },
              "method": { "enum": [\(list(Plan.Method.allCases))] },
              "expected_seconds": { "$ref": "#/$defs/seconds" }
            }
          }
        },
        "no_failure_proves": {
          "type": "object",
          "required": [
            "confidence", "checks", "excluded_failure_rate", "excluded_group_failure_rate",
            "wanted"
          ],
          "properties": {
            "confidence": { "$ref": "#/$defs/probability" },
            "checks": { "type": "integer", "minimum": 1 },
            "excluded_failure_rate": { "$ref": "#/$defs/probability" },
            "excluded_group_failure_rate": { "$ref": "#/$defs/probability" },
            "wanted": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["failure_rate", "checks", "soak_seconds"],
                "properties": {
                  "failure_rate": { "$ref": "#/$defs/probability" },
                  "checks": { "type": "integer", "minimum": 1 },
                  "soak_seconds": { "$ref": "#/$defs/seconds" }
                }
              }
            }
          }
        },
        "proposal": {
          "type": ["object", "null"],
          "required": [
            "healthy_threshold", "initial_threshold", "unhealthy_threshold", "soak_seconds",
            "deadline_seconds", "promote_earliest_seconds", "holds"
          ],
          "properties": {
            "healthy_threshold": { "type": "integer", "minimum": 1 },
            "initial_threshold": { "type": "integer", "minimum": 1 },
            "unhealthy_threshold": { "type": "integer", "minimum": 1 },
            "soak_seconds": { "$ref": "#/$defs/seconds" },
            "deadline_seconds": { "$ref": "#/$defs/seconds" },
            "promote_earliest_seconds": { "$ref": "#/$defs/seconds" },
            "holds": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["error", "failure_rate", "at_most", "probability"],
                "properties": {
                  "error": { "enum": [\(list(ThresholdSearch.Kind.allCases))] },
                  "failure_rate": { "$ref": "#/$defs/probability" },
                  "at_most": { "$ref": "#/$defs/probability" },
                  "probability": { "$ref": "#/$defs/probability" }
                }
              }
            }
          }
        },
        "assumptions": { "type": "array", "minItems": 1, "items": { "type": "string" } },
        "warnings": { "type": "array", "items": { "type": "string" } }
      },
      "$defs": {
    \(sharedDefinitions),
        "probability": { "type": "number", "minimum": 0, "maximum": 1 },
        "seconds": { "type": "number", "minimum": 0 }
      }
    }
    """
}
