package import GateCore
package import GateSettings
package import GateText

/// The data that are known when a run begins: the first line of the journal, and the first part of
/// the verdict.
///
/// The verdict depends only on the header and the events.
package struct RunHeader: Hashable, Sendable {
  package var healthgateVersion: String
  package var runID: String
  package var startedAt: Timestamp
  /// The health checks: at least one; if there are several, each has a name.
  package var checks: [Check]
  package var policy: GatePolicy
  package var isAdvisory: Bool
  package var group: Group
  /// The baseline, if there is one.
  package var baseline: Group?
  /// The settings that are not defaults.
  package var settings: [ChosenSetting]
  package var warnings: [String]
  /// The journal's path, as the user gave it; nil without a journal.
  package var journalPath: String?
  package var deployment: Deployment

  package struct Group: Hashable, Sendable {
    /// The setting that gives the source, such as `instances_file`.
    package var source: String
    package var name: String?

    package init(source: String, name: String?) {
      self.source = source
      self.name = name
    }

    func write(to writer: inout JSONWriter) {
      writer.field("source", source)
      writer.field("name", name)
    }
  }

  /// A health check, and the parts of its request and expectations that differ from the load
  /// balancer's.
  ///
  /// Secrets are masked already.
  package struct Check: Hashable, Sendable {
    package var check: HealthCheck
    package var request: [RequestSetting]

    package init(_ check: HealthCheck, request: [RequestSetting]) {
      self.check = check
      self.request = request.sorted { $0.name < $1.name }
    }

    package static func all(_ checks: [HealthCheck], _ requests: [[RequestSetting]]) -> [Check] {
      zip(checks, requests).map { Check($0, request: $1) }
    }
  }

  package struct RequestSetting: Hashable, Sendable {
    package var name: String
    /// The values, safe to show anywhere.
    package let values: [String]

    package init(_ name: String, _ values: [String]) {
      self.name = name
      self.values = values.map(\.shownLines)
    }
  }

  /// The version of the rules by which events lead to a verdict.
  ///
  /// It is increased after a release if the same events could lead to another verdict.
  package static let rules = 2

  /// The version of the format of verdict and journal.
  package static let schemaVersion = "1.0"

  package init(
    healthgateVersion: String, runID: String, startedAt: Timestamp, checks: [Check],
    policy: GatePolicy, isAdvisory: Bool, group: Group,
    baseline: Group? = nil, settings: [ChosenSetting] = [], warnings: [String],
    journalPath: String?, deployment: Deployment = Deployment()
  ) {
    self.healthgateVersion = healthgateVersion
    self.runID = runID
    self.startedAt = startedAt
    self.checks = checks
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
  /// The first health check.
  package var check: HealthCheck {
    get { checks[0].check }
    set { checks[0].check = newValue }
  }

  /// Writes the rules of the run, and what it is about.
  func writeRules(to writer: inout JSONWriter) {
    checks.write(to: &writer)
    policy.write(to: &writer, isAdvisory: isAdvisory)
    writeSettings(to: &writer)
    deployment.write(to: &writer)
  }
}

extension [RunHeader.Check] {
  /// Writes the first health check as `health_check` and, if they have names, all as
  /// `health_checks`.
  package func write(to writer: inout JSONWriter) {
    writer.object("health_check") { self[0].check.writeFields(to: &$0, request: self[0].request) }
    guard !self[0].check.name.isEmpty else { return }
    writer.objects("health_checks", self) { $1.check.writeFields(to: &$0, request: $1.request) }
  }
}

extension HealthCheck {

  fileprivate func writeFields(
    to writer: inout JSONWriter, request: [RunHeader.RequestSetting]
  ) {
    if !name.isEmpty { writer.field("name", name) }
    writer.fields(of: self)
    writer.object("request") { writer in
      for setting in request {
        writer.field(named: setting.name, setting.values.joined(separator: "\n"))
      }
    }
  }
}

extension GatePolicy {
  /// Writes the field `policy`.
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
  /// Writes the fields of a value that have rows in the table of settings.
  fileprivate mutating func fields<Root: Recorded>(of root: Root) {
    for (key, field) in Root.recorded {
      let name = field.name(of: key)
      switch field {
      case .duration(let path, _):
        self.field(named: name, seconds: root[keyPath: path].inMicroseconds)
      case .count(let path): self.field(named: name, root[keyPath: path].description)
      case .number(let path, _): self.field(named: name, root[keyPath: path])
      case .toggle(let path): self.field(named: name, .bool(root[keyPath: path]))
      case .text(let text): self.field(named: name, text.text(root))
      }
    }
  }
}
