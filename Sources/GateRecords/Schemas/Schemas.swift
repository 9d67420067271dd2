internal import GateCore
internal import GateInsight
internal import GateSettings
internal import GateText

/// The JSON Schemas (2020-12) of the documents that the program writes and reads.
///
/// The names of enumerations come from the types that write them.
package enum Schemas {
  package static let verdict = Schema.object([
    "schema_version": .ref("schema_version"),
    "healthgate_version": .string,
    "run_id": .string(format: "uuid"),
    "decision": .ref("decision"),
    "exit_code": .integer(from: 0, to: 255),
    "advisory": .boolean,
    "reason": .ref("reason"),
    "started_at": .ref("time"),
    "decided_at": .ref("time"),
    "elapsed_seconds": .number(from: 0),
    "resumed?": .array(
      .object([
        "at": .ref("time"),
        "gap_seconds": .number(from: 0),
        "began_anew": .boolean,
      ])),
    "health_check": .ref("health_check").orNull,
    "health_checks?": .ref("health_checks"),
    "policy": .ref("policy").orNull,
    "settings?": .ref("settings"),
    "labels?": .ref("labels"),
    "ci?": .ref("ci"),
    "group": .object(group + ["expected": .ref("count")]).orNull,
    "instances": .array(.ref("instance")),
    "baseline?": .object(group + ["instances": .array(.ref("instance"))]).orNull,
    "comparison?": comparisonOfGroups,
    "guards?": .array(.ref("guard")),
    "steps?": steps,
    "traffic?": .object([
      "step": .string.orNull,
      "weight": .ref("weight"),
      "confirmed_weight": .ref("weight"),
    ]).orNull,
    "undo?": .object(undo).orNull,
    "diagnoses": .array(.object(diagnosis + ["instances": .array(.string)])),
    "warnings": .array(.string),
    "hook?": .object(hook).orNull,
    "after?": .whole.orNull,
    "journal": .object([
      "path": .string.orNull,
      "sha256": .string(pattern: "^[0-9a-f]{64}$"),
      "events": .ref("count"),
    ]).orNull,
    "signature?": .object([
      "algorithm": .const("ed25519"),
      "key_id": .string(pattern: "^[0-9a-f]{64}$"),
      "value": .string(encoding: "base64"),
    ]),
    "require?": .words(VerdictMerge.Requirement.allCases),
    "parts?": parts,
  ]).document(
    "verdict", definitions: shared + ["guard": `guard`, "instance": instance])

  /// The new group, and the old group.
  private static let group: Schema.Fields =
    source + [
      "present": .ref("count"),
      "healthy": .ref("count"),
      "unhealthy": .ref("count"),
      "initial": .ref("count"),
      "replaced": .ref("count"),
    ]

  private static let source: Schema.Fields = ["source": .string, "name": .string.orNull]

  private static let countsOfChecks: Schema.Fields = [
    "checks": .ref("count"),
    "successes": .ref("count"),
    "failures": .ref("count"),
    "forgiven_failures": .ref("count"),
    "lost_checks": .ref("count"),
    "consecutive_successes": .ref("count"),
    "consecutive_failures": .ref("count"),
  ]

  private static let instance: Schema = .object(
    countsOfChecks + [
      "id": .string,
      "address": .string,
      "port": .ref("port"),
      "zone": .string.orNull,
      "state": .ref("state"),
      "reason_code": .string(examples: HealthReasonCode.allCases.map(\.rawValue)).orNull,
      "description": .string,
      "first_seen_at": .ref("time"),
      "healthy_at": .ref("time_or_null"),
      "removed_at": .ref("time_or_null"),
      "latency_ms": .map(.number(from: 0), required: ["min", "p50", "p95", "max"]).orNull,
      "mismatch": .string.orNull,
      "load_balancer": .object(view).orNull,
      "versions": .array(.string),
      "transitions": .array(
        .object([
          "at": .ref("time"),
          "from": .ref("state"),
          "to": .ref("state"),
          "reason_code": .string.orNull,
        ])),
      "last_failure": .object([
        "at": .ref("time"),
        "kind": .words(FailureKind.allCases, "gate_fault"),
        "status": .integer.orNull,
        "detail": .string.orNull,
        "latency_ms": .number(from: 0).orNull,
        "evidence?": .ref("evidence"),
      ]).orNull,
      "health_checks?": .array(
        .object(
          countsOfChecks + [
            "name": .string,
            "port": .ref("port"),
            "state": .ref("state"),
            "reason_code": .string.orNull,
            "description": .string,
            "healthy_at": .ref("time_or_null"),
            "latency_ms": .ref("instance/properties/latency_ms"),
            "last_failure": .ref("instance/properties/last_failure"),
          ])),
    ])

  private static let `guard`: Schema = .object(
    countsOfChecks + [
      "id": .string,
      "state": .ref("state"),
      "seen": .string.orNull,
      "waits_for": .string.orNull,
      "advisory": .boolean,
      "healthy_at": .ref("time_or_null"),
      "transitions": .ref("instance/properties/transitions"),
      "last_failure": .ref("instance/properties/last_failure"),
    ])

  private static let steps: Schema = .array(
    .object([
      "name": .string,
      "weight": .ref("weight"),
      "state": .ref("step_state"),
      "began_at": .ref("time_or_null"),
      "soaking_at": .ref("time_or_null"),
      "ended_at": .ref("time_or_null"),
      "transitions": .array(
        .object([
          "at": .ref("time"),
          "from": .ref("step_state"),
          "to": .ref("step_state"),
        ])),
      "attempts": .map(.ref("count")),
      "waits_for": .string.orNull,
      "last_command": .object(stepCommand).orNull,
      "guards": .array(.ref("guard")),
    ])
  ).orNull

  private static let comparisonOfGroups: Schema = .object([
    "worse": .boolean,
    "enough_samples": .boolean,
    "failures": .object([
      "worse": .boolean,
      "checks": .ref("count"),
      "failures": .ref("count"),
      "baseline_checks": .ref("count"),
      "baseline_failures": .ref("count"),
      "p_value": .number(from: 0, to: 1),
    ]),
    "latency": .object([
      "worse": .boolean,
      "samples": .ref("count"),
      "baseline_samples": .ref("count"),
      "median_ms": .number,
      "baseline_median_ms": .number,
      "u": .number(from: 0),
      "p_value": .number(from: 0, to: 1),
      "effect_size": .number(from: 0, to: 1),
      "shift_ms": .number,
      "shift_low_ms": .number.orNull,
      "shift_high_ms": .number.orNull,
      "allowed_increase_ms": .number(from: 0),
    ]).orNull,
  ]).orNull

  private static let parts: Schema = .array(
    .object([
      "verdict": .string,
      "decision": .ref("decision"),
      "problem": .string.orNull,
      "run_id": .string.orNull,
      "reason": .anyObject.orNull,
      "group": .anyObject.orNull,
      "decided_at": .ref("time_or_null"),
      "runs": .array(
        .object([
          "run_id": .string,
          "decided_at": .ref("time"),
        ])),
    ]))

  /// The schema of a line of the journal.
  package static let journal: String = {
    var names: [String] = []
    // A view is that of an instance, or the end of a query about all.
    for name in events.compactMap(\.eventName) where names.last != name { names.append(name) }
    return Schema.object([
      "seq": .ref("count"),
      "t": .number(from: 0),
      "event": .words(names),
    ]).oneOf(events).document("journal event", definitions: shared)
  }()

  /// The lines of the journal, in the order of the manual.
  private static let events: [Schema] = [
    .event(
      "run_started",
      [
        "schema_version": .ref("schema_version"),
        "rules": .const(.number(JSONNumber(RunHeader.rules))),
        "healthgate_version": .string,
        "run_id": .string(format: "uuid"),
        "started_at": .ref("time"),
      ]
        + known(
          group: .object(
            source + [
              "expected": .ref("count"),
              "membership": .words("fixed", "changing"),
              "refresh_seconds?": .number(from: 0),
              "listing_timeout_seconds?": .number(from: 0),
            ]), baseline: .object(source))),
    .event(
      "instance_added",
      name + [
        "address": .string,
        "port": .ref("port"),
        "other_ports?": .array(.ref("port")),
        "zone": .string.orNull,
        "mismatch?": .string,
      ]),
    .event(
      "guard_added",
      [
        "id": .string,
        "step?": .ref("step"),
      ]),
    .event(
      "guard_waits",
      name + [
        "started": .number(from: 0),
        "waits_for": .string,
        "empty?": .boolean,
      ]),
    .event("step_began", step + ["attempt": .integer(from: 1)]),
    .event("step_approved", step + stepCommand),
    .event("step_shifted", step + stepCommand),
    .event("step_confirmed", step + stepCommand),
    .event("step_command_ended", step + stepCommand),
    .event("step_ended", step + ["state": .words("passed", "failed")]),
    .event("undo_began", [:]),
    .event("undone", undo + noStatus),
    .event("instance_removed", name),
    .event(
      "check",
      name + [
        "name?": .string,
        "started": .number(from: 0),
        "ok": .boolean,
        "kind": .words(FailureKind.allCases).orNull,
        "cause?": .string.orNull,
        "status": .integer.orNull,
        "detail": .string.orNull,
        "latency_ms": .number(from: 0),
        "version?": .string,
        "evidence?": .ref("evidence"),
      ]
    ).when(
      "ok", .bool(true), then: ["kind?": .null, "cause?": .null],
      else: ["kind?": .string, "cause?": .string]),
    .event(
      "gate_fault",
      name + [
        "name?": .string,
        "detail": .string,
        "cause?": .string,
        "started?": .number(from: 0),
      ]),
    .event(
      "group_listed",
      question + [
        "role?": .ref("role"),
        "expected?": .ref("count"),
        "missing?": .array(.string),
        "doubled?": .array(.string),
        "notes?": .array(.string),
        "empty?": .const(.bool(true)),
      ]
    ).when("ok", .bool(false), then: ["detail": .string], else: ["expected": .ref("count")]),
    .event("load_balancer_view", question + ["id?": .never])
      .when("ok", .bool(false), then: ["detail": .string]),
    .event("load_balancer_view", ["id": .string] + view),
    .event(
      "interrupted",
      [
        "signal": .string
      ]),
    .event(
      "resumed",
      ["gap_seconds": .number(from: 0)]
        + known(group: .anyObject, baseline: .anyObject).optional),
    .event("woke_up", [:]),
    .event(
      "state_changed",
      name + [
        "from": .ref("state"),
        "to": .ref("state"),
        "reason_code": .string.orNull,
      ]),
    .event(
      "decided",
      [
        "decision": .ref("decision"),
        "reason": .ref("reason"),
      ]),
    .event("hook_began", hookName + ["command": .string]),
    .event("hook_ended", hook + noStatus),
    .event(
      "rollback_verified",
      [
        "verdict?": .anyObject,
        "detail?": .string,
      ]),
    .event(
      "signed",
      [
        "key_id": .string(pattern: "^[0-9a-f]{64}$"),
        "signature": .string(encoding: "base64"),
      ]),
  ]

  // MARK: - Shared parts

  /// The data besides the events on which a verdict depends.
  private static func known(group: Schema, baseline: Schema) -> Schema.Fields {
    [
      "health_check": .ref("health_check"),
      "health_checks?": .ref("health_checks"),
      "policy": .ref("policy"),
      "settings": .ref("settings"),
      "labels?": .ref("labels"),
      "ci?": .ref("ci"),
      "group": group,
      "baseline?": baseline,
      "warnings": .array(.string),
      "journal": .string.orNull,
    ]
  }

  /// The identity of an instance: IDs are unique within a role.
  private static let name: Schema.Fields = ["id": .string, "role?": .ref("role")]

  private static let step: Schema.Fields = [
    "step": .ref("step"),
    "name": .string,
    "weight": .ref("weight"),
  ]

  /// The end of a step's command.
  private static let stepCommand: Schema.Fields = [
    "command": .ref("step_command"),
    "attempt": .integer(from: 1),
    "exit_status": .integer.orNull,
    "timed_out?": .boolean,
    "detail?": .string,
    "output": .string,
  ]

  /// The end of a command after the decision.
  private static let command: Schema.Fields = [
    "command": .string,
    "exit_status": .integer(from: 0, to: 255).orNull,
    "timed_out": .boolean,
    "elapsed_seconds": .number(from: 0),
    "output": .string,
  ]

  private static let hookName: Schema.Fields = [
    "name": .words("on_promote", "on_rollback", "on_inconclusive")
  ]

  private static let hook = hookName + command

  private static let undo: Schema.Fields =
    ["name": .const("undo")] + command + ["attempts": .ref("count")]

  /// The reason why there is no status.
  private static let noStatus: Schema.Fields = ["not_started?": .string, "unknown?": .string]

  /// The load balancer's view of an instance.
  private static let view: Schema.Fields = [
    "state": .ref("state"),
    "reason_code": .string.orNull,
    "description": .string.orNull,
  ]

  /// A finished query of a source or of the load balancers.
  private static let question: Schema.Fields = [
    "started": .number(from: 0),
    "ok": .boolean,
    "detail?": .string,
    "cause?": .string,
  ]

  /// A diagnosis without its instances, which a single check does not list.
  static let diagnosis: Schema.Fields = [
    "code": .words(DiagnosisCode.allCases),
    "summary": .string,
    "likely_cause": .string,
    "advice": .string,
    "evidence": .string.orNull,
    "confidence": .words(Diagnosis.Confidence.allCases),
  ]

  static let shared: Schema.Fields = [
    "schema_version": .string(pattern: "^1\\.[0-9]+$"),
    "count": .integer(from: 0),
    "port": .integer(from: 1, to: 65535),
    "time": .string(pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z$"),
    "time_or_null": .ref("time").orNull,
    "state": .words(InstanceState.allCases),
    "role": .words(InstanceRole.allCases),
    "step": .integer(from: 1),
    "weight": .integer(from: 0, to: 100).orNull,
    "step_state": .words(StepState.allCases),
    "step_command": .words(StepCommand.Kind.allCases),
    "guard_measure": .object([
      "id": .string,
      "interval_seconds?": .number(above: 0).orNull,
      "timeout_seconds?": .number(above: 0).orNull,
      "healthy_threshold?": .integer(from: 1).orNull,
      "unhealthy_threshold?": .integer(from: 1).orNull,
      "lag_seconds": .number(from: 0),
      "window_seconds": .number(from: 0),
      "min_requests?": .integer(from: 1).orNull,
      "advisory": .boolean,
    ]),
    "decision": .words(Decision.allCases),
    "reason": .object([
      "code": .words(ReasonCode.allCases),
      "message": .string,
    ]),
    "health_checks": .array(.ref("health_check"), atLeast: 1),
    "health_check": .object(
      HealthCheck.self,
      [
        "name?": .string,
        "request": .map(.string),
      ]),
    "policy": .object(
      GatePolicy.self,
      [
        "advisory": .boolean,
        "load_balancer?": .words(GatePolicy.LoadBalancerRole.allCases),
        "guards?": .array(.ref("guard_measure")),
        "steps?": .array(
          .object([
            "name": .string,
            "weight": .ref("weight"),
            "soak_seconds": .number(from: 0),
            "approve_timeout_seconds?": .number(from: 0).orNull,
            "confirmed": .boolean,
            "command_timeout_seconds?": .number(from: 0),
            "deadline_seconds?": .number(from: 0).orNull,
            "guards": .array(.ref("guard_measure")),
          ])),
        "compare?": .object(ComparisonPolicy.self, [:]),
      ]),
    "labels": .map(.string, names: "^[a-z][a-z0-9_.-]*$"),
    "ci": .object([
      "system": .string,
      "url": .string.orNull,
      "commit": .string.orNull,
      "branch": .string.orNull,
    ]).orNull,
    "settings": .map(
      .object([
        "value": .string,
        "origin": .string,
        "layer": .words(RunHeader.ChosenSetting.Layer.allCases),
      ])),
    "evidence": .object([
      "server?": .string,
      "location?": .string,
      "content_type?": .string,
      "retry_after?": .string,
      "title?": .string,
      "excerpt?": .string,
      "author?": .string,
      "signs?": .array(.string),
      "failing?": .array(.string),
    ]),
  ]
}
