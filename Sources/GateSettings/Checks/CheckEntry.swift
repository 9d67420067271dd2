internal import GateCore
internal import GateText

/// An item of `health_checks`: a name, and the settings of a health check, as in a settings file.
package struct CheckEntry {
  package var name: String
  package var given: RawSettings
  var imported: CheckImport?

  /// Reads a mapping; `number` counts from 1.
  ///
  /// - Throws: `SettingsError` with all errors in it.
  package init(_ text: SettingText, number: Int) throws(SettingsError) {
    let what = "health check \(number)"
    guard case .object(let object)? = try? JSONValue(parsing: Array(text.text.utf8)) else {
      throw SettingsError([
        SettingProblem(
          .unreadable(.healthChecks, "\(what) is not a mapping", hint: Self.example),
          at: text.origin)
      ])
    }
    given = RawSettings(entry: object, of: what, at: text.origin)
    name = Self.name(in: object) ?? Self.name(of: given.values[.importFrom]?.last?.text) ?? ""
    if name.isEmpty {
      given.problems.append(
        SettingProblem(
          .unreadable(.healthChecks, "\(what) has no name", hint: Self.example), at: text.origin))
    }
    guard given.problems.isEmpty else { throw SettingsError(given.problems) }
  }

  private static let example = "such as '- name: api' with its target"

  private static func name(in object: JSONObject) -> String? {
    switch object[JSONName("name")] {
    case .string(let text)?: text.cleaned(to: 100).trimmed
    case .some(.number(let number)): JSONValue.number(number).text
    case .some(.null), .some(.bool), .some(.array), .some(.object), nil: nil
    }
  }

  /// The default name of a check: that of the load balancer or target group from which it is
  /// imported.
  package static func name(of source: String?) -> String? {
    guard let source else { return nil }
    // An ARN of a target group: `arn:…:targetgroup/NAME/ID`.
    let parts = source.split(separator: "/")
    if source.contains(":targetgroup/"), parts.count > 1 { return String(parts[1]) }
    let name = source.drop { $0 != ":" }.dropFirst()
    return name.isEmpty ? source : String(name)
  }

  /// The settings of the check: its own override the imported ones, and those override the run's.
  ///
  /// Settings of the run that do not apply to its protocol are left out: they are for the other
  /// checks.
  func values(over usual: RawSettings) -> RawSettings {
    var values = RawSettings(values: imported?.layer.values.filter { $0.key.isOfNamedCheck } ?? [:])
    values.values.merge(given.values.filter { $0.key.isOfNamedCheck }) { _, own in own }
    for (key, texts) in usual.values
    where values.values[key] == nil && misfit(of: key, texts, over: usual) == nil {
      values.values[key] = texts
    }
    return values
  }

  /// Whether the check itself, or its import, gives a setting.
  func gives(_ key: SettingKey) -> Bool {
    // A missing target is an error of the check itself.
    key == .target || given.values[key] != nil || imported?.layer.values[key] != nil
  }

  /// Why a value of the run does not apply to it; nil if it does.
  func misfit(
    of key: SettingKey, _ texts: [SettingText], over usual: RawSettings
  ) -> Misfit? {
    let text = given.values[.target] ?? imported?.layer.values[.target] ?? usual.values[.target]
    guard let target = text?.last.flatMap({ try? HealthCheckTarget(parsing: $0.text) }) else {
      return nil
    }
    return key.misfit(texts, with: target)
  }
}

extension RawSettings {
  /// Reads the settings of an item; all of them have the item's origin.
  fileprivate init(entry object: JSONObject, of what: String, at origin: SettingOrigin) {
    self.init()
    for (name, value) in object where name.text != "name" {
      guard let key = SettingKey(rawValue: name.text), key.isOfNamedCheck || key == .importFrom
      else {
        let takes = SettingKey.allCases.filter(\.isOfNamedCheck).map(\.rawValue)
        let near = nearestName(to: name.text, among: takes + ["name", "import_from"])
        problems.append(
          SettingProblem(
            .unreadable(
              .healthChecks, "\(name.text.shown) is not a setting of \(what)",
              hint: near.map { "did you mean \($0)?" }
                ?? "it takes name, import_from, and the settings of a health check"), at: origin))
        continue
      }
      add(value, to: key, of: what, at: origin)
    }
  }

  private mutating func add(
    _ value: JSONValue, to key: SettingKey, of what: String, at origin: SettingOrigin
  ) {
    switch value {
    case .string, .number, .bool: add(value.text, to: key, at: origin)
    case .array(let items) where key.setting.repetition == .repeatable:
      for item in items { add(item, to: key, of: what, at: origin) }
    case .object(let pairs) where key.setting.pairSeparator != nil:
      for (name, value) in pairs {
        add(key.setting.joined(name.text, value.text), to: key, at: origin)
      }
    case .null, .array, .object:
      problems.append(
        SettingProblem(
          .wrongKind(
            name: "\(key.rawValue) of \(what)", found: value.kindInWords,
            wanted: key.setting.wantedInWords), at: origin))
    }
  }
}

extension JSONValue {
  fileprivate var kindInWords: String {
    switch self {
    case .null: "nothing"
    case .array: "a list"
    case .object: "a mapping"
    case .string, .number, .bool: "one value"
    }
  }
}

extension RawSettings {
  /// A copy in which several values of `import_from` become items of `health_checks`.
  package var withChecksOfImports: RawSettings {
    guard let sources = values[.importFrom], sources.count > 1 else { return self }
    var settings = self
    settings.values[.importFrom] = nil
    for source in sources {
      settings.add(
        "{\"import_from\": \(quotedScalar(source.text))}", to: .healthChecks, at: source.origin)
    }
    return settings
  }
}
