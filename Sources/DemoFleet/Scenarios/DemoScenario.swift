/// A deployment to gate: the instances, and the settings.
package struct DemoScenario: Sendable {
  package var name: String
  /// What happens, in one line.
  package var summary: String
  /// What a newcomer learns from it.
  package var lesson: String
  package var behaviours: [InstanceBehaviour]
  /// All settings except for the instances, as on a command line.
  package var settings: [Setting]

  /// A setting by its name in a settings file, such as `healthy_threshold`.
  package typealias Setting = (name: String, value: String)

  /// Creates a scenario; its settings replace or extend those that all scenarios share.
  init(
    _ name: String, _ summary: String, lesson: String, instances behaviours: [InstanceBehaviour],
    settings: KeyValuePairs<String, String> = [:]
  ) {
    self.name = name
    self.summary = summary
    self.lesson = lesson
    self.behaviours = behaviours
    let given = settings.map { (name: $0.key, value: $0.value) }
    let names = Set(given.map(\.name))
    self.settings = Self.sharedSettings.filter { !names.contains($0.name) } + given
  }

  /// Short times, so that a scenario takes only seconds; the rules are those of a real deployment.
  private static let sharedSettings: [Setting] = [
    ("target", "HTTP:traffic-port/health"),
    ("interval", "500ms"),
    ("timeout", "300ms"),
    ("healthy_threshold", "2"),
    ("unhealthy_threshold", "3"),
  ]
}

extension DemoScenario {
  /// The scenarios in the order in which a newcomer would read them; the first is the default.
  package static let all =
    [slowBoot, healthy] + boots + misconfigurations + unsteadiness + versions

  package static let standard = slowBoot

  package static func named(_ name: String) -> DemoScenario? { all.first { $0.name == name } }
}
