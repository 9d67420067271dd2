import GateCore

extension RawSettings {
  /// Reads the `HEALTHGATE_` variables of an environment.
  ///
  /// An empty variable is one that is not set. A repeatable setting has one value a line.
  package init(variables: [String: String]) {
    self.init()
    let ours = variables.filter {
      $0.key.hasPrefix(SettingKey.variablePrefix) && !$0.value.isEmpty
        && !Self.variablesOfTheProgram.contains($0.key)
    }
    // An environment has no order, but messages should come out the same each time.
    for (name, text) in ours.sorted(by: { $0.key < $1.key }) {
      guard let key = Self.keysByVariable[name] else {
        problems.append(Self.unknownVariable(name))
        continue
      }
      switch key.setting.repetition {
      case .once: add(text, to: key, at: .variable(key))
      case .repeatable:
        for line in text.split(whereSeparator: \.isNewline) where !line.trimmed.isEmpty {
          add(String(line), to: key, at: .variable(key))
        }
      }
    }
  }

  /// Where the file is, which the command reads, and what hooks and later steps are told of the verdict.
  private static let variablesOfTheProgram: Set = [
    "HEALTHGATE_CONFIG", "HEALTHGATE_DECISION", "HEALTHGATE_REASON", "HEALTHGATE_VERDICT_FILE",
    "HEALTHGATE_EXIT_CODE",
  ]

  private static let keysByVariable = [String: SettingKey](
    uniqueKeysWithValues: SettingKey.allCases.map { ($0.variable, $0) })

  private static func unknownVariable(_ name: String) -> SettingProblem {
    let known = SettingKey.allCases.map(\.variable) + ["HEALTHGATE_CONFIG"]
    // The common prefix must not make everything look alike.
    let bare = known.map { String($0.dropFirst(SettingKey.variablePrefix.count)) }
    let nearest = nearestName(
      to: String(name.dropFirst(SettingKey.variablePrefix.count)), among: bare)
    return SettingProblem(
      .unknown(name: name, nearest: nearest.map { SettingKey.variablePrefix + $0 }))
  }
}
