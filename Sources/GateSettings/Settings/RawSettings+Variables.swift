import GateCore
internal import GateText

extension RawSettings {
  /// Reads the `HEALTHGATE_` variables of an environment.
  ///
  /// An empty variable counts as not set. A repeatable setting has one value per line.
  package init(variables: [String: String]) {
    self.init()
    let ours = variables.filter {
      $0.key.hasPrefix(SettingKey.variablePrefix) && !$0.value.isEmpty
        && !Self.isOfAnother($0.key)
    }
    // An environment has no order, but messages must be the same each time.
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

  /// Variables that are not settings: the path of the file, the version to install in scripts, and
  /// those that a run sets for its commands.
  private static let variablesOfTheProgram: Set = Set(
    [
      "CONFIG", "VERSION",
      "DECISION", "REASON", "EXIT_CODE", "VERDICT_FILE", "RUN_ID", "ATTEMPT", "SECONDS_LEFT",
      "STEP", "STEP_NUMBER", "STEP_COUNT", "WEIGHT", "PREVIOUS_WEIGHT",
      "BASELINE_HEALTHY", "BASELINE_EXPECTED",
    ].map { SettingKey.variablePrefix + $0 })

  /// Whether a variable is neither a setting nor an error.
  ///
  /// For a service with the name `healthgate`, Kubernetes sets variables in every pod:
  /// `HEALTHGATE_SERVICE_HOST`, `HEALTHGATE_PORT`, `HEALTHGATE_PORT_80_TCP` and so on.
  ///
  /// Source: Kubernetes, "Service", "Discovering services", environment variables.
  private static func isOfAnother(_ name: String) -> Bool {
    let service = ["SERVICE_", "PORT_"].map { SettingKey.variablePrefix + $0 }
    return variablesOfTheProgram.contains(name) || name == SettingKey.variablePrefix + "PORT"
      || service.contains(where: name.hasPrefix)
  }

  private static let keysByVariable = [String: SettingKey](
    uniqueKeysWithValues: SettingKey.allCases.filter(\.isEverywhere).map { ($0.variable, $0) })

  private static func unknownVariable(_ name: String) -> SettingProblem {
    // The common prefix would make all names look similar.
    let keys = SettingKey.allCases.filter(\.isEverywhere)
    let word = String(name.dropFirst(SettingKey.variablePrefix.count))
    let nearest = nearestName(to: word, among: keys.map { $0.rawValue.uppercased() } + ["CONFIG"])
    let meant =
      nearest.map { [SettingKey.variablePrefix + $0] }
      ?? ForeignWords.settings(for: word).map(\.variable)
    return SettingProblem(.unknown(name: name, meant: meant))
  }
}
