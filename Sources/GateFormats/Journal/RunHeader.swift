package import GateCore

/// What was known when the run began: the journal's first line, and the verdict's upper half.
///
/// With the events it is all that the verdict follows from.
package struct RunHeader: Hashable, Sendable {
  package var healthgateVersion: String
  package var runID: String
  package var startedAt: Timestamp
  package var check: HealthCheck
  /// What a check sends and expects beside the load balancer's settings, as (name, value);
  /// secrets are masked already.
  package var request: [RequestSetting]
  package var policy: GatePolicy
  package var isAdvisory: Bool
  package var group: Group
  /// Those that are no defaults, by name.
  package var settings: [ChosenSetting]
  package var warnings: [String]
  /// The journal's path, as the user gave it.
  package var journalPath: String?

  package struct Group: Hashable, Sendable {
    /// The setting that names it, such as `instances_file`.
    package var source: String
    package var name: String?

    package init(source: String, name: String?) {
      self.source = source
      self.name = name
    }
  }

  package struct RequestSetting: Hashable, Sendable {
    package var name: String
    package var values: [String]

    package init(_ name: String, _ values: [String]) {
      self.name = name
      self.values = values
    }
  }

  /// The version of the verdict's and the journal's form.
  package static let schemaVersion = "1.0"

  package init(
    healthgateVersion: String, runID: String, startedAt: Timestamp, check: HealthCheck,
    request: [RequestSetting], policy: GatePolicy, isAdvisory: Bool, group: Group,
    settings: [ChosenSetting] = [], warnings: [String], journalPath: String?
  ) {
    self.healthgateVersion = healthgateVersion
    self.runID = runID
    self.startedAt = startedAt
    self.check = check
    self.request = request.sorted { $0.name < $1.name }
    self.policy = policy
    self.isAdvisory = isAdvisory
    self.group = group
    self.settings = settings.sorted { $0.name < $1.name }
    self.warnings = warnings
    self.journalPath = journalPath
  }
}

extension RunHeader {
  func writeHealthCheck(to writer: inout JSONWriter) {
    writer.object("health_check") { writer in
      writer.field("target", check.target.description)
      writer.field("semantics", check.semantics.rawValue)
      writer.field("interval_seconds", seconds: check.interval.inMicroseconds)
      writer.field("timeout_seconds", seconds: check.timeout.inMicroseconds)
      writer.field("healthy_threshold", check.healthyThreshold)
      writer.field("initial_threshold", check.initialThreshold)
      writer.field("unhealthy_threshold", check.unhealthyThreshold)
      writer.field("unhealthy_window", check.unhealthyWindow?.description)
      writer.field("matcher", check.matcher.description)
      writer.object("request") { writer in
        for setting in request {
          writer.field(named: setting.name, setting.values.joined(separator: "\n"))
        }
      }
    }
  }

  func writePolicy(to writer: inout JSONWriter) {
    writer.object("policy") { writer in
      writer.field("min_healthy", policy.minHealthy.description)
      writer.field("max_unhealthy", policy.maxUnhealthy.description)
      writer.field("max_replaced", policy.maxReplaced.description)
      writer.field("grace_period_seconds", seconds: policy.gracePeriod.inMicroseconds)
      writer.field("soak_seconds", seconds: policy.soak.inMicroseconds)
      writer.field("deadline_seconds", seconds: policy.deadline.inMicroseconds)
      writer.field("advisory", isAdvisory)
      writer.field("load_balancer", policy.loadBalancer.rawValue)
    }
  }
}
