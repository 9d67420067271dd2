package import GateCore
package import GateSettings
internal import GateText

extension RunHeader {
  /// A setting that was set explicitly, not a default.
  package struct ChosenSetting: Hashable, Sendable {
    /// The name in a settings file, such as `healthy_threshold`.
    package var name: String
    /// The value as printed, with secrets masked; a list has one line per item.
    package let value: String
    /// The origin, such as `--interval`, `gate.yaml:7` or `elb:web`.
    package let origin: String
    package var layer: Layer

    /// The layer of the origin; later layers override earlier ones.
    package enum Layer: String, Hashable, Sendable, CaseIterable {
      case imported = "import"
      case file
      case variable
      case flag
    }

    package init(name: String, value: String, origin: String, layer: Layer) {
      self.name = name
      self.value = value.shownLines
      self.origin = origin.shownLines
      self.layer = layer
    }
  }

  func writeSettings(to writer: inout JSONWriter) {
    writer.object("settings") { writer in
      for setting in settings {
        writer.object(named: setting.name) { writer in
          writer.field("value", setting.value)
          writer.field("origin", setting.origin)
          writer.field("layer", setting.layer.rawValue)
        }
      }
    }
  }

  /// Sets a setting, replacing one with the same name.
  package mutating func choose(_ setting: ChosenSetting) {
    settings.removeAll { $0.name == setting.name }
    settings.append(setting)
    settings.sort { $0.name < $1.name }
  }
}

extension RunHeader.ChosenSetting {
  /// Nil for a default, an output, and a list of instances, which the verdict has separately.
  package init?(_ key: SettingKey, _ texts: [SettingText], without secrets: SecretMask = []) {
    guard key != .instances, key.setting.section != .output, let origin = texts.first?.origin,
      let layer = origin.layer
    else { return nil }
    self.init(
      name: key.rawValue,
      value: texts.map { key.masked($0.text, without: secrets) }.joined(separator: "\n"),
      origin: origin.description, layer: layer)
  }
}

extension Settings {
  /// The effective settings that are not defaults.
  package var chosen: [RunHeader.ChosenSetting] {
    let secrets = secrets
    return inForce.values.compactMap {
      RunHeader.ChosenSetting($0.key, $0.value, without: secrets)
    }
  }
}

extension SettingOrigin {
  fileprivate var layer: RunHeader.ChosenSetting.Layer? {
    switch self {
    case .flag: .flag
    case .variable: .variable
    case .file: .file
    case .imported: .imported
    case .default: nil
    }
  }
}
