extension SettingKey {
  /// The settings that name the group, of which exactly one must be given.
  package static let sources = allCases.filter { $0.setting.whenUnset == .otherSource }

  /// The name on a command line, with two hyphens.
  package var flag: String { "--\(optionName)" }

  /// The name of its option, without hyphens.
  package var optionName: String { String(rawValue.map { $0 == "_" ? "-" : $0 }) }

  /// The name of the environment variable.
  package var variable: String { Self.variablePrefix + rawValue.uppercased() }

  /// The prefix of all the program's environment variables.
  package static let variablePrefix = "HEALTHGATE_"
}
