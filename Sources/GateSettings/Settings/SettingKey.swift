extension SettingKey {
  /// The settings that name the group, of which exactly one must be given.
  package static let sources: [SettingKey] = [
    .instances, .instancesFile, .dns, .srv, .exec, .asg, .elb, .targetGroup, .terraform,
  ]

  /// The name on a command line, with two hyphens.
  package var flag: String { Self.flag(named: rawValue) }

  /// The name of the environment variable.
  package var variable: String { Self.variable(named: rawValue) }

  static func flag(named name: String) -> String {
    "--" + String(name.map { $0 == "_" ? "-" : $0 })
  }

  static func variable(named name: String) -> String {
    variablePrefix + name.uppercased()
  }

  /// The prefix of all the program's environment variables.
  package static let variablePrefix = "HEALTHGATE_"
}
