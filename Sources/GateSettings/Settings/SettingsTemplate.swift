import GateCore
internal import GateText

/// A settings file to start with: known values, and suggestions as comments.
package struct SettingsTemplate {
  private let raw: RawSettings

  /// The origin of a value that nobody gave.
  private static let example = SettingOrigin.imported("an example")

  /// The settings that a template always shows, with initial values.
  private static let shown: [(key: SettingKey, value: String)] = [
    (.target, "HTTP:80/health"), (.semantics, "classic"), (.interval, "30s"), (.timeout, "5s"),
    (.healthyThreshold, "10"), (.unhealthyThreshold, "2"), (.matcher, "200"),
    (.instances, "10.0.1.5, 10.0.1.6"), (.minHealthy, "100%"), (.maxUnhealthy, "0"),
    (.gracePeriod, "0s"), (.soak, "2m"), (.deadline, "20m"), (.verdict, "verdict.json"),
    (.journal, "run.ndjson"), (.report, "html=report.html"), (.onPromote, "./switch-traffic"),
    (.onRollback, "./roll-back"),
  ]

  /// Creates a template of given and imported settings; required ones that are missing get
  /// examples.
  package init(_ raw: RawSettings) {
    var raw = raw
    let hasSource = SettingKey.sources.contains { raw.values[$0] != nil }
    let hasChecks = raw.values[.healthChecks] != nil
    for (key, value) in Self.shown where raw.values[key] == nil {
      switch key {
      case .target where !hasChecks: raw.values[key] = [SettingText(value, at: Self.example)]
      case .instances where !hasSource:
        // With `traffic-port`, each instance has its own port.
        let target = raw.values[.target]?.last?.text ?? ""
        let hasPorts = hasChecks || target.contains("traffic-port")
        let list = hasPorts ? "10.0.1.5:8080, 10.0.1.6:8080" : value
        raw.values[key] = [SettingText(list, at: Self.example)]
      default: break
      }
    }
    self.raw = raw
  }

  /// Validates the template.
  ///
  /// - Throws: `SettingsError` with what `run` would report.
  package func check(imports: [CheckImport?] = []) throws(SettingsError) {
    _ = try Settings(resolving: raw, imports: imports)
  }

  package var text: String {
    var lines = [
      "# Settings of healthgate. Try them: healthgate --config FILE --print-config",
      "# Every setting, with its default: healthgate --help-all",
      "# A commented-out value is the default unless the line says otherwise.",
    ]
    for section in Setting.Section.allCases {
      let keys = SettingKey.allCases.filter {
        $0.setting.section == section && (raw.values[$0] != nil || isShown($0))
      }
      guard !keys.isEmpty else { continue }
      lines += ["", "# --- \(section.rawValue) ---"]
      for key in keys { lines += [""] + self.lines(of: key) }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func isShown(_ key: SettingKey) -> Bool {
    // The group is named only once.
    key != .instances && Self.shown.contains { $0.key == key }
  }

  private func lines(of key: SettingKey) -> [String] {
    let help = key.setting.help.commentLines(to: 88)
    guard let texts = raw.values[key], let first = texts.first else {
      let example = Self.shown.first { $0.key == key }?.value ?? ""
      let held = key.setting.whenUnset.held ?? ""
      let isDefault = held == example || held.hasPrefix("\(example) ")
      let note = isDefault ? "" : "  # not the default"
      return help + ["# \(key.rawValue): \(yamlScalar(example))\(note)"]
    }
    let values = texts.flatMap { text in
      key == .instances
        ? text.text.split { $0 == "," || $0.isNewline }.map(\.trimmed) : [text.text]
    }
    let origin =
      switch first.origin {
      case Self.example: "  # an example: change it"
      case .imported(let source): "  # from \(source.escaped)"
      case .flag, .variable, .file, .default: ""
      }
    guard values.count > 1 else {
      let isBare = key.setting.kind == .toggle
      return help + ["\(key.rawValue): \(isBare ? values[0] : yamlScalar(values[0]))\(origin)"]
    }
    return help + ["\(key.rawValue):\(origin)"]
      // JSON is YAML.
      + values.map { "  - \($0.hasPrefix("{") ? $0 : yamlScalar($0))" }
  }
}

extension String {
  /// The text as comment lines of a settings file, at most this wide.
  func commentLines(to width: Int, indent: Int = 0) -> [String] {
    wrappedLine(to: width - 2, indent: indent).split(separator: "\n").map { "# \($0)" }
  }
}
