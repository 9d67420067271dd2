internal import GateCore
internal import GateInsight
internal import GateSettings
internal import GateText

/// The JSON Schemas (2020-12) of what the program writes and reads.
///
/// A field may be added within a major version, so objects are open; the words of an enumeration
/// come from the types that write them.
package enum Schemas {
  package static let verdict = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate verdict",
      "type": "object",
      "required": [
        "schema_version", "healthgate_version", "run_id", "decision", "exit_code", "advisory",
        "reason", "started_at", "decided_at", "elapsed_seconds", "health_check", "policy", "group",
        "instances", "diagnoses", "warnings", "journal"
      ],
      "properties": {
        "schema_version": { "$ref": "#/$defs/schema_version" },
        "healthgate_version": { "type": "string" },
        "run_id": { "type": "string", "format": "uuid" },
        "decision": { "$ref": "#/$defs/decision" },
        "exit_code": { "type": "integer", "minimum": 0, "maximum": 255 },
        "advisory": { "type": "boolean" },
        "reason": { "$ref": "#/$defs/reason" },
        "started_at": { "$ref": "#/$defs/time" },
        "decided_at": { "$ref": "#/$defs/time" },
        "elapsed_seconds": { "type": "number", "minimum": 0 },
        "resumed": {
          "type": "array",
          "items": {
            "type": "object",
            "required": ["at", "gap_seconds", "began_anew"],
            "properties": {
              "at": { "$ref": "#/$defs/time" },
              "gap_seconds": { "type": "number", "minimum": 0 },
              "began_anew": { "type": "boolean" }
            }
          }
        },
        "health_check": { "anyOf": [{ "$ref": "#/$defs/health_check" }, { "type": "null" }] },
        "policy": { "anyOf": [{ "$ref": "#/$defs/policy" }, { "type": "null" }] },
        "settings": { "$ref": "#/$defs/settings" },
        "labels": { "$ref": "#/$defs/labels" },
        "ci": { "$ref": "#/$defs/ci" },
        "group": {
          "type": ["object", "null"],
          "required": [
            "source", "name", "expected", "present", "healthy", "unhealthy", "initial", "replaced"
          ],
          "properties": {
            "source": { "type": "string" },
            "name": { "type": ["string", "null"] },
            "expected": { "$ref": "#/$defs/count" },
            "present": { "$ref": "#/$defs/count" },
            "healthy": { "$ref": "#/$defs/count" },
            "unhealthy": { "$ref": "#/$defs/count" },
            "initial": { "$ref": "#/$defs/count" },
            "replaced": { "$ref": "#/$defs/count" }
          }
        },
        "instances": { "type": "array", "items": { "$ref": "#/$defs/instance" } },
        "baseline": {
          "type": ["object", "null"],
          "required": [
            "source", "name", "present", "healthy", "unhealthy", "initial", "replaced",
            "instances"
          ],
          "properties": {
            "source": { "type": "string" },
            "name": { "type": ["string", "null"] },
            "present": { "$ref": "#/$defs/count" },
            "healthy": { "$ref": "#/$defs/count" },
            "unhealthy": { "$ref": "#/$defs/count" },
            "initial": { "$ref": "#/$defs/count" },
            "replaced": { "$ref": "#/$defs/count" },
            "instances": { "type": "array", "items": { "$ref": "#/$defs/instance" } }
          }
        },
        "comparison": {
          "type": ["object", "null"],
          "required": ["worse", "enough_samples", "failures", "latency"],
          "properties": {
            "worse": { "type": "boolean" },
            "enough_samples": { "type": "boolean" },
            "failures": {
              "type": "object",
              "required": [
                "worse", "checks", "failures", "baseline_checks", "baseline_failures", "p_value"
              ],
              "properties": {
                "worse": { "type": "boolean" },
                "checks": { "$ref": "#/$defs/count" },
                "failures": { "$ref": "#/$defs/count" },
                "baseline_checks": { "$ref": "#/$defs/count" },
                "baseline_failures": { "$ref": "#/$defs/count" },
                "p_value": { "type": "number", "minimum": 0, "maximum": 1 }
              }
            },
            "latency": {
              "type": ["object", "null"],
              "required": [
                "worse", "samples", "baseline_samples", "median_ms", "baseline_median_ms", "u",
                "p_value", "effect_size", "shift_ms", "shift_low_ms", "shift_high_ms",
                "allowed_increase_ms"
              ],
              "properties": {
                "worse": { "type": "boolean" },
                "samples": { "$ref": "#/$defs/count" },
                "baseline_samples": { "$ref": "#/$defs/count" },
                "median_ms": { "type": "number" },
                "baseline_median_ms": { "type": "number" },
                "u": { "type": "number", "minimum": 0 },
                "p_value": { "type": "number", "minimum": 0, "maximum": 1 },
                "effect_size": { "type": "number", "minimum": 0, "maximum": 1 },
                "shift_ms": { "type": "number" },
                "shift_low_ms": { "type": ["number", "null"] },
                "shift_high_ms": { "type": ["number", "null"] },
                "allowed_increase_ms": { "type": "number", "minimum": 0 }
              }
            }
          }
        },
        "guards": { "type": "array", "items": { "$ref": "#/$defs/guard" } },
        "steps": {
          "type": ["array", "null"],
          "items": {
            "type": "object",
            "required": [
              "name", "weight", "state", "began_at", "soaking_at", "ended_at", "transitions",
              "attempts", "waits_for", "last_command", "guards"
            ],
            "properties": {
              "name": { "type": "string" },
              "weight": { "$ref": "#/$defs/weight" },
              "state": { "$ref": "#/$defs/step_state" },
              "began_at": { "$ref": "#/$defs/time_or_null" },
              "soaking_at": { "$ref": "#/$defs/time_or_null" },
              "ended_at": { "$ref": "#/$defs/time_or_null" },
              "transitions": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["at", "from", "to"],
                  "properties": {
                    "at": { "$ref": "#/$defs/time" },
                    "from": { "$ref": "#/$defs/step_state" },
                    "to": { "$ref": "#/$defs/step_state" }
                  }
                }
              },
              "attempts": { "type": "object", "additionalProperties": { "$ref": "#/$defs/count" } },
              "waits_for": { "type": ["string", "null"] },
              "last_command": {
                "type": ["object", "null"],
                "required": ["command", "attempt", "exit_status", "output"],
                "properties": {
                  "command": { "$ref": "#/$defs/step_command" },
                  "attempt": { "type": "integer", "minimum": 1 },
                  "exit_status": { "type": ["integer", "null"] },
                  "timed_out": { "type": "boolean" },
                  "detail": { "type": "string" },
                  "output": { "type": "string" }
                }
              },
              "guards": { "type": "array", "items": { "$ref": "#/$defs/guard" } }
            }
          }
        },
        "traffic": {
          "type": ["object", "null"],
          "required": ["step", "weight", "confirmed_weight"],
          "properties": {
            "step": { "type": ["string", "null"] },
            "weight": { "$ref": "#/$defs/weight" },
            "confirmed_weight": { "$ref": "#/$defs/weight" }
          }
        },
        "undo": {
          "type": ["object", "null"],
          "required": [
            "name", "command", "exit_status", "timed_out", "elapsed_seconds", "output", "attempts"
          ],
          "properties": {
            "name": { "const": "undo" },
            "command": { "type": "string" },
            "exit_status": { "type": ["integer", "null"], "minimum": 0, "maximum": 255 },
            "timed_out": { "type": "boolean" },
            "elapsed_seconds": { "type": "number", "minimum": 0 },
            "output": { "type": "string" },
            "attempts": { "$ref": "#/$defs/count" }
          }
        },
        "diagnoses": {
          "type": "array",
          "items": {
            "type": "object",
            "required": [
              "code", "instances", "summary", "likely_cause", "advice", "evidence", "confidence"
            ],
            "properties": {
              "code": { "enum": [\(list(DiagnosisCode.allCases))] },
              "evidence": { "type": ["string", "null"] },
              "confidence": { "enum": ["likely", "possible"] },
              "instances": { "type": "array", "items": { "type": "string" } },
              "summary": { "type": "string" },
              "likely_cause": { "type": "string" },
              "advice": { "type": "string" }
            }
          }
        },
        "warnings": { "type": "array", "items": { "type": "string" } },
        "hook": {
          "type": ["object", "null"],
          "required": [
            "name", "command", "exit_status", "timed_out", "elapsed_seconds", "output"
          ],
          "properties": {
            "name": { "enum": ["on_promote", "on_rollback", "on_inconclusive"] },
            "command": { "type": "string" },
            "exit_status": { "type": ["integer", "null"], "minimum": 0, "maximum": 255 },
            "timed_out": { "type": "boolean" },
            "elapsed_seconds": { "type": "number", "minimum": 0 },
            "output": { "type": "string" }
          }
        },
        "after": { "anyOf": [{ "$ref": "#" }, { "type": "null" }] },
        "journal": {
          "type": ["object", "null"],
          "required": ["path", "sha256", "events"],
          "properties": {
            "path": { "type": ["string", "null"] },
            "sha256": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "events": { "$ref": "#/$defs/count" }
          }
        },
        "signature": {
          "type": "object",
          "required": ["algorithm", "key_id", "value"],
          "properties": {
            "algorithm": { "const": "ed25519" },
            "key_id": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "value": { "type": "string", "contentEncoding": "base64" }
          }
        },
        "require": { "enum": [\(list(VerdictMerge.Requirement.allCases))] },
        "parts": {
          "type": "array",
          "items": {
            "type": "object",
            "required": [
              "verdict", "decision", "problem", "run_id", "reason", "group", "decided_at", "runs"
            ],
            "properties": {
              "verdict": { "type": "string" },
              "decision": { "$ref": "#/$defs/decision" },
              "problem": { "type": ["string", "null"] },
              "run_id": { "type": ["string", "null"] },
              "reason": { "type": ["object", "null"] },
              "group": { "type": ["object", "null"] },
              "decided_at": { "$ref": "#/$defs/time_or_null" },
              "runs": {
                "type": "array",
                "items": {
                  "type": "object",
                  "required": ["run_id", "decided_at"],
                  "properties": {
                    "run_id": { "type": "string" }, "decided_at": { "$ref": "#/$defs/time" }
                  }
                }
              }
            }
          }
        }
      },
      "$defs": {
    \(sharedDefinitions),
        "guard": {
          "type": "object",
          "required": [
            "id", "state", "seen", "waits_for", "advisory", "checks", "successes", "failures", "forgiven_failures",
            "lost_checks", "consecutive_successes", "consecutive_failures", "healthy_at",
            "transitions", "last_failure"
          ],
          "properties": {
            "id": { "type": "string" },
            "state": { "$ref": "#/$defs/state" },
            "seen": { "type": ["string", "null"] },
            "waits_for": { "type": ["string", "null"] },
            "advisory": { "type": "boolean" },
            "checks": { "$ref": "#/$defs/count" },
            "successes": { "$ref": "#/$defs/count" },
            "failures": { "$ref": "#/$defs/count" },
            "forgiven_failures": { "$ref": "#/$defs/count" },
            "lost_checks": { "$ref": "#/$defs/count" },
            "consecutive_successes": { "$ref": "#/$defs/count" },
            "consecutive_failures": { "$ref": "#/$defs/count" },
            "healthy_at": { "$ref": "#/$defs/time_or_null" },
            "transitions": { "$ref": "#/$defs/instance/properties/transitions" },
            "last_failure": { "$ref": "#/$defs/instance/properties/last_failure" }
          }
        },
        "instance": {
          "type": "object",
          "required": [
            "id", "address", "port", "zone", "state", "reason_code", "description", "checks",
            "successes", "failures", "forgiven_failures", "lost_checks", "consecutive_successes",
            "consecutive_failures", "first_seen_at", "healthy_at", "removed_at", "latency_ms",
            "versions", "transitions", "last_failure", "mismatch", "load_balancer"
          ],
          "properties": {
            "id": { "type": "string" },
            "address": { "type": "string" },
            "port": { "$ref": "#/$defs/port" },
            "zone": { "type": ["string", "null"] },
            "state": { "$ref": "#/$defs/state" },
            "reason_code": {
              "type": ["string", "null"], "examples": [\(list(HealthReasonCode.allCases))]
            },
            "description": { "type": "string" },
            "checks": { "$ref": "#/$defs/count" },
            "successes": { "$ref": "#/$defs/count" },
            "failures": { "$ref": "#/$defs/count" },
            "forgiven_failures": { "$ref": "#/$defs/count" },
            "lost_checks": { "$ref": "#/$defs/count" },
            "consecutive_successes": { "$ref": "#/$defs/count" },
            "consecutive_failures": { "$ref": "#/$defs/count" },
            "first_seen_at": { "$ref": "#/$defs/time" },
            "healthy_at": { "$ref": "#/$defs/time_or_null" },
            "removed_at": { "$ref": "#/$defs/time_or_null" },
            "latency_ms": {
              "type": ["object", "null"],
              "required": ["min", "p50", "p95", "max"],
              "additionalProperties": { "type": "number", "minimum": 0 }
            },
            "mismatch": { "type": ["string", "null"] },
            "load_balancer": {
              "type": ["object", "null"],
              "required": ["state", "reason_code", "description"],
              "properties": {
                "state": { "$ref": "#/$defs/state" },
                "reason_code": { "type": ["string", "null"] },
                "description": { "type": ["string", "null"] }
              }
            },
            "versions": { "type": "array", "items": { "type": "string" } },
            "transitions": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["at", "from", "to", "reason_code"],
                "properties": {
                  "at": { "$ref": "#/$defs/time" },
                  "from": { "$ref": "#/$defs/state" },
                  "to": { "$ref": "#/$defs/state" },
                  "reason_code": { "type": ["string", "null"] }
                }
              }
            },
            "last_failure": {
              "type": ["object", "null"],
              "required": ["at", "kind", "status", "detail", "latency_ms"],
              "properties": {
                "at": { "$ref": "#/$defs/time" },
                "kind": { "enum": [\(kinds), "gate_fault"] },
                "status": { "type": ["integer", "null"] },
                "detail": { "type": ["string", "null"] },
                "latency_ms": { "type": ["number", "null"], "minimum": 0 },
                "evidence": { "$ref": "#/$defs/evidence" }
              }
            }
          }
        }
      }
    }
    """

  /// Of one line.
  package static let journal = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "healthgate journal event",
      "type": "object",
      "required": ["seq", "t", "event"],
      "properties": {
        "seq": { "$ref": "#/$defs/count" },
        "t": { "type": "number", "minimum": 0 },
        "event": {
          "enum": [
            "run_started", "instance_added", "guard_added", "guard_waits", "step_began",
            "step_approved", "step_shifted", "step_confirmed", "step_command_ended", "step_ended",
            "undone", "instance_removed", "check", "gate_fault", "group_listed",
            "load_balancer_view", "interrupted", "resumed", "woke_up", "state_changed", "decided", "hook_ended",
            "rollback_verified", "signed"
          ]
        }
      },
      "oneOf": [
        {
          "properties": {
            "event": { "const": "run_started" },
            "schema_version": { "$ref": "#/$defs/schema_version" },
            "rules": { "const": \(RunHeader.rules) },
            "healthgate_version": { "type": "string" },
            "run_id": { "type": "string", "format": "uuid" },
            "started_at": { "$ref": "#/$defs/time" },
            "health_check": { "$ref": "#/$defs/health_check" },
            "policy": { "$ref": "#/$defs/policy" },
            "settings": { "$ref": "#/$defs/settings" },
            "labels": { "$ref": "#/$defs/labels" },
            "ci": { "$ref": "#/$defs/ci" },
            "group": {
              "type": "object",
              "required": ["source", "name", "expected", "membership"],
              "properties": {
                "source": { "type": "string" },
                "name": { "type": ["string", "null"] },
                "expected": { "$ref": "#/$defs/count" },
                "membership": { "enum": ["fixed", "changing"] },
                "refresh_seconds": { "type": "number", "minimum": 0 },
                "listing_timeout_seconds": { "type": "number", "minimum": 0 }
              }
            },
            "baseline": {
              "type": "object",
              "required": ["source", "name"],
              "properties": {
                "source": { "type": "string" },
                "name": { "type": ["string", "null"] }
              }
            },
            "warnings": { "type": "array", "items": { "type": "string" } },
            "journal": { "type": ["string", "null"] }
          },
          "required": [
            "schema_version", "rules", "healthgate_version", "run_id", "started_at",
            "health_check", "policy", "settings", "group", "warnings", "journal"
          ]
        },
        {
          "properties": {
            "event": { "const": "instance_added" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" },
            "address": { "type": "string" },
            "port": { "$ref": "#/$defs/port" },
            "zone": { "type": ["string", "null"] },
            "mismatch": { "type": "string" }
          },
          "required": ["id", "address", "port", "zone"]
        },
        {
          "properties": {
            "event": { "const": "guard_added" },
            "id": { "type": "string" },
            "step": { "$ref": "#/$defs/step" }
          },
          "required": ["id"]
        },
        {
          "properties": {
            "event": { "const": "guard_waits" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" },
            "started": { "type": "number", "minimum": 0 },
            "waits_for": { "type": "string" },
            "empty": { "type": "boolean" }
          },
          "required": ["id", "started", "waits_for"]
        },
        {
          "properties": {
            "event": { "const": "step_began" },
            "step": { "$ref": "#/$defs/step" },
            "name": { "type": "string" },
            "weight": { "$ref": "#/$defs/weight" },
            "attempt": { "type": "integer", "minimum": 1 }
          },
          "required": ["step", "name", "weight", "attempt"]
        },
    \(commandBranches)
        {
          "properties": {
            "event": { "const": "step_ended" },
            "step": { "$ref": "#/$defs/step" },
            "name": { "type": "string" },
            "weight": { "$ref": "#/$defs/weight" },
            "state": { "enum": ["passed", "failed"] }
          },
          "required": ["step", "name", "state"]
        },
        {
          "properties": {
            "event": { "const": "undone" },
            "name": { "const": "undo" },
            "command": { "type": "string" },
            "exit_status": { "type": ["integer", "null"], "minimum": 0, "maximum": 255 },
            "timed_out": { "type": "boolean" },
            "elapsed_seconds": { "type": "number", "minimum": 0 },
            "output": { "type": "string" },
            "attempts": { "$ref": "#/$defs/count" },
            "not_started": { "type": "string" },
            "unknown": { "type": "string" }
          },
          "required": ["name", "command", "exit_status", "timed_out", "output", "attempts"]
        },
        {
          "properties": {
            "event": { "const": "instance_removed" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" }
          },
          "required": ["id"]
        },
        {
          "properties": {
            "event": { "const": "check" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" },
            "started": { "type": "number", "minimum": 0 },
            "ok": { "type": "boolean" },
            "kind": { "enum": [\(kinds), null] },
            "cause": { "type": ["string", "null"] },
            "status": { "type": ["integer", "null"] },
            "detail": { "type": ["string", "null"] },
            "latency_ms": { "type": "number", "minimum": 0 },
            "version": { "type": "string" },
            "evidence": { "$ref": "#/$defs/evidence" }
          },
          "required": ["id", "started", "ok", "kind", "status", "detail", "latency_ms"],
          "if": { "properties": { "ok": { "const": true } } },
          "then": { "properties": { "kind": { "const": null }, "cause": { "const": null } } },
          "else": { "properties": { "kind": { "type": "string" }, "cause": { "type": "string" } } }
        },
        {
          "properties": {
            "event": { "const": "gate_fault" },
            "detail": { "type": "string" },
            "cause": { "type": "string" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" },
            "started": { "type": "number", "minimum": 0 }
          },
          "required": ["detail", "id"]
        },
        {
          "properties": {
            "event": { "const": "group_listed" },
            "role": { "$ref": "#/$defs/role" },
            "started": { "type": "number", "minimum": 0 },
            "ok": { "type": "boolean" },
            "detail": { "type": "string" },
            "cause": { "type": "string" },
            "expected": { "$ref": "#/$defs/count" },
            "missing": { "type": "array", "items": { "type": "string" } },
            "doubled": { "type": "array", "items": { "type": "string" } },
            "notes": { "type": "array", "items": { "type": "string" } },
            "empty": { "const": true }
          },
          "required": ["started", "ok"],
          "if": { "properties": { "ok": { "const": false } } },
          "then": { "required": ["detail"] },
          "else": { "required": ["expected"] }
        },
        {
          "properties": {
            "event": { "const": "load_balancer_view" },
            "id": false,
            "started": { "type": "number", "minimum": 0 },
            "ok": { "type": "boolean" },
            "detail": { "type": "string" },
            "cause": { "type": "string" }
          },
          "required": ["started", "ok"],
          "if": { "properties": { "ok": { "const": false } } },
          "then": { "required": ["detail"] }
        },
        {
          "properties": {
            "event": { "const": "load_balancer_view" },
            "id": { "type": "string" },
            "state": { "$ref": "#/$defs/state" },
            "reason_code": { "type": ["string", "null"] },
            "description": { "type": ["string", "null"] }
          },
          "required": ["id", "state", "reason_code", "description"]
        },
        {
          "properties": {
            "event": { "const": "interrupted" },
            "signal": { "type": "string" }
          },
          "required": ["signal"]
        },
        {
          "properties": {
            "event": { "const": "resumed" },
            "gap_seconds": { "type": "number", "minimum": 0 },
            "health_check": { "$ref": "#/$defs/health_check" },
            "policy": { "$ref": "#/$defs/policy" },
            "settings": { "$ref": "#/$defs/settings" },
            "labels": { "$ref": "#/$defs/labels" },
            "ci": { "$ref": "#/$defs/ci" },
            "group": { "type": "object" },
            "baseline": { "type": "object" },
            "warnings": { "type": "array", "items": { "type": "string" } },
            "journal": { "type": ["string", "null"] }
          },
          "required": ["gap_seconds"]
        },
        { "properties": { "event": { "const": "woke_up" } } },
        {
          "properties": {
            "event": { "const": "state_changed" },
            "id": { "type": "string" },
            "role": { "$ref": "#/$defs/role" },
            "from": { "$ref": "#/$defs/state" },
            "to": { "$ref": "#/$defs/state" },
            "reason_code": { "type": ["string", "null"] }
          },
          "required": ["id", "from", "to", "reason_code"]
        },
        {
          "properties": {
            "event": { "const": "decided" },
            "decision": { "$ref": "#/$defs/decision" },
            "reason": { "$ref": "#/$defs/reason" }
          },
          "required": ["decision", "reason"]
        },
        {
          "properties": {
            "event": { "const": "hook_ended" },
            "name": { "enum": ["on_promote", "on_rollback", "on_inconclusive"] },
            "command": { "type": "string" },
            "exit_status": { "type": ["integer", "null"], "minimum": 0, "maximum": 255 },
            "timed_out": { "type": "boolean" },
            "elapsed_seconds": { "type": "number", "minimum": 0 },
            "output": { "type": "string" },
            "not_started": { "type": "string" },
            "unknown": { "type": "string" }
          },
          "required": ["name", "command", "exit_status", "timed_out", "elapsed_seconds", "output"]
        },
        {
          "properties": {
            "event": { "const": "rollback_verified" },
            "verdict": { "type": "object" },
            "detail": { "type": "string" }
          }
        },
        {
          "properties": {
            "event": { "const": "signed" },
            "key_id": { "type": "string", "pattern": "^[0-9a-f]{64}$" },
            "signature": { "type": "string", "contentEncoding": "base64" }
          },
          "required": ["key_id", "signature"]
        }
      ],
      "$defs": {
    \(sharedDefinitions)
      }
    }
    """

  /// How a command of a step ended, by the events that tell of it.
  static let commandBranches = [
    "step_approved", "step_shifted", "step_confirmed", "step_command_ended",
  ]
  .map { event in
    """
        {
          "properties": {
            "event": { "const": "\(event)" },
            "step": { "$ref": "#/$defs/step" },
            "name": { "type": "string" },
            "weight": { "$ref": "#/$defs/weight" },
            "command": { "$ref": "#/$defs/step_command" },
            "attempt": { "type": "integer", "minimum": 1 },
            "exit_status": { "type": ["integer", "null"] },
            "timed_out": { "type": "boolean" },
            "detail": { "type": "string" },
            "output": { "type": "string" }
          },
          "required": ["step", "name", "command", "attempt", "exit_status", "output"]
        },
    """
  }.joined(separator: "\n")

  static let kinds = list(FailureKind.allCases)

  static let sharedDefinitions = """
        "schema_version": { "type": "string", "pattern": "^1\\\\.[0-9]+$" },
        "count": { "type": "integer", "minimum": 0 },
        "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
        "time": {
          "type": "string",
          "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\\\.[0-9]{3}Z$"
        },
        "time_or_null": { "oneOf": [{ "$ref": "#/$defs/time" }, { "type": "null" }] },
        "state": { "enum": [\(list(InstanceState.allCases))] },
        "role": { "enum": [\(list(InstanceRole.allCases))] },
        "step": { "type": "integer", "minimum": 1 },
        "weight": { "type": ["integer", "null"], "minimum": 0, "maximum": 100 },
        "step_state": { "enum": [\(list(StepState.allCases))] },
        "step_command": { "enum": [\(list(StepCommand.Kind.allCases))] },
        "guard_measure": {
          "type": "object",
          "required": ["id", "lag_seconds", "window_seconds", "advisory"],
          "properties": {
            "id": { "type": "string" },
            "interval_seconds": { "type": ["number", "null"], "exclusiveMinimum": 0 },
            "timeout_seconds": { "type": ["number", "null"], "exclusiveMinimum": 0 },
            "healthy_threshold": { "type": ["integer", "null"], "minimum": 1 },
            "unhealthy_threshold": { "type": ["integer", "null"], "minimum": 1 },
            "lag_seconds": { "type": "number", "minimum": 0 },
            "window_seconds": { "type": "number", "minimum": 0 },
            "min_requests": { "type": ["integer", "null"], "minimum": 1 },
            "advisory": { "type": "boolean" }
          }
        },
        "decision": { "enum": [\(list(Decision.allCases))] },
        "reason": {
          "type": "object",
          "required": ["code", "message"],
          "properties": {
            "code": { "enum": [\(list(ReasonCode.allCases))] },
            "message": { "type": "string" }
          }
        },
        "health_check": {
          "type": "object",
          "required": [\(names(of: HealthCheck.self)), "request"],
          "properties": {
    \(properties(of: HealthCheck.self, indent: 12)),
            "request": { "type": "object", "additionalProperties": { "type": "string" } }
          }
        },
        "policy": {
          "type": "object",
          "required": [\(names(of: GatePolicy.self)), "advisory"],
          "properties": {
    \(properties(of: GatePolicy.self, indent: 12)),
            "advisory": { "type": "boolean" },
            "load_balancer": { "enum": [\(list(GatePolicy.LoadBalancerRole.allCases))] },
            "guards": { "type": "array", "items": { "$ref": "#/$defs/guard_measure" } },
            "steps": {
              "type": "array",
              "items": {
                "type": "object",
                "required": ["name", "weight", "soak_seconds", "confirmed", "guards"],
                "properties": {
                  "name": { "type": "string" },
                  "weight": { "$ref": "#/$defs/weight" },
                  "soak_seconds": { "type": "number", "minimum": 0 },
                  "approve_timeout_seconds": { "type": ["number", "null"], "minimum": 0 },
                  "confirmed": { "type": "boolean" },
                  "command_timeout_seconds": { "type": "number", "minimum": 0 },
                  "deadline_seconds": { "type": ["number", "null"], "minimum": 0 },
                  "guards": { "type": "array", "items": { "$ref": "#/$defs/guard_measure" } }
                }
              }
            },
            "compare": {
              "type": "object",
              "required": [\(names(of: ComparisonPolicy.self))],
              "properties": {
    \(properties(of: ComparisonPolicy.self, indent: 16))
              }
            }
          }
        },
        "labels": {
          "type": "object",
          "propertyNames": { "pattern": "^[a-z][a-z0-9_.-]*$" },
          "additionalProperties": { "type": "string" }
        },
        "ci": {
          "type": ["object", "null"],
          "required": ["system", "url", "commit", "branch"],
          "properties": {
            "system": { "type": "string" },
            "url": { "type": ["string", "null"] },
            "commit": { "type": ["string", "null"] },
            "branch": { "type": ["string", "null"] }
          }
        },
        "settings": {
          "type": "object",
          "additionalProperties": {
            "type": "object",
            "required": ["value", "origin", "layer"],
            "properties": {
              "value": { "type": "string" },
              "origin": { "type": "string" },
              "layer": { "enum": [\(list(RunHeader.ChosenSetting.Layer.allCases))] }
            }
          }
        },
        "evidence": {
          "type": "object",
          "properties": {
            "server": { "type": "string" },
            "location": { "type": "string" },
            "content_type": { "type": "string" },
            "retry_after": { "type": "string" },
            "title": { "type": "string" },
            "excerpt": { "type": "string" },
            "author": { "type": "string" },
            "signs": { "type": "array", "items": { "type": "string" } },
            "failing": { "type": "array", "items": { "type": "string" } }
          }
        }
    """

  /// The fields that the table of settings has a row each for.
  private static func properties<Root: Recorded>(of _: Root.Type, indent: Int) -> String {
    Root.recorded.map { key, field in
      String(repeating: " ", count: indent - 4) + "\"\(field.name(of: key))\": \(field.schema)"
    }.joined(separator: ",\n    ")
  }

  private static func names<Root: Recorded>(of _: Root.Type) -> String {
    Root.recorded.map { key, field in "\"\(field.name(of: key))\"" }.joined(separator: ", ")
  }

  static func list(_ words: some Sequence<some RawRepresentable<String>>) -> String {
    words.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
  }
}
