import GateCore
internal import GateText

extension Settings {
  /// All settings as a YAML file that can be read again, each with its origin.
  ///
  /// Settings that are not set are named in a comment, with the default if there is one. Secrets
  /// are masked, and must be filled in before the file is used.
  package var printed: String {
    var lines: [String] = []
    let secrets = secrets
    for section in Setting.Section.allCases {
      if !lines.isEmpty { lines.append("") }
      lines.append("# \(section.rawValue)")
      let keys = SettingKey.allCases.filter { $0.setting.section == section }
      let absent = keys.filter { inForce.values[$0] == nil && $0.setting.whenUnset.held == nil }
      for key in keys where !absent.contains(key) {
        lines += inForce.printedLines(of: key, without: secrets)
      }
      if !absent.isEmpty {
        let names = absent.map(\.rawValue).joined(separator: ", ")
        lines += "not set: \(names)".commentLines(to: 80, indent: 2)
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension RawSettings {
  fileprivate func printedLines(of key: SettingKey, without secrets: SecretMask) -> [String] {
    let texts = values[key] ?? []
    guard let first = texts.first else {
      return ["# \(key.rawValue):  (\(key.setting.whenUnset.words))"]
    }
    guard texts.count > 1 else {
      return ["\(key.rawValue): \(key.printed(first.text, secrets))\(comment(first.origin))"]
    }
    // If all items have the same origin, one remark is enough for the list.
    let isOfOnePlace = texts.allSatisfy { $0.origin == first.origin }
    return ["\(key.rawValue):\(isOfOnePlace ? comment(first.origin) : "")"]
      + texts.map { text in
        "  - \(key.printed(text.text, secrets))\(isOfOnePlace ? "" : comment(text.origin))"
      }
  }

  private func comment(_ origin: SettingOrigin) -> String {
    "  # \(origin.description.escaped.withoutCommandsWithinLine)"
  }
}

extension SettingKey {
  fileprivate func printed(_ text: String, _ secrets: SecretMask) -> String {
    // JSON is YAML.
    guard !text.hasPrefix("{") else { return masked(text, without: secrets) }
    return setting.kind == .toggle ? text : yamlScalar(masked(text, without: secrets))
  }
}
