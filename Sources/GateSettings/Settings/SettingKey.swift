extension SettingKey {
  /// The settings that name the group: exactly one of them is given.
  package static let sources: [SettingKey] = [
    .instances, .instancesFile, .dns, .srv, .exec, .asg, .elb, .targetGroup, .terraform,
  ]

  /// The name on a command line, with its two hyphens.
  package var flag: String { Self.flag(named: rawValue) }

  /// The name in the environment.
  package var variable: String { Self.variable(named: rawValue) }

  static func flag(named name: String) -> String {
    "--" + String(name.map { $0 == "_" ? "-" : $0 })
  }

  static func variable(named name: String) -> String {
    variablePrefix + name.uppercased()
  }

  /// What the names of all the program's variables begin with.
  package static let variablePrefix = "HEALTHGATE_"
}
