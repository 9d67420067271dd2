package import GateCore
package import GateSettings
package import GateText

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
  /// The old group, if one is named.
  package var baseline: Group?
  /// Those that are no defaults, by name.
  package var settings: [ChosenSetting]
  package var warnings: [String]
  /// The journal's path, as the user gave it.
  package var journalPath: String?
  package var deployment: Deployment

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
    /// As they may be shown anywhere.
    package let values: [String]

    package init(_ name: String, _ values: [String]) {
      self.name = name
      self.values = values.map(\.shownLines)
    }
  }

  /// The number of the rules by which the events make the verdict.
  ///
  /// Raised after a release whenever the same events could give another verdict.
  package static let rules = 2

  /// The version of the verdict's and the journal's form.
  package static let schemaVersion = "1.0"

  package init(
    healthgateVersion: String, runID: String, startedAt: Timestamp, check: HealthCheck,
    request: [RequestSetting], policy: GatePolicy, isAdvisory: Bool, group: Group,
    baseline: Group? = nil, settings: [ChosenSetting] = [], warnings: [String],
    journalPath: String?, deployment: Deployment = Deployment()
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
    self.baseline = baseline
    self.warnings = warnings
    self.journalPath = journalPath
    self.deployment = deployment
  }
}

extension RunHeader {
  func writeHealthCheck(to writer: inout JSONWriter) { check.write(to: &writer, request: request) }

  func writePolicy(to writer: inout JSONWriter) {
    policy.write(to: &writer, isAdvisory: isAdvisory)
  }
}

extension HealthCheck {
  /// As the field `health_check`.
  package func write(to writer: inout JSONWriter, request: [RunHeader.RequestSetting]) {
    writer.object("health_check") { writer in
      writer.fields(of: self)
      writer.object("request") { writer in
        for setting in request {
          writer.field(named: setting.name, setting.values.joined(separator: "\n"))
        }
      }
    }
  }
}

extension GatePolicy {
  /// As the field `policy`.
  package func write(to writer: inout JSONWriter, isAdvisory: Bool) {
    writer.object("policy") { writer in
      writer.fields(of: self)
      writer.field("advisory", isAdvisory)
      writer.field("load_balancer", loadBalancer.rawValue)
      writeSteps(to: &writer)
      guard let comparison = comparison else { return }
      writer.object("compare") { $0.fields(of: comparison) }
    }
  }
}

extension JSONWriter {
  /// What the table of settings says that it has.
  fileprivate mutating func fields<Root: Recorded>(of root: Root) {
    for (key, field) in Root.recorded {
      let name = field.name(of: key)
      switch field {
      case .duration(let path, _):
        self.field(named: name, seconds: root[keyPath: path].inMicroseconds)
      case .count(let path): self.field(named: name, root[keyPath: path].description)
      case .number(let path, _): self.field(named: name, root[keyPath: path])
      case .text(let text): self.field(named: name, text.text(root))
      }
    }
  }
}
