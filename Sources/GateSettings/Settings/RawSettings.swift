/// Settings as text, as far as they are given, with their origins and the errors in reading them.
package struct RawSettings: Hashable, Sendable {
  /// The values of each setting; never an empty list.
  package var values: [SettingKey: [SettingText]]
  package var problems: [SettingProblem]
  /// Whether some of a layer is unknown, because its file could not be read.
  package var isIncomplete = false

  package init(values: [SettingKey: [SettingText]] = [:], problems: [SettingProblem] = []) {
    self.values = values
    self.problems = problems
  }

  mutating func add(_ text: String, to key: SettingKey, at origin: SettingOrigin) {
    values[key, default: []].append(SettingText(text, at: origin))
  }
}

/// One value as text, before it is parsed.
package struct SettingText: Hashable, Sendable {
  package var text: String
  package var origin: SettingOrigin

  package init(_ text: String, at origin: SettingOrigin) {
    self.text = text
    self.origin = origin
  }
}

extension RawSettings {
  /// Merges layers, the one with the highest precedence first: each setting has the values of the
  /// first layer that has it.
  ///
  /// The values of a repeatable setting are all from that layer; layers do not add to each other's
  /// lists.
  package init(merging layers: [RawSettings]) {
    self.init(problems: layers.flatMap(\.problems))
    isIncomplete = layers.contains(where: \.isIncomplete)
    for layer in layers { values.merge(layer.values) { first, _ in first } }
  }

  /// Reads the settings of a command line; a toggle's text is `true` or `false`.
  package init(flags: [(SettingKey, [String])]) {
    self.init()
    for (key, texts) in flags {
      for text in texts { add(text, to: key, at: .flag(key)) }
    }
    for (key, _) in flags where key.setting.repetition == .once && values[key]?.count ?? 0 > 1 {
      problems.append(SettingProblem(.repeated(name: key.flag)))
    }
  }

  /// Takes settings of a load balancer or of Terraform; `source` is in the notation of
  /// `import_from`.
  package init(imported texts: [(SettingKey, [String])], from source: String) {
    self.init()
    for (key, texts) in texts {
      for text in texts { add(text, to: key, at: .imported(source)) }
    }
  }
}
