internal import GateInsight
internal import GateSettings
internal import GateText

extension Schemas {
  /// Of what `lint --format json` prints.
  package static let lint = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate lint",
      "type": "object",
      "required": [
        "schema_version", "healthgate_version", "started_at", "exit_code", "dry_run", "summary",
        "findings", "targets", "ignored", "warnings"
      ],
      "properties": {
        "schema_version": { "$ref": "#/$defs/schema_version" },
        "healthgate_version": { "type": "string" },
        "started_at": { "$ref": "#/$defs/time" },
        "exit_code": { "type": "integer", "minimum": 0, "maximum": 255 },
        "dry_run": { "type": "boolean" },
        "summary": {
          "type": "object",
          "required": ["errors", "warnings", "notes", "instances", "requests_sent"],
          "properties": {
            "errors": { "$ref": "#/$defs/count" },
            "warnings": { "$ref": "#/$defs/count" },
            "notes": { "$ref": "#/$defs/count" },
            "instances": { "$ref": "#/$defs/count" },
            "requests_sent": { "$ref": "#/$defs/count" }
          }
        },
        "findings": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["rule", "severity", "target", "summary", "why", "advice", "evidence"],
            "properties": {
              "rule": { "type": "string", "examples": [\(rules)] },
              "severity": { "enum": [\(list(LintRule.Severity.allCases))] },
              "target": { "type": "string" },
              "summary": { "type": "string" },
              "why": { "type": "string" },
              "advice": { "type": "string" },
              "evidence": {
                "type": "array",
                "minItems": 1,
                "items": {
                  "type": "object",
                  "required": ["instance", "seen"],
                  "properties": {
                    "instance": { "type": "string" },
                    "seen": { "type": "string" }
                  }
                }
              }
            }
          }
        },
        "targets": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["target", "instances", "requests_sent", "requests", "not_asked"],
            "properties": {
              "target": { "type": "string" },
              "instances": { "type": "array", "items": { "type": "string" } },
              "requests_sent": { "$ref": "#/$defs/count" },
              "requests": {
                "type": "array",
                "maxItems": \(LintRequests.limit),
                "items": {
                  "type": "object",
                  "required": ["purpose", "method", "path", "headers", "why"],
                  "properties": {
                    "purpose": { "enum": [\(list(LintRequest.Purpose.allCases))] },
                    "method": { "enum": ["GET", "HEAD", "POST", null] },
                    "path": { "type": ["string", "null"] },
                    "headers": { "type": "object", "additionalProperties": { "type": "string" } },
                    "why": { "type": "string" }
                  }
                }
              },
              "not_asked": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["instance", "detail"],
                  "properties": {
                    "instance": { "type": "string" },
                    "detail": { "type": "string" }
                  }
                }
              }
            }
          }
        },
        "ignored": { "type": "array", "items": { "type": "string" } },
        "warnings": { "type": "array", "items": { "type": "string" } }
      },
      "$defs": {
    \(sharedDefinitions)
      }
    }
    """

  private static let rules = LintRule.all.map { "\"\($0.id)\"" }.joined(separator: ", ")
}
