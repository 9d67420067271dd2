/// A deployment to gate: the instances, the settings, and the verdict that it ends in.
package struct DemoScenario: Hashable, Sendable {
  package var name: String
  /// What happens, in one line.
  package var summary: String
  /// What a newcomer takes home.
  package var lesson: String
  package var behaviours: [InstanceBehaviour]
  /// All settings but the instances themselves, as a command line would have them.
  package var settings: [Setting]
  package var expected: Expected

  package struct Setting: Hashable, Sendable {
    /// As in a settings file: `healthy_threshold`.
    package var name: String
    package var value: String
  }

  /// The verdict, in its own words.
  package struct Expected: Hashable, Sendable {
    package var decision: String
    package var reasonCode: String
    /// The `kind` of the last failure of the instances to blame; nil when none is.
    package var failureKind: String?

    package static let promote = Expected(decision: "promote", reasonCode: "group_healthy")

    package static func rollback(_ reasonCode: String, by failureKind: String) -> Expected {
      Expected(decision: "rollback", reasonCode: reasonCode, failureKind: failureKind)
    }
  }

  /// The settings begin with those that all scenarios share; what is given replaces or adds.
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

  /// Short, so that a scenario is over in seconds; the rules are those of a real deployment.
  private static let sharedSettings = [
    Setting(name: "target", value: "HTTP:traffic-port/health"),
    Setting(name: "interval", value: "500ms"),
    Setting(name: "timeout", value: "300ms"),
    Setting(name: "healthy_threshold", value: "2"),
    Setting(name: "unhealthy_threshold", value: "3"),
  ]
}

extension DemoScenario {
  /// In the order in which a newcomer would read them; the first is the default.
  package static let all =
    [slowBoot, healthy] + boots + misconfigurations + unsteadiness + versions

  package static let standard = slowBoot

  package static func named(_ name: String) -> DemoScenario? { all.first { $0.name == name } }
}
