/// A deployment to gate: the instances, the settings, and the expected verdict.
package struct DemoScenario: Hashable, Sendable {
  package var name: String
  /// What happens, in one line.
  package var summary: String
  /// What a newcomer learns from it.
  package var lesson: String
  package var behaviours: [InstanceBehaviour]
  /// All settings except for the instances, as on a command line.
  package var settings: [Setting]
  package var expected: Expected

  package struct Setting: Hashable, Sendable {
    /// The name in a settings file, such as `healthy_threshold`.
    package var name: String
    package var value: String
  }

  /// The expected verdict.
  package struct Expected: Hashable, Sendable {
    package var decision: String
    package var reasonCode: String
    /// The `kind` of the last failure of the instances to blame; nil if there is none.
    package var failureKind: String?

    package static let promote = Expected(decision: "promote", reasonCode: "group_healthy")

    package static func rollback(_ reasonCode: String, by failureKind: String) -> Expected {
      Expected(decision: "rollback", reasonCode: reasonCode, failureKind: failureKind)
    }
  }

  /// Creates a scenario; its settings replace or extend those that all scenarios share.
  init(
    _ name: String, _ summary: String, lesson: String, instances behaviours: [InstanceBehaviour],
    settings: KeyValuePairs<String, String> = [:], expected: Expected
  ) {
    self.name = name
    self.summary = summary
    self.lesson = lesson
    self.behaviours = behaviours
    self.expected = expected
    let given = settings.map { Setting(name: $0.key, value: $0.value) }
    let names = Set(given.map(\.name))
    self.settings = Self.sharedSettings.filter { !names.contains($0.name) } + given
  }

  /// Short times, so that a scenario takes only seconds; the rules are those of a real deployment.
  private static let sharedSettings = [
    Setting(name: "target", value: "HTTP:traffic-port/health"),
    Setting(name: "interval", value: "500ms"),
    Setting(name: "timeout", value: "300ms"),
    Setting(name: "healthy_threshold", value: "2"),
    Setting(name: "unhealthy_threshold", value: "3"),
  ]
}

extension DemoScenario {
  /// The scenarios in the order in which a newcomer would read them; the first is the default.
  package static let all =
    [slowBoot, healthy] + boots + misconfigurations + unsteadiness + versions

  package static let standard = slowBoot

  package static func named(_ name: String) -> DemoScenario? { all.first { $0.name == name } }
}
